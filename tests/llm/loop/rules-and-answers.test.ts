import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runToolLoop } from '../../../src/llm/loop/run-tool-loop.ts';
import type { JsonValue } from '../../../src/shared/json.ts';
import { ScriptedModel } from '../../../src/testing/scripted-model.ts';
import { ASK, add, call, lastResult, recorder } from '../../support/loop/loop-tools.ts';

describe('the policy of tools', () => {
  it('allows reading and refuses the rest when nobody can be asked', async () => {
    const read = recorder('read', 'read');
    const write = recorder('write', 'write');
    const model = new ScriptedModel([
      { functionCalls: ['read', 'write'].map((name) => ({ name, arguments: {} })) },
      'done',
    ]);
    const result = await runToolLoop({ model, messages: ASK, tools: [read.tool, write.tool] });
    expect(read.inputs).toHaveLength(1);
    expect(write.inputs).toHaveLength(0);
    expect(result.calls.map(({ outcome }) => outcome)).toEqual(['done', 'refused']);
    expect(lastResult(model, 1)?.[1]?.content).toContain('approval of a person');
  });

  it('asks with exactly what would be done, and does it or not', async () => {
    const write = recorder('write', 'external');
    const asked: unknown[] = [];
    const model = new ScriptedModel([call('write', { n: 1 }), call('write', { n: 2 }), 'done']);
    const result = await runToolLoop({
      model,
      messages: ASK,
      tools: [write.tool],
      ask: async ({ key, payload }) => {
        asked.push([key, payload]);
        const approved = asked.length === 1;
        return {
          approved,
          by: 'me',
          note: approved ? null : 'too risky',
          answer: null,
          at: 0,
          isExpired: false,
        };
      },
    });
    expect(asked).toEqual([
      ['loop:1.1/approval', { tool: 'write', sideEffects: 'external', input: { n: 1 } }],
      ['loop:2.1/approval', { tool: 'write', sideEffects: 'external', input: { n: 2 } }],
    ]);
    expect(write.inputs).toEqual([{ n: 1 }]);
    expect(result.calls.map(({ outcome }) => outcome)).toEqual(['done', 'refused']);
    expect(lastResult(model, 2)?.[0]?.content).toContain('too risky');
  });

  it('goes by rules for each tool, by the rule for all others, and by functions of the call', async () => {
    const one = recorder('one', 'read');
    const two = recorder('two', 'external');
    const three = recorder('three', 'external');
    const wanted = [
      { name: 'one', arguments: {} },
      { name: 'two', arguments: { safe: true } },
      { name: 'two', arguments: { safe: false } },
      { name: 'three', arguments: {} },
    ];
    const model = new ScriptedModel([{ functionCalls: wanted }, 'done']);
    const result = await runToolLoop({
      model,
      messages: ASK,
      tools: [one.tool, two.tool, three.tool],
      policy: {
        '*': 'deny',
        two: ({ input }) => ((input as { safe: boolean }).safe ? 'allow' : 'deny'),
        three: () => {
          throw new Error('the rule is broken');
        },
      },
    });
    expect(result.calls.map(({ outcome }) => outcome)).toEqual(['refused', 'done', 'refused', 'refused']);
    expect(two.inputs).toEqual([{ safe: true }]);
  });

  it('remembers what a function decided, so that a resumed run decides the same', async () => {
    const journal = new Map<string, JsonValue>();
    const step = async (key: string, work: () => Promise<JsonValue>): Promise<JsonValue> => {
      if (!journal.has(key)) journal.set(key, await work());
      return journal.get(key) as JsonValue;
    };
    let decisions = 0;
    const run = () =>
      runToolLoop({
        model: new ScriptedModel([call('add', { a: 1, b: 1 }), 'done']),
        messages: ASK,
        tools: [add],
        step,
        policy: {
          add: () => {
            decisions += 1;
            return decisions === 1 ? 'allow' : 'deny';
          },
        },
      });
    await run();
    expect((await run()).calls[0]).toMatchObject({ outcome: 'done' });
    expect(decisions).toBe(1);
  });
});

describe('an answer of a shape', () => {
  const schema = z.object({ total: z.number() });
  const answer = { name: 'sum', schema, jsonSchema: z.toJSONSchema(schema) as never };

  it('comes by the call of a tool that only takes it', async () => {
    const model = new ScriptedModel([call('add', { a: 2, b: 3 }), call('submit_answer', { total: 5 })]);
    const result = await runToolLoop({ model, messages: ASK, tools: [add], answer });
    expect(result).toMatchObject({ stopReason: 'completed', value: { total: 5 } });
  });

  it('goes back with what was wrong until it fits', async () => {
    const model = new ScriptedModel([
      call('submit_answer', { total: 'five' }),
      'It is five.',
      call('submit_answer', { total: 5 }),
    ]);
    const result = await runToolLoop({ model, messages: ASK, tools: [add], answer, limits: { faults: 4 } });
    expect(result.value).toEqual({ total: 5 });
    expect(lastResult(model, 1)?.[0]?.content).toContain('total');
    expect(model.requests[2]?.options.toolChoice).toEqual({ name: 'submit_answer' });
  });

  it('is taken from a text that is the JSON, and not beside other calls', async () => {
    const text = await runToolLoop({
      model: new ScriptedModel(['{"total":7}']),
      messages: ASK,
      tools: [add],
      answer,
    });
    expect(text.value).toEqual({ total: 7 });
    const model = new ScriptedModel([
      {
        functionCalls: [
          { name: 'add', arguments: { a: 1, b: 1 } },
          { name: 'submit_answer', arguments: { total: 9 } },
        ],
      },
      call('submit_answer', { total: 2 }),
    ]);
    const beside = await runToolLoop({ model, messages: ASK, tools: [add], answer });
    expect(beside.value).toEqual({ total: 2 });
    expect(lastResult(model, 1)).toMatchObject([{ isError: false }, { isError: true }]);
  });

  it('never comes: the loop ends with a typed reason', async () => {
    const model = new ScriptedModel(['no', 'no', 'no']);
    const result = await runToolLoop({ model, messages: ASK, tools: [add], answer });
    expect(result).toMatchObject({ stopReason: 'faults', value: undefined, text: 'no' });
  });
});
