import { spawnSync } from 'node:child_process';
import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DbosBackend, type DbosBackendOptions } from '../../src/backends/dbos/index.ts';
import type { JsonValue } from '../../src/shared/json.ts';
import { POSTGRES_MISSING, POSTGRES_NOTE, PostgresServer } from '../support/postgres/postgres-server.ts';

const LONG = 60_000;
const TENANT = 'north';
const TERMS = { queue: 'work', tenant: TENANT };
const NOWHERE = 'postgres://user:secret@127.0.0.1:1/none';

describe('the options of the DBOS backend', () => {
  it.each([
    ['connectionString', undefined],
    ['connectionString', 'mysql://localhost/x'],
    ['schema', 'Upper'],
    ['schema', '"; DROP SCHEMA public'],
    ['dbosSchema', ''],
    ['pool', {}],
    ['dbos', class Other {}],
    ['leaseMs', 10],
    ['pollMs', 0],
    ['maxRunning', 0],
    ['patienceMs', -1],
    ['keepFinishedMs', Number.NaN],
    ['other', 1],
  ])('refuse a wrong %s', (name, value) => {
    const options = { connectionString: NOWHERE, [name]: value } as DbosBackendOptions;
    expect(() => new DbosBackend(options)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('show no password when they are refused', () => {
    for (const connectionString of ['http://user:secret@host/x', 'postgres://user:secret@host:99999/x'])
      expect(() => new DbosBackend({ connectionString })).toThrow(
        /^Expected `connectionString`((?!secret).)*$/,
      );
  });
});

describe.skipIf(POSTGRES_MISSING !== undefined)(
  `the DBOS backend and its database${POSTGRES_NOTE}`,
  { timeout: LONG },
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    }, LONG);
    afterAll(() => server.remove(), LONG);

    /** Over a fresh database, with a function that hands its input through a step. */
    async function open(options: Partial<DbosBackendOptions> = {}): Promise<DbosBackend> {
      const connectionString = options.connectionString ?? (await server.createDatabase());
      const backend = new DbosBackend({ leaseMs: 5_000, ...options, connectionString });
      backend.register('hand', (context, input) => context.step('on', async () => input));
      backend.register('fail', async () => {
        throw new Error('a \u0000 in \ud800 words');
      });
      backend.register('wait', (context) => context.waitForSignal('w', 'go'));
      return backend;
    }

    it('keeps texts that PostgreSQL has no letters for', async () => {
      const backend = await open();
      await backend.start();
      const odd: JsonValue = { 'a\u0000b': ['\u0000', 'half \ud800 pair', '\u2028', '"\\', '🙂'] };
      const handed = await backend.submit('hand', odd, TERMS);
      expect((await backend.store.result(handed.id, TENANT)).output).toEqual(odd);
      expect((await backend.store.get(handed.id, TENANT))?.input).toEqual(odd);
      const failed = await backend.submit('fail', null, TERMS);
      expect((await backend.store.result(failed.id, TENANT)).error?.message).toBe('a \u0000 in \ud800 words');
      const waiting = await backend.submit('wait', null, TERMS);
      await backend.signal(waiting.id, TENANT, 'go', odd);
      expect((await backend.store.result(waiting.id, TENANT)).output).toEqual(odd);
      const state = backend.store.state(TENANT);
      await state.put('k', odd, 0);
      expect((await state.get('k'))?.value).toEqual(odd);
      expect(await state.list('\u0000')).toEqual([]);
      await backend.stop();
      // Also when it is stopped.
      expect((await backend.store.get(handed.id, TENANT))?.output).toEqual(odd);
    });

    it('says why a run does not go on', async () => {
      const connectionString = await server.createDatabase();
      const backend = await open({ connectionString });
      const { id } = await backend.submit('hand', 1, TERMS);
      expect(await backend.explain(id, TENANT)).toContain('no process works on this database');
      const later = await backend.submit('hand', 1, { ...TERMS, dependencies: [id] });
      const stranger = new DbosBackend({ connectionString, leaseMs: 5_000 });
      stranger.register('something else', async () => null);
      await stranger.start();
      expect(await stranger.explain(id, TENANT)).toContain('none of the 1 processes');
      await backend.start();
      await backend.store.result(later.id, TENANT);
      expect(await backend.explain(later.id, TENANT)).toContain('has ended: completed');
      const waiting = await backend.submit('wait', null, TERMS);
      await expect.poll(() => backend.explain(waiting.id, TENANT)).toContain('waits for a signal');
      const behind = await backend.submit('hand', 1, { ...TERMS, dependencies: [waiting.id] });
      expect(await backend.explain(behind.id, TENANT)).toContain(`waits for "${waiting.id}"`);
      await expect(backend.explain('nothing', TENANT)).rejects.toMatchObject({ code: 'not-found' });
      await stranger.stop();
      await backend.stop();
    });

    it('forgets what ended long ago, with its attempts in DBOS, and keeps what open runs need', async () => {
      const url = await server.createDatabase();
      const backend = await open({ connectionString: url, keepFinishedMs: 0 });
      await backend.start();
      const gone = await backend.submit('hand', 1, TERMS);
      const needed = await backend.submit('hand', 2, TERMS);
      const waiting = await backend.submit('wait', null, TERMS);
      await backend.store.result(gone.id, TENANT);
      await backend.store.result(needed.id, TENANT);
      const later = await backend.submit('hand', 3, { ...TERMS, dependencies: [needed.id, waiting.id] });
      const attempts = async (): Promise<number> =>
        (
          await server.query<{ n: number }>(
            'SELECT count(*)::integer AS n FROM dbos.workflow_status',
            [],
            url,
          )
        )[0]?.n ?? -1;
      await expect.poll(attempts).toBe(3);
      expect(await backend.vacuum()).toBe(1);
      expect(await backend.store.get(gone.id, TENANT)).toBeUndefined();
      expect((await backend.store.get(needed.id, TENANT))?.output).toBe(2);
      expect(await attempts()).toBe(2);
      await backend.signal(waiting.id, TENANT, 'go', null);
      await backend.store.result(later.id, TENANT);
      await expect.poll(() => backend.vacuum()).toBeGreaterThan(0);
      await expect.poll(attempts).toBeLessThanOrEqual(1);
      await backend.stop();
    });

    it('leaves tables of a newer release, or of another program, as they are', async () => {
      const url = await server.createDatabase();
      await server.query('CREATE SCHEMA theirs', [], url);
      await server.query('CREATE TABLE theirs.things (n integer)', [], url);
      const foreign = await open({ connectionString: url, schema: 'theirs' });
      await expect(foreign.submit('hand', 1, TERMS)).rejects.toMatchObject({
        code: 'storage-failed',
        details: { reason: 'foreign' },
      });
      const first = await open({ connectionString: url });
      await first.submit('hand', 1, TERMS);
      await server.query('UPDATE autogen_orchestrator.schema_version SET version = 99', [], url);
      const older = await open({ connectionString: url });
      await expect(older.start()).rejects.toMatchObject({
        code: 'storage-failed',
        details: { reason: 'newer-schema' },
      });
      for (const backend of [foreign, first, older]) await backend.stop();
    });

    it('tells a database that is not there, without its password', async () => {
      const backend = await open({ connectionString: NOWHERE, patienceMs: 50 });
      const refused = backend.submit('hand', 1, TERMS);
      await expect(refused).rejects.toMatchObject({
        code: 'storage-failed',
        retryable: true,
        details: { reason: 'unreachable' },
      });
      await expect(refused).rejects.toThrow(/^((?!secret).)*$/);
      await backend.stop();
      const missing = await open({ connectionString: server.url('no_such_database'), patienceMs: 50 });
      await expect(missing.start()).rejects.toMatchObject({
        code: 'storage-failed',
        details: { reason: 'refused' },
      });
      await missing.stop();
    });

    it('waits for a database that is away, and submits once', async () => {
      const backend = await open();
      await backend.start();
      await backend.submit('hand', 0, TERMS);
      await server.kill();
      const submitted = Promise.all(Array.from({ length: 5 }, (_, n) => backend.submit('hand', n, TERMS)));
      await server.start();
      const runs = await submitted;
      for (const [n, { id }] of runs.entries())
        expect((await backend.store.result(id, TENANT, { timeoutMs: 30_000 })).output).toBe(n);
      const all: string[] = [];
      for await (const { id } of backend.store.list({ tenant: TENANT })) all.push(id);
      expect(all.length).toBe(6);
      await backend.stop();
    });

    it('goes on after an ordinary restart of a busy database', async () => {
      const backend = await open();
      await backend.start();
      const runs = await Promise.all(Array.from({ length: 200 }, (_, n) => backend.submit('hand', n, TERMS)));
      await server.restart('fast');
      for (const [n, { id }] of runs.entries())
        expect((await backend.store.result(id, TENANT, { timeoutMs: 40_000 })).output).toBe(n);
      await backend.stop();
    });

    it('is in a process once: another database is refused, the same one is shared', async () => {
      const url = await server.createDatabase();
      const first = await open({ connectionString: url });
      await first.start();
      const other = await open();
      await expect(other.start()).rejects.toMatchObject({ code: 'illegal-transition' });
      const same = await open({ connectionString: url, schema: 'other_schema' });
      await same.start();
      await first.stop();
      // It is still there for the second one.
      const { id } = await same.submit('hand', 'shared', TERMS);
      expect((await same.store.result(id, TENANT)).output).toBe('shared');
      await same.stop();
      await other.stop();
      expect(DBOS.isInitialized()).toBe(false);
    });

    it('uses the pool that it is given, and leaves it open', async () => {
      const connectionString = await server.createDatabase();
      const pool = new pg.Pool({ connectionString, max: 4 });
      const backend = await open({ connectionString, pool });
      await backend.start();
      const { id } = await backend.submit('hand', 'pooled', TERMS);
      expect((await backend.store.result(id, TENANT)).output).toBe('pooled');
      await backend.stop();
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await pool.end();
    });

    it('works beside the workflows of an application that has its own DBOS', async () => {
      const url = await server.createDatabase();
      const theirs = DBOS.registerWorkflow(async (n: number) => DBOS.runStep(async () => n + 1), {
        name: 'theirs',
      });
      const config = { name: 'shop', applicationVersion: '7', systemDatabaseUrl: url, logLevel: 'error' };
      const backend = await open({ connectionString: url, dbos: DBOS });
      await expect(backend.start()).rejects.toMatchObject({ code: 'illegal-transition' });
      DBOS.setConfig(config);
      await DBOS.launch();
      // The default id is every process's.
      await expect(backend.start()).rejects.toMatchObject({ code: 'config-invalid' });
      await DBOS.shutdown();
      DBOS.setConfig({ ...config, executorID: 'shop-1' });
      await DBOS.launch();
      await backend.start();
      const { id } = await backend.submit('hand', 'beside', TERMS);
      expect((await backend.store.result(id, TENANT)).output).toBe('beside');
      expect(await (await DBOS.startWorkflow(theirs)(1)).getResult()).toBe(2);
      await backend.stop();
      expect(DBOS.isInitialized()).toBe(true);
      expect(await (await DBOS.startWorkflow(theirs)(2)).getResult()).toBe(3);
      await DBOS.shutdown();
    });

    it.each(['cancelWorkflow', 'resumeWorkflow'] as const)(
      'begins a run anew, and lets one attempt write, when somebody calls %s on its attempt in DBOS',
      async (interfere) => {
        const connectionString = await server.createDatabase();
        const backend = await open({ connectionString });
        const gates: PromiseWithResolvers<void>[] = [];
        const refused: unknown[] = [];
        backend.register('gated', async (context) => {
          try {
            return await context.step('only', async () => {
              const gate = Promise.withResolvers<void>();
              gates.push(gate);
              const place = gates.length;
              await gate.promise;
              return place;
            });
          } catch (error) {
            refused.push((error as { code?: unknown }).code);
            throw error;
          }
        });
        await backend.start();
        const { id } = await backend.submit('gated', null, TERMS);
        await expect.poll(() => gates.length, { timeout: 10_000 }).toBe(1);
        const [attempt] = await server.query<{ id: string }>(
          'SELECT workflow_uuid AS id FROM dbos.workflow_status',
          [],
          connectionString,
        );
        expect(attempt?.id).toMatch(new RegExp(`^${TENANT}/${id}/1@`));
        await DBOS[interfere](attempt?.id ?? '');
        if (interfere === 'cancelWorkflow') gates[0]?.resolve();
        await expect.poll(() => gates.length, { timeout: 10_000 }).toBe(2);
        gates[0]?.resolve();
        gates[1]?.resolve();
        expect((await backend.store.result(id, TENANT, { timeoutMs: 10_000 })).output).toBe(2);
        expect(refused).toEqual(['stopped']);
        await backend.stop();
      },
    );

    it('says so when the application has launched DBOS before', async () => {
      const url = await server.createDatabase();
      const index = new URL('../../src/backends/dbos/index.ts', import.meta.url);
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [
          '--no-warnings',
          '--input-type=module',
          '--eval',
          `import { DBOS } from '@dbos-inc/dbos-sdk';
           import { DbosBackend } from '${index}';
           DBOS.setConfig({ name: 'shop', systemDatabaseUrl: '${url}', executorID: 'x', logLevel: 'error' });
           await DBOS.launch();
           const backend = new DbosBackend({ connectionString: '${url}' });
           await backend.start().catch(({ code }) => console.log(code));
           await backend.stop();
           await DBOS.shutdown();`,
        ],
        { encoding: 'utf8', timeout: 30_000 },
      );
      expect([stdout, stderr]).toEqual(['illegal-transition\n', '']);
    });
  },
);
