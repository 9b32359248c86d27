/** What a caller may set on {@link OpenAIModelClient}, and the defaults. */
import { Secret } from '../../config/secret.ts';
import type { CreateResult, ModelInfo } from '../../contracts/model.ts';
import {
  checkClock,
  checkFunction,
  checkInteger,
  checkKeys,
  checkNumber,
  checkObject,
  checkOneOf,
  checkString,
  checkText,
} from '../../shared/check.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';
import { type RetryPolicy, resolveRetryConfig } from '../../shared/retry.ts';
import { type Clock, systemClock } from '../../shared/time.ts';
import { contextWindowOf } from './context-window.ts';
import type { Exchange } from './exchange.ts';

/** How long to wait for what, in milliseconds. */
export interface ModelTimeouts {
  /** From the request to the first sign of the answer; a large prompt on a small machine takes minutes. @default 120000 */
  readonly firstByteMs: number;
  /** Between two pieces of a stream. @default 60000 */
  readonly idleMs: number;
  /** One attempt in all. @default 600000 */
  readonly totalMs: number;
}

/** What a call cost, in the currency of your choice. */
export type PriceFunction = (usage: CreateResult['usage'], model: string) => number;

/** Options of {@link OpenAIModelClient}. */
export interface OpenAIModelClientOptions {
  /** The name the endpoint knows the model by; a deployment's name on Azure. */
  readonly model: string;
  /** The key, or a function that gives one for each attempt. Never read from the environment. @default none, for local servers */
  readonly apiKey?: string | Secret | (() => Promise<string>);
  /** Where the endpoint is, with its version: `http://127.0.0.1:11434/v1`. @default OpenAI's */
  readonly baseURL?: string;
  /** Which of OpenAI's two interfaces is spoken; nearly every other server has `chat` alone. @default 'chat' */
  readonly api?: 'chat' | 'responses';
  /** Most tokens of one answer; less when the window has no more room. @default 4096 */
  readonly maxTokens?: number;
  /** Left out for models that refuse it. @default the endpoint's */
  readonly temperature?: number;
  /** Further fields of each request, such as `seed` or `reasoning_effort`. @default {} */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Headers of each request. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the model is and can do, where the defaults are wrong. */
  readonly info?: Partial<ModelInfo>;
  readonly timeouts?: Partial<ModelTimeouts>;
  /** Repeats of calls that failed on the way. @default exponential from 0.5 s to 8 s, 3 retries, a quarter of it random */
  readonly retry?: Partial<RetryPolicy>;
  /** A server that asks for a longer wait than this is not waited for: the error has `details.retryAfterMs`. @default 60000 */
  readonly maxRetryAfterMs?: number;
  /** Adds `cost` to each result. @default none */
  readonly price?: PriceFunction;
  /** Told after each attempt what was sent and what came back, without secrets. */
  readonly onExchange?: (exchange: Exchange) => void;
  /** Makes the requests. @default Node's */
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  /** Randomness of the waits. @default Math.random */
  readonly random?: () => number;
}

