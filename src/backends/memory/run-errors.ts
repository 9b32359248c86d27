/** The errors that runs end with when they are ended from outside. */
import { type ErrorCode, OrchestratorError } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { RunRecord } from './run-record.ts';

export function endedBy(
  { terms: { id } }: RunRecord,
  code: ErrorCode,
  what: string,
  details: Record<string, JsonValue> = {},
): OrchestratorError {
  return new OrchestratorError(code, `Run "${id}" ${what}.`, { details: { runId: id, ...details } });
}

export function dependencyFailed(run: RunRecord, dependency?: string): OrchestratorError {
  const which = dependency === undefined ? 'a run it depends on' : `"${dependency}", on which it depends,`;
  return endedBy(
    run,
    'dependency-failed',
    `was cancelled since ${which} did not complete`,
    dependency === undefined ? {} : { dependency },
  );
}
