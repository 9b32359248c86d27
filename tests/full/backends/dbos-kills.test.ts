/** Workers on PostgreSQL are killed again and again, two at a time at work, and the database once in a while. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/shared/seeded-random.ts';
import { type Worker, Workshop } from '../../backends/dbos/workshop.ts';
import { POSTGRES_MISSING, POSTGRES_NOTE, PostgresServer } from '../../support/postgres/postgres-server.ts';

const LEASE_MS = 1_000;
const LONG = 280_000;
const STEPS = 10;
const RUNS = 240;
const SLOTS = 5;
const TENANT = 'north';

describe.skipIf(POSTGRES_MISSING !== undefined)(
  `workers on PostgreSQL that are killed${POSTGRES_NOTE}`,
  { timeout: LONG },
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    }, LONG);
    afterAll(() => server.remove(), LONG);

    it.each([
      { seed: 1, kills: 20, restarts: 0 },
      { seed: 2, kills: 10, restarts: 4 },
    ])(
      'lose no run and repeat no finished step: $kills kills, $restarts of the database',
      async ({ seed, kills, restarts }) => {
        const random = seededRandom(seed);
        const options = { leaseMs: LEASE_MS, maxLosses: 1000, pollMs: 200 };
        const workshop = await new Workshop(await server.createDatabase(), options).open();
        try {
          const client = workshop.client();
          await client.setQueue('work', { concurrency: SLOTS });
          const input = { count: STEPS, milliseconds: 60 };
          const ids = await Promise.all(
            Array.from(
              { length: RUNS },
              async (_, n) =>
                (await client.submit('steps', input, { id: `run-${n}`, queue: 'work', tenant: TENANT })).id,
            ),
          );
          let workers: readonly Worker[] = [await workshop.worker(), await workshop.worker()];
          for (let kill = 0; kill < kills; kill += 1) {
            await new Promise((resolve) => setTimeout(resolve, random() * 800));
            const [first, second] = random() < 0.5 ? workers : [...workers].reverse();
            await first?.kill();
            if (restarts > 0 && kill % Math.ceil(kills / restarts) === 0) {
              await server.kill();
              await server.start();
            }
            workers = [second as Worker, await workshop.worker()];
          }
          for (const id of ids) {
            const { status, output } = await client.store.result(id, TENANT, { timeoutMs: 120_000 });
            expect([id, status, output]).toEqual([id, 'completed', 'all steps']);
          }
          let repeated = 0;
          for (const id of ids) {
            const steps = workshop.written.filter(([run]) => run === id).map(([, step]) => Number(step));
            // One that is followed by the next one was finished: it is not seen again.
            expect(steps).toEqual([...steps].sort((a, b) => a - b));
            expect(new Set(steps).size).toBe(STEPS);
            repeated += steps.length - STEPS;
          }
          expect(repeated).toBeGreaterThan(0);
          expect(repeated).toBeLessThanOrEqual((kills + restarts) * SLOTS);
          console.log(
            `seed ${seed}: ${kills} kills, ${restarts} of the database, ${repeated} steps done again of ${RUNS * STEPS}`,
          );
        } finally {
          await workshop.close();
        }
      },
    );
  },
);
