/** Why a call of a model failed, as one typed error, whatever the SDK, the server or the network threw. */
import { type ErrorOptions, OrchestratorError, toError } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import { readRetryAfter } from './retry-after.ts';

const MODEL_FAILURE_KINDS = [
  'authentication',
  'permission',
  'not-found',
  'quota',
  'rate-limit',
  'context-overflow',
  'content-filter',
  'refused-parameter',
  'bad-request',
  'unsupported',
  'server',
  'timeout',
  'connection',
  'malformed',
  'truncated',
] as const;
/**
 * `details.kind` of `model-failed`. `truncated`: the stream ended before the model said that it was done.
 * `malformed`: something came back that is no answer.
 */
export type ModelFailureKind = (typeof MODEL_FAILURE_KINDS)[number];

/** Worth the same request again. */
const RETRYABLE: ReadonlySet<ModelFailureKind> = new Set([
  'rate-limit',
  'server',
  'timeout',
  'connection',
  'malformed',
  'truncated',
]);

/** What to do, told with the message. */
const ADVICE: Readonly<Record<ModelFailureKind, string>> = {
  authentication: 'check the API key',
  permission: 'the key may not use this model or endpoint',
  'not-found': 'check the name of the model and the base URL, which ends in /v1 for most servers',
  quota: 'the account has no credit left: look at its billing',
  'rate-limit': 'send less, later, or through a limit (`limitModel`)',
  'context-overflow': 'send less, or take a model with a larger window',
  'content-filter': "the endpoint's filter stopped it",
  'refused-parameter': 'leave the parameter out',
  'bad-request': 'the endpoint does not take this request',
  unsupported: 'the endpoint can not do this',
  server: 'the endpoint is in trouble: try later',
  timeout: 'raise `timeouts`, or see whether the endpoint is alive',
  connection: 'see whether the endpoint is there and can be reached',
  malformed: 'see whether the base URL is that of an OpenAI-compatible endpoint',
  truncated: 'the connection or the endpoint broke off',
};

/** What is known about a failure beside its kind. */
export interface FailureFacts {
  readonly model: string;
  readonly message: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly parameter?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Makes the error `model-failed`. */
export function modelFailure(kind: ModelFailureKind, facts: FailureFacts): OrchestratorError {
  const { model, message, cause, ...rest } = facts;
  const known = Object.entries(rest).filter(([, value]) => value !== undefined) as [string, JsonValue][];
  const status = facts.status === undefined ? '' : ` (HTTP ${facts.status})`;
  const options: ErrorOptions = {
    retryable: RETRYABLE.has(kind),
    details: { kind, model, ...Object.fromEntries(known) },
    ...(cause === undefined ? {} : { cause }),
  };
  return new OrchestratorError(
    'model-failed',
    `The model ${model} failed, ${kind}${status}: ${oneLine(message)}. What to do: ${ADVICE[kind]}.`,
    options,
  );
}

/** The kind of a `model-failed` error; undefined for any other. */
export function failureKindOf(error: unknown): ModelFailureKind | undefined {
  if (!OrchestratorError.isInstance(error) || error.code !== 'model-failed') return undefined;
  return MODEL_FAILURE_KINDS.find((kind) => kind === error.details['kind']);
}

/** What the SDK's errors have, by shape: several copies of the package may be about. */
interface Thrown {
  readonly name?: unknown;
  readonly status?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly param?: unknown;
  readonly message?: unknown;
  readonly requestID?: unknown;
  readonly headers?: unknown;
  readonly error?: unknown;
}

/** Makes a typed error of anything thrown by the SDK or the network. One that is typed already stays as it is. */
export function toModelFailure(thrown: unknown, model: string, now: number): OrchestratorError {
  if (OrchestratorError.isInstance(thrown)) return thrown;
  const error = toError(thrown) as Error & Thrown;
  // Thrown on the way, where the SDK calls all that goes wrong a matter of the connection.
  if (OrchestratorError.isInstance(error.cause)) return error.cause;
  const status = typeof error.status === 'number' ? error.status : undefined;
  const headers = error.headers instanceof Headers ? error.headers : undefined;
  return modelFailure(kindOf(error, status), {
    model,
    message: error.message,
    status,
    requestId: typeof error.requestID === 'string' ? error.requestID : undefined,
    parameter: parameterOf(error),
    retryAfterMs: headers === undefined ? undefined : readRetryAfter(headers, now),
    cause: error,
  });
}

function kindOf(error: Error & Thrown, status: number | undefined): ModelFailureKind {
  const words = [error.code, error.type].filter((part) => typeof part === 'string').join(' ');
  const text = `${words} ${error.message}`.slice(0, 2000).toLowerCase();
  if (isOverflow(text, status)) return 'context-overflow';
  if (/insufficient_quota|billing_hard_limit|exceeded your current quota/.test(text)) return 'quota';
  if (status === 401) return 'authentication';
  if (/content_filter|content_policy|content management policy/.test(text)) return 'content-filter';
  if (status === 403) return 'permission';
  if (status === 404) return 'not-found';
  if (status === 429 || /rate_limit/.test(words)) return 'rate-limit';
  if (status === 501 || status === 405) return 'unsupported';
  if (status === 408 || status === 409) return 'server';
  if (status !== undefined && status >= 500) return 'server';
  if (status !== undefined && status >= 400)
    return parameterOf(error) === undefined ? 'bad-request' : 'refused-parameter';
  if (/^(APIConnectionTimeoutError|TimeoutError)$/.test(error.constructor.name)) return 'timeout';
  if (error instanceof SyntaxError) return 'malformed';
  // An error that the stream itself told: no status, but what the server said.
  if (typeof error.error === 'object' && error.error !== null) return 'server';
  return 'connection';
}

function isOverflow(text: string, status: number | undefined): boolean {
  if (status !== undefined && status !== 400 && status !== 413 && status !== 422) return false;
  return /context_length_exceeded|exceed_context_size|context (length|window|size)|maximum context|prompt is too long|too many tokens/.test(
    text,
  );
}

/** The parameter that the endpoint does not take, when it is one that was refused rather than wrong. */
function parameterOf({ code, param, message, status }: Error & Thrown): string | undefined {
  if (status !== 400 && status !== 422) return undefined;
  const isRefused =
    /^(unsupported_parameter|unsupported_value|unknown_parameter)$/.test(String(code)) ||
    /unsupported|not supported|does not support|unrecognized|unknown (parameter|field|argument)|extra (inputs|fields)|not permitted/i.test(
      message,
    );
  if (!isRefused) return undefined;
  if (typeof param === 'string' && param !== '') return param.split(/[.[]/)[0];
  return /['"`]([a-z_]{2,40})['"`]/.exec(message)?.[1];
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return (line.length > 500 ? `${line.slice(0, 500)}…` : line).replace(/\.$/, '');
}
