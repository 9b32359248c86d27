import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Blow, killFlows, killSome } from '../../support/effects/kill-flows.ts';
import type { BackendTerms } from '../../support/effects/open-backend.ts';
import { POSTGRES_MISSING, POSTGRES_NOTE, PostgresServer } from '../../support/postgres/postgres-server.ts';

const LONG = 900_000;

it('200 kills of processes on one SQLite file lose nothing and repeat no finished effect', {
  timeout: LONG,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kills-'));
  try {
    const terms: BackendTerms = { backend: 'sqlite', path: join(folder, 'runs.db'), leaseMs: 1000 };
    const figures = await killFlows(terms, { seed: 2, blows: 200, width: 6 });
    console.log('SQLite', JSON.stringify(figures));
    expect(figures.kills).toBeGreaterThanOrEqual(200);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe.skipIf(POSTGRES_MISSING !== undefined)(
  `workflows of twenty effects on PostgreSQL${POSTGRES_NOTE}`,
  { timeout: LONG },
  () => {
    let server: PostgresServer;
    let terms: BackendTerms;
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    beforeEach(async () => {
      terms = { backend: 'dbos', connectionString: await server.createDatabase(), leaseMs: 1500 };
    });
    afterAll(() => server.remove());

    it('lose nothing and repeat no finished effect in 200 kills', async () => {
      const figures = await killFlows(terms, {
        seed: 3,
        blows: 200,
        width: 6,
      });
      console.log('PostgreSQL', JSON.stringify(figures));
      expect(figures.kills).toBeGreaterThanOrEqual(200);
    });

    it('nor when the database is killed and restarted as well', async () => {
      let times = 0;
      const blow: Blow = async (workers, random) => {
        times += 1;
        if (times % 2 === 1) return killSome(workers, random);
        await (times % 4 === 0 ? server.restart('fast') : server.kill());
        await sleep(random() * 1000);
        if (!server.isRunning) await server.start();
        return workers;
      };
      const figures = await killFlows(terms, { seed: 4, blows: 20, blow });
      console.log('database killed', JSON.stringify(figures));
    });

    it('nor when processes are paused for longer than their lease, and wake', async () => {
      const blow: Blow = async (workers, random) => {
        const victim = workers[Math.floor(random() * workers.length)];
        victim?.child.kill('SIGSTOP');
        await sleep(3500 + random() * 1500);
        victim?.child.kill('SIGCONT');
        return workers;
      };
      const figures = await killFlows(terms, {
        seed: 5,
        blows: 20,
        blow,
        isWoken: true,
      });
      console.log('paused', JSON.stringify(figures));
    });
  },
);
