import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  BaseAgent,
  Orchestrator,
  type OrchestratorEvent,
  type TaskJson,
  type TaskOutcome,
} from 'autogen-orchestrator';
import { SqliteBackend, type SqliteBackendOptions } from 'autogen-orchestrator/backends/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentContext } from '../../src/contracts/agent.ts';
import { createLogger } from '../../src/observability/logger.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const TASK = {
  id: 'task-1',
  title: 'Work',
  description: 'Work.',
  taskType: 'data',
  createdAt: new Date(0),
} as const;

/** Does a step, then works until it is stopped, or gives what the step gave. */
class Worker extends BaseAgent {
  readonly #ends: boolean;
  steps = 0;
  begun: () => void = () => undefined;

  constructor(ends: boolean, name = 'Worker') {
    super({ name, description: 'Works.', capabilities: ['coding'], taskTypes: ['data'] });
    this.#ends = ends;
  }

  override async handleTask(_task: TaskJson, context: AgentContext): Promise<TaskOutcome> {
    const output = await context.step('first', async () => {
      this.steps += 1;
      return 'done once';
    });
    this.begun();
    if (!this.#ends)
      await new Promise((_resolve, reject) =>
        context.signal.addEventListener('abort', () => reject(new Error('stopped'))),
      );
    return { success: true, output };
  }
}

function open(events: OrchestratorEvent[] = [], options: Partial<SqliteBackendOptions> = {}): Orchestrator {
  const orchestrator = new Orchestrator({
    backend: new SqliteBackend({ path: join(folder, 'runs.db'), leaseMs: 500, pollMs: 20, ...options }),
    logger: createLogger({ level: 'silent' }),
  });
  orchestrator.on('*', (event) => events.push(event));
  return orchestrator;
}

/** A task that was begun and given back by a program that stopped. */
async function begunTask(): Promise<void> {
  const first = open();
  const agent = new Worker(false);
  first.registerAgent(agent);
  const begun = new Promise<void>((resolve) => {
    agent.begun = resolve;
  });
  await first.submitTask(TASK);
  await first.start();
  await begun;
  await first.shutdown();
}

describe('a task that was begun by an agent which the program no longer has', () => {
  it('waits, says for whom, and goes on when that agent is registered', async () => {
    await begunTask();
    const events: OrchestratorEvent[] = [];
    const second = open(events);
    second.registerAgent(new Worker(true, 'Another'));
    await second.start();
    await expect
      .poll(() => events.find(({ type }) => type === 'task-parked'))
      .toMatchObject({ runId: 'task-1', agent: 'Worker' });
    const agent = new Worker(true);
    second.registerAgent(agent);
    expect(await second.waitFor('task-1')).toMatchObject({
      success: true,
      output: 'done once',
      metadata: { agent: 'Worker' },
    });
    expect(agent.steps).toBe(0);
    await second.shutdown();
  });

  it('goes on in the next program that has it', async () => {
    await begunTask();
    const events: OrchestratorEvent[] = [];
    const without = open(events);
    await without.start();
    await expect.poll(() => events.some(({ type }) => type === 'task-parked')).toBe(true);
    await without.shutdown();
    const again = open();
    again.registerAgent(new Worker(true));
    await again.start();
    expect(await again.waitFor('task-1')).toMatchObject({ success: true, output: 'done once' });
    await again.shutdown();
  });

  it('goes on when the agent is registered by who hears that it is missed', async () => {
    await begunTask();
    const second = open();
    second.on('task-parked', () => second.registerAgent(new Worker(true)));
    await second.start();
    expect(await second.waitFor('task-1', { timeoutMs: 5000 })).toMatchObject({ output: 'done once' });
    await second.shutdown();
  });

  it('goes on though the file was locked when that agent was registered', async () => {
    await begunTask();
    const events: OrchestratorEvent[] = [];
    const second = open(events, { busyMs: 0 });
    await second.start();
    await expect.poll(() => events.some(({ type }) => type === 'task-parked')).toBe(true);
    // It has laid itself to sleep: from here on nothing but the news of its agent wakes it.
    await expect.poll(async () => (await second.getStatus()).runs.suspended).toBe(1);
    const other = new DatabaseSync(join(folder, 'runs.db'));
    other.exec('BEGIN IMMEDIATE');
    second.registerAgent(new Worker(true));
    await new Promise(setImmediate);
    other.exec('ROLLBACK');
    other.close();
    expect(await second.waitFor('task-1', { timeoutMs: 5000 })).toMatchObject({ output: 'done once' });
    await second.shutdown();
  });

  it('can be cancelled while it waits', async () => {
    await begunTask();
    const events: OrchestratorEvent[] = [];
    const second = open(events);
    await second.start();
    await expect.poll(() => events.some(({ type }) => type === 'task-parked')).toBe(true);
    await second.cancel('task-1');
    expect(await second.waitFor('task-1')).toMatchObject({ success: false, stopReason: 'cancelled' });
    await second.shutdown();
  });
});

describe('a task that nobody could ever do', () => {
  it('fails at once', async () => {
    const orchestrator = open();
    expect(await orchestrator.runTask(TASK)).toMatchObject({ success: false, stopReason: 'no-agent' });
    await orchestrator.shutdown();
  });
});
