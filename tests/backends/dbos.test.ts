import { DBOS } from '@dbos-inc/dbos-sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DbosBackend } from '../../src/backends/dbos/index.ts';
import { Supervisor } from '../../src/backends/dbos/supervision/supervisor.ts';
import { backendConformance } from '../../src/testing/backend-conformance.ts';
import { seededIds } from '../../src/testing/seeded.ts';
import { POSTGRES_MISSING, POSTGRES_NOTE, PostgresServer } from '../support/postgres/postgres-server.ts';
import { SettlingClock } from './dbos/settling-clock.ts';
import { WatchedPool } from './dbos/watched-pool.ts';

/** Turns of the event loop with no question open that count as quiet. */
const QUIET_TURNS = 6;

describe.skipIf(POSTGRES_MISSING !== undefined)(`the DBOS backend keeps the contract${POSTGRES_NOTE}`, () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => {
    unhandled.push(reason);
  };
  const leftTimers: number[] = [];
  let server: PostgresServer;
  let url: string;
  let dbosPool: WatchedPool;
  /** The connection with which DBOS listens. */
  let ownUse = 0;
  let pool: WatchedPool;
  let keeper: DbosBackend;
  let schemas = 0;
  /** Steps that ask whether they may begin: their answers come from a thread of its own. */
  let guards = 0;

  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      if (!pool.isQuiet || dbosPool.inUse > ownUse || guards > 0) quiet = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  beforeAll(async () => {
    process.on('unhandledRejection', onUnhandled);
    const { guard } = Supervisor.prototype;
    vi.spyOn(Supervisor.prototype, 'guard').mockImplementation(async function (this: Supervisor, signal) {
      guards += 1;
      try {
        await guard.call(this, signal);
      } finally {
        guards -= 1;
      }
    });
    server = await PostgresServer.start();
    url = await server.createDatabase();
    // An application's own DBOS, shared by all these backends.
    dbosPool = new WatchedPool(url, 20);
    DBOS.setConfig({
      name: 'contract',
      executorID: 'contract-1',
      applicationVersion: '1',
      systemDatabaseUrl: url,
      systemDatabasePool: dbosPool.pool,
      logLevel: 'error',
    });
    // Prepared before the launch; as long as it works DBOS stays supervised.
    keeper = new DbosBackend({ connectionString: url, dbos: DBOS });
    await DBOS.launch();
    await keeper.start();
    ownUse = 1;
  }, 60_000);
  afterAll(async () => {
    await keeper.stop();
    await DBOS.shutdown();
    await dbosPool.end();
    await server.remove();
    process.off('unhandledRejection', onUnhandled);
  }, 60_000);

  const cases = backendConformance({
    create: async () => {
      schemas += 1;
      const schema = `contract_${schemas}`;
      const clock = new SettlingClock(settle);
      const ids = seededIds();
      const open = (): DbosBackend => {
        pool = new WatchedPool(url, 3);
        return new DbosBackend({ connectionString: url, schema, pool, dbos: DBOS, clock, ids });
      };
      return {
        backend: open(),
        advance: (milliseconds) => clock.advance(milliseconds),
        restart: async () => {
          pool.die();
          clock.forget();
          // What the transaction does that declares an executor dead.
          const [known] = await server.query(
            'SELECT to_regprocedure($1) AS bury',
            [`${schema}.bury(text)`],
            url,
          );
          if ((known as { bury: string | null }).bury !== null)
            await server.query(`SELECT ${schema}.bury($1)`, [DBOS.executorID], url);
          return open();
        },
        close: async () => {
          leftTimers.push(clock.pendingTimers);
          await pool.end();
        },
      };
    },
  });

  for (const { name, run } of cases) it(name, run);

  it('leaves no timer after any of these, and no rejection unhandled', () => {
    expect(leftTimers.length).toBeGreaterThan(80);
    expect(leftTimers.filter((count) => count > 0)).toEqual([]);
    expect(unhandled).toEqual([]);
  });
});
