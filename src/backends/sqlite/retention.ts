/** Forgets what ended long ago, so that the file stays small; what open runs need is kept. */
import type { Database } from './database.ts';

/** Runs forgotten in one transaction, so that others get their turn. */
const BATCH = 200;

export interface Forgotten {
  readonly count: number;
  /** Nothing is left that could be forgotten now. */
  readonly isDone: boolean;
}

/**
 * Forgets runs that ended before a time, with their journals and signals. Goes on until all are gone or `isEnough`: the
 * event loop stands still meanwhile.
 */
export function forgetEndedBefore(
  database: Database,
  before: number,
  now: number,
  isEnough: () => boolean = () => false,
): Forgotten {
  let total = 0;
  for (;;) {
    const count = database.transaction(() => forgetSome(database, before));
    total += count;
    if (count < BATCH) {
      database.transaction(() => forgetLanes(database, now));
      return { count: total, isDone: true };
    }
    if (isEnough()) return { count: total, isDone: false };
  }
}

function forgetSome(database: Database, before: number): number {
  const seqs = database.all<{ seq: number }>(
    `SELECT seq FROM runs AS ended WHERE completed_at < ? AND owner IS NULL
       AND NOT EXISTS (SELECT 1 FROM runs AS parent WHERE parent.seq = ended.parent AND parent.completed_at IS NULL)
       AND NOT EXISTS (
         SELECT 1 FROM dependencies JOIN runs AS later ON later.seq = dependencies.run
         WHERE dependencies.dependency = ended.seq AND later.completed_at IS NULL)
     LIMIT ${BATCH}`,
    before,
  );
  const list = JSON.stringify(seqs.map(({ seq }) => seq));
  for (const [table, column] of [
    ['journal', 'run'],
    ['signals', 'run'],
    ['dependencies', 'run'],
    ['dependencies', 'dependency'],
    ['runs', 'seq'],
  ]) {
    database.run(`DELETE FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?))`, list);
  }
  return seqs.length;
}

/** Forgets tenants and queues that have nothing left, and starts that no rate counts any more. */
function forgetLanes(database: Database, now: number): void {
  database.run(
    `DELETE FROM lanes WHERE ready = 0 AND held = 0 AND unstarted = 0 AND opens_at <= ?
       AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.queue = lanes.queue AND runs.tenant = lanes.tenant AND completed_at IS NULL)`,
    now,
  );
  database.run(
    `DELETE FROM starts WHERE at + coalesce(
       (SELECT rate_ms FROM queue_tenants AS own WHERE own.queue = starts.queue AND own.tenant = starts.tenant),
       (SELECT CASE starts.tenant WHEN '' THEN rate_ms ELSE tenant_rate_ms END FROM queues WHERE name = starts.queue),
       0) <= ?`,
    now,
  );
  database.run(
    `DELETE FROM queues WHERE ready = 0 AND held = 0 AND unstarted = 0 AND has_rates = 0
       AND coalesce(concurrency, per_tenant, max_waiting, aging_ms) IS NULL
       AND NOT EXISTS (SELECT 1 FROM lanes WHERE lanes.queue = queues.name)
       AND NOT EXISTS (SELECT 1 FROM queue_tenants AS own WHERE own.queue = queues.name)`,
  );
}
