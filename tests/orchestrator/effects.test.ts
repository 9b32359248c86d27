import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Orchestrator } from 'autogen-orchestrator';
import { SqliteBackend } from 'autogen-orchestrator/backends/sqlite';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Approval } from '../../src/contracts/approval.ts';
import type { TaskResult } from '../../src/contracts/task.ts';
import { ensureBuilt } from '../support/built-package.ts';
import { type Outside, startOutside } from '../support/effects/outside.ts';

const WAYS = ['effect', 'tool', 'adapter'] as const;
let folder = '';
let outside: Outside;
const workers = new Set<ChildProcess>();

beforeAll(ensureBuilt, 300_000);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'effects-'));
  outside = await startOutside(join(folder, 'seen.ndjson'));
});
afterEach(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  workers.clear();
  await outside.stop();
  rmSync(folder, { recursive: true });
});

interface Worker {
  readonly result: Promise<TaskResult>;
  kill(): Promise<void>;
}

function startWorker(policy: string, plan: string, way = 'effect'): Worker {
  const path = fileURLToPath(new URL('../support/effects/worker.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [path, join(folder, 'runs.db'), outside.url, policy, plan, 'task-1', way],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  workers.add(child);
  let text = '';
  child.stdout?.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  const ended = once(child, 'exit');
  const result = ended.then(() => JSON.parse(text) as TaskResult);
  result.catch(() => undefined);
  return {
    result,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Another process that only decides: it starts nothing, so that it takes no run. */
async function withDesk<T>(use: (orchestrator: Orchestrator) => Promise<T>): Promise<T> {
  const orchestrator = new Orchestrator({ backend: new SqliteBackend({ path: join(folder, 'runs.db') }) });
  try {
    return await use(orchestrator);
  } finally {
    await orchestrator.shutdown();
  }
}

/** A worker whose effect is under way, killed before it could see the receipt. */
async function interrupted(policy: string, plan: string, way: string): Promise<void> {
  const worker = startWorker(policy, plan, way);
  await expect.poll(() => outside.count('requested'), { timeout: 15_000 }).toBe(1);
  if (plan === 'silent') await expect.poll(() => outside.count('happened')).toBe(1);
  await worker.kill();
}

async function firstApproval(orchestrator: Orchestrator): Promise<Approval> {
  let found: readonly Approval[] = [];
  const look = async (): Promise<number> => {
    found = await orchestrator.pendingApprovals();
    return found.length;
  };
  await expect.poll(look, { timeout: 15_000 }).toBe(1);
  return found[0] as Approval;
}

describe.each(WAYS)('an effect made by %s, whose process was killed before the receipt', (way) => {
  it('is done again with the same key under `retry`', async () => {
    await interrupted('retry', 'silent', way);
    const result = await startWorker('retry', 'silent', way).result;
    expect(result).toMatchObject({ success: true });
    const keys = new Set(outside.sights().map(({ key }) => key));
    expect(keys.size).toBe(1);
    expect(outside.count('requested')).toBe(2);
    expect(outside.count('happened')).toBe(1);
    expect(result.output).toBe(`receipt of ${[...keys][0]}`);
  });

  it('is not done again under `reconcile` when the other side has it', async () => {
    await interrupted('reconcile', 'silent', way);
    const result = await startWorker('reconcile', 'silent', way).result;
    expect(String(result.output)).toMatch(/^receipt of /);
    expect([outside.count('requested'), outside.count('happened'), outside.count('asked')]).toEqual([
      1, 1, 1,
    ]);
  });

  it('is done under `reconcile` when the other side never had it', async () => {
    await interrupted('reconcile', 'lost', way);
    const result = await startWorker('reconcile', 'lost', way).result;
    expect(result.success).toBe(true);
    expect([outside.count('requested'), outside.count('happened'), outside.count('asked')]).toEqual([
      2, 1, 1,
    ]);
  });

  it('waits for a person under `ask`: give it up', async () => {
    await interrupted('ask', 'silent', way);
    const worker = startWorker('ask', 'silent', way);
    await withDesk(async (desk) => {
      const approval = await firstApproval(desk);
      expect(approval).toMatchObject({ kind: 'effect', runId: 'task-1', status: 'pending', expiresAt: null });
      await desk.reject(approval.id, { note: 'the bank does not answer', by: 'Ada' });
    });
    expect(await worker.result).toMatchObject({
      success: false,
      error: { code: 'effect-unfinished', details: { reason: 'the bank does not answer' } },
    });
    expect(outside.count('requested')).toBe(1);
  });
});

describe('a person who is asked about an unfinished effect', () => {
  it('may have it done again', async () => {
    await interrupted('ask', 'lost', 'effect');
    const worker = startWorker('ask', 'lost');
    await withDesk(async (desk) => desk.approve((await firstApproval(desk)).id));
    expect(await worker.result).toMatchObject({ success: true });
    expect([outside.count('requested'), outside.count('happened')]).toEqual([2, 1]);
  });

  it('may hand in the receipt', async () => {
    await interrupted('ask', 'silent', 'effect');
    const worker = startWorker('ask', 'silent');
    await withDesk(async (desk) =>
      desk.approve((await firstApproval(desk)).id, { answer: { receipt: 'found in the books' } }),
    );
    expect(await worker.result).toMatchObject({ success: true, output: 'found in the books' });
    expect(outside.count('requested')).toBe(1);
  });

  it('is asked once, however often the process is killed meanwhile, and answers while nothing runs', async () => {
    await interrupted('ask', 'silent', 'effect');
    for (let kill = 0; kill < 3; kill += 1) {
      const worker = startWorker('ask', 'silent');
      await withDesk(firstApproval);
      await worker.kill();
    }
    await withDesk(async (desk) => {
      const [approval, ...others] = await desk.pendingApprovals();
      expect(others).toEqual([]);
      await desk.approve(approval?.id ?? '', { answer: { receipt: 'late' } });
      await expect(desk.reject(approval?.id ?? '')).rejects.toMatchObject({ code: 'already-exists' });
    });
    expect(await startWorker('ask', 'silent').result).toMatchObject({ success: true, output: 'late' });
  });

  it('is asked again when the process was killed in the repetition too', async () => {
    await interrupted('ask', 'lost', 'effect');
    const worker = startWorker('ask', 'lost');
    await withDesk(async (desk) => desk.approve((await firstApproval(desk)).id));
    await worker.result;
    // What has its receipt is never asked about again.
    expect(await startWorker('ask', 'lost').result).toMatchObject({ success: true });
    expect(outside.count('requested')).toBe(2);
    await withDesk(async (desk) => expect(await desk.pendingApprovals()).toEqual([]));
  });
});
