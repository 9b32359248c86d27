/** The connections of a backend: the application's own pool, or one that is made for it. */
import type { Pool } from 'pg';
import type { ResolvedDbosOptions } from './dbos-options.ts';
import { loadPg } from './load-packages.ts';
import { type PoolPort, poolPort } from './pool-port.ts';

/** A connection that can't be made in this time is a database that is away. */
const CONNECT_MS = 5_000;

/** Rejects with `optional-package-missing`. */
export async function openPool({
  pool,
  connectionString,
  poolSize,
}: Pick<ResolvedDbosOptions, 'pool' | 'connectionString' | 'poolSize'>): Promise<PoolPort> {
  const driver = await loadPg();
  const parserOf = (oid: number): unknown => driver.types.getTypeParser(oid);
  if (pool !== undefined) return poolPort(pool as Pool, parserOf);
  const own = new driver.Pool({
    connectionString,
    max: poolSize,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    application_name: 'autogen-orchestrator',
  });
  // A connection that breaks while nobody uses it is replaced; one in use tells its user.
  own.on('error', () => undefined);
  own.on('connect', (client) => client.on('error', () => undefined));
  return poolPort(own, parserOf);
}
