/** A durable backend for processes that are made to be killed. */
import type { DbosBackend } from '../../../src/backends/dbos/index.ts';
import type { SqliteBackend } from '../../../src/backends/sqlite/index.ts';
import { systemClock } from '../../../src/shared/time.ts';

/** Where runs are, as JSON that a process is handed. */
export type BackendTerms =
  | {
      readonly backend: 'sqlite';
      readonly path: string;
      readonly leaseMs: number;
      /** How far ahead the process's clock is: a life that is later than the lease of the one before need not wait. */
      readonly aheadMs?: number;
    }
  | { readonly backend: 'dbos'; readonly connectionString: string; readonly leaseMs: number };

/** Losing many workers is what these runs are for. */
const MAX_LOSSES = 100_000;

export async function openBackend(terms: BackendTerms): Promise<SqliteBackend | DbosBackend> {
  const { leaseMs } = terms;
  if (terms.backend === 'sqlite') {
    const { SqliteBackend } = await import('../../../src/backends/sqlite/index.ts');
    const { path, aheadMs = 0 } = terms;
    const clock = { now: () => Date.now() + aheadMs, after: systemClock.after };
    return new SqliteBackend({ path, leaseMs, pollMs: 25, maxLosses: MAX_LOSSES, clock });
  }
  const { DbosBackend } = await import('../../../src/backends/dbos/index.ts');
  const { connectionString } = terms;
  return new DbosBackend({ connectionString, leaseMs, pollMs: 200, poolSize: 6, maxLosses: MAX_LOSSES });
}
