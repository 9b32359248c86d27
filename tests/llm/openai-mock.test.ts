import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CreateResult, ModelMessage } from '../../src/contracts/model.ts';
import { createStructured } from '../../src/llm/create-structured.ts';
import { OpenAIModelClient } from '../../src/llm/openai/openai-client.ts';
import type { JsonObject } from '../../src/shared/json.ts';

const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 4 });
const user = (content: string): ModelMessage => ({ type: 'user', content, source: 'user' });
const TOOL = {
  name: 'add',
  description: 'Adds',
  parameters: { type: 'object', properties: { a: { type: 'number' } } },
};

beforeAll(async () => {
  mock.onMessage(/greet/, { content: 'Good morning to you.' });
  mock.on(
    { userMessage: 'use a tool', hasToolResult: false },
    {
      toolCalls: [
        { name: 'add', arguments: { a: 1 } },
        { name: 'add', arguments: { a: 2 } },
      ],
    },
  );
  mock.on({ userMessage: 'use a tool', hasToolResult: true }, { content: 'It is three.' });
  mock.on({ userMessage: 'shape' }, { content: '{"a":5}' });
  await mock.start();
});

afterAll(() => mock.stop());

describe.each(['chat', 'responses'] as const)('the %s interface of a third party', (api) => {
  const client = (): OpenAIModelClient =>
    new OpenAIModelClient({ model: 'gpt-4o', apiKey: 'sk-0123456789', baseURL: `${mock.url}/v1`, api });

  it('answers in one, and in pieces that make the same text', async () => {
    expect(await client().create([user('greet')])).toMatchObject({
      content: 'Good morning to you.',
      finishReason: 'stop',
      cached: false,
    });
    const items: (string | CreateResult)[] = [];
    for await (const item of client().createStream([user('greet')])) items.push(item);
    const pieces = items.filter((item) => typeof item === 'string');
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.join('')).toBe('Good morning to you.');
    expect(items.at(-1)).toMatchObject({ content: 'Good morning to you.' });
  });

  it('calls functions side by side and takes their results', async () => {
    const first = await client().create([user('use a tool')], { tools: [TOOL] });
    expect(first.finishReason).toBe('function_calls');
    if (typeof first.content === 'string') throw new Error('calls were expected');
    expect(first.content.map(({ name, arguments: text }) => [name, JSON.parse(text)])).toEqual([
      ['add', { a: 1 }],
      ['add', { a: 2 }],
    ]);
    const second = await client().create(
      [
        user('use a tool'),
        { type: 'assistant', content: first.content, source: 'assistant' },
        {
          type: 'function-result',
          content: first.content.map(({ id, name }) => ({ callId: id, name, content: '3', isError: false })),
        },
      ],
      { tools: [TOOL] },
    );
    expect(second).toMatchObject({ content: 'It is three.', finishReason: 'stop' });
  });

  it('gives a value of a shape', async () => {
    const schema = z.object({ a: z.number() });
    const { value } = await createStructured(client(), [user('shape')], {
      name: 'number',
      schema,
      jsonSchema: z.toJSONSchema(schema) as JsonObject,
    });
    expect(value).toEqual({ a: 5 });
  });

  it.for([
    ['drops the connection', { dropRate: 1 }],
    ['disconnects in the middle', { disconnectRate: 1 }],
    ['sends what is malformed', { malformedRate: 1 }],
  ] as const)('fails with a type when the endpoint %s', async ([, chaos]) => {
    mock.setChaos(chaos);
    try {
      await expect(client().create([user('greet')], {})).rejects.toMatchObject({
        code: 'model-failed',
        retryable: true,
      });
    } finally {
      mock.clearChaos();
    }
  });
});
