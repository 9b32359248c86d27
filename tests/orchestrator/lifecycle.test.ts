import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { SqliteBackend } from '../../src/backends/sqlite/index.ts';
import type { OrchestratorEvent } from '../../src/contracts/events.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import type { OrchestratorOptions } from '../../src/orchestrator/orchestrator-options.ts';
import { Task } from '../../src/tasks/task.ts';
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

/** Resolves once the signal aborts. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

describe('cancelling', () => {
  it('reaches the agent at work and ends the task with the reason', async () => {
    const started = Promise.withResolvers<void>();
    let heard = false;
    const agent = new WorkingAgent(async (_task, { signal }) => {
      started.resolve();
      await aborted(signal);
      heard = true;
      throw signal.reason;
    });
    const orchestrator = orchestratorWith(agent);
    const task = new Task({ title: 'Long', ...WORK });
    const running = orchestrator.processTask(task);
    await started.promise;
    await orchestrator.cancel(task.id, { reason: 'Not needed any more.' });
    expect(heard).toBe(true);
    expect(await running).toMatchObject({
      success: false,
      stopReason: 'cancelled',
      errorMessage: expect.stringMatching(/was cancelled: Not needed any more\.$/),
    });
    expect(task.status).toBe('cancelled');
  });

  it('ends the programs that a task started', async () => {
    const workspace = await mkdtemp(join(tmpdir(), 'cancel-'));
    onTestFinished(() => rm(workspace, { recursive: true, force: true }));
    const started = Promise.withResolvers<void>();
    const agent = new WorkingAgent(async (_task, { runner, signal }) => {
      const running = runner.run({
        command: 'node',
        args: ['-e', `require('fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000)`],
        signal,
      });
      const poll = setInterval(async () => {
        if ((await readdir(workspace)).includes('pid')) started.resolve();
      }, 10);
      try {
        await running;
      } finally {
        clearInterval(poll);
      }
      return { success: true };
    });
    const orchestrator = orchestratorWith(agent, { workspace });
    const controller = new AbortController();
    const running = orchestrator.runTask({ title: 'Program', ...WORK }, { signal: controller.signal });
    await started.promise;
    const pid = Number(await (await import('node:fs/promises')).readFile(join(workspace, 'pid'), 'utf8'));
    const begin = performance.now();
    controller.abort(new Error('Stop it.'));
    expect(await running).toMatchObject({
      success: false,
      stopReason: 'cancelled',
      errorMessage: expect.stringMatching(/Stop it\.$/),
    });
    await orchestrator.shutdown();
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });

  it('ends a task that has not begun, and leaves one that has ended', async () => {
    const agent = new WorkingAgent();
    const orchestrator = orchestratorWith(agent);
    const id = await orchestrator.submitTask({ title: 'Waiting', ...WORK });
    await orchestrator.cancel(id);
    await orchestrator.start();
    expect((await orchestrator.waitFor(id)).stopReason).toBe('cancelled');
    expect(agent.seen).toHaveLength(0);
    const done = await orchestrator.submitTask({ title: 'Done', ...WORK });
    await orchestrator.waitFor(done);
    await orchestrator.cancel(done);
    expect((await orchestrator.waitFor(done)).success).toBe(true);
  });

  it('by the signal of waitFor and processTask ends the wait, not the work', async () => {
    const release = Promise.withResolvers<void>();
    const orchestrator = orchestratorWith(
      new WorkingAgent(async () => {
        await release.promise;
        return { success: true };
      }),
    );
    const task = new Task({ title: 'Goes on', ...WORK });
    const reason = new Error('I have to go.');
    const controller = new AbortController();
    const waiting = orchestrator.processTask(task, { signal: controller.signal });
    const assertion = expect(waiting).rejects.toBe(reason);
    controller.abort(reason);
    await assertion;
    release.resolve();
    expect((await orchestrator.waitFor(task.id)).success).toBe(true);
  });

  it('rejects with a typed error for what nobody knows, and when the time for waiting is over', async () => {
    const orchestrator = orchestratorWith(new WorkingAgent());
    await expect(orchestrator.cancel('nobody')).rejects.toMatchObject({ code: 'not-found' });
    await expect(orchestrator.waitFor('nobody')).rejects.toMatchObject({ code: 'not-found' });
    const id = await orchestrator.submitTask({ title: 'Never started', ...WORK });
    await expect(orchestrator.waitFor(id, { timeoutMs: 10 })).rejects.toMatchObject({ code: 'timed-out' });
  });
});

describe('events', () => {
  it('tell a task from its submission to its end, numbered in order', async () => {
    const orchestrator = orchestratorWith(
      new WorkingAgent((_task, { emit }) => {
        emit({ type: 'progress', message: 'half' });
        return { success: true };
      }),
    );
    const events: OrchestratorEvent[] = [];
    orchestrator.on('*', (event) => events.push(event));
    await orchestrator.runTask({ id: 'told', title: 'Told', ...WORK });
    expect(events.map(({ type }) => type)).toEqual([
      'task-submitted',
      'task-started',
      'agent-reported',
      'task-completed',
    ]);
    expect(events.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    expect(events.every(({ runId, tenant }) => runId === 'told' && tenant === 'default')).toBe(true);
  });

  it('tell the submission first, also when the task begins at once', async () => {
    const orchestrator = orchestratorWith(new WorkingAgent());
    await orchestrator.start();
    const events: string[] = [];
    orchestrator.on('*', ({ type }) => events.push(type));
    const task = new Task({ title: 'At once', ...WORK });
    await orchestrator.submitTask(task);
    await orchestrator.waitFor(task.id);
    expect(events).toEqual(['task-submitted', 'task-started', 'task-completed']);
    expect(task.status).toBe('completed');
  });

  it('stream one run as an async iterable that ends with it, and can be resumed by position', async () => {
    const orchestrator = orchestratorWith(new WorkingAgent());
    const id = await orchestrator.submitTask({ title: 'Streamed', ...WORK });
    await orchestrator.submitTask({ title: 'Other', ...WORK });
    await orchestrator.start();
    const events: OrchestratorEvent[] = [];
    for await (const event of orchestrator.stream(id)) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(['task-submitted', 'task-started', 'task-completed']);
    const later: OrchestratorEvent[] = [];
    for await (const event of orchestrator.stream(id, { after: events[0]?.position ?? 0 })) later.push(event);
    expect(later).toEqual(events.slice(1));
  });

  it('stream can be left early and ended by a signal', async () => {
    const release = Promise.withResolvers<void>();
    const orchestrator = orchestratorWith(
      new WorkingAgent(async () => {
        await release.promise;
        return { success: true };
      }),
    );
    const id = await orchestrator.submitTask({ title: 'Slow', ...WORK });
    await orchestrator.start();
    for await (const event of orchestrator.stream(id)) {
      expect(event.type).toBe('task-submitted');
      break;
    }
    const controller = new AbortController();
    const reason = new Error('Enough.');
    const reading = (async () => {
      for await (const event of orchestrator.stream(id, { signal: controller.signal }))
        if (event.type === 'task-started') controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    release.resolve();
    await expect(orchestrator.stream('nobody').next()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('go on when a listener throws, which is told too', async () => {
    const orchestrator = orchestratorWith(new WorkingAgent());
    const told: string[] = [];
    orchestrator.on('task-started', () => {
      throw new Error('A bad listener.');
    });
    orchestrator.on('listener-failed', ({ error }) => told.push(error.message));
    const undo = orchestrator.on('task-completed', () => told.push('completed'));
    expect((await orchestrator.runTask({ title: 'One', ...WORK })).success).toBe(true);
    undo();
    await orchestrator.runTask({ title: 'Two', ...WORK });
    expect(told).toEqual(['A bad listener.', 'completed', 'A bad listener.']);
  });

  it('tell of retries and cancellations', async () => {
    const agent = new WorkingAgent(() => {
      if (agent.seen.length === 1) throw new Error('once');
      return { success: true };
    });
    const orchestrator = orchestratorWith(agent);
    const told: string[] = [];
    orchestrator.on('task-retrying', ({ attempt, delayMs, errorMessage }) =>
      told.push(`${attempt} ${delayMs} ${errorMessage}`),
    );
    orchestrator.on('task-cancelled', ({ stopReason }) => told.push(stopReason));
    await orchestrator.runTask({ title: 'Retry', ...WORK, retryConfig: { strategy: 'immediate' } });
    const id = await orchestrator.submitTask({ title: 'Cancel', ...WORK });
    await orchestrator.cancel(id);
    await orchestrator.waitFor(id);
    expect(told).toEqual(['1 0 once', 'cancelled']);
  });
});

describe('starting and stopping', () => {
  it('initialises an agent before its first task only, and shuts it down', async () => {
    const calls: string[] = [];
    const agent = Object.assign(new WorkingAgent(), {
      initialize: async () => void calls.push('initialize'),
      shutdown: async () => void calls.push('shutdown'),
    });
    const orchestrator = orchestratorWith(agent);
    await Promise.all([
      orchestrator.runTask({ title: 'A', ...WORK }),
      orchestrator.runTask({ title: 'B', ...WORK }),
    ]);
    await orchestrator.shutdown();
    await orchestrator.shutdown();
    expect(calls).toEqual(['initialize', 'shutdown']);
  });

  it('fails the task, not the process, when an agent cannot be initialised', async () => {
    const agent = Object.assign(new WorkingAgent(), {
      initialize: async () => Promise.reject(new Error('No database.')),
    });
    const orchestrator = orchestratorWith(agent);
    const result = await orchestrator.runTask({ title: 'A', ...WORK, retryConfig: { strategy: 'none' } });
    expect(result).toMatchObject({ success: false, errorMessage: 'No database.' });
  });

  it('lets work in hand go on for a while at shutdown', async () => {
    const orchestrator = orchestratorWith(
      new WorkingAgent(async () => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        return { success: true };
      }),
    );
    const running = orchestrator.runTask({ title: 'Short', ...WORK });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await orchestrator.shutdown({ drainMs: 2000 });
    expect((await running).success).toBe(true);
  });

  it('aborts work that is left at shutdown, and refuses what comes after', async () => {
    const orchestrator = orchestratorWith(
      new WorkingAgent(async (_task, { signal }) => {
        await aborted(signal);
        throw signal.reason;
      }),
    );
    const running = orchestrator.runTask({ title: 'Long', ...WORK });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await orchestrator.shutdown();
    expect(await running).toMatchObject({ success: false, stopReason: 'cancelled' });
    await expect(orchestrator.submitTask({ title: 'Late', ...WORK })).rejects.toMatchObject({
      code: 'stopped',
    });
    await expect(orchestrator.start()).rejects.toMatchObject({ code: 'stopped' });
    expect((await orchestrator.getStatus()).state).toBe('stopped');
  });

  it('stays shut down when it was still starting', async () => {
    const orchestrator = orchestratorWith(new WorkingAgent());
    const starting = orchestrator.start();
    await orchestrator.shutdown();
    await starting.catch(() => undefined);
    expect((await orchestrator.getStatus()).state).toBe('stopped');
    await expect(orchestrator.submitTask({ title: 'Late', ...WORK })).rejects.toMatchObject({
      code: 'stopped',
    });
  });

  it('starts when it is told to again, after what stood in the way is gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'start-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'later', 'runs.db');
    const orchestrator = orchestratorWith(new WorkingAgent(), { backend: new SqliteBackend({ path }) });
    await expect(orchestrator.start()).rejects.toMatchObject({ code: 'storage-failed' });
    await mkdir(join(folder, 'later'));
    await orchestrator.start();
    expect(await orchestrator.runTask({ title: 'Now', ...WORK })).toMatchObject({ success: true });
    await orchestrator.shutdown();
  });

  it('takes a task in again that was forgotten since it was found to be known', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'known-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const backend = (): SqliteBackend =>
      new SqliteBackend({ path: join(folder, 'runs.db'), keepFinishedMs: 0 });
    const task = { id: 'again', title: 'Again', ...WORK, createdAt: new Date(0) };
    const first = orchestratorWith(new WorkingAgent(), { backend: backend() });
    await first.runTask(task);
    await first.shutdown();
    const keeping = backend();
    const second = orchestratorWith(new WorkingAgent(), { backend: keeping });
    await second.submitTask(task);
    expect(await keeping.vacuum()).toBe(1);
    expect(await second.runTask(task)).toMatchObject({ success: true });
    await second.shutdown();
  });

  it('says how it stands', async () => {
    const orchestrator = orchestratorWith(new WorkingAgent());
    expect(await orchestrator.getStatus()).toMatchObject({
      state: 'created',
      tenant: 'default',
      agents: ['Worker'],
      runs: {},
    });
    await orchestrator.runTask({ title: 'A', ...WORK });
    expect(await orchestrator.getStatus()).toMatchObject({
      state: 'running',
      runs: { completed: 1 },
      activeConversations: 0,
    });
  });

  it('warns once when a model is wanted and there is none', () => {
    const warnings: string[] = [];
    const logger = {
      ...silentLogger,
      warn: (_fields: object, message: string) => void warnings.push(message),
    };
    const orchestrator = new Orchestrator({ logger });
    opened.push(orchestrator);
    orchestrator.registerAgent(Object.assign(new WorkingAgent(), { enableAutogen: true }));
    expect(warnings).toEqual(['enableAutogen is set but there is no model: the agent uses its skills alone']);
  });
});

describe('tenants', () => {
  it('give their name to tasks that have none, and refuse those of others', async () => {
    const agent = new WorkingAgent();
    const orchestrator = orchestratorWith(agent, { tenant: 'acme' });
    await orchestrator.runTask({ title: 'Ours', ...WORK });
    expect(agent.seen[0]?.tenant).toBe('acme');
    await expect(
      orchestrator.runTask({ title: 'Theirs', ...WORK, tenant: 'umbrella' }),
    ).rejects.toMatchObject({ code: 'tenant-mismatch' });
  });
});
