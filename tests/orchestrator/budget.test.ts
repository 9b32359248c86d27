import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BaseAgent,
  type BudgetOptions,
  Orchestrator,
  type TaskJson,
  type TaskOutcome,
} from 'autogen-orchestrator';
import { SqliteBackend } from 'autogen-orchestrator/backends/sqlite';
import { ScriptedModel } from 'autogen-orchestrator/testing';
import { describe, expect, it } from 'vitest';
import type { AgentContext } from '../../src/contracts/agent.ts';
import type { Backend } from '../../src/contracts/backend.ts';
import type { BudgetLine } from '../../src/contracts/budget.ts';

const QUESTION = [{ type: 'user', content: 'Well?', source: 'user' }] as const;
const TASK = {
  title: 'Ask',
  description: 'Ask often.',
  taskType: 'research',
  retryConfig: { strategy: 'none' },
} as const;

/** Asks its model so often, and calls its tool as often. */
class Asker extends BaseAgent {
  readonly lines: (readonly BudgetLine[])[] = [];
  readonly #times: number;

  constructor(times: number) {
    super({ name: 'Asker', description: 'Asks.', capabilities: ['research'], taskTypes: ['research'] });
    this.#times = times;
  }

  override async handleTask(_task: TaskJson, context: AgentContext): Promise<TaskOutcome> {
    for (let time = 0; time < this.#times; time += 1) {
      await context.model?.create(QUESTION);
      await context.tools.call('note', {});
    }
    this.lines.push(await context.budget.lines());
    return { success: true };
  }
}

const NOTE = {
  name: 'note',
  description: 'Notes.',
  sideEffects: 'none',
  input: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } },
  execute: async () => 'noted',
} as const;

function made(
  times: number,
  budget: BudgetOptions | undefined,
  backend?: Backend,
): { orchestrator: Orchestrator; agent: Asker; model: ScriptedModel } {
  const model = new ScriptedModel(
    Array.from({ length: 1000 }, () => 'Well.'),
    { maxTokens: 10 },
  );
  const agent = new Asker(times);
  const orchestrator = new Orchestrator({
    model,
    tools: [NOTE],
    ...(budget === undefined ? {} : { budget }),
    ...(backend === undefined ? {} : { backend }),
  });
  orchestrator.registerAgent(agent);
  return { orchestrator, agent, model };
}

describe('an orchestrator with a budget', () => {
  it.for([
    ['modelCalls', { run: { modelCalls: 3 } }, 3],
    ['toolCalls', { run: { toolCalls: 2 } }, 3],
    ['tokens', { run: { tokens: 45 } }, 2],
  ] as const)(
    'ends a task at its %s with a typed reason, and is not asked again',
    async ([unit, budget, calls]) => {
      const { orchestrator, model } = made(10, budget);
      const result = await orchestrator.runTask(TASK);
      await orchestrator.shutdown();
      expect(result).toMatchObject({
        success: false,
        stopReason: 'budget-exceeded',
        error: { code: 'budget-exceeded', details: { scope: 'run', unit } },
      });
      expect(model.requests.length).toBe(calls);
    },
  );

  it('does not repeat what the budget refused, whatever the retries say', async () => {
    const { orchestrator, model } = made(10, { run: { modelCalls: 1 } });
    const result = await orchestrator.runTask({
      ...TASK,
      retryConfig: { strategy: 'immediate', maxRetries: 5 },
    });
    await orchestrator.shutdown();
    expect(result.stopReason).toBe('budget-exceeded');
    expect(model.requests.length).toBe(1);
  });

  it('tells agents what is left', async () => {
    const { orchestrator, agent } = made(2, { run: { modelCalls: 3 }, tenant: { toolCalls: 10 } });
    await orchestrator.runTask(TASK);
    await orchestrator.shutdown();
    expect(agent.lines[0]).toEqual(
      expect.arrayContaining([
        { scope: 'run', unit: 'modelCalls', limit: 3, used: 2, left: 1 },
        { scope: 'tenant', unit: 'toolCalls', limit: 10, used: 2, left: 8 },
      ]),
    );
  });

  it('limits a run even when nothing was said', async () => {
    const { orchestrator, model } = made(600, undefined);
    const result = await orchestrator.runTask(TASK);
    await orchestrator.shutdown();
    expect(result.stopReason).toBe('budget-exceeded');
    expect(model.requests.length).toBe(500);
  });

  it('still knows after a restart what the tenant has used', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'budget-'));
    try {
      const path = join(folder, 'runs.db');
      const first = made(2, { tenant: { modelCalls: 3 } }, new SqliteBackend({ path }));
      expect((await first.orchestrator.runTask(TASK)).success).toBe(true);
      await first.orchestrator.shutdown();
      const second = made(2, { tenant: { modelCalls: 3 } }, new SqliteBackend({ path }));
      expect(await second.orchestrator.runTask(TASK)).toMatchObject({
        success: false,
        stopReason: 'budget-exceeded',
      });
      expect(second.model.requests.length).toBe(1);
      await second.orchestrator.shutdown();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
