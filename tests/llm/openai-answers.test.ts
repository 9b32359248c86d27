import { describe, expect, it } from 'vitest';
import {
  chunk,
  DONE,
  type Play,
  refusal,
  says,
  status,
  stream,
  streamHead,
  USAGE,
} from '../support/fault-server.ts';
import { failureOf, gather, HELLO, play } from '../support/openai-played.ts';

describe('what real servers leave out or add', () => {
  it.for([
    ['no role', [chunk({ content: 'text' }), chunk({}, 'stop'), DONE]],
    [
      'a null content at first',
      [chunk({ role: 'assistant', content: null }), chunk({ content: 'text' }), chunk({}, 'stop'), DONE],
    ],
    [
      'comments between events',
      [': keep-alive\n\n', chunk({ content: 'text' }), ': x\n\n', chunk({}, 'stop'), DONE],
    ],
    [
      'line ends of Windows',
      [chunk({ content: 'text' }).replaceAll('\n', '\r\n'), chunk({}, 'stop').replaceAll('\n', '\r\n'), DONE],
    ],
    ['no [DONE]', [chunk({ content: 'text' }), chunk({}, 'stop')]],
    ['the reason in the piece of the text', [chunk({ content: 'text' }, 'stop'), DONE]],
  ] as const)('%s is taken as meant', async ([, pieces]) => {
    const { client } = await play([stream(...pieces)]);
    expect(await client.create(HELLO)).toMatchObject({ content: 'text', finishReason: 'stop' });
  });

  it('puts a letter together that was cut into bytes', async () => {
    const bytes = Buffer.from(chunk({ content: 'grüße 👋' }) + chunk({}, 'stop') + DONE);
    const { client } = await play([
      async (response) => {
        streamHead(response);
        for (const byte of bytes) response.write(Buffer.from([byte]));
        response.end();
      },
    ]);
    expect((await client.create(HELLO)).content).toBe('grüße 👋');
  });

  it('gathers calls that come in pieces, with an index, without one, and side by side', async () => {
    const { client } = await play([
      stream(
        chunk({
          tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'one', arguments: '' } }],
        }),
        chunk({
          tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'two', arguments: '{"y"' } }],
        }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] }),
        chunk({ tool_calls: [{ index: 1, function: { arguments: ':2}' } }] }),
        chunk({}, 'tool_calls'),
        USAGE,
        DONE,
      ),
      stream(
        chunk({ tool_calls: [{ id: 'c', function: { name: 'three', arguments: '{' } }] }),
        chunk({ tool_calls: [{ function: { arguments: '}' } }] }),
        chunk({}, 'stop'),
        DONE,
      ),
    ]);
    expect(await client.create(HELLO)).toMatchObject({
      finishReason: 'function_calls',
      content: [
        { id: 'a', name: 'one', arguments: '{"x":1}' },
        { id: 'b', name: 'two', arguments: '{"y":2}' },
      ],
      usage: { promptTokens: 7, completionTokens: 3 },
    });
    expect(await client.create(HELLO)).toMatchObject({
      finishReason: 'function_calls',
      content: [{ id: 'c', name: 'three', arguments: '{}' }],
    });
  });

  it('takes a whole body from a server that does not stream', async () => {
    const body = {
      choices: [{ message: { role: 'assistant', content: 'whole' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    };
    const { client } = await play([status(200, body)]);
    expect(await client.create(HELLO)).toMatchObject({
      content: 'whole',
      usage: { promptTokens: 1, completionTokens: 2 },
    });
    expect(await gather(client.createStream(HELLO))).toMatchObject({ pieces: ['whole'] });
  });

  it('counts by an upper bound, and says so, where the server does not count', async () => {
    const { client } = await play([
      stream(chunk({ content: 'four words of text' }), chunk({}, 'stop'), DONE),
    ]);
    const { usage } = await client.create(HELLO);
    expect(usage.isEstimated).toBe(true);
    expect(usage.completionTokens).toBeGreaterThanOrEqual(4);
  });

  it('says that an answer was cut at its limit', async () => {
    const { client } = await play([stream(chunk({ content: 'half' }), chunk({}, 'length'), DONE)]);
    expect(await client.create(HELLO)).toMatchObject({ content: 'half', finishReason: 'length' });
  });
});

describe('a parameter that a model refuses', () => {
  const refuses = (parameter: string): Play =>
    refusal(400, {
      message: `Unsupported parameter: '${parameter}' is not supported with this model.`,
      code: 'unsupported_parameter',
      param: parameter,
    });

  it('is left out from then on, and only that one', async () => {
    const { server, client } = await play([refuses('temperature'), says('ok')], {
      temperature: 0.7,
      retry: { maxRetries: 0 },
    });
    await client.create(HELLO);
    await client.create(HELLO);
    expect(server.requests.map(({ body }) => 'temperature' in body)).toEqual([true, false, false]);
    expect(server.requests.every(({ body }) => 'max_tokens' in body)).toBe(true);
  });

  it('gets its new name when it is the limit of the answer', async () => {
    const { server, client } = await play([refuses('max_tokens'), says('ok')], { retry: { maxRetries: 0 } });
    await client.create(HELLO);
    expect(server.requests[1]?.body).toMatchObject({ max_completion_tokens: 4096 });
    expect(server.requests[1]?.body).not.toHaveProperty('max_tokens');
  });

  it('is refused for good when it can not be left out', async () => {
    const { server, client } = await play([refuses('messages')]);
    const error = await failureOf(client.create(HELLO));
    expect(error.details).toMatchObject({ kind: 'refused-parameter', parameter: 'messages' });
    expect(server.requests).toHaveLength(1);
  });

  it('may be the schema: the next ways are a forced call, any JSON, and words', async () => {
    const format = {
      name: 'answer',
      schema: { type: 'object', properties: { a: { type: 'number' } } },
    } as const;
    const call: Play = stream(
      chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'answer', arguments: '{"a":1}' } }] }),
      chunk({}, 'tool_calls'),
      DONE,
    );
    const { server, client } = await play(
      [refuses('response_format'), call, refuses('tool_choice'), refuses('response_format'), says('{"a":2}')],
      { retry: { maxRetries: 0 } },
    );
    expect(await client.create(HELLO, { responseFormat: format })).toMatchObject({
      content: '{"a":1}',
      finishReason: 'stop',
    });
    expect(server.requests[1]?.body).toMatchObject({ tool_choice: { function: { name: 'answer' } } });
    expect(await client.create(HELLO, { responseFormat: format })).toMatchObject({ content: '{"a":2}' });
    expect(server.requests[3]?.body).toMatchObject({ response_format: { type: 'json_object' } });
    expect(server.requests[4]?.body).not.toHaveProperty('response_format');
    expect(JSON.stringify(server.requests[4]?.body['messages'])).toContain('JSON Schema');
  });
});

