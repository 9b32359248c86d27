import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import { SqliteBackend } from '../../src/backends/sqlite/index.ts';
import type { BudgetOptions } from '../../src/contracts/budget.ts';
import type { CreateResult, ModelClient, ModelMessage } from '../../src/contracts/model.ts';
import type { StatePort } from '../../src/contracts/state.ts';
import { Budget } from '../../src/llm/budget/budget.ts';
import { resolveBudget } from '../../src/llm/budget/budget-options.ts';
import { budgetedModel } from '../../src/llm/budget/budgeted-model.ts';
import { OpenAIModelClient } from '../../src/llm/openai/openai-client.ts';
import { systemClock } from '../../src/shared/time.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { ScriptedModel } from '../../src/testing/scripted-model.ts';
import { chunk, DONE, event, faultServer, type Play, refusal, streamHead } from '../support/fault-server.ts';

const HELLO: readonly ModelMessage[] = [{ type: 'user', content: 'hello', source: 'user' }];
const ME = { runId: 'run-1', agent: 'Dev' };

function memoryState(): StatePort {
  return new MemoryBackend().store.state('default');
}

function budgetOf(options: BudgetOptions, state = memoryState(), clock = new ManualClock()): Budget {
  return new Budget(() => state, clock, resolveBudget(options));
}

async function used(budget: Budget, scope = 'run', unit = 'tokens'): Promise<number | undefined> {
  const lines = await budget.view(ME).lines();
  return lines.find((line) => line.scope === scope && line.unit === unit)?.used;
}

