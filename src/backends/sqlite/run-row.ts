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

export function notFound(id: string): OrchestratorError {
  return new OrchestratorError('not-found', `There is no run "${id}" of this tenant.`, {
    details: { runId: id },
  });
}
