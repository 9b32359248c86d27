/** Processes that were taken for dead, or whose start or look went wrong half-way: nothing of what they had is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Alarms } from '../../src/backends/driving/alarms.ts';
import { Database } from '../../src/backends/sqlite/database.ts';
import { SqliteBackend, type SqliteBackendOptions } from '../../src/backends/sqlite/index.ts';
import { loadDriver } from '../../src/backends/sqlite/load-driver.ts';
import { SqliteRunStore } from '../../src/backends/sqlite/sqlite-run-store.ts';
import { Watches } from '../../src/backends/sqlite/watches.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

const TERMS = { queue: 'work', tenant: 'north' };
const LEASE_MS = 1000;
let folder = '';
let path = '';
const opened: SqliteBackend[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sqlite-coming-back-'));
  path = join(folder, 'runs.db');
});
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.stop();
  rmSync(folder, { recursive: true, force: true });
});

function backend(options: Partial<SqliteBackendOptions> = {}): SqliteBackend {
  const made = new SqliteBackend({ path, pollMs: 10, leaseMs: LEASE_MS, cancelGraceMs: 0, ...options });
  opened.push(made);
  return made;
}

/** Writes to the file with SQLite itself. */
function sql(statement: string): void {
  const connection = new (loadDriver().DatabaseSync)(path);
  connection.exec(statement);
  connection.close();
}

it('a process that was given up takes no run under its old name: nobody would ever take that back', async () => {
  const asleep = new ManualClock();
  const awake = new ManualClock();
  const sleeper = backend({ clock: asleep });
  let begun = 0;
  let isUnaware = true;
  sleeper.register('work', async ({ signal }) => {
    begun += 1;
    // Long enough to be at work when the process finds out.
    if (isUnaware) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return 'done';
  });
  await sleeper.start();
  const other = backend({ clock: awake });
  await other.start();
  await awake.advance(LEASE_MS * 2);
  // It wakes, and looks for work before it looks after its lease.
  const { id } = await sleeper.submit('work', null, TERMS);
  await new Promise(setImmediate);
  isUnaware = false;
  await asleep.advance(LEASE_MS * 3);
  expect(await sleeper.store.get(id, 'north')).toMatchObject({ status: 'completed', output: 'done' });
  expect(begun).toBe(1);
});

it('a process that was given up joins again as soon as the file can be written', async () => {
  const clock = new ManualClock();
  const made = backend({ clock });
  made.register('work', async () => 'done');
  await made.start();
  sql(`DELETE FROM workers;
    CREATE TRIGGER not_now BEFORE INSERT ON workers BEGIN SELECT RAISE(ABORT, 'not now'); END`);
  await clock.advance(LEASE_MS);
  const { id } = await made.submit('work', null, TERMS);
  await clock.advance(LEASE_MS);
  expect((await made.store.get(id, 'north'))?.status).toBe('queued');
  sql('DROP TRIGGER not_now');
  await clock.advance(LEASE_MS);
  expect((await made.store.get(id, 'north'))?.status).toBe('completed');
});

it('a start whose first look fails has started: the next look does the rest', async () => {
  const clock = new ManualClock();
  const dead = backend({ clock });
  await dead.start();
  // Left behind by a process that died, and can't be cleared away just now.
  sql(`UPDATE workers SET lease_until = 0;
    CREATE TRIGGER not_now BEFORE DELETE ON workers BEGIN SELECT RAISE(ABORT, 'not now'); END`);
  const made = backend({ clock });
  made.register('work', async () => 'done');
  await made.start();
  sql('DROP TRIGGER not_now');
  const { id } = await made.submit('work', null, TERMS);
  // Longer than a lease: it is kept.
  await clock.advance(LEASE_MS * 3);
  expect(await made.store.get(id, 'north')).toMatchObject({ status: 'completed', output: 'done' });
});

it('a process that stops keeps its lease while its functions have grace: nobody begins their runs beside them', async () => {
  const clock = new ManualClock();
  let isAtWork = false;
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  const leaving = backend({ clock, cancelGraceMs: LEASE_MS * 10 });
  leaving.register('work', async () => {
    isAtWork = true;
    await finished;
    isAtWork = false;
    return null;
  });
  await leaving.start();
  const besides: boolean[] = [];
  const staying = backend({ clock });
  staying.register('work', async () => {
    besides.push(isAtWork);
    return 'by the other';
  });
  const { id } = await leaving.submit('work', null, TERMS);
  await clock.advance(10);
  await staying.start();
  const stopping = leaving.stop();
  await clock.advance(LEASE_MS * 3);
  expect(besides).toEqual([]);
  finish();
  await stopping;
  await clock.advance(LEASE_MS * 3);
  expect(await staying.store.get(id, 'north')).toMatchObject({ output: 'by the other' });
  expect(besides).toEqual([false]);
});

it('a run that another process ends between two reads is told to who waits for it', async () => {
  const elsewhere = backend();
  elsewhere.register('work', async () => null);
  const { id } = await elsewhere.submit('work', null, TERMS);
  const database = new Database({ path, synchronous: 'normal', busyMs: 1000 });
  const watches = new Watches(database);
  const add = watches.add.bind(watches);
  watches.add = (...watch) => {
    sql(`UPDATE runs SET status = 'completed', completed_at = 1 WHERE id = '${id}'`);
    return add(...watch);
  };
  const alarms = new Alarms(new ManualClock());
  const store = new SqliteRunStore({ database, alarms, watches, watchFile: () => undefined });
  await expect(store.result(id, 'north', { timeoutMs: 1000 })).resolves.toMatchObject({
    status: 'completed',
  });
  expect(watches.size).toBe(0);
  database.close();
});

it('what another process wrote is looked at again when looking at it failed', () => {
  const database = new Database({ path, synchronous: 'normal', busyMs: 1000 });
  let looks = 0;
  const look = (): void => {
    looks += 1;
  };
  database.onForeignChange(look);
  sql("INSERT INTO state (tenant, key, value, version) VALUES ('north', 'key', '1', 1)");
  expect(() =>
    database.onForeignChange(() => {
      throw new Error('locked');
    }),
  ).toThrow('locked');
  database.onForeignChange(look);
  database.onForeignChange(look);
  expect(looks).toBe(2);
  database.close();
});

it('an alarm that fails keeps none of the others from ringing', async () => {
  const clock = new ManualClock();
  const alarms = new Alarms(clock);
  const rung: string[] = [];
  alarms.set(10, () => {
    throw new Error('this one fails');
  });
  alarms.set(10, () => rung.push('second'));
  alarms.set(20, () => rung.push('third'));
  await expect(clock.advance(10)).rejects.toThrow('this one fails');
  await clock.advance(10);
  expect(rung).toEqual(['second', 'third']);
  expect(clock.pendingTimers).toBe(0);
});
