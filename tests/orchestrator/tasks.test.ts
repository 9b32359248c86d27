import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/observability/logger.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import type { OrchestratorOptions } from '../../src/orchestrator/orchestrator-options.ts';
import { Task } from '../../src/tasks/task.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

const opened: Orchestrator[] = [];

function orchestratorWith(agent: WorkingAgent, options: OrchestratorOptions = {}): Orchestrator {
  const orchestrator = new Orchestrator({ logger: silentLogger, ...options });
  orchestrator.registerAgent(agent);
  opened.push(orchestrator);
  return orchestrator;
}

afterEach(async () => {
  for (const orchestrator of opened.splice(0)) await orchestrator.shutdown();
});

describe('a task', () => {
  it('runs and comes back with a full result, and the object in hand is up to date', async () => {
    const orchestrator = orchestratorWith(
      new WorkingAgent(() => ({ success: true, output: { answer: 42 } })),
    );
    const task = new Task({ title: 'Think', ...WORK });
    const result = await orchestrator.runTask(task);
    expect(result).toMatchObject({
      success: true,
      output: { answer: 42 },
      stopReason: 'completed',
      errorMessage: null,
      metadata: { agent: 'Worker' },
    });
    expect(task.status).toBe('completed');
    expect(task.assignedAgent).toBe('Worker');
    expect(task.result).toEqual(result);
  });

  it('runs once when it is submitted and processed, and processed twice at once', async () => {
    const agent = new WorkingAgent();
    const orchestrator = orchestratorWith(agent);
    const task = new Task({ title: 'Once', ...WORK });
    await orchestrator.submitTask(task);
    const results = await Promise.all([
      orchestrator.processTask(task),
      orchestrator.processTask(task),
      orchestrator.runTask(task),
    ]);
    expect(agent.seen).toHaveLength(1);
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(await orchestrator.processTask(task)).toEqual(results[0]);
    expect(agent.seen).toHaveLength(1);
  });

  it('waits for the start when it was only submitted', async () => {
    const agent = new WorkingAgent();
    const orchestrator = orchestratorWith(agent);
    const id = await orchestrator.submitTask({ title: 'Later', ...WORK });
    await new Promise((resolve) => setImmediate(resolve));
    expect(agent.seen).toHaveLength(0);
    await orchestrator.start();
    expect((await orchestrator.waitFor(id)).success).toBe(true);
  });

  it('runs the most urgent first, and the oldest among equals', async () => {
    const agent = new WorkingAgent();
    const orchestrator = orchestratorWith(agent, { concurrency: 1 });
    const ids = await orchestrator.submitTasks([
      { title: 'low', ...WORK, priority: 'low' },
      { title: 'first medium', ...WORK },
      { title: 'critical', ...WORK, priority: 'critical' },
      { title: 'second medium', ...WORK },
    ]);
    await orchestrator.start();
    await Promise.all(ids.map((id) => orchestrator.waitFor(id)));
    expect(agent.seen.map(({ title }) => title)).toEqual([
      'critical',
      'first medium',
      'second medium',
      'low',
    ]);
  });

  it('never has more at work than the concurrency allows', async () => {
    let active = 0;
    let most = 0;
    const agent = new WorkingAgent(async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setTimeout(resolve, 5));
      active -= 1;
      return { success: true };
    });
    const orchestrator = orchestratorWith(agent, { concurrency: 3 });
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => orchestrator.runTask({ title: `Task ${index}`, ...WORK })),
    );
    expect(most).toBe(3);
  });

  it('sees the results of the tasks it depends on', async () => {
    const agent = new WorkingAgent((task, context) => ({
      success: true,
      output:
        task.title === 'sum'
          ? Object.values(context.inputs).reduce((sum, { output }) => sum + Number(output), 0)
          : Number(task.title),
    }));
    const orchestrator = orchestratorWith(agent);
    const parts = [new Task({ title: '2', ...WORK }), new Task({ title: '40', ...WORK })];
    const sum = new Task({ title: 'sum', ...WORK, dependencies: parts.map(({ id }) => id) });
    await orchestrator.submitTasks([sum, ...parts]);
    expect((await orchestrator.processTask(sum)).output).toBe(42);
  });

  it('is cancelled with a reason when what it depends on fails', async () => {
    const agent = new WorkingAgent((task) => ({
      success: task.title !== 'broken',
      errorMessage: 'It broke.',
      retryable: false,
    }));
    const orchestrator = orchestratorWith(agent);
    const broken = new Task({ title: 'broken', ...WORK });
    const after = new Task({ title: 'after', ...WORK, dependencies: [broken.id] });
    const last = new Task({ title: 'last', ...WORK, dependencies: [after.id] });
    await orchestrator.submitTasks([broken, after, last]);
    const result = await orchestrator.processTask(last);
    expect(result).toMatchObject({ success: false, stopReason: 'dependency-failed' });
    expect(after.status).toBe('cancelled');
    expect(agent.seen.map(({ title }) => title)).toEqual(['broken']);
  });

  it('refuses a batch with a cycle or an unknown dependency before any of it goes in', async () => {
    const orchestrator = orchestratorWith(new WorkingAgent());
    const a = new Task({ id: 'a', title: 'A', ...WORK, dependencies: ['b'] });
    const b = new Task({ id: 'b', title: 'B', ...WORK, dependencies: ['a'] });
    await expect(orchestrator.submitTasks([a, b])).rejects.toMatchObject({
      code: 'dependency-cycle',
      message: expect.stringMatching(/a > b > a|b > a > b/),
    });
    const ok = new Task({ id: 'ok', title: 'OK', ...WORK });
    const lost = new Task({ id: 'lost', title: 'Lost', ...WORK, dependencies: ['nowhere'] });
    await expect(orchestrator.submitTasks([ok, lost])).rejects.toMatchObject({ code: 'unknown-dependency' });
    expect((await orchestrator.getStatus()).runs).toEqual({});
  });

  it('brings ten thousand tasks that each depend on the one before to an end', async () => {
    const orchestrator = orchestratorWith(new WorkingAgent(), { concurrency: 8 });
    const chain = Array.from(
      { length: 10_000 },
      (_, index) =>
        new Task({
          id: `t${index}`,
          title: `T${index}`,
          ...WORK,
          dependencies: index === 0 ? [] : [`t${index - 1}`],
        }),
    );
    await orchestrator.submitTasks(chain.reverse());
    await orchestrator.start();
    expect((await orchestrator.waitFor('t9999')).success).toBe(true);
  });
});

