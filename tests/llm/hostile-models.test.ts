import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import type { CreateResult, ModelClient, ModelMessage } from '../../src/contracts/model.ts';
import type { StatePort } from '../../src/contracts/state.ts';
import { Budget } from '../../src/llm/budget/budget.ts';
import { resolveBudget } from '../../src/llm/budget/budget-options.ts';
import { budgetedModel } from '../../src/llm/budget/budgeted-model.ts';
import { createStructured } from '../../src/llm/create-structured.ts';
import { FallbackModelClient } from '../../src/llm/fallback-model.ts';
import { limitModel } from '../../src/llm/limit-model.ts';
import { OrchestratorError } from '../../src/shared/errors.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { ScriptedModel } from '../../src/testing/scripted-model.ts';

const HELLO: readonly ModelMessage[] = [{ type: 'user', content: 'hello', source: 'user' }];
const ME = { runId: 'run-1', agent: 'Dev' };
/** 110 tokens are set aside for a call, and a cost of 1. */
const MOST = { tokens: 110, cost: 1 };

function modelThat(answers: Partial<CreateResult>, more: Partial<ModelClient> = {}): ModelClient {
  const model = new ScriptedModel([answers], { maxTokens: 100 });
  return Object.assign(model, { countTokens: () => 10, priceOf: () => 1, ...more });
}

/** A tenant's budget of which 50 tokens and a cost of 5 are used. */
async function begun(state: StatePort = new MemoryBackend().store.state('default')): Promise<Budget> {
  const budget = new Budget(
    () => state,
    new ManualClock(),
    resolveBudget({ tenant: { tokens: 10_000, cost: 100 } }),
  );
  await (await budget.reserve(ME, { tokens: 50, cost: 5 })).settle({});
  return budget;
}

async function used(budget: Budget, scope = 'tenant'): Promise<Record<string, number>> {
  const lines = await budget.view(ME).lines();
  return Object.fromEntries(
    lines
      .filter((line) => line.scope === scope && ['tokens', 'cost'].includes(line.unit))
      .map(({ unit, used }) => [unit, used]),
  );
}

/** The state of a backend whose writes fail when `isBroken` says so. */
function breaking(isBroken: (key: string) => boolean): StatePort {
  const state = new MemoryBackend().store.state('default');
  return {
    get: (key) => state.get(key),
    list: (prefix) => state.list(prefix),
    delete: (key, version) => state.delete(key, version),
    put: (key, value, version) =>
      isBroken(key)
        ? Promise.reject(new OrchestratorError('storage-failed', 'The disk is full.'))
        : state.put(key, value, version),
  };
}

describe('a budget before a hostile model', () => {
  it.each([
    ['fewer tokens than none', { promptTokens: -1_000_000, completionTokens: 1 }],
    ['tokens that are no number', { promptTokens: Number.NaN, completionTokens: 1 }],
    ['more tokens than can be counted', { promptTokens: 1e308, completionTokens: 1e308 }],
  ])('leaves a call at its most that says it took %s', async (_what, usage) => {
    const budget = await begun();
    await budgetedModel(modelThat({ content: 'a', usage }), budget, ME, new ManualClock()).create(HELLO);
    expect(await used(budget)).toEqual({ tokens: 50 + MOST.tokens, cost: 5 + MOST.cost });
  });

  it.each([
    ['cost', Number.NaN],
    ['cost', -100],
    ['cost', Number.POSITIVE_INFINITY],
    ['cost', '7'],
  ])('leaves a call at its most whose result has the %s %s', async (_what, cost) => {
    const budget = await begun();
    const usage = { promptTokens: 2, completionTokens: 3 };
    const model = modelThat({ content: 'a', usage, cost: cost as number });
    await budgetedModel(model, budget, ME, new ManualClock()).create(HELLO);
    expect(await used(budget)).toEqual({ tokens: 55, cost: 6 });
  });

  it.each([
    ['a price of NaN', { priceOf: () => Number.NaN }],
    ['a price of less than nothing', { priceOf: () => -5 }],
    ['a count of NaN', { countTokens: () => Number.NaN }],
    ['a count of less than nothing', { countTokens: () => -1_000_000 }],
  ])('makes no call of a model with %s', async (_what, more) => {
    const budget = await begun();
    const model = modelThat({ content: 'a' }, more);
    await expect(budgetedModel(model, budget, ME, new ManualClock()).create(HELLO)).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect(await used(budget)).toEqual({ tokens: 50, cost: 5 });
  });

  it('gives the answer that was paid when its price, or the books, fail afterwards', async () => {
    let prices = 0;
    const priceOf = (): number => {
      prices += 1;
      if (prices > 1) throw new Error('no more prices');
      return 1;
    };
    const budget = await begun();
    const usage = { promptTokens: 2, completionTokens: 3 };
    const model = modelThat({ content: 'paid', usage }, { priceOf });
    expect(await budgetedModel(model, budget, ME, new ManualClock()).create(HELLO)).toMatchObject({
      content: 'paid',
    });
    expect(await used(budget)).toEqual({ tokens: 55, cost: 6 });

    let isFull = false;
    const broken = await begun(breaking(() => isFull));
    const filling = modelThat({ content: 'paid', usage });
    const create = filling.create.bind(filling);
    filling.create = (...asked) => {
      isFull = true;
      return create(...asked);
    };
    expect(await budgetedModel(filling, broken, ME, new ManualClock()).create(HELLO)).toMatchObject({
      content: 'paid',
    });
  });

  it('keeps nothing set aside in one scope when the next can not be written', async () => {
    let isFull = false;
    const budget = await begun(breaking((key) => isFull && key === 'budget/tenant'));
    isFull = true;
    await expect(budget.reserve(ME, { tokens: 500 })).rejects.toMatchObject({ code: 'storage-failed' });
    expect(await used(budget, 'run')).toMatchObject({ tokens: 50 });
  });

  it.each([
    ['without sums', {}],
    ['with a text', { tokens: '5', cost: 0, modelCalls: 0, toolCalls: 0, since: null }],
    ['with less than nothing', { tokens: -5, cost: 0, modelCalls: 0, toolCalls: 0, since: null }],
    ['that began at no time', { tokens: 5, cost: 0, modelCalls: 0, toolCalls: 0, since: 'x' }],
  ])('refuses a record %s', async (_what, sums) => {
    const state = new MemoryBackend().store.state('default');
    await state.put('budget/tenant', { schemaVersion: 1, ...sums }, 0);
    await expect(begun(state)).rejects.toMatchObject({ code: 'schema-mismatch' });
  });

  it('gives no more time than the limit says when the clock is set back', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, after: () => () => undefined };
    const state = new MemoryBackend().store.state('default');
    const budget = new Budget(() => state, clock, resolveBudget({ run: { seconds: 5 } }));
    await budget.reserve(ME, {});
    now = 0;
    expect(await budget.reserve(ME, {})).toMatchObject({ leftMs: 5000 });
  });
});

