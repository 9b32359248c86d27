import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/backends/sqlite/database.ts';
import { SqliteBackend } from '../../src/backends/sqlite/index.ts';
import { loadDriver } from '../../src/backends/sqlite/load-driver.ts';
import { APPLICATION_ID, MIGRATIONS } from '../../src/backends/sqlite/schema.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

const TERMS = { queue: 'work', tenant: 'north' };
let folder = '';
let path = '';
const opened: SqliteBackend[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sqlite-file-'));
  path = join(folder, 'runs.db');
});
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.stop().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

function backend(options: Partial<ConstructorParameters<typeof SqliteBackend>[0]> = {}): SqliteBackend {
  const made = new SqliteBackend({ path, pollMs: 10, ...options });
  opened.push(made);
  return made;
}

/** Writes to a file with SQLite itself. */
function sql(statement: string, file = path): void {
  const connection = new (loadDriver().DatabaseSync)(file);
  connection.exec(statement);
  connection.close();
}

async function failure(
  work: Promise<unknown>,
): Promise<{ code: unknown; reason: unknown; retryable: unknown }> {
  const error = (await work.then(
    () => ({}),
    (reason: unknown) => reason,
  )) as { code?: unknown; retryable?: unknown; details?: { reason?: unknown } };
  return { code: error.code, reason: error.details?.reason, retryable: error.retryable };
}

