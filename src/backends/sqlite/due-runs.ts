/** What time does to runs that are in the file, whoever has them. */

import type { RunRow } from '../driving/run-row.ts';
import type { Database } from './database.ts';

/** Delayed runs whose time has come queue for a slot. */
export function wakeDelayed(database: Database, now: number): void {
  // A look costs no lock.
  if (!database.get("SELECT 1 FROM runs WHERE status = 'waiting' AND blockers = 0 AND ready_at <= ?", now))
    return;
  database.run(
    "UPDATE runs SET status = 'queued' WHERE status = 'waiting' AND blockers = 0 AND ready_at <= ?",
    now,
  );
}

/** When the next delayed run is due; undefined when there is none. */
export function nextDelayed(database: Database): number | undefined {
  const sql = "SELECT min(ready_at) AS at FROM runs WHERE status = 'waiting' AND blockers = 0";
  return database.get<{ at: number | null }>(sql)?.at ?? undefined;
}

/** Open runs whose time is up. */
export function lateRuns(database: Database, now: number): readonly RunRow[] {
  return database.all<RunRow>(
    'SELECT * FROM runs WHERE deadline_at <= ? AND deadline_at IS NOT NULL AND completed_at IS NULL',
    now,
  );
}