/** The same, complete. */
export interface ResolvedOpenAIOptions {
  readonly model: string;
  readonly apiKey: () => Promise<string | undefined>;
  readonly baseURL: string;
  readonly api: 'chat' | 'responses';
  readonly maxTokens: number;
  readonly temperature: number | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly info: ModelInfo;
  readonly timeouts: ModelTimeouts;
  readonly retry: RetryPolicy;
  readonly maxRetryAfterMs: number;
  readonly price: PriceFunction | undefined;
  readonly onExchange: ((exchange: Exchange) => void) | undefined;
  readonly fetch: typeof fetch | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

const DEFAULT_MAX_TOKENS = 4096;
const OPENAI_URL = 'https://api.openai.com/v1';
const APIS = ['chat', 'responses'] as const;
const TIMEOUTS: ModelTimeouts = { firstByteMs: 120_000, idleMs: 60_000, totalMs: 600_000 };
const RETRY: Partial<RetryPolicy> = {
  strategy: 'exponential',
  maxRetries: 3,
  baseDelaySeconds: 0.5,
  maxDelaySeconds: 8,
  jitter: 0.25,
};
const KNOWN: readonly (keyof OpenAIModelClientOptions)[] = [
  'model',
  'apiKey',
  'baseURL',
  'api',
  'maxTokens',
  'temperature',
  'parameters',
  'headers',
  'info',
  'timeouts',
  'retry',
  'maxRetryAfterMs',
  'price',
  'onExchange',
  'fetch',
  'clock',
  'random',
];

/** Fills in the defaults and checks each option. Throws {@link InvalidArgumentError}. */
export function resolveOpenAIOptions(options: OpenAIModelClientOptions): ResolvedOpenAIOptions {
  checkKeys('options', options, KNOWN);
  const model = checkText('model', options.model);
  return {
    model,
    apiKey: keyOf(options.apiKey),
    baseURL: checkBaseUrl(options.baseURL ?? OPENAI_URL),
    api: checkOneOf('api', options.api ?? 'chat', APIS),
    maxTokens: checkInteger('maxTokens', options.maxTokens ?? DEFAULT_MAX_TOKENS, 1),
    temperature:
      options.temperature === undefined ? undefined : checkNumber('temperature', options.temperature, 0, 2),
    parameters: checkObject('parameters', options.parameters ?? {}),
    headers: checkHeaders(options.headers ?? {}),
    info: checkInfo(model, options.maxTokens ?? DEFAULT_MAX_TOKENS, options.info ?? {}),
    timeouts: checkTimeouts(options.timeouts ?? {}),
    retry: resolveRetryConfig({ ...RETRY, ...checkObject('retry', options.retry ?? {}) }, 'retry'),
    maxRetryAfterMs: checkNumber('maxRetryAfterMs', options.maxRetryAfterMs ?? 60_000, 0),
    price: options.price === undefined ? undefined : checkFunction('price', options.price),
    onExchange:
      options.onExchange === undefined ? undefined : checkFunction('onExchange', options.onExchange),
    fetch: options.fetch === undefined ? undefined : checkFunction('fetch', options.fetch),
    clock: options.clock === undefined ? systemClock : checkClock('clock', options.clock),
    random: options.random === undefined ? Math.random : checkFunction('random', options.random),
  };
}

function keyOf(apiKey: OpenAIModelClientOptions['apiKey']): ResolvedOpenAIOptions['apiKey'] {
  if (apiKey === undefined) return () => Promise.resolve(undefined);
  if (typeof apiKey === 'function') return async () => checkKey(await apiKey());
  const key = checkKey(apiKey instanceof Secret ? apiKey.reveal() : apiKey);
  return () => Promise.resolve(key);
}

/** A key that a header can hold. The error does not show it. */
function checkKey(key: unknown): string {
  if (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)) return key;
  // Told without being shown.
  const got = typeof key === 'string' && key.trim() !== '' ? new Secret(key) : key;
  throw new InvalidArgumentError('apiKey', 'a key without white space or control characters', got);
}

function checkBaseUrl(url: unknown): string {
  const text = checkText('baseURL', url);
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol))
    throw new InvalidArgumentError('baseURL', 'an http or https URL such as http://127.0.0.1:8080/v1', text);
  if (parsed.username !== '' || parsed.password !== '')
    throw new InvalidArgumentError(
      'baseURL',
      'a URL without user and password; use `apiKey` or `headers`',
      parsed.host,
    );
  return text.replace(/\/+$/, '');
}

function checkHeaders(headers: unknown): Readonly<Record<string, string>> {
  const object = checkObject('headers', headers);
  for (const [name, value] of Object.entries(object)) checkString(`headers.${name}`, value);
  return object as Record<string, string>;
}

function checkTimeouts(timeouts: Partial<ModelTimeouts>): ModelTimeouts {
  checkKeys('timeouts', timeouts, Object.keys(TIMEOUTS));
  const merged = { ...TIMEOUTS, ...timeouts };
  for (const [name, milliseconds] of Object.entries(merged))
    checkNumber(`timeouts.${name}`, milliseconds, 1, Number.MAX_SAFE_INTEGER);
  return merged;
}

function checkInfo(model: string, maxTokens: number, info: Partial<ModelInfo>): ModelInfo {
  const defaults: ModelInfo = {
    family: 'unknown',
    model,
    functionCalling: true,
    jsonOutput: true,
    structuredOutput: true,
    contextWindow: contextWindowOf(model),
    maxTokens,
  };
  checkKeys('info', info, Object.keys(defaults));
  const merged = { ...defaults, ...info };
  checkInteger('info.contextWindow', merged.contextWindow, 1);
  return merged;
}