describe('a file that can not be used', () => {
  it('is left as it is when it is no database', async () => {
    const text = 'these are not the pages you are looking for '.repeat(100);
    writeFileSync(path, text);
    const made = backend();
    expect(await failure(made.start())).toEqual({
      code: 'storage-failed',
      reason: 'corrupt',
      retryable: false,
    });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('is reported when its pages are damaged', async () => {
    const first = backend();
    first.register('echo', async (_context, input) => input);
    for (let index = 0; index < 300; index += 1) await first.submit('echo', 'x'.repeat(500), TERMS);
    await first.stop();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096, bytes.length);
    writeFileSync(path, bytes);
    const second = backend();
    const read = async (): Promise<void> => {
      for await (const run of second.store.list({ tenant: 'north' })) void run;
    };
    expect(await failure(read())).toEqual({ code: 'storage-failed', reason: 'corrupt', retryable: false });
  });

  it('is left as it is when a newer release wrote it, or another program', async () => {
    await backend().start();
    await opened[0]?.stop();
    sql('PRAGMA user_version = 99');
    expect(await failure(backend().start())).toMatchObject({
      code: 'storage-failed',
      reason: 'newer-schema',
    });
    const other = join(folder, 'other.db');
    sql('CREATE TABLE customers (name TEXT)', other);
    expect(await failure(backend({ path: other }).start())).toMatchObject({ reason: 'foreign' });
    const tables = new (loadDriver().DatabaseSync)(other);
    expect(tables.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'customers' }]);
    tables.close();
  });

  it('is reported when its folder is missing', async () => {
    const made = backend({ path: join(folder, 'missing', 'runs.db') });
    expect(await failure(made.start())).toMatchObject({ code: 'storage-failed', reason: 'unreachable' });
    await expect(made.start()).rejects.toThrow(`there is no folder "${join(folder, 'missing')}"`);
  });

  it('is reported when it may not be written', async () => {
    const made = backend();
    await made.start();
    await made.stop();
    chmodSync(folder, 0o555);
    chmodSync(path, 0o444);
    const program = `
      import { SqliteBackend } from ${JSON.stringify(new URL('../../src/backends/sqlite/index.ts', import.meta.url).href)};
      // Root may write whatever the modes say: then somebody else has to try.
      if (process.getuid?.() === 0) {
        process.setgid(65534);
        process.setuid(65534);
      }
      await new SqliteBackend({ path: ${JSON.stringify(path)} }).start().catch((error) => console.log(error.code, error.details.reason));
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    await once(child, 'close');
    chmodSync(folder, 0o755);
    expect(output).toMatch(/^storage-failed (read-only|unreachable)\n$/);
  });

  it('loses nothing when its disk is full, and goes on when there is room', () => {
    const database = new Database({ path, synchronous: 'normal', busyMs: 100 });
    const put = (key: number): number =>
      database.run(
        "INSERT INTO state (tenant, key, value, version) VALUES ('north', ?, ?, 1)",
        String(key),
        'x'.repeat(4000),
      );
    put(0);
    const pages = database.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0;
    database.get(`PRAGMA max_page_count = ${pages + 10}`);
    let kept = 1;
    const fill = (): void => {
      for (; kept < 1000; kept += 1) database.transaction(() => put(kept));
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'storage-failed', retryable: true }));
    const count = (): unknown => database.get('SELECT count(*) AS count FROM state');
    expect(count()).toEqual({ count: kept });
    database.get('PRAGMA max_page_count = 100000');
    database.transaction(() => put(kept));
    expect(count()).toEqual({ count: kept + 1 });
    database.close();
  });

  it('is no file: a folder', async () => {
    mkdirSync(path);
    expect(await failure(backend().start())).toMatchObject({ code: 'storage-failed', reason: 'unreachable' });
    await expect(backend().start()).rejects.toThrow('it is a folder; name a file in it');
  });
});

describe('a file in use', () => {
  it('leaves a run whose function nobody has where it is, and says so', async () => {
    const first = backend();
    first.register('gone', async () => 'back again');
    const { id } = await first.submit('gone', null, TERMS);
    await first.stop();
    const second = backend();
    second.register('other', async () => null);
    await second.start();
    await second.store.result((await second.submit('other', null, TERMS)).id, 'north');
    expect((await second.store.get(id, 'north'))?.status).toBe('queued');
    expect(await second.explain(id, 'north')).toBe(
      `Run "${id}" waits for somebody who has the function "gone": none of the 1 processes that work on this file has registered it.`,
    );
    const third = backend();
    third.register('gone', async () => 'back again');
    await third.start();
    expect((await third.store.result(id, 'north')).output).toBe('back again');
  });

  it('says why a run does not go on', async () => {
    const clock = new ManualClock();
    const made = backend({ clock });
    made.register('asks', (context) => context.waitForSignal('w', 'go'));
    const first = await made.submit('asks', null, TERMS);
    const later = await made.submit('asks', null, { ...TERMS, dependencies: [first.id] });
    const delayed = await made.submit('asks', null, { ...TERMS, delayMs: 1000 });
    expect(await made.explain(first.id, 'north')).toMatch(/no process works on this file/);
    await made.start();
    await clock.advance(0);
    expect(await made.explain(first.id, 'north')).toMatch(/waits for a signal or a child/);
    expect(await made.explain(later.id, 'north')).toBe(`Run "${later.id}" waits for "${first.id}".`);
    expect(await made.explain(delayed.id, 'north')).toMatch(/waits until 2026-01-01T00:00:01/);
    await expect(made.explain(first.id, 'south')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('forgets what ended long ago, keeps what open runs need, and gets smaller', async () => {
    const clock = new ManualClock();
    const made = backend({ clock, keepFinishedMs: 10_000 });
    made.register('echo', async (context, input) => context.step('s', async () => input));
    made.register('waits', (context) => context.waitForSignal('w', 'go'));
    await made.start();
    const ids: string[] = [];
    for (let index = 0; index < 200; index += 1)
      ids.push((await made.submit('echo', 'x'.repeat(3000), TERMS)).id);
    await Promise.all(ids.map((id) => made.store.result(id, 'north')));
    const needed = ids[0] as string;
    const open = await made.submit('waits', null, { ...TERMS, dependencies: [needed], delayMs: 100_000 });
    await clock.advance(20_000);
    await made.vacuum();
    const kept: string[] = [];
    for await (const { id } of made.store.list({ tenant: 'north' })) kept.push(id);
    expect(kept).toEqual([needed, open.id]);
    expect(readFileSync(path).length).toBeLessThan(200_000);
  });

  it('gives a run back that can not be written while another process locks the file, and does it when it can', async () => {
    const made = backend({ busyMs: 20 });
    let calls = 0;
    const { promise: isAtWork, resolve: atWork } = Promise.withResolvers<void>();
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    made.register('work', async (context) => {
      const first = await context.step('first', async () => 'kept');
      return context.step('second', async () => {
        calls += 1;
        atWork();
        await mayGoOn;
        return [first, calls];
      });
    });
    await made.start();
    const { id } = await made.submit('work', null, TERMS);
    await isAtWork;
    const locker = new (loadDriver().DatabaseSync)(path);
    locker.exec('BEGIN IMMEDIATE');
    expect(await failure(made.submit('work', 1, TERMS))).toEqual({
      code: 'storage-failed',
      reason: 'busy',
      retryable: true,
    });
    goOn();
    await new Promise((resolve) => setTimeout(resolve, 100));
    locker.exec('ROLLBACK');
    locker.close();
    expect((await made.store.result(id, 'north', { timeoutMs: 10_000 })).output).toEqual(['kept', 2]);
  });

  it('frees the slot of a cancelled run whose function goes on with its step, and keeps nothing of that', async () => {
    const made = backend();
    const { promise: isAtWork, resolve: atWork } = Promise.withResolvers<void>();
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    made.register('deaf', (context) =>
      context.step('s', async () => {
        atWork();
        await mayGoOn;
        return 'too late';
      }),
    );
    made.register('next', async () => 'has a slot');
    await made.setQueue('work', { concurrency: 1 });
    await made.start();
    const deaf = await made.submit('deaf', null, TERMS);
    await isAtWork;
    const next = await made.submit('next', null, TERMS);
    const cancelling = made.cancel(deaf.id, 'north');
    await new Promise((resolve) => setImmediate(resolve));
    expect((await made.store.get(next.id, 'north'))?.status).toBe('queued');
    goOn();
    await cancelling;
    expect((await made.store.result(next.id, 'north', { timeoutMs: 5000 })).output).toBe('has a slot');
    expect(await made.store.result(deaf.id, 'north')).toMatchObject({ status: 'cancelled', output: null });
  });

  it('of an earlier release is brought up to date: what was queued runs, limits hold', async () => {
    const [first = ''] = MIGRATIONS;
    sql(`${first}
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = 1;
      INSERT INTO queues (name, concurrency) VALUES ('work', 1);`);
    const row = (id: string, status: string, blockers: number): string =>
      `INSERT INTO runs (tenant, id, name, queue, status, priority, rank, dependencies, input, created_at, ready_at,
         blockers) VALUES ('north', '${id}', 'echo', 'work', '${status}', 0, 0, '[]', '"${id}"', 1, 1, ${blockers})`;
    sql([row('fresh', 'queued', 0), row('begun', 'queued', 0), row('waits', 'waiting', 1)].join(';'));
    sql("UPDATE runs SET started_at = 2, token = 2 WHERE id = 'begun'");
    const made = backend();
    let working = 0;
    let most = 0;
    made.register('echo', async (context, input) => {
      working += 1;
      most = Math.max(most, working);
      await context.step('s', () => new Promise<null>((resolve) => setImmediate(() => resolve(null))));
      working -= 1;
      return input;
    });
    await made.start();
    for (const id of ['fresh', 'begun'])
      expect((await made.store.result(id, 'north', { timeoutMs: 5000 })).output).toBe(id);
    expect(most).toBe(1);
    await made.cancel('waits', 'north');
    await made.stop();
    const connection = new (loadDriver().DatabaseSync)(path);
    for (const table of ['lanes', 'queues'])
      expect({ ...connection.prepare(`SELECT ready, again, held, unstarted FROM ${table}`).get() }).toEqual({
        ready: 0,
        again: 0,
        held: 0,
        unstarted: 0,
      });
    connection.close();
  });

  it('answers questions after it was stopped', async () => {
    const made = backend();
    made.register('echo', async (_context, input) => input);
    await made.start();
    const done = await made.submit('echo', 'kept', TERMS);
    await made.store.result(done.id, 'north');
    await made.stop();
    expect((await made.store.result(done.id, 'north')).output).toBe('kept');
    expect((await made.store.get(done.id, 'north'))?.status).toBe('completed');
  });

  it('refuses options it does not know, and values that are none', () => {
    expect(() => new SqliteBackend({ path: '' })).toThrow(/`path`/);
    expect(() => new SqliteBackend({ path: ':memory:' })).toThrow(/`path`.*MemoryBackend/);
    expect(() => new SqliteBackend({ path, synchronous: 'off' as never })).toThrow(/synchronous/);
    expect(() => new SqliteBackend({ path, lease: 1 } as never)).toThrow(/no other keys/);
  });
});

describe('node:sqlite', () => {
  it('is loaded when it is needed, without a notice, and its absence is told', async () => {
    const seen: unknown[] = [];
    const { emitWarning, getBuiltinModule } = process;
    process.on('warning', (warning) => seen.push(warning.name));
    await backend().start();
    expect(process.emitWarning).toBe(emitWarning);
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([]);
    process.getBuiltinModule = (() => undefined) as unknown as typeof getBuiltinModule;
    try {
      expect(await failure(backend({ path: `${path}.other` }).start())).toMatchObject({
        code: 'optional-package-missing',
      });
    } finally {
      process.getBuiltinModule = getBuiltinModule;
    }
  });
});
