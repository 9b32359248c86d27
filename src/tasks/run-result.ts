/** Finds a task's result in how its run ended. */
import type { RunInfo, RunOutcome } from '../contracts/backend.ts';
import type { StopReason, TaskResult } from '../contracts/task.ts';
import { errorFromJson } from '../shared/errors.ts';
import { isPlainObject, type JsonValue } from '../shared/json.ts';
import { toFailedResult } from './task-result.ts';

/** The `TaskResult` that a run holds, as its output or in its error's `details.result`; undefined when it holds none. */
export function heldResult(run: Pick<RunInfo, 'output' | 'error'>): TaskResult | undefined {
  if (isResult(run.output)) return run.output as unknown as TaskResult;
  const inError = run.error?.details['result'];
  return isResult(inError) ? (inError as unknown as TaskResult) : undefined;
}

/** A task's result out of how its run ended: one is made where the run was ended from outside. */
export function resultOfOutcome(outcome: RunOutcome): TaskResult {
  const held = heldResult(outcome);
  if (held !== undefined) return held;
  const error = outcome.error === null ? undefined : errorFromJson(outcome.error);
  return toFailedResult(
    error ?? `The run ended as ${outcome.status} without a result.`,
    stopReasonOf(outcome),
  );
}

function stopReasonOf({ status, error }: RunOutcome): StopReason {
  if (error?.code === 'dependency-failed' || error?.code === 'timed-out') return error.code;
  return status === 'cancelled' ? 'cancelled' : 'failed';
}

function isResult(value: JsonValue | undefined): boolean {
  return isPlainObject(value) && typeof value['success'] === 'boolean' && Array.isArray(value['artifacts']);
}
