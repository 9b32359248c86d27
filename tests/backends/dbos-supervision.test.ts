import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { POSTGRES_MISSING, POSTGRES_NOTE, PostgresServer } from '../support/postgres/postgres-server.ts';
import {
  killAndTakeOver,
  killDatabaseAtTakeOver,
  pauseAndWake,
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

describe.skipIf(POSTGRES_MISSING !== undefined)(`supervised executors${POSTGRES_NOTE}`, () => {
  it('take over all runs of one that is killed, and begin no recorded step again', {
    timeout: 60_000,
  }, async () => {
    const room = await open();
    const figures = await killAndTakeOver(room, { runs: 30, steps: 5, stepMs: 400 });
    console.log(figures);
    expect(figures.runs).toBeGreaterThan(0);
    expect(figures.repeated).toBeLessThanOrEqual(figures.runs);
  });

  it('begin no step of a run that was taken over when they wake, and go on as another one', {
    timeout: 60_000,
  }, async () => {
    const room = await open();
    const figures = await pauseAndWake(
      room,
      { runs: 20, steps: 6, stepMs: 400 },
      { pauseMs: 4000, sleepers: 10 },
    );
    console.log(figures);
    expect(figures.zombies).toBe(0);
  });

  it('are not brought down by an ordinary restart of the database', { timeout: 90_000 }, async () => {
    const from = Date.now();
    await restartDatabase(await open(), server, { runs: 40, steps: 20, stepMs: 100 }, 2);
    console.log('restart', Date.now() - from);
  });

  it('hand over all runs or none when the database is killed at it', { timeout: 90_000 }, async () => {
    const from = Date.now();
    await killDatabaseAtTakeOver(await open(), server, { runs: 30, steps: 5, stepMs: 400 }, 500);
    console.log('killdb', Date.now() - from);
  });
});
