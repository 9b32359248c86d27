import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../../src/backends/memory/index.ts';
import { SqliteBackend } from '../../../src/backends/sqlite/index.ts';
import type { Backend } from '../../../src/contracts/backend.ts';
import { Orchestrator } from '../../../src/orchestrator/orchestrator.ts';
import type { Clock } from '../../../src/shared/time.ts';
import { systemClock } from '../../../src/shared/time.ts';
import { WORK, WorkingAgent } from '../../support/stub-agents.ts';
import { describeSoak, type Soaked, settledHeap, soak } from './soak.ts';

const COUNT = 200_000;
const WIDTH = 200;

function check(what: string, soaked: Soaked, count = COUNT): void {
  console.log(describeSoak(what, count, soaked));
  const { heaps, warnings, unhandled } = soaked;
  expect(warnings).toEqual([]);
  expect(unhandled).toEqual([]);
  expect(heaps.at(-1)).toBeLessThan((heaps[0] as number) * 1.1);
}

/** Runs of four tenants with a recorded step, on the backend itself. */
async function soakBackend(backend: Backend): Promise<Soaked> {
  backend.register('work', (context, input) => context.step('work', async () => input));
  await backend.setQueue('work', { concurrency: 64 });
  await backend.start();
  return soak(COUNT, WIDTH, async (index) => {
    const tenant = `tenant ${index % 4}`;
    const { id } = await backend.submit('work', { index }, { queue: 'work', tenant, priority: index % 3 });
    const { output } = await backend.store.result(id, tenant);
    expect(output).toEqual({ index });
  });
}

async function soakOrchestrator(backend: Backend, count: number): Promise<Soaked> {
  const orchestrator = new Orchestrator({ backend, concurrency: 64 });
  class Forgetful extends WorkingAgent {
    override async handleTask(): Promise<{ success: boolean; output: string }> {
      return { success: true, output: 'done' };
    }
  }
  orchestrator.registerAgent(new Forgetful());
  try {
    return await soak(count, WIDTH, async (index) => {
      expect((await orchestrator.runTask({ title: `task ${index}`, ...WORK })).success).toBe(true);
    });
  } finally {
    await orchestrator.shutdown();
  }
}

/** An hour of its time goes by in a minute, so that what is kept for some seconds is forgotten many times. */
const hasty: Clock = {
  now: () => Date.now() * 60,
  after: (milliseconds, callback) => systemClock.after(milliseconds / 60, callback),
};

describe('two hundred thousand runs take no more heap than the first twenty thousand', () => {
  it('on the memory backend', async () => {
    const backend = new MemoryBackend({ keepFinished: 1000 });
    check('runs in memory', await soakBackend(backend));
    await backend.stop();
  });

  it('on the SQLite backend, which forgets what has ended; the file stays small', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'soak-'));
    const path = join(folder, 'runs.db');
    const backend = new SqliteBackend({
      path,
      clock: hasty,
      pollMs: 10_000,
      leaseMs: 3_600_000,
      keepFinishedMs: 60_000,
    });
    try {
      check('runs in SQLite', await soakBackend(backend));
      await backend.stop();
      console.log(`the file: ${(statSync(path).size / 1e6).toFixed(1)} MB`);
      // A kilobyte a run, were all kept.
      expect(statSync(path).size).toBeLessThan(COUNT * 250);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('tasks of an orchestrator take no more heap than the first tenth of them', () => {
  it('on the memory backend', async () => {
    const count = 100_000;
    check('tasks in memory', await soakOrchestrator(new MemoryBackend({ keepFinished: 500 }), count), count);
  });

  it('on the SQLite backend', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'soak-'));
    const count = 100_000;
    try {
      const backend = new SqliteBackend({
        path: join(folder, 'runs.db'),
        clock: hasty,
        pollMs: 10_000,
        leaseMs: 3_600_000,
        keepFinishedMs: 60_000,
      });
      check('tasks in SQLite', await soakOrchestrator(backend, count), count);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('ten thousand runs that sleep', () => {
  it('take less than 20 kB of heap each, and go on when they are due', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sleepers-'));
    const count = 10_000;
    let isDue = false;
    // Time stands still until all are asleep.
    const clock: Clock = { now: () => (isDue ? 7_200_000 : 0), after: systemClock.after };
    const backend = new SqliteBackend({
      path: join(folder, 'runs.db'),
      clock,
      leaseMs: 100_000_000,
      pollMs: 50,
    });
    let asleep = 0;
    let awake = 0;
    backend.register('nap', async (context, input) => {
      await context.step('work', async () => input);
      asleep += 1;
      await context.sleep('nap', 3_600_000);
      awake += 1;
      return null;
    });
    backend.register('asks', async (context) => {
      asleep += 1;
      await context.waitForSignal('w', 'go', { timeoutMs: 3_600_000 });
      awake += 1;
      return null;
    });
    try {
      await backend.start();
      const before = await settledHeap();
      for (let index = 0; index < count; index += 1)
        await backend.submit(index % 2 === 0 ? 'nap' : 'asks', { index }, { queue: 'work', tenant: 'north' });
      await expect.poll(() => asleep, { timeout: 120_000 }).toBe(count);
      const each = ((await settledHeap()) - before) / count;
      console.log(`sleeping runs: ${Math.round(each).toLocaleString('en')} bytes each`);
      expect(each).toBeLessThan(20_000);
      expect(awake).toBe(0);
      isDue = true;
      await backend.stop();
      const next = new SqliteBackend({
        path: join(folder, 'runs.db'),
        clock,
        leaseMs: 100_000_000,
        pollMs: 50,
      });
      let resumed = 0;
      for (const name of ['nap', 'asks'])
        next.register(name, async (context, input) => {
          if (name === 'asks') await context.waitForSignal('w', 'go', { timeoutMs: 3_600_000 });
          else {
            await context.step('work', async () => input);
            await context.sleep('nap', 3_600_000);
          }
          resumed += 1;
          return null;
        });
      await next.start();
      await expect.poll(() => resumed, { timeout: 120_000 }).toBe(count);
      await next.stop();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
