/** Forgets what ended long ago, so that the tables stay small; what open runs need is kept. */
import type { RunRow } from '../driving/run-row.ts';
import type { Database } from './database.ts';

/** Runs forgotten in one statement, so that others get their turn. */
const BATCH = 1000;

/** What names the attempts of a run. */
export type Forgotten = Pick<RunRow, 'seq' | 'tenant' | 'id' | 'token'>;

/** Forgets runs that ended before a time, with their journals, signals and attempts in DBOS. Resolves to their number. */
export async function forgetEndedBefore(
  database: Database,
  before: number,
  deleteAttempts: (rows: readonly Forgotten[]) => Promise<void>,
): Promise<number> {
  let total = 0;
  for (;;) {
    const rows = await forgettable(database, before);
    if (rows.length > 0) {
      // First: should the process end here, the runs are found again.
      await deleteAttempts(rows);
      await database.all(`SELECT ${database.schema}.forget($1)`, [rows.map(({ seq }) => seq)]);
    }
    total += rows.length;
    if (rows.length < BATCH) return total;
  }
}

function forgettable(database: Database, before: number): Promise<readonly Forgotten[]> {
  const { schema } = database;
  return database.all<Forgotten>(
    `SELECT seq, tenant, id, token FROM ${schema}.runs AS ended WHERE completed_at < $1 AND owner IS NULL
       AND NOT EXISTS (SELECT 1 FROM ${schema}.runs AS parent
         WHERE parent.seq = ended.parent AND parent.completed_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM ${schema}.dependencies AS d JOIN ${schema}.runs AS later ON later.seq = d.run
         WHERE d.dependency = ended.seq AND later.completed_at IS NULL)
     ORDER BY completed_at LIMIT ${BATCH}`,
    [before],
  );
}

/** Forgets starts that no rate counts any more. */
export async function forgetStarts(database: Database, now: number): Promise<void> {
  const { schema } = database;
  await database.all(
    `DELETE FROM ${schema}.starts AS s USING ${schema}.queues AS q
     WHERE q.name = s.queue AND s.at <= $1 - CASE WHEN s.tenant IS NULL THEN q.rate_ms ELSE coalesce(
       (SELECT rate_ms FROM ${schema}.queue_tenants AS t WHERE t.queue = s.queue AND t.tenant = s.tenant),
       q.tenant_rate_ms) END`,
    [now],
  );
}
