/** What time does to runs that are in the database, whoever has them. */
import type { RunRow } from '../driving/run-row.ts';
import type { Database } from './database.ts';

/** Taken in one statement. */
const MOST = 1000;

/** Delayed runs whose time has come queue for a slot. */
export async function wakeDelayed(database: Database, now: number): Promise<void> {
  const { schema } = database;
  await database.all(
    `UPDATE ${schema}.runs SET status = 'queued' WHERE status = 'waiting' AND blockers = 0 AND seq IN (
       SELECT seq FROM ${schema}.runs WHERE status = 'waiting' AND blockers = 0 AND ready_at <= $1
       ORDER BY ready_at LIMIT ${MOST} FOR UPDATE SKIP LOCKED)`,
    [now],
  );
}

/** Open runs whose time is up. */
export function lateRuns(
  database: Database,
  now: number,
): Promise<readonly Pick<RunRow, 'seq' | 'id' | 'timeout_ms'>[]> {
  return database.all(
    `SELECT seq, id, timeout_ms FROM ${database.schema}.runs
     WHERE deadline_at <= $1 AND deadline_at IS NOT NULL AND completed_at IS NULL LIMIT ${MOST}`,
    [now],
  );
}

/** When the next delay or time limit is over; undefined when none is open. */
export async function nextDueAt(database: Database): Promise<number | undefined> {
  const { schema } = database;
  const row = await database.get<{ at: number | null }>(
    `SELECT least(
       (SELECT min(ready_at) FROM ${schema}.runs WHERE status = 'waiting' AND blockers = 0),
       (SELECT min(deadline_at) FROM ${schema}.runs WHERE deadline_at IS NOT NULL AND completed_at IS NULL)) AS at`,
    [],
  );
  return row?.at ?? undefined;
}
