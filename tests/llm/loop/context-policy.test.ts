import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ModelMessage } from '../../../src/contracts/model.ts';
import {
  type ContextPolicy,
  type ContextRequest,
  keepLast,
  summarise,
  tokenBudget,
} from '../../../src/llm/loop/context-policy.ts';
import { defineTool } from '../../../src/llm/loop/define-tool.ts';
import { runToolLoop } from '../../../src/llm/loop/run-tool-loop.ts';
import { modelFailure } from '../../../src/llm/openai/model-failure.ts';
import { ScriptedModel } from '../../../src/testing/scripted-model.ts';

const START: readonly ModelMessage[] = [
  { type: 'system', content: 'You help.' },
  { type: 'user', source: 'me', content: 'THE TASK' },
];

function turns(count: number, size = 100): readonly ModelMessage[] {
  return Array.from({ length: count }, (_, n): readonly ModelMessage[] => [
    {
      type: 'assistant',
      source: 'm',
      content: [
        { id: `a${n}`, name: 'look', arguments: '{}' },
        { id: `b${n}`, name: 'look', arguments: '{}' },
      ],
    },
    {
      type: 'function-result',
      content: ['a', 'b'].map((id) => ({
        callId: `${id}${n}`,
        name: 'look',
        content: `${n} ${'x'.repeat(size)}`,
        isError: false,
      })),
    },
  ]).flat();
}

const request = (options: Partial<ContextRequest> = {}): ContextRequest => ({
  model: new ScriptedModel([]),
  tools: [],
  ask: () => Promise.reject(new Error('nothing should be asked')),
  ...options,
});

/** Every call has its result right behind it, and every result its call before it. */
function checkPairs(messages: readonly ModelMessage[]): void {
  for (const [index, message] of messages.entries()) {
    if (message.type === 'assistant' && typeof message.content !== 'string') {
      const next = messages[index + 1];
      const ids = next?.type === 'function-result' ? next.content.map(({ callId }) => callId) : [];
      expect(ids).toEqual(message.content.map(({ id }) => id));
    }
    if (message.type === 'function-result') expect(messages[index - 1]?.type).toBe('assistant');
  }
}

describe('context policies', () => {
  it('leave a talk alone that fits', async () => {
    const messages = [...START, ...turns(2)];
    for (const policy of [keepLast({ messages: 10 }), tokenBudget(), summarise()])
      expect(await policy.fit(messages, request())).toBe(messages);
  });

  it('keep the system message, the task and the last messages in whole turns', async () => {
    const fitted = await keepLast({ messages: 5 }).fit([...START, ...turns(10)], request());
    checkPairs(fitted);
    expect(fitted.slice(0, 2)).toEqual(START);
    expect(fitted).toHaveLength(2 + 1 + 4);
    expect(JSON.stringify(fitted)).toContain('a9');
  });

  it('keep to a number of tokens, cutting the results of the last turn when all else is gone', async () => {
    const policy = tokenBudget({ tokens: 600 });
    const fitted = await policy.fit([...START, ...turns(3, 30_000)], request());
    checkPairs(fitted);
    expect(request().model.countTokens(fitted)).toBeLessThanOrEqual(600);
    expect(fitted.slice(0, 2)).toEqual(START);
  });

  it('sum up what they leave out, as data', async () => {
    const asked: (readonly ModelMessage[])[] = [];
    const fitted = await summarise({ tokens: 500, keepTurns: 2 }).fit(
      [...START, ...turns(12)],
      request({
        ask: async (messages) => {
          asked.push(messages);
          return 'It looked at ten things.';
        },
      }),
    );
    checkPairs(fitted);
    expect(asked).toHaveLength(1);
    expect(JSON.stringify(asked[0])).toContain('end');
    expect(fitted[2]).toMatchObject({ type: 'user', source: 'context' });
    expect(JSON.stringify(fitted[2])).toMatch(/\[data [0-9a-f]{16}.*It looked at ten things/);
    expect(fitted).toHaveLength(2 + 1 + 4);
  });

  it('never part a call from its result, whatever the talk and the limit', async () => {
    const policies = (limit: number): readonly ContextPolicy[] => [
      keepLast({ messages: limit }),
      tokenBudget({ tokens: limit * 20 }),
      summarise({ tokens: limit * 20, keepTurns: 1 + (limit % 3) }),
    ];
    const nudge: ModelMessage = { type: 'user', source: 'loop', content: 'Go on.' };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 20 }),
        fc.integer({ min: 1, max: 40 }),
        async (shape, limit) => {
          const talk = shape.flatMap((isTurn, n) => (isTurn ? turns(1 + n).slice(-2) : [nudge]));
          for (const policy of policies(limit)) {
            const once = await policy.fit(
              [...START, ...talk],
              request({ ask: async () => 'What was before.' }),
            );
            checkPairs(once);
            expect(once.slice(0, 2)).toEqual(START);
            const again = await policy.fit(
              [...once, ...turns(2)],
              request({ ask: async () => 'All before.' }),
            );
            checkPairs(again);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a window that is too small', () => {
  const look = defineTool({
    name: 'look',
    description: 'Looks.',
    sideEffects: 'read',
    input: z.object({ n: z.number() }),
    execute: async ({ n }) => `${n} ${'y'.repeat(2000)}`,
  });
  const overflow = modelFailure('context-overflow', { model: 'm', message: 'too long' });
  const looks = [1, 2, 3].map((n) => ({ functionCalls: [{ name: 'look', arguments: { n } }] }));

  it('is met once with half of the talk, and the call is made again', async () => {
    const model = new ScriptedModel([...looks, overflow, 'done']);
    const result = await runToolLoop({ model, messages: START, tools: [look] });
    expect(result).toMatchObject({ stopReason: 'completed', compactions: 1 });
    const [before, after] = [model.requests[3]?.messages ?? [], model.requests[4]?.messages ?? []];
    expect(model.countTokens(after)).toBeLessThan(model.countTokens(before) / 1.5);
    checkPairs(after);
    expect(result.messages).toHaveLength(2 + 6 + 1);
  });

  it('ends the loop when the half is too much as well', async () => {
    const model = new ScriptedModel([...looks, overflow, overflow, 'never']);
    const result = await runToolLoop({ model, messages: START, tools: [look] });
    expect(result).toMatchObject({ stopReason: 'context-overflow', error: { code: 'model-failed' } });
    expect(model.requests).toHaveLength(5);
  });
});
