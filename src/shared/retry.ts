/** When to try again: a pure function over a policy, so that a durable engine and a queue wait the same. */
import { checkInteger, checkNumber, checkObject, checkOneOf, checkTextArray } from './check.ts';
import { InvalidArgumentError } from './errors.ts';

/** How the wait grows: `none` never tries again, `immediate` waits 0. */
export const RETRY_STRATEGIES = ['none', 'immediate', 'linear', 'exponential'] as const;

/** Whether, when and how often something that failed is tried again. */
export interface RetryPolicy {
  readonly strategy: (typeof RETRY_STRATEGIES)[number];
  /** Further attempts after the first. */
  readonly maxRetries: number;
  readonly baseDelaySeconds: number;
  /** No wait is longer. */
  readonly maxDelaySeconds: number;
  /** Retry only when the error's message or code contains one of these, in any case; empty means always. */
  readonly retryOnErrors: readonly string[];
  /** Share of each delay that is random, 0 to 1. Random waits are shorter than the computed one, never longer. */
  readonly jitter: number;
}

/** What {@link resolveRetryConfig} fills in. */
export const DEFAULT_RETRY_CONFIG: RetryPolicy = Object.freeze({
  strategy: 'exponential',
  maxRetries: 3,
  baseDelaySeconds: 1,
  maxDelaySeconds: 60,
  retryOnErrors: Object.freeze([]),
  jitter: 0,
});

/** A year: longer waits are a mistake in the unit. */
const LONGEST_DELAY_SECONDS = 31_536_000;

/** Past this power of two a double has no room left; the cap has long applied. */
const LARGEST_EXPONENT = 1023;

/**
 * Fills in the defaults and checks each field. Throws {@link InvalidArgumentError} for a bad value and for a field
 * that does not exist, so that a misspelt one is not silently the default.
 */
export function resolveRetryConfig(config: Partial<RetryPolicy> = {}, name = 'retryConfig'): RetryPolicy {
  if (config === DEFAULT_RETRY_CONFIG) return DEFAULT_RETRY_CONFIG;
  const given = checkObject(name, config);
  const known = Object.keys(DEFAULT_RETRY_CONFIG);
  if (Object.keys(given).some((key) => !known.includes(key))) {
    throw new InvalidArgumentError(name, `an object with no other keys than ${known.join(', ')}`, config);
  }
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const merged: RetryPolicy = { ...DEFAULT_RETRY_CONFIG, ...defined };
  return Object.freeze({
    strategy: checkOneOf(`${name}.strategy`, merged.strategy, RETRY_STRATEGIES),
    maxRetries: checkInteger(`${name}.maxRetries`, merged.maxRetries),
    baseDelaySeconds: checkNumber(
      `${name}.baseDelaySeconds`,
      merged.baseDelaySeconds,
      0,
      LONGEST_DELAY_SECONDS,
    ),
    maxDelaySeconds: checkNumber(`${name}.maxDelaySeconds`, merged.maxDelaySeconds, 0, LONGEST_DELAY_SECONDS),
    retryOnErrors: Object.freeze([...checkTextArray(`${name}.retryOnErrors`, merged.retryOnErrors)]),
    jitter: checkNumber(`${name}.jitter`, merged.jitter, 0, 1),
  });
}

/** What {@link nextDelayMs} needs beside its arguments. */
export interface NextDelayOptions {
  /** Numbers from 0 up to 1; read only where the policy has jitter. @default Math.random */
  readonly random?: () => number;
}

/**
 * How many milliseconds to wait before retry number `attempt` (1 is the first retry), or undefined when there is to be
 * none: the strategy is `none`, the retries are used up, or the error is not one that the policy retries. Linear is
 * base × attempt, exponential is base × 2^(attempt − 1), both capped. An unknown error (`undefined`, `null`) counts as
 * one to retry.
 *
 * @example
 * nextDelayMs(resolveRetryConfig({ baseDelaySeconds: 2 }), 3, new Error('timeout')); // 8000
 */
export function nextDelayMs(
  policy: RetryPolicy,
  attempt: number,
  error?: unknown,
  { random = Math.random }: NextDelayOptions = {},
): number | undefined {
  checkInteger('attempt', attempt, 1);
  if (policy.strategy === 'none' || attempt > policy.maxRetries || !isRetried(policy, error))
    return undefined;
  const seconds = Math.min(grown(policy, attempt), policy.maxDelaySeconds);
  const milliseconds = seconds * 1000;
  if (policy.jitter === 0) return milliseconds;
  return milliseconds * (1 - policy.jitter * random());
}

function grown(policy: RetryPolicy, attempt: number): number {
  if (policy.strategy === 'immediate') return 0;
  if (policy.strategy === 'linear') return policy.baseDelaySeconds * attempt;
  return policy.baseDelaySeconds * 2 ** Math.min(attempt - 1, LARGEST_EXPONENT);
}

function isRetried(policy: RetryPolicy, error: unknown): boolean {
  if (policy.retryOnErrors.length === 0 || error === undefined || error === null) return true;
  const text = textOf(error).toLowerCase();
  return policy.retryOnErrors.some((part) => text.includes(part.toLowerCase()));
}

function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { message, code } = error as { message?: unknown; code?: unknown };
  return [message, code].filter((part) => typeof part === 'string').join('\n');
}
