/** Recorded calls of a model as a file that reads well in a review: what was asked, what came, in order. */
import type { CreateOptions, CreateResult, ModelMessage } from '../../contracts/model.ts';
import type { Redactor } from '../../security/redact.ts';
import { type ErrorJson, OrchestratorError } from '../../shared/errors.ts';
import { canonicalJson, isPlainObject, toJsonValue } from '../../shared/json.ts';

/** What a model was asked, without secrets. */
export interface RecordedRequest {
  readonly model: string;
  readonly messages: readonly ModelMessage[];
  readonly options: Omit<CreateOptions, 'signal'>;
}

/** One call. It has a result or an error. */
export interface RecordedCall {
  readonly request: RecordedRequest;
  readonly result?: CreateResult;
  readonly error?: ErrorJson;
  /** The pieces of a stream, where it was one. */
  readonly pieces?: readonly string[];
}

/** A whole file. */
export interface Recording {
  readonly schemaVersion: 1;
  readonly calls: readonly RecordedCall[];
}

/** What a request is known by: the same for equal requests. Throws `schema-mismatch` for one of countless levels. */
export function requestKey(request: RecordedRequest): string {
  try {
    return canonicalJson(request);
  } catch (cause) {
    const message = 'A request of the recording has more levels than can be compared.';
    throw new OrchestratorError('schema-mismatch', message, { cause });
  }
}

/** The request as it is written and compared. */
export function recordedRequest(
  model: string,
  messages: readonly ModelMessage[],
  { signal: _signal, ...options }: CreateOptions,
  redactor: Redactor,
): RecordedRequest {
  return redactor.value(toJsonValue({ model, messages, options })) as RecordedRequest;
}

/** A recording out of its JSON text. Throws `invalid-json` and `schema-mismatch`, naming the file. */
export function parseRecording(text: string, file: string): Recording {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OrchestratorError('invalid-json', `${file} is no JSON.`, { cause, details: { file } });
  }
  return checkRecording(value, file);
}

/** Throws `schema-mismatch` for what is no recording. */
export function checkRecording(value: unknown, what: string): Recording {
  const isSound =
    isPlainObject(value) &&
    value['schemaVersion'] === 1 &&
    Array.isArray(value['calls']) &&
    value['calls'].every(isCall);
  if (isSound) return value as unknown as Recording;
  throw new OrchestratorError(
    'schema-mismatch',
    `${what} is no recording of schema version 1: expected { schemaVersion: 1, calls: [{ request, result or error }] }.`,
    { details: { what } },
  );
}

function isCall(call: unknown): boolean {
  if (!isPlainObject(call) || !isPlainObject(call['request'])) return false;
  const { request, result, error } = call;
  return (
    Array.isArray((request as Record<string, unknown>)['messages']) &&
    (isPlainObject(result) || isPlainObject(error))
  );
}
