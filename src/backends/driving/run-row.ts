/** One row of the table of runs, and what callers are told of it. */
import type { RunInfo, RunOutcome, RunStatus } from '../../contracts/backend.ts';
import { type ErrorCode, type ErrorJson, OrchestratorError } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';

export interface RunRow {
  readonly seq: number;
  readonly tenant: string;
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly status: RunStatus;
  readonly priority: number;
  readonly dependencies: string;
  readonly parent: number | null;
  readonly parent_id: string | null;
  readonly input: string;
  readonly output: string;
  readonly error: string | null;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly completed_at: number | null;
  readonly ready_at: number;
  readonly blockers: number;
  readonly timeout_ms: number | null;
  readonly deadline_at: number | null;
  readonly owner: string | null;
  readonly token: number;
  readonly slot: number;
  readonly losses: number;
  readonly history: string;
}

export function infoOf(row: RunRow): RunInfo {
  const { id, name, tenant, queue, status, priority } = row;
  return {
    id,
    name,
    tenant,
    queue,
    status,
    priority,
    dependencies: JSON.parse(row.dependencies) as string[],
    parentId: row.parent_id,
    input: JSON.parse(row.input) as JsonValue,
    output: JSON.parse(row.output) as JsonValue,
    error: errorOf(row),
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
  };
}

/** Only for a run that is over. */
export function outcomeOf(row: RunRow): RunOutcome {
  return {
    status: row.status as RunOutcome['status'],
    output: JSON.parse(row.output) as JsonValue,
    error: errorOf(row),
  };
}

function errorOf({ error }: RunRow): ErrorJson | null {
  return error === null ? null : (JSON.parse(error) as ErrorJson);
}

/** The error that a run ends with when it is ended from outside. */
export function endedBy(
  id: string,
  code: ErrorCode,
  what: string,
  details: Record<string, JsonValue> = {},
): OrchestratorError {
  return new OrchestratorError(code, `Run "${id}" ${what}.`, { details: { runId: id, ...details } });
}

/** The error of a run that was cancelled by a caller, who may have said why. */
export function cancelledFor(id: string, reason: string | undefined): OrchestratorError {
  if (reason === undefined) return endedBy(id, 'cancelled', 'was cancelled');
  return endedBy(id, 'cancelled', `was cancelled: ${reason.replace(/\.$/, '')}`, { reason });
}

export function notFound(id: string): OrchestratorError {
  return new OrchestratorError('not-found', `There is no run "${id}" of this tenant.`, {
    details: { runId: id },
  });
}

/** The error of what is written for a run that this process holds no longer. */
export function lostRun(id: string): OrchestratorError {
  const why = 'it was ended, or its lease ran out and another process took it over';
  return endedBy(id, 'stopped', `is no longer this process's: ${why}`);
}

/** The error of a run that waited for one that did not complete. */
export function dependencyFailed(id: string, dependency: string): OrchestratorError {
  const what = `was cancelled since "${dependency}", on which it depends, did not complete`;
  return endedBy(id, 'dependency-failed', what, { dependency });
}

/** The error of a child whose parent was cancelled. */
export function cancelledWith(id: string, parentId: string): OrchestratorError {
  return endedBy(id, 'cancelled', `was cancelled together with "${parentId}"`, { parentId });
}

/** The error of a run that was lost together with too many workers in a row. */
export function givenUp(id: string, losses: number, history: readonly JsonValue[]): OrchestratorError {
  const what = `was given up: ${losses} workers in a row were lost while they ran it, and no step was finished`;
  return endedBy(id, 'limit-reached', what, { losses, history });
}

/** Smaller is sooner: a run that waits gains on all that come later, at the same rate. */
export function rankOf(createdAt: number, priority: number, agingMs: number | null): number {
  return agingMs === null ? -priority : createdAt / agingMs - priority;
}
