import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteBackend } from '../../src/backends/sqlite/index.ts';
import { loadDriver } from '../../src/backends/sqlite/load-driver.ts';
import type { JsonValue } from '../../src/shared/json.ts';

const TERMS = { queue: 'work', tenant: 'north' };
const FULL = { code: 'storage-failed', retryable: true, details: { reason: 'full' } };
const PAYLOAD = 'x'.repeat(20_000);

/** Whether a program of the system did what it should. */
function system(program: string, ...arguments_: string[]): boolean {
  return spawnSync(program, arguments_).status === 0;
}

let folder = '';
let disk = '';
let isMounted = false;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
  disk = join(folder, 'disk');
  mkdirSync(disk);
  isMounted = system('mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk);
});
afterAll(() => {
  if (isMounted) system('umount', disk);
  rmSync(folder, { recursive: true, force: true });
});

/** Resolves once a submission is refused. Gives the ids of those that were taken, and the error. */
async function submitUntilRefused(backend: SqliteBackend): Promise<{ ids: string[]; error: unknown }> {
  const ids: string[] = [];
  for (let index = 0; index < 2000; index += 1) {
    try {
      ids.push((await backend.submit('echo', `${index} ${PAYLOAD}`, TERMS)).id);
    } catch (error) {
      return { ids, error };
    }
  }
  throw new Error('the disk never got full');
}

describe('a disk that is really full', () => {
  it('is told, loses nothing that was taken, and work goes on when there is room', {
    timeout: 60_000,
  }, async (context) => {
    if (!isMounted) context.skip('a small disk can be mounted by root alone');
    const path = join(disk, 'runs.db');
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1_500_000));
    const backend = new SqliteBackend({ path, pollMs: 20, maxRunning: 3 });
    const done = new Map<string, number>();
    const mayGoOn = Promise.withResolvers<void>();
    backend.register('echo', (run, input) =>
      run.step('echo', async () => {
        done.set(run.runId, (done.get(run.runId) ?? 0) + 1);
        return `${String(input)} and back`;
      }),
    );
    backend.register('slow', async (run) => {
      const first = await run.step('first', async () => {
        done.set('first', (done.get('first') ?? 0) + 1);
        return 'kept';
      });
      await mayGoOn.promise;
      const second = await run.step('second', async (): Promise<JsonValue> => PAYLOAD);
      return [first, String(second).length];
    });
    await backend.setQueue('work', { concurrency: 1 });
    await backend.start();
    const slow = await backend.submit('slow', null, TERMS);
    await expect.poll(() => done.get('first')).toBe(1);
    const { ids, error } = await submitUntilRefused(backend);
    expect(error).toMatchObject(FULL);
    expect((error as Error).message).toMatch(/can not grow: its disk is full/);
    expect(ids.length).toBeGreaterThan(10);
    mayGoOn.resolve();
    // The second step can't be recorded: the run is given back, again and again, while the disk stays full.
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const id of ids) expect((await backend.store.get(id, 'north'))?.id).toBe(id);
    expect((await backend.store.get(slow.id, 'north'))?.completedAt).toBeNull();
    rmSync(ballast);
    const outcome = await backend.store.result(slow.id, 'north', { timeoutMs: 20_000 });
    expect([outcome.error, outcome.output]).toEqual([null, ['kept', PAYLOAD.length]]);
    expect(done.get('first')).toBe(1);
    await backend.cancel(ids.at(-1) as string, 'north');
    await backend.stop();
    const connection = new (loadDriver().DatabaseSync)(path);
    expect(Object.values(connection.prepare('PRAGMA integrity_check').get() ?? {})).toEqual(['ok']);
    connection.close();
  });

  it('is told as such when a quota or a limit of sizes stands in the way', { timeout: 30_000 }, async () => {
    const program = `
      import { SqliteBackend } from ${JSON.stringify(fileURLToPath(new URL('../../src/backends/sqlite/index.ts', import.meta.url)))};
      const backend = new SqliteBackend({ path: ${JSON.stringify(join(folder, 'limited.db'))} });
      backend.register('echo', async (_run, input) => input);
      for (let index = 0; ; index += 1) {
        try {
          await backend.submit('echo', 'x'.repeat(20000), { queue: 'work', tenant: 'north' });
        } catch (error) {
          console.log(JSON.stringify({ index, code: error.code, reason: error.details.reason, retryable: error.retryable }));
          break;
        }
      }
      let count = 0;
      for await (const run of backend.store.list({ tenant: 'north' })) count += run.input.length === 20000 ? 1 : 0;
      console.log(count);
    `;
    const command = `ulimit -f 2000; exec "$0" --input-type=module -e "$1"`;
    const child = spawn('sh', ['-c', command, process.execPath, program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [first, count] = (await text(child.stdout)).trim().split('\n');
    const told = JSON.parse(first ?? '') as { index: number };
    expect(told).toMatchObject({ code: 'storage-failed', reason: 'full', retryable: true });
    expect(Number(count)).toBe(told.index);
  });
});
