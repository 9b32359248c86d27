import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BaseAgent, Orchestrator, type TaskJson, type TaskOutcome } from 'autogen-orchestrator';
import { SqliteBackend } from 'autogen-orchestrator/backends/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentContext } from '../../src/contracts/agent.ts';
import type { Approval } from '../../src/contracts/approval.ts';
import type { TaskResult } from '../../src/contracts/task.ts';
import { type Outside, startOutside } from '../support/effects/outside.ts';

const WAYS = ['effect', 'tool', 'adapter'] as const;
let folder = '';
let outside: Outside;
const workers = new Set<ChildProcess>();

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

describe('an effect and the retries of its task', () => {
  const run = async (
    perform: (call: number) => Promise<string>,
    fails: number,
  ): Promise<{ calls: string[]; result: TaskResult }> => {
    const calls: string[] = [];
    let attempts = 0;
    class Flaky extends BaseAgent {
      constructor() {
        super({
          name: 'Flaky',
          description: 'Fails after the effect.',
          capabilities: ['coding'],
          taskTypes: ['data'],
        });
      }
      override async handleTask(_task: TaskJson, context: AgentContext): Promise<TaskOutcome> {
        attempts += 1;
        const output = await context.effect('pay', {
          operation: 'Pay',
          perform: ({ idempotencyKey }) => {
            calls.push(idempotencyKey);
            return perform(calls.length);
          },
        });
        if (attempts <= fails) throw new Error('broke afterwards');
        return { success: true, output };
      }
    }
    const orchestrator = new Orchestrator();
    orchestrator.registerAgent(new Flaky());
    const result = await orchestrator.runTask({
      title: 'Pay',
      description: 'Pay.',
      taskType: 'data',
      retryConfig: { strategy: 'immediate', maxRetries: 3 },
    });
    await orchestrator.shutdown();
    return { calls, result };
  };

  it('is not done again when a later attempt comes by', async () => {
    const { calls, result } = await run(async () => 'paid', 2);
    expect(result).toMatchObject({ success: true, output: 'paid' });
    expect(calls).toHaveLength(1);
  });

  it('is done again, with the same key, when it was the effect that failed', async () => {
    const { calls, result } = await run(async (call) => {
      if (call < 3) throw new Error('the bank is closed');
      return 'paid';
    }, 0);
    expect(result).toMatchObject({ success: true, output: 'paid' });
    expect(calls).toHaveLength(3);
    expect(new Set(calls).size).toBe(1);
  });
});