describe('models around a hostile model', () => {
  it('let a limit stand at what was set aside for what is no count', async () => {
    const usage = { promptTokens: -1_000_000, completionTokens: 0 };
    const model = new ScriptedModel([{ content: 'a', usage }, 'b']);
    const clock = new ManualClock();
    const limited = limitModel(model, { tokensPerMinute: 1000, answerTokens: 900, clock });
    await limited.create(HELLO);
    const second = limited.create(HELLO);
    await clock.advance(59_000);
    expect(model.requests).toHaveLength(1);
    await clock.advance(1000);
    expect(await second).toMatchObject({ content: 'b' });
  });

  it('go on to the next of a chain when one gives nothing', async () => {
    const silent = new ScriptedModel([], { model: 'silent' });
    silent.create = () => Promise.resolve(undefined as unknown as CreateResult);
    silent.createStream = async function* () {};
    const chain = (): FallbackModelClient =>
      new FallbackModelClient([silent, new ScriptedModel(['second'], { model: 'second' })]);
    expect(await chain().create(HELLO)).toMatchObject({ content: 'second' });
    const items: unknown[] = [];
    for await (const item of chain().createStream(HELLO)) items.push(item);
    expect(items.at(-1)).toMatchObject({ content: 'second' });
  });

  it.each([
    ['nothing', undefined, 'model-failed'],
    ['no text', { content: { a: 1 } as never }, 'model-failed'],
    ['countless levels', { content: `${'['.repeat(100_000)}${']'.repeat(100_000)}` }, 'schema-mismatch'],
    ['a long value that is told', { content: JSON.stringify('x'.repeat(1_000_000)) }, 'schema-mismatch'],
  ] as const)('refuse a value of a given shape in an answer of %s', async (_what, answer, code) => {
    const model = new ScriptedModel([]);
    const seen: number[] = [];
    model.create = (messages) => {
      seen.push(JSON.stringify(messages.at(-1)).length);
      return Promise.resolve({ finishReason: 'stop', ...answer } as CreateResult);
    };
    if (answer === undefined) model.create = () => Promise.resolve(undefined as unknown as CreateResult);
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) => ({ issues: [{ message: `No value: ${JSON.stringify(value)}` }] }),
      },
    } as const;
    const failure: unknown = await createStructured(model, HELLO, {
      name: 'v',
      schema,
      jsonSchema: {},
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(Math.max(0, ...seen, JSON.stringify(failure).length)).toBeLessThan(3000);
  });

  it('answer as long as the longest of a chain may', () => {
    const models = [10, 5000].map((maxTokens) => new ScriptedModel([], { maxTokens }));
    expect(new FallbackModelClient(models).info.maxTokens).toBe(5000);
  });
});
