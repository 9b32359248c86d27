import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ModelMessage } from '../../src/contracts/model.ts';
import { createStructured } from '../../src/llm/create-structured.ts';
import { FallbackModelClient } from '../../src/llm/fallback-model.ts';
import { limitModel } from '../../src/llm/limit-model.ts';
import { modelFailure } from '../../src/llm/openai/model-failure.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { ScriptedModel } from '../../src/testing/scripted-model.ts';

const HELLO: readonly ModelMessage[] = [{ type: 'user', content: 'hello', source: 'user' }];
const failed = (kind: Parameters<typeof modelFailure>[0], model = 'first'): Error =>
  modelFailure(kind, { model, message: 'no' });

describe('a chain of models', () => {
  it('asks the next one when the first fails, and says who answered', async () => {
    const chain = new FallbackModelClient([
      new ScriptedModel([failed('server')], { model: 'first' }),
      new ScriptedModel(['from the second'], { model: 'second' }),
    ]);
    expect(await chain.create(HELLO)).toMatchObject({ content: 'from the second', model: 'second' });
  });

  it.for(['bad-request', 'content-filter'] as const)('does not get around %s', async (kind) => {
    const second = new ScriptedModel(['no'], { model: 'second' });
    const chain = new FallbackModelClient([new ScriptedModel([failed(kind)], { model: 'first' }), second]);
    await expect(chain.create(HELLO)).rejects.toMatchObject({ details: { kind } });
    expect(second.requests).toHaveLength(0);
  });

  it('lets one that failed rest, and asks it again when it has rested or nobody else is left', async () => {
    const clock = new ManualClock();
    const first = new ScriptedModel([failed('quota'), 'first again'], { model: 'first' });
    const second = new ScriptedModel(['second', 'second', failed('server', 'second')], { model: 'second' });
    const chain = new FallbackModelClient([first, second], { clock, coolDownMs: 1000 });
    await chain.create(HELLO);
    expect(await chain.create(HELLO)).toMatchObject({ content: 'second' });
    expect(first.requests).toHaveLength(1);
    expect(await chain.create(HELLO)).toMatchObject({ content: 'first again' });
  });

  it('tells all failures when all fail', async () => {
    const chain = new FallbackModelClient([
      new ScriptedModel([failed('quota', 'first')], { model: 'first' }),
      new ScriptedModel([failed('timeout', 'second')], { model: 'second' }),
    ]);
    await expect(chain.create(HELLO)).rejects.toMatchObject({
      code: 'model-failed',
      details: { kind: 'timeout', failures: [{ model: 'first' }, { model: 'second' }] },
    });
  });

  it('does not switch in the middle of a text', async () => {
    const first = new ScriptedModel([], { model: 'first' });
    first.createStream = async function* () {
      yield 'half';
      throw failed('connection');
    };
    const second = new ScriptedModel(['whole'], { model: 'second' });
    const seen: unknown[] = [];
    await expect(
      (async () => {
        for await (const item of new FallbackModelClient([first, second]).createStream(HELLO))
          seen.push(item);
      })(),
    ).rejects.toMatchObject({ details: { kind: 'connection' } });
    expect(seen).toEqual(['half']);
    expect(second.requests).toHaveLength(0);
  });

  it('promises no more than each of them can do', () => {
    const chain = new FallbackModelClient([
      new ScriptedModel([], { contextWindow: 1000 }),
      new ScriptedModel([], { contextWindow: 500, functionCalling: false }),
    ]);
    expect(chain.info).toMatchObject({ contextWindow: 500, functionCalling: false, jsonOutput: true });
  });
});

describe('a limited model', () => {
  it('lets no more calls through in any minute than it may, in their order', async () => {
    const clock = new ManualClock();
    const times: number[] = [];
    const model = new ScriptedModel(
      Array.from({ length: 7 }, () => () => {
        times.push(clock.now());
        return 'ok';
      }),
    );
    const limited = limitModel(model, { requestsPerMinute: 3, clock });
    const begun = clock.now();
    const asked = Promise.all(Array.from({ length: 7 }, () => limited.create(HELLO)));
    for (let minute = 0; minute < 3; minute += 1) await clock.advance(60_000);
    await asked;
    expect(times.map((time) => time - begun)).toEqual([0, 0, 0, 60_000, 60_000, 60_000, 120_000]);
  });

  it('counts what was used in place of what was set aside', async () => {
    const clock = new ManualClock();
    const model = new ScriptedModel(['a', 'b', 'c'], {});
    const bound = model.countTokens(HELLO);
    const limited = limitModel(model, { tokensPerMinute: bound * 2 + 1020, answerTokens: 1000, clock });
    await limited.create(HELLO);
    await limited.create(HELLO);
    expect(model.requests).toHaveLength(2);
  });

  it('lets a waiting call go when its signal aborts, and others past it', async () => {
    const clock = new ManualClock();
    let finish: () => void = () => undefined;
    const held = new Promise<string>((resolve) => {
      finish = () => resolve('first');
    });
    const model = new ScriptedModel([() => held, 'third']);
    const limited = limitModel(model, { concurrency: 1, clock });
    const first = limited.create(HELLO);
    const controller = new AbortController();
    const second = limited.create(HELLO, { signal: controller.signal });
    const third = limited.create(HELLO);
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    finish();
    expect((await first).content).toBe('first');
    expect((await third).content).toBe('third');
  });
});

describe('what a model costs', () => {
  const usage = { promptTokens: 1, completionTokens: 1 };
  const priced = (price: number | undefined): ScriptedModel =>
    Object.assign(new ScriptedModel([]), { priceOf: () => price });

  it('is known of a limited model as of the model itself', () => {
    expect(limitModel(priced(3), {}).priceOf?.(usage)).toBe(3);
    expect(limitModel(new ScriptedModel([]), {}).priceOf).toBeUndefined();
  });

  it('is for a chain the most that one of them may cost, and unknown where one is unknown', () => {
    expect(new FallbackModelClient([priced(2), priced(5)]).priceOf(usage)).toBe(5);
    expect(new FallbackModelClient([priced(2), priced(undefined)]).priceOf(usage)).toBeUndefined();
  });
});

describe('a value of a given shape', () => {
  const schema = z.object({ name: z.string(), age: z.number() });
  const format = { name: 'person', schema, jsonSchema: z.toJSONSchema(schema) as JsonObject };

  it('comes checked', async () => {
    const model = new ScriptedModel(['```json\n{"name":"Ada","age":36}\n```']);
    expect((await createStructured(model, HELLO, format)).value).toEqual({ name: 'Ada', age: 36 });
  });

  it('is asked for once more, with what was wrong', async () => {
    const model = new ScriptedModel(['{"name":"Ada"}', '{"name":"Ada","age":36}']);
    const { value, results } = await createStructured(model, HELLO, format);
    expect(value).toEqual({ name: 'Ada', age: 36 });
    expect(results).toHaveLength(2);
    expect(JSON.stringify(model.requests[1]?.messages)).toContain('age');
  });

  it('is refused when the second answer does not fit either', async () => {
    const model = new ScriptedModel(['no JSON', '{"name":1}']);
    await expect(createStructured(model, HELLO, format)).rejects.toMatchObject({ code: 'schema-mismatch' });
  });

  it('is not taken from an answer that was cut off', async () => {
    const model = new ScriptedModel([{ content: '{"name":', finishReason: 'length' }]);
    await expect(createStructured(model, HELLO, format)).rejects.toMatchObject({
      details: { kind: 'truncated' },
    });
  });
});