describe('a failing agent', () => {
  it('fails its task with the error it threw, not the process', async () => {
    const orchestrator = orchestratorWith(
      new WorkingAgent(() => {
        throw new RangeError('Out of range.');
      }),
    );
    const result = await orchestrator.runTask({ title: 'Throw', ...WORK, retryConfig: { strategy: 'none' } });
    expect(result).toMatchObject({
      success: false,
      errorMessage: 'Out of range.',
      error: { name: 'RangeError', message: 'Out of range.' },
      stopReason: 'failed',
    });
  });

  it('is tried again after growing waits, as often as the task allows', async () => {
    const clock = new ManualClock();
    const at: number[] = [];
    const agent = new WorkingAgent(() => {
      at.push(clock.now());
      throw new Error('connection reset');
    });
    const orchestrator = orchestratorWith(agent, { clock });
    const task = new Task({ title: 'Flaky', ...WORK, retryConfig: { maxRetries: 3, baseDelaySeconds: 2 } });
    const running = orchestrator.runTask(task);
    await clock.advance(60_000);
    expect((await running).stopReason).toBe('retries-exhausted');
    expect(at.map((time) => time - (at[0] as number))).toEqual([0, 2000, 6000, 14_000]);
  });

  it('holds no slot while it waits for its next attempt', async () => {
    const clock = new ManualClock();
    const agent = new WorkingAgent((task) => {
      if (task.title === 'flaky' && agent.seen.length === 1) throw new Error('once');
      return { success: true };
    });
    const orchestrator = orchestratorWith(agent, { clock, concurrency: 1 });
    const [flaky, quick] = await orchestrator.submitTasks([
      { title: 'flaky', ...WORK, priority: 'high' },
      { title: 'quick', ...WORK },
    ]);
    await orchestrator.start();
    expect((await orchestrator.waitFor(quick as string)).success).toBe(true);
    await clock.advance(1000);
    expect((await orchestrator.waitFor(flaky as string)).success).toBe(true);
  });

  it.each([
    ['an outcome that says so', () => ({ success: false, retryable: false })],
    [
      'an error of ours that says so',
      () => Promise.reject(Object.assign(new TypeError('no'), { retryable: false })),
    ],
  ])('is not tried again after %s, unless it is a stranger', async (what, work) => {
    const agent = new WorkingAgent(work as never);
    const orchestrator = orchestratorWith(agent);
    await orchestrator.runTask({
      title: 'Final',
      ...WORK,
      retryConfig: { maxRetries: 1, baseDelaySeconds: 0 },
    });
    // A foreign error can't say so: only the family's `retryable` counts.
    expect(agent.seen).toHaveLength(what.startsWith('an error') ? 2 : 1);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'done'],
    ['an object without success', { output: 1 }],
    ['a success that says it failed', { success: true, stopReason: 'failed' }],
    ['an output that is no JSON', { success: true, output: 10n }],
  ])('that returns %s fails its task', async (_what, outcome) => {
    const orchestrator = orchestratorWith(new WorkingAgent(() => outcome as never));
    const result = await orchestrator.runTask({ title: 'Odd', ...WORK, retryConfig: { strategy: 'none' } });
    expect(result.success).toBe(false);
    expect(result.errorMessage).toBeTruthy();
  });
});

