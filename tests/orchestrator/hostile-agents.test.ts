import { afterEach, describe, expect, it } from 'vitest';
import type { AgentContext } from '../../src/contracts/agent.ts';
import type { TaskOutcome } from '../../src/contracts/task.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import type { OrchestratorOptions } from '../../src/orchestrator/orchestrator-options.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

const opened: Orchestrator[] = [];

function orchestratorWith(
  work: ConstructorParameters<typeof WorkingAgent>[0],
  options: OrchestratorOptions = {},
): Orchestrator {
  const orchestrator = new Orchestrator({ logger: silentLogger, ...options });
  orchestrator.registerAgent(new WorkingAgent(work));
  opened.push(orchestrator);
  return orchestrator;
}

afterEach(async () => {
  for (const orchestrator of opened.splice(0)) await orchestrator.shutdown();
});

const ONCE = { title: 'Hostile', ...WORK, retryConfig: { strategy: 'none' } } as const;

describe('an agent that returns nonsense', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  it.each<[string, object, RegExp]>([
    ['a bigint', { output: 5n }, /returned an outcome that JSON can't hold/],
    ['a circle', { output: circle }, /returned an outcome that JSON can't hold/],
    ['artifacts that are no list', { artifacts: 'x' }, /`outcome.artifacts` to be an array/],
    ['an artifact that is none', { artifacts: [{}] }, /`outcome.artifacts\[0\].findings`/],
    ['a stop reason that does not exist', { success: false, stopReason: 'tired' }, /`outcome.stopReason`/],
    ['an error message that is no text', { success: false, errorMessage: {} }, /`outcome.errorMessage`/],
    ['an error that is a text', { success: false, error: 'boom' }, /`outcome.error`/],
    ['usage that is no count', { usage: { promptTokens: 'many' } }, /`outcome.usage.promptTokens`/],
    ['metadata that is a number', { metadata: 5 }, /`outcome.metadata`/],
    ['a word for retryable', { success: false, retryable: 'yes' }, /`outcome.retryable`/],
  ])('fails with a typed error that names it: %s', async (_what, returned, message) => {
    let calls = 0;
    const orchestrator = orchestratorWith(async () => {
      calls += 1;
      return { success: true, ...returned } as TaskOutcome;
    });
    const result = await orchestrator.runTask({ title: 'Hostile', ...WORK });
    expect(result).toMatchObject({ success: false, stopReason: 'failed', artifacts: [] });
    expect(result.errorMessage).toMatch(message);
    expect(result.metadata['agent']).toBe('Worker');
    expect(calls).toBe(1);
  });

  it('fails with readable words when what it throws can not be read', async () => {
    const unreadable = new Error('x');
    Object.defineProperty(unreadable, 'message', { value: { secret: 1 } });
    const exploding = new Error('x');
    Object.defineProperty(exploding, 'message', {
      get() {
        throw new Error('never shown');
      },
    });
    for (const thrown of [unreadable, exploding, Object.assign(new Error('plain'), { name: 5n })]) {
      const orchestrator = orchestratorWith(async () => {
        throw thrown;
      });
      const { success, errorMessage, error } = await orchestrator.runTask(ONCE);
      expect(success).toBe(false);
      expect(errorMessage).toEqual(expect.any(String));
      expect(errorMessage).not.toContain('never shown');
      expect(error?.name).toBe('Error');
    }
  });
});

describe('an agent that reaches too far', () => {
  it('changes neither the tools nor the adapters of those that come after it', async () => {
    const orchestrator = orchestratorWith(async (_task, { tools, adapters }) => {
      const before = { tools: tools.list.length, adapters: adapters.size };
      (adapters as Map<string, unknown>).set('planted', {});
      expect(() => (tools.list as unknown[]).push({ name: 'planted' })).toThrow(TypeError);
      return { success: true, output: before };
    });
    await orchestrator.runTask(ONCE);
    expect((await orchestrator.runTask(ONCE)).output).toEqual({ tools: 0, adapters: 0 });
  });

  it('is told when a step has no key', async () => {
    const orchestrator = orchestratorWith(async (_task, { step }) => ({
      success: true,
      output: await step('', async () => 1),
    }));
    expect((await orchestrator.runTask(ONCE)).errorMessage).toMatch(/`key` to be a non-empty string/);
  });

  it('is heard no more once its attempt has ended', async () => {
    let kept: AgentContext | undefined;
    const orchestrator = orchestratorWith(async (_task, context) => {
      kept = context;
      context.emit({ type: 'progress', message: 'in time' });
      return { success: true };
    });
    const told: string[] = [];
    orchestrator.on('*', ({ type }) => told.push(type));
    await orchestrator.runTask(ONCE);
    kept?.emit({ type: 'progress', message: 'too late' });
    expect(told).toEqual(['task-submitted', 'task-started', 'agent-reported', 'task-completed']);
  });

  it('is told when a step asks for itself, instead of waiting for ever', async () => {
    const orchestrator = orchestratorWith(async (_task, { step }) => {
      const inner = async (): Promise<number> => {
        await Promise.resolve();
        return step('same', async () => 1);
      };
      return { success: true, output: await step('same', inner) };
    });
    const { success, error } = await orchestrator.runTask(ONCE);
    expect(success).toBe(false);
    expect(error).toMatchObject({
      code: 'illegal-transition',
      message: expect.stringContaining('asks for itself'),
    });
  });

  it('does not hold up the shutdown when its own never ends', async () => {
    const clock = new ManualClock();
    const orchestrator = orchestratorWith(async () => ({ success: true }), { clock });
    for (const agent of orchestrator.agents.values())
      Object.assign(agent, { shutdown: () => new Promise(() => undefined) });
    await orchestrator.runTask(ONCE);
    const stopping = orchestrator.shutdown();
    await clock.advance(5_000);
    await expect(stopping).resolves.toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('ids that are awkward', () => {
  it('streams a task whose id holds a slash, and nothing of its namesakes', async () => {
    const orchestrator = orchestratorWith(async () => ({ success: true }));
    await orchestrator.runTask({ ...ONCE, id: 'shop/7' });
    await orchestrator.runTask({ ...ONCE, id: 'shop/77' });
    const told: string[] = [];
    for await (const { runId, type } of orchestrator.stream('shop/7')) told.push(`${runId} ${type}`);
    expect(told).toEqual(['shop/7 task-submitted', 'shop/7 task-started', 'shop/7 task-completed']);
  });

  it('gives the results of dependencies with names of members', async () => {
    const orchestrator = orchestratorWith(async (_task, { inputs }) => ({
      success: true,
      output: Object.keys(inputs),
    }));
    const ids = ['__proto__', 'constructor'];
    for (const id of ids) await orchestrator.runTask({ ...ONCE, id });
    expect((await orchestrator.runTask({ ...ONCE, dependencies: ids })).output).toEqual(ids);
  });
});

describe('a signal that is aborted with a text', () => {
  it('gives the text as the reason', async () => {
    const orchestrator = orchestratorWith(
      (_task, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    );
    const controller = new AbortController();
    const running = orchestrator.runTask(ONCE, { signal: controller.signal });
    controller.abort('Lunch.');
    expect((await running).errorMessage).toMatch(/was cancelled: Lunch\.$/);
  });
});

describe('a listener that rejects', () => {
  it('is reported like one that throws and ends nothing', async () => {
    const orchestrator = orchestratorWith(async () => ({ success: true }));
    orchestrator.on('task-started', async () => {
      throw new Error('a promise broken');
    });
    const reported = Promise.withResolvers<string>();
    orchestrator.on('listener-failed', ({ error }) => reported.resolve(error.message));
    expect((await orchestrator.runTask(ONCE)).success).toBe(true);
    expect(await reported.promise).toBe('a promise broken');
  });
});
