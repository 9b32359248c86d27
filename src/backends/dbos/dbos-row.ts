/** A row of runs as PostgreSQL gives it, and as all backends read it. */
import { errorToJson } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import { cancelledWith, dependencyFailed, givenUp, type RunRow } from '../driving/run-row.ts';

/** How the database notes that a run ended with another one, or with its workers. */
type Cause = 'dependency' | 'parent' | 'losses';

export interface DbosRow extends Omit<RunRow, 'slot'> {
  readonly slot: boolean;
  readonly cause: Cause | null;
  readonly cause_id: string | null;
}

/** Writes the error out that the database noted in short. */
export function runRowOf(row: DbosRow): RunRow {
  return { ...row, slot: row.slot ? 1 : 0, error: row.error ?? errorOf(row) };
}

function errorOf({ id, cause, cause_id: causeId, losses, history }: DbosRow): string | null {
  if (cause === null) return null;
  const other = causeId ?? '';
  const error =
    cause === 'dependency'
      ? dependencyFailed(id, other)
      : cause === 'parent'
        ? cancelledWith(id, other)
        : givenUp(id, losses, JSON.parse(history) as JsonValue[]);
  return JSON.stringify(errorToJson(error));
}