describe('what is sent', () => {
  it('has an answer limit within the window', async () => {
    const { server, client } = await play([says('ok')], { info: { contextWindow: 1000 } });
    await client.create([{ type: 'user', content: 'x'.repeat(2100), source: 'user' }]);
    const limit = server.requests[0]?.body['max_tokens'] as number;
    expect(limit).toBeLessThan(450);
    expect(limit).toBeGreaterThan(300);
  });

  it('takes nothing from the environment', async () => {
    process.env['OPENAI_ORG_ID'] = 'org-of-somebody';
    process.env['OPENAI_API_KEY'] = 'sk-of-somebody';
    try {
      const { server, client } = await play([says('ok')], { apiKey: undefined } as never);
      await client.create(HELLO);
      expect(JSON.stringify(server.requests[0]?.headers)).not.toContain('of-somebody');
    } finally {
      delete process.env['OPENAI_ORG_ID'];
      delete process.env['OPENAI_API_KEY'];
    }
  });

  it('and what came back can be looked at, without the key', async () => {
    const exchanges: unknown[] = [];
    const { client } = await play([status(500, 'no'), says('ok')], {
      headers: { 'x-api-key': 'another-secret-value' },
      onExchange: (exchange) => exchanges.push(exchange),
    });
    await client.create([{ type: 'user', content: 'my key is sk-secret-key-123', source: 'user' }]);
    expect(exchanges).toMatchObject([
      { attempt: 1, result: null, error: { code: 'model-failed' } },
      { attempt: 2, result: { content: 'ok' }, error: null, requestId: 'req-1' },
    ]);
    expect(JSON.stringify(exchanges)).not.toContain('sk-secret-key-123');
  });

  it('is priced when there is a price', async () => {
    const { client } = await play([says('ok')], {
      price: ({ promptTokens, completionTokens }) => promptTokens + 2 * completionTokens,
    });
    expect((await client.create(HELLO)).cost).toBe(13);
  });
});
