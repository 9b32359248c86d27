import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { POSTGRES_MISSING, POSTGRES_NOTE, PostgresServer } from '../support/postgres/postgres-server.ts';
import {
  enqueueChains,
  finish,
  keepBusy,
  killAndTakeOver,
  killDatabaseAtTakeOver,
  killLeaderAtTakeOver,
  pauseAndWake,
  pauseInTheFirst,
  restartDatabase,
} from './supervision/scenarios.ts';
import { Workshop } from './supervision/workshop.ts';

const LEASE_MS = 1500;

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

const PATIENT = { timeout: 90_000 };

describe.skipIf(POSTGRES_MISSING !== undefined)(`supervised executors${POSTGRES_NOTE}`, () => {
  it('take over all runs of one that is killed, and begin no recorded step again', PATIENT, async () => {
    const figures = await killAndTakeOver(await open(), { runs: 30, steps: 4, stepMs: 400 });
    expect(figures.runs).toBeGreaterThan(0);
    expect(figures.repeated).toBeLessThanOrEqual(figures.runs);
  });

  it('begin no step of a run that was taken over when they wake, and go on as others', PATIENT, async () => {
    const room = await open();
    const load = { runs: 20, steps: 4, stepMs: 400 };
    const figures = await pauseAndWake(room, load, { pauseMs: 3500, sleepers: 10 });
    expect(figures.runs).toBeGreaterThan(0);
    expect(figures.zombies).toBe(0);
  });

  it(
    'begin none of several steps that were allowed to at once when they are paused in the first',
    PATIENT,
    async () => {
      expect(await pauseInTheFirst(await open(), 6)).toBe(0);
    },
  );

  it('are not brought down by an ordinary restart of the database', PATIENT, async () => {
    await restartDatabase(await open(), server, { runs: 40, steps: 12, stepMs: 100 }, 2);
  });

  it('hand over all runs or none when the database is killed at it', PATIENT, async () => {
    await killDatabaseAtTakeOver(await open(), server, { runs: 20, steps: 4, stepMs: 400 }, 300);
  });

  it(
    'hand over all runs or none when the one that does it is killed at it, and only once',
    PATIENT,
    async () => {
      await killLeaderAtTakeOver(await open(), { runs: 20, steps: 4, stepMs: 400 });
    },
  );

  it('live on while a step keeps the main thread for itself', PATIENT, async () => {
    expect(await keepBusy(await open(600), 4000, 60_000)).toEqual({
      bodies: 1,
      buried: false,
      lost: undefined,
    });
  });

  it('hand their runs over at once when they say goodbye', PATIENT, async () => {
    const room = await open(60_000);
    const leaving = await room.executor();
    const runs = await enqueueChains(room, { runs: 5, steps: 2, stepMs: 1500 });
    await expect.poll(async () => (await room.starts()).length, { timeout: 20_000 }).toBe(runs.length);
    leaving.signal('SIGTERM');
    const heir = room.begin();
    expect(await leaving.exit()).toBe(0);
    await heir.hear('ready');
    await finish(room, runs);
  });

  it('are patient with one that has not begun yet', PATIENT, async () => {
    const room = await open(300);
    const watcher = await room.executor();
    await room.query(
      `INSERT INTO dbos_supervision.executors (id, application, version, sessions, on_death, lease_ms, beat, host, pid)
       VALUES ('unborn', 'test', 'v1', '{}', '{}', 300, 0, 'h', 1), ('silent', 'test', 'v1', '{}', '{}', 300, 4, 'h', 1)`,
    );
    expect((await watcher.hear('executor-buried')).executorId).toBe('silent');
    const states = 'SELECT id, state FROM dbos_supervision.executors WHERE id <> $1 ORDER BY id';
    expect(await room.query(states, [watcher.executorId])).toEqual([
      { id: 'silent', state: 'dead' },
      { id: 'unborn', state: 'alive' },
    ]);
  });

  it("take an application's own DBOS as it is, if no other process has its id", PATIENT, async () => {
    const room = await open();
    const own = await room.executor({ ownId: 'machine-7' });
    expect(own.executorId).toBe('machine-7');
    const twin = room.begin({ ownId: 'machine-7' });
    const nameless = room.begin({ ownId: 'local' });
    expect([await twin.exit(), await nameless.exit()]).toEqual([1, 1]);
    expect(twin.errors).toContain('Another process is, or was, the executor "machine-7"');
    expect(nameless.errors).toContain('the default of every process');
    const runs = await enqueueChains(room, { runs: 4, steps: 2, stepMs: 1000 });
    await expect.poll(async () => (await room.starts()).length, { timeout: 20_000 }).toBe(runs.length);
    await own.kill();
    expect((await room.begin().hear('executor-buried')).executorId).toBe('machine-7');
    await finish(room, runs);
  });
});
