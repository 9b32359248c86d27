/** Fills in a task's result, so that every result has every field. */
import {
  NO_USAGE,
  STOP_REASONS,
  type StopReason,
  type TaskOutcome,
  type TaskResult,
  type Usage,
} from '../contracts/task.ts';
import { checkBoolean, checkNumber, checkObject, checkOneOf, checkString } from '../shared/check.ts';
import { type ErrorJson, errorToJson, InvalidArgumentError } from '../shared/errors.ts';

/**
 * A whole result from `success` and whatever else is known. Without an `errorMessage` the error's own message is used;
 * a failure counts as retryable unless it says otherwise; the stop reason is `completed` or `failed`.
 * Throws when `success` and `stopReason` contradict each other.
 */
export function toTaskResult(outcome: TaskOutcome): TaskResult {
  const success = checkBoolean('outcome.success', outcome.success);
  const error = outcome.error ?? null;
  const stopReason = checkOneOf(
    'outcome.stopReason',
    outcome.stopReason ?? (success ? 'completed' : 'failed'),
    STOP_REASONS,
  );
  checkStopReason('outcome.stopReason', success, stopReason);
  if (error !== null) checkString('outcome.error.message', checkObject('outcome.error', error)['message']);
  const errorMessage = outcome.errorMessage ?? error?.message ?? null;
  return {
    success,
    output: outcome.output ?? null,
    artifacts: checkArtifacts(outcome.artifacts ?? []),
    errorMessage: errorMessage === null ? null : checkString('outcome.errorMessage', errorMessage),
    error,
    executionTimeMs: checkNumber('outcome.executionTimeMs', outcome.executionTimeMs ?? 0, 0),
    metadata: checkObject('outcome.metadata', outcome.metadata ?? {}) as TaskResult['metadata'],
    retryable: checkBoolean('outcome.retryable', outcome.retryable ?? !success),
    stopReason,
    usage: outcome.usage === undefined ? NO_USAGE : checkUsage(outcome.usage),
  };
}

function checkArtifacts(artifacts: TaskResult['artifacts']): TaskResult['artifacts'] {
  if (!Array.isArray(artifacts))
    throw new InvalidArgumentError('outcome.artifacts', 'an array of artifacts', artifacts);
  for (const [index, artifact] of artifacts.entries()) {
    const { findings } = checkObject(`outcome.artifacts[${index}]`, artifact);
    if (!Array.isArray(findings))
      throw new InvalidArgumentError(
        `outcome.artifacts[${index}].findings`,
        'an array of findings',
        findings,
      );
  }
  return artifacts;
}

function checkUsage(usage: Usage): Usage {
  const counts = checkObject('outcome.usage', usage);
  for (const name of Object.keys(NO_USAGE)) checkNumber(`outcome.usage.${name}`, counts[name], 0);
  if (counts['cost'] !== undefined) checkNumber('outcome.usage.cost', counts['cost'], 0);
  return usage;
}

/** A success with nothing to say. Shared: results are never changed. */
export const PLAIN_SUCCESS: TaskResult = Object.freeze(toTaskResult({ success: true }));

/** A failed result from an error message or anything thrown. */
export function toFailedResult(error: unknown, stopReason: StopReason = 'failed'): TaskResult {
  const isMessage = error === undefined || error === null || typeof error === 'string';
  const json: ErrorJson | null = isMessage ? null : errorToJson(error);
  return toTaskResult({
    success: false,
    errorMessage: isMessage ? (error ?? null) : (json?.message ?? null),
    error: json,
    retryable: false,
    stopReason,
  });
}

/** Checks a result read from JSON. */
export function checkTaskResult(name: string, value: unknown): TaskResult {
  const result = checkObject(name, value) as Record<keyof TaskResult, unknown>;
  const success = checkBoolean(`${name}.success`, result.success);
  checkStopReason(
    `${name}.stopReason`,
    success,
    checkOneOf(`${name}.stopReason`, result.stopReason, STOP_REASONS),
  );
  if (result.errorMessage !== null) checkString(`${name}.errorMessage`, result.errorMessage);
  if (result.error !== null) checkObject(`${name}.error`, result.error);
  if (!Array.isArray(result.artifacts)) {
    throw new InvalidArgumentError(`${name}.artifacts`, 'an array of artifacts', result.artifacts);
  }
  checkNumber(`${name}.executionTimeMs`, result.executionTimeMs, 0);
  checkObject(`${name}.metadata`, result.metadata);
  checkBoolean(`${name}.retryable`, result.retryable);
  checkObject(`${name}.usage`, result.usage);
  return value as TaskResult;
}

function checkStopReason(name: string, success: boolean, stopReason: StopReason): void {
  if (success === (stopReason === 'completed')) return;
  throw new InvalidArgumentError(
    name,
    success ? "'completed' for a success" : 'a reason of failure',
    stopReason,
  );
}
