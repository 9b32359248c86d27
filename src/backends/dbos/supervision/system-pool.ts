/** DBOS's connections to its own tables, as a supervised executor needs them. */
import type { Pool, PoolConfig } from 'pg';

type Driver = typeof import('pg');

export interface SystemPoolOptions {
  readonly connection: string;
  readonly size: number;
  readonly executorId: string;
  readonly version: string;
  /** A session that waits inside a transaction for this long is ended by the database. */
  readonly idleMs: number;
}

/** As DBOS names its own. Whoever declares an executor dead ends its sessions by this name. */
export function sessionName(executorId: string, version: string): string {
  const name = `dbos_transact_${executorId}_${version}`;
  return Buffer.from(name).subarray(0, 63).toString();
}

/** Of an address the name of the session is taken out: it would win over ours. */
export function withoutSessionName(connection: string): string {
  const url = new URL(connection);
  url.searchParams.delete('application_name');
  return url.href;
}

/** DBOS sets neither listeners nor the time limit on a pool that it is given. */
export function systemPool(
  driver: Driver,
  { connection, size, executorId, version, idleMs }: SystemPoolOptions,
): Pool {
  const pool = new driver.Pool({
    connectionString: withoutSessionName(connection),
    max: size,
    application_name: sessionName(executorId, version),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // Awaited before anybody gets the connection; a failure is theirs to hear.
    onConnect: (async (client) => {
      client.on('error', () => undefined);
      await client.query(`SET idle_in_transaction_session_timeout = ${idleMs}`);
    }) as NonNullable<PoolConfig['onConnect']>,
  });
  // A session that the database ends tells its user; nobody hears it between two users, and that would end the process.
  pool.on('error', () => undefined);
  return pool;
}

/** Resolves when nobody uses it any more. */
export async function endPool(pool: Pool): Promise<void> {
  await pool.end().catch(() => undefined);
}