describe('a budget', () => {
  it('sets aside the most that a call may take, and counts what it took in the end', async () => {
    const budget = budgetOf({ run: { tokens: 1000 } });
    const reservation = await budget.reserve(ME, { tokens: 800 });
    expect(await used(budget)).toBe(800);
    await reservation.settle({ tokens: 50 });
    await reservation.settle({ tokens: 0 });
    expect(await used(budget)).toBe(50);
  });

  it('refuses what has no room, and takes nothing from any scope then', async () => {
    const budget = budgetOf({ run: { tokens: 10_000 }, agent: { tokens: 500 }, tenant: { tokens: 100 } });
    await expect(budget.reserve(ME, { tokens: 101 })).rejects.toMatchObject({
      code: 'budget-exceeded',
      retryable: false,
      details: { scope: 'tenant', unit: 'tokens', limit: 100, used: 0, asked: 101 },
    });
    expect([await used(budget, 'run'), await used(budget, 'agent'), await used(budget, 'tenant')]).toEqual([
      0, 0, 0,
    ]);
  });

  it('keeps what is not settled: a call whose end nobody saw was paid', async () => {
    const state = memoryState();
    await budgetOf({ tenant: { tokens: 1000 } }, state).reserve(ME, { tokens: 700 });
    const next = budgetOf({ tenant: { tokens: 1000 } }, state);
    expect(await used(next, 'tenant')).toBe(700);
    await expect(next.reserve(ME, { tokens: 400 })).rejects.toMatchObject({ code: 'budget-exceeded' });
  });

  it('counts runs, agents and days apart, and a tenant in all', async () => {
    const budget = budgetOf({ run: { modelCalls: 1 }, agent: { modelCalls: 2 }, tenant: { modelCalls: 4 } });
    await budget.reserve({ runId: 'a', agent: 'Dev' }, { modelCalls: 1 });
    await expect(budget.reserve({ runId: 'a', agent: 'QA' }, { modelCalls: 1 })).rejects.toMatchObject({
      details: { scope: 'run' },
    });
    await budget.reserve({ runId: 'b', agent: 'Dev' }, { modelCalls: 1 });
    await expect(budget.reserve({ runId: 'c', agent: 'Dev' }, { modelCalls: 1 })).rejects.toMatchObject({
      details: { scope: 'agent' },
    });
    await budget.reserve({ runId: 'c', agent: 'QA' }, { modelCalls: 1 });
    await budget.reserve({ runId: 'd', agent: 'QA' }, { modelCalls: 1 });
    await expect(budget.reserve({ runId: 'e', agent: 'PM' }, { modelCalls: 1 })).rejects.toMatchObject({
      details: { scope: 'tenant' },
    });
  });

  it('begins anew each day, at midnight of its time zone', async () => {
    const clock = new ManualClock(Date.parse('2026-03-01T22:30:00Z'));
    const budget = budgetOf({ day: { modelCalls: 1 }, timeZone: 'Europe/Berlin' }, memoryState(), clock);
    await budget.reserve(ME, { modelCalls: 1 });
    await expect(budget.reserve(ME, { modelCalls: 1 })).rejects.toMatchObject({ details: { scope: 'day' } });
    await clock.advance(3_600_000);
    await budget.reserve(ME, { modelCalls: 1 });
  });

  it('counts seconds from the first draw', async () => {
    const clock = new ManualClock();
    const budget = budgetOf({ run: { seconds: 60 } }, memoryState(), clock);
    expect((await budget.reserve(ME, { modelCalls: 1 })).leftMs).toBe(60_000);
    await clock.advance(59_000);
    expect((await budget.reserve(ME, { modelCalls: 1 })).leftMs).toBe(1000);
    await clock.advance(1000);
    await expect(budget.reserve(ME, { modelCalls: 1 })).rejects.toMatchObject({
      details: { scope: 'run', unit: 'seconds' },
    });
  });

  it('is shared by processes on one file, without losing a word', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'budget-'));
    const backends = [1, 2, 3].map(() => new SqliteBackend({ path: join(folder, 'runs.db') }));
    try {
      const budgets = backends.map((backend) =>
        budgetOf({ tenant: { tokens: 1000 } }, backend.store.state('default'), new ManualClock()),
      );
      const outcomes = await Promise.allSettled(
        Array.from({ length: 300 }, (_, index) => (budgets[index % 3] as Budget).reserve(ME, { tokens: 10 })),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
      expect(await used(budgets[0] as Budget, 'tenant')).toBe(1000);
    } finally {
      for (const backend of backends) await backend.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('has generous limits for a run when nothing is said', async () => {
    const lines = await budgetOf({}).view(ME).lines();
    expect(lines.map(({ scope, unit }) => `${scope} ${unit}`)).toEqual([
      'run tokens',
      'run modelCalls',
      'run toolCalls',
    ]);
  });
});

describe('a model on a budget', () => {
  const on = (
    model: ModelClient,
    options: BudgetOptions,
    clock = new ManualClock(),
  ): { model: ModelClient; budget: Budget } => {
    const budget = budgetOf(options, memoryState(), clock);
    return { budget, model: budgetedModel(model, budget, ME, clock) };
  };

  it('makes no call that it could not pay', async () => {
    const scripted = new ScriptedModel(['never'], { maxTokens: 100 });
    const { model } = on(scripted, { run: { tokens: 100 } });
    await expect(model.create(HELLO)).rejects.toMatchObject({ code: 'budget-exceeded' });
    expect(scripted.requests).toHaveLength(0);
  });

  it('pays nothing for a call that the endpoint refused, and the most for one that broke off', async () => {
    const server = await faultServer(refusal(401, { message: 'no' }), (response) => void response.destroy());
    try {
      const client = new OpenAIModelClient({
        model: 'm',
        baseURL: server.baseURL,
        maxTokens: 100,
        retry: { maxRetries: 0 },
      });
      const { model, budget } = on(client, { run: { tokens: 1000 } });
      await expect(model.create(HELLO)).rejects.toThrow();
      expect(await used(budget)).toBe(0);
      await expect(model.create(HELLO)).rejects.toThrow();
      expect(await used(budget)).toBe(client.countTokens(HELLO) + 100);
    } finally {
      await server.close();
    }
  });

  it('falls to the cheaper one where only that one fits', async () => {
    const dear = new ScriptedModel(['dear'], { model: 'dear', maxTokens: 10 });
    const cheap = new ScriptedModel(['cheap', 'cheap'], { model: 'cheap', maxTokens: 10 });
    const priced = (model: ModelClient, each: number): ModelClient =>
      Object.assign(model, {
        priceOf: ({ promptTokens, completionTokens }: CreateResult['usage']) =>
          (promptTokens + completionTokens) * each,
      });
    const bound = dear.countTokens(HELLO) + 10;
    const { model } = on(priced(dear, 1), { run: { cost: bound * 1.2 }, degradeTo: priced(cheap, 0.01) });
    expect(await model.create(HELLO)).toMatchObject({ content: 'dear' });
    await model.create(HELLO);
    expect(await model.create(HELLO)).toMatchObject({ content: 'cheap', model: 'cheap' });
    expect(dear.requests).toHaveLength(1);
  });

  it('says so when the cost is limited and nobody knows a price', async () => {
    const { model } = on(new ScriptedModel(['x']), { day: { cost: 1 } });
    await expect(model.create(HELLO)).rejects.toThrow(/price/);
  });

  it('ends a call when the time of the budget is over', async () => {
    const server = await faultServer(() => undefined);
    try {
      const client = new OpenAIModelClient({ model: 'm', baseURL: server.baseURL });
      const budget = new Budget(memoryState, systemClock, resolveBudget({ run: { seconds: 0.2 } }));
      const model = budgetedModel(client, budget, ME, systemClock);
      await expect(model.create(HELLO)).rejects.toMatchObject({ code: 'timed-out' });
      await expect.poll(() => server.dropped.length).toBe(1);
    } finally {
      await server.close();
    }
  });

  it('is never exceeded by 50 agents side by side, as the server counts', async () => {
    let served = 0;
    const answer: Play = async (response, { body }) => {
      const prompt = Buffer.byteLength(JSON.stringify(body['messages'])) >> 2;
      const completion = Math.floor((body['max_tokens'] as number) * 0.7);
      served += prompt + completion;
      await new Promise((resolve) => setTimeout(resolve, 5));
      streamHead(response);
      const usage = event({ choices: [], usage: { prompt_tokens: prompt, completion_tokens: completion } });
      response.end(chunk({ content: 'ok' }) + chunk({}, 'stop') + usage + DONE);
    };
    const server = await faultServer(answer);
    try {
      const client = new OpenAIModelClient({ model: 'm', baseURL: server.baseURL, maxTokens: 50 });
      const budget = new Budget(
        memoryState,
        systemClock,
        resolveBudget({ tenant: { tokens: 20_000 }, run: { modelCalls: 10_000 } }),
      );
      const agents = Array.from({ length: 50 }, (_, index) =>
        budgetedModel(client, budget, { runId: `run-${index}`, agent: `agent-${index}` }, systemClock),
      );
      const ended = await Promise.all(
        agents.map(async (model) => {
          for (let call = 0; call < 100; call += 1) {
            try {
              await model.create(HELLO);
            } catch (error) {
              return (error as { code: string }).code;
            }
          }
          return 'went on';
        }),
      );
      expect(new Set(ended)).toEqual(new Set(['budget-exceeded']));
      expect(served).toBeLessThanOrEqual(20_000);
      // What was set aside came back: most of it was used.
      expect(served).toBeGreaterThan(19_000);
    } finally {
      await server.close();
    }
  });
});
