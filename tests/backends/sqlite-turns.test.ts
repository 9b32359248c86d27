import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteBackend } from '../../src/backends/sqlite/index.ts';
import type { QueueOptions } from '../../src/contracts/backend.ts';

const POLL_MS = 20;

let folder = '';
let backends: SqliteBackend[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turns-'));
  backends = [];
});
afterEach(async () => {
  await Promise.all(backends.map((backend) => backend.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** A backend of its own on the shared file, for the runs of one tenant. */
function open(tenant: string, order: string[], workMs: number, maxRunning = 100): SqliteBackend {
  const backend = new SqliteBackend({
    path: join(folder, 'runs.db'),
    pollMs: POLL_MS,
    maxRunning,
    cancelGraceMs: 10,
  });
  const work = async (): Promise<null> => {
    order.push(tenant);
    await new Promise((resolve) => setTimeout(resolve, workMs));
    return null;
  };
  backend.register('work', work, { tenant });
  backends.push(backend);
  return backend;
}

async function submit(backend: SqliteBackend, tenant: string, count: number, queue = 'work') {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1)
    ids.push((await backend.submit('work', index, { queue, tenant })).id);
  return ids;
}

async function ended(backend: SqliteBackend, tenant: string, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => backend.store.result(id, tenant, { timeoutMs: 15_000 })));
}

describe('two backends on one file, each with a tenant of its own', () => {
  const limits: readonly (readonly [string, QueueOptions, number])[] = [
    ['two slots', { concurrency: 2 }, 30],
    ['one slot', { concurrency: 1 }, 15],
    ['a rate', { rate: { limit: 1, perSeconds: 0.03 } }, 1],
  ];
  it.each(limits)('take turns at %s of a queue', { timeout: 20_000 }, async (_, options, workMs) => {
    const order: string[] = [];
    const [big, small] = [open('big', order, workMs), open('small', order, workMs)];
    await big.setQueue('work', options);
    const flood = await submit(big, 'big', 60);
    await big.start();
    await small.start();
    await ended(small, 'small', await submit(small, 'small', 5));
    expect(order.filter((tenant) => tenant === 'big').length).toBeLessThan(45);
    await ended(big, 'big', flood);
    expect(order.length).toBe(65);
  });

  it('do not wait long for one that has no room', { timeout: 20_000 }, async () => {
    const order: string[] = [];
    const [big, small] = [open('big', order, 5), open('small', order, 60_000, 1)];
    await big.setQueue('work', { concurrency: 1 });
    await small.start();
    await submit(small, 'small', 1, 'elsewhere');
    await expect.poll(() => order).toEqual(['small']);
    await submit(small, 'small', 3);
    await big.start();
    const start = performance.now();
    await ended(big, 'big', await submit(big, 'big', 60));
    // Left idle for three looks of forty, not for each run.
    expect(performance.now() - start).toBeLessThan(60 * 3 * POLL_MS);
  });

  it('do not wait for one that is not there', { timeout: 20_000 }, async () => {
    const order: string[] = [];
    const [big, gone] = [open('big', order, 5), open('gone', order, 5)];
    await big.setQueue('work', { concurrency: 1 });
    const waiting = await submit(gone, 'gone', 3);
    await big.start();
    await ended(big, 'big', await submit(big, 'big', 20));
    expect(order).not.toContain('gone');
    await gone.start();
    await ended(gone, 'gone', waiting);
  });
});
