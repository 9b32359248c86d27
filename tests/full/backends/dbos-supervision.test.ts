import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  enqueueChains,
  finish,
  keepBusy,
  killAmongAllStates,
  killAndTakeOver,
  killDatabaseAtTakeOver,
  killLeaderAtTakeOver,
  pauseAndWake,
  repeatedBodies,
  restartDatabase,
  spreadPoison,
  twoAtWork,
} from '../../backends/supervision/scenarios.ts';
import { Workshop } from '../../backends/supervision/workshop.ts';
import { POSTGRES_MISSING, POSTGRES_NOTE, PostgresServer } from '../../support/postgres/postgres-server.ts';

const LEASE_MS = 3000;

let server: PostgresServer;
let workshop: Workshop;
beforeAll(async () => {
  if (POSTGRES_MISSING === undefined) server = await PostgresServer.start();
}, 60_000);
afterEach(() => workshop?.close());
afterAll(() => server?.remove());

async function open(leaseMs = LEASE_MS): Promise<Workshop> {
  workshop = await Workshop.open(server, leaseMs);
  return workshop;
}

describe.skipIf(POSTGRES_MISSING !== undefined)(`supervised executors in numbers${POSTGRES_NOTE}`, () => {
  it('take over 500 runs of six steps', async () => {
    const figures = await killAndTakeOver(await open(), { runs: 500, steps: 6, stepMs: 1000 });
    console.log('killed', figures);
    expect(figures.repeated).toBeLessThanOrEqual(figures.runs);
  });

  it.each([1, 2, 3, 4, 5])('begin nothing when they wake, time %i', async () => {
    const load = { runs: 100, steps: 8, stepMs: 300 };
    const figures = await pauseAndWake(await open(), load, { pauseMs: 9000, sleepers: 60 });
    console.log('paused', figures);
    expect(figures.zombies).toBe(0);
  });

  it('stand three restarts of the database', async () => {
    await restartDatabase(await open(), server, { runs: 300, steps: 60, stepMs: 200 }, 3);
  });

  it('hand over all of 300 runs or none when the database is killed at it', async () => {
    await killDatabaseAtTakeOver(await open(), server, { runs: 300, steps: 5, stepMs: 700 }, 2000);
  });

  it('outlive a database that is away for two leases; nobody is declared dead', async () => {
    const { victim, heir, runs } = await twoAtWork(await open(), { runs: 60, steps: 6, stepMs: 500 });
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, LEASE_MS * 2));
    await server.start();
    const from = Date.now();
    await finish(workshop, runs);
    console.log('away', Date.now() - from);
    for (const executor of [victim, heir])
      expect([executor.isAlive, executor.heard('executor-lost')]).toEqual([true, undefined]);
    expect(repeatedBodies(await workshop.starts())).toBe(0);
  });

  it('hand over once when the one that does it is killed at it', async () => {
    await killLeaderAtTakeOver(await open(), { runs: 300, steps: 5, stepMs: 700 });
  });

  it('keep sleeps, messages, children, cancellations, deadlines and keys', async () => {
    await killAmongAllStates(await open(), 5);
  });

  it('give up when their main thread does nothing for too long', async () => {
    expect(await keepBusy(await open(600), 5000, 1200)).toMatchObject({ bodies: 2, buried: false });
  });

  it('park a run that ends its processes, and tell its history', async () => {
    const room = await open(1000);
    // One more than its limit of two, and the first.
    expect(await spreadPoison(room)).toBe(3);
    const teller = await room.executor();
    teller.signal('SIGUSR2');
    const { parked = [] } = await teller.hear('parked');
    expect(parked.map(({ workflowId, name, history }) => [workflowId, name, history.length])).toEqual([
      ['poison', 'poison', 3],
    ]);
  });

  it('leave runs of another version to executors of that version', async () => {
    const room = await open(1000);
    const old = await room.executor();
    const runs = await enqueueChains(room, { runs: 5, steps: 2, stepMs: 1500 });
    await expect.poll(async () => (await room.starts()).length, { timeout: 20_000 }).toBe(5);
    await old.kill();
    const next = await room.executor({ version: 'v2' });
    expect((await next.hear('executor-buried')).runs).toBe(5);
    const missing = await next.hear('version-missing');
    expect([missing.version, missing.runs]).toEqual(['v1', 5]);
    expect(await room.statuses()).toEqual({ ENQUEUED: 5 });
    await room.executor();
    await finish(room, runs);
  });
});