describe('routing', () => {
  it('prefers the assigned agent, then the most specialised, then a capability, and gives the reason', () => {
    const orchestrator = new Orchestrator({ logger: silentLogger });
    opened.push(orchestrator);
    const broad = new WorkingAgent(undefined, { name: 'Broad', taskTypes: ['development', 'testing'] });
    const narrow = new WorkingAgent(undefined, { name: 'Narrow', taskTypes: ['development'] });
    orchestrator.registerAgents([broad, narrow]);
    const routes = (taskType: 'development' | 'bug_fix' | 'data', assignedAgent: string | null = null) =>
      orchestrator
        .findAgentsForTask({ taskType, assignedAgent })
        .map(({ agent, reason }) => [agent.name, reason]);
    expect(routes('development')).toEqual([
      ['Narrow', 'Narrow takes development tasks.'],
      ['Broad', 'Broad takes development tasks.'],
    ]);
    expect(routes('development', 'Broad')).toEqual([['Broad', 'The task is assigned to Broad.']]);
    expect(routes('bug_fix').map(([name]) => name)).toEqual(['Broad', 'Narrow']);
    expect(routes('data')).toEqual([]);
    expect(orchestrator.getAgentsByCapability('coding')).toEqual([broad, narrow]);
  });

  it('fails a task for which there is no agent, and says who is there', async () => {
    const orchestrator = orchestratorWith(new WorkingAgent());
    const result = await orchestrator.runTask({
      title: 'Data',
      description: 'Nobody does data.',
      taskType: 'data',
    });
    expect(result).toMatchObject({ success: false, stopReason: 'no-agent', retryable: false });
    expect(result.errorMessage).toMatch(/needs an agent for data tasks; registered: Worker/);
  });

  it('lets an agent go', () => {
    const orchestrator = orchestratorWith(new WorkingAgent());
    expect(orchestrator.unregisterAgent('Worker')).toBe(true);
    expect(orchestrator.unregisterAgent('Worker')).toBe(false);
    expect(orchestrator.agents.size).toBe(0);
  });
});

describe('the queue of tasks', () => {
  it.each([
    [{ concurrency: 3 }, '`taskQueue`'],
    [{ maxwaiting: 3 }, 'did you mean `maxWaiting`'],
    [{ rate: { limit: 3 } }, '`rate.perSeconds`'],
  ])('refuses %j when the orchestrator is made', (taskQueue, told) => {
    expect(() => new Orchestrator({ taskQueue: taskQueue as object })).toThrow(told);
  });

  it('takes further limits: no more waiting tasks than it may', async () => {
    const orchestrator = new Orchestrator({ taskQueue: { maxWaiting: 1 } });
    await orchestrator.start();
    const task = (id: string) => ({ id, title: 'x', description: 'x', dependencies: [] }) as const;
    await orchestrator.submitTask({ ...task('gate'), metadata: {} });
    await orchestrator.waitFor('gate');
    await expect(
      orchestrator.submitTasks([
        task('a'),
        { ...task('b'), dependencies: ['a'] },
        { ...task('c'), dependencies: ['a'] },
      ]),
    ).rejects.toMatchObject({ code: 'queue-full' });
    await orchestrator.shutdown();
  });
});
