import { afterEach, describe, expect, it } from 'vitest';
import type { CreateResult, ModelMessage } from '../../src/contracts/model.ts';
import { OpenAIModelClient } from '../../src/llm/openai/openai-client.ts';
import type { OpenAIModelClientOptions } from '../../src/llm/openai/openai-options.ts';
import type { OrchestratorError } from '../../src/shared/errors.ts';
import {
  chunk,
  DONE,
  event,
  type FaultServer,
  faultServer,
  type Play,
  refusal,
  says,
  status,
  stream,
  streamHead,
  USAGE,
} from '../support/fault-server.ts';

const HELLO: readonly ModelMessage[] = [{ type: 'user', content: 'hello', source: 'user' }];
const servers: FaultServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Played {
  readonly server: FaultServer;
  readonly client: OpenAIModelClient;
}

async function play(
  plays: readonly Play[],
  options: Partial<OpenAIModelClientOptions> = {},
): Promise<Played> {
  const server = await faultServer(...plays);
  servers.push(server);
  const client = new OpenAIModelClient({
    model: 'm',
    apiKey: 'sk-secret-key-123',
    baseURL: server.baseURL,
    retry: { maxRetries: 2, baseDelaySeconds: 0.001 },
    ...options,
  });
  return { server, client };
}

async function failureOf(work: Promise<unknown>): Promise<OrchestratorError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error, 'it was expected to fail').toBeDefined();
  return error as OrchestratorError;
}

async function gather(
  items: AsyncIterable<string | CreateResult>,
): Promise<{ pieces: string[]; result?: CreateResult }> {
  const pieces: string[] = [];
  for await (const item of items) {
    if (typeof item === 'string') pieces.push(item);
    else return { pieces, result: item };
  }
  return { pieces };
}

/** A fault, what it becomes, and how often the server is asked when each attempt meets it. */
const FAULTS: readonly (readonly [fault: string, play: Play, kind: string, requests: number])[] = [
  ['a stream without a reason to finish', stream(chunk({ content: 'half' }), DONE), 'truncated', 3],
  ['a stream that ends without [DONE] and reason', stream(chunk({ content: 'half' })), 'truncated', 3],
  ['an empty stream', stream(), 'truncated', 3],
  ['a broken event', stream('data: {"choices": [\n\n'), 'malformed', 3],
  [
    'an error told in the stream',
    stream(
      chunk({ content: 'a' }),
      event({ error: { message: 'The server had an error', code: 'server_error' } }),
    ),
    'server',
    3,
  ],
  [
    'a rate limit told in the stream',
    stream(event({ error: { message: 'Slow down', code: 'rate_limit_exceeded' } })),
    'rate-limit',
    3,
  ],
  [
    'a page of HTML',
    (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in'),
    'malformed',
    3,
  ],
  ['an empty body', status(200, ''), 'malformed', 3],
  ['JSON that is no completion', status(200, { hello: 'world' }), 'malformed', 3],
  ['a completion without choices', status(200, { choices: [] }), 'malformed', 3],
  [
    'an error with the status of a success',
    status(200, { error: { message: 'Overloaded', code: 'server_error' } }),
    'server',
    3,
  ],
  ['a connection that is cut before the headers', (response) => void response.destroy(), 'connection', 3],
  [
    'a connection that is cut in the stream',
    (response) => {
      streamHead(response);
      response.write(chunk({ content: 'half' }), () => response.socket?.resetAndDestroy());
    },
    'connection',
    3,
  ],
  [
    'a wrong key',
    refusal(401, { message: 'Incorrect API key provided: sk-secret-key-123.', code: 'invalid_api_key' }),
    'authentication',
    1,
  ],
  ['a key without rights', refusal(403, { message: 'No access to this model' }), 'permission', 1],
  [
    'an unknown model',
    refusal(404, { message: 'The model `m` does not exist', code: 'model_not_found' }),
    'not-found',
    1,
  ],
  ['a page of HTML that says 404', status(404, '<html>not found'), 'not-found', 1],
  [
    'an empty account',
    refusal(429, { message: 'You exceeded your current quota', code: 'insufficient_quota' }),
    'quota',
    1,
  ],
  [
    'a rate limit',
    refusal(429, { message: 'Too many requests', code: 'rate_limit_exceeded' }),
    'rate-limit',
    3,
  ],
  ['a server in trouble', status(500, 'oops'), 'server', 3],
  ['a gateway without a server', status(502, '<html>Bad gateway'), 'server', 3],
  ['a conflict', status(409, { error: { message: 'lock' } }), 'server', 3],
  ['something not implemented', status(501, { error: { message: 'not supported' } }), 'unsupported', 1],
  [
    'a prompt that is too long, at OpenAI',
    refusal(400, { message: 'too long', code: 'context_length_exceeded' }),
    'context-overflow',
    1,
  ],
  [
    'a prompt that is too long, at llama.cpp',
    refusal(400, {
      message: 'the request exceeds the available context size',
      type: 'exceed_context_size_error',
      code: 400,
    }),
    'context-overflow',
    1,
  ],
  [
    'a request that is wrong',
    refusal(400, { message: "Invalid value for 'messages'", param: 'messages' }),
    'bad-request',
    1,
  ],
  ['a filter', refusal(400, { message: 'filtered', code: 'content_filter' }), 'content-filter', 1],
];

describe('each fault of an endpoint', () => {
  it.for(FAULTS)(
    '%s becomes a typed error, after as many requests as it is worth',
    async ([, fault, kind, requests]) => {
      const { server, client } = await play([fault]);
      const error = await failureOf(client.create(HELLO));
      expect(error.code).toBe('model-failed');
      expect(error.details['kind']).toBe(kind);
      expect(error.retryable).toBe(requests > 1);
      expect(server.requests).toHaveLength(requests);
      expect(JSON.stringify(error)).not.toContain('sk-secret-key-123');
    },
  );

  it.for(FAULTS.filter(([, , , requests]) => requests > 1))(
    '%s is got over when the next attempt is sound',
    async ([, fault]) => {
      const { server, client } = await play([fault, says('whole')]);
      expect((await client.create(HELLO)).content).toBe('whole');
      expect(server.requests).toHaveLength(2);
    },
  );

  it('is not repeated once text was shown, since it would be shown twice', async () => {
    const cut: Play = (response) => {
      streamHead(response);
      response.write(chunk({ content: 'half' }), () =>
        setTimeout(() => response.socket?.resetAndDestroy(), 20),
      );
    };
    const { server, client } = await play([cut, says('whole')]);
    const shown: string[] = [];
    const error = await failureOf(
      (async () => {
        for await (const item of client.createStream(HELLO)) shown.push(String(item));
      })(),
    );
    expect(error.details['kind']).toBe('connection');
    expect(shown).toEqual(['half']);
    expect(server.requests).toHaveLength(1);
  });
});

describe('what a server asks for', () => {
  const limited = (headers: Record<string, string>): Play =>
    refusal(429, { message: 'slow', code: 'rate_limit_exceeded' }, headers);

  it.for([
    ['retry-after-ms', { 'retry-after-ms': '120' }],
    ['retry-after in seconds', { 'retry-after': '0.12' }],
  ] as const)('%s is waited for', async ([, headers]) => {
    const { client } = await play([limited(headers), says('ok')]);
    const begun = performance.now();
    await client.create(HELLO);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(115);
  });

  it('is not waited for when it is too long; the error says how long', async () => {
    const { server, client } = await play([limited({ 'retry-after': '120' })]);
    const error = await failureOf(client.create(HELLO));
    expect(error.details).toMatchObject({ kind: 'rate-limit', retryAfterMs: 120_000, status: 429 });
    expect(server.requests).toHaveLength(1);
  });

  it('is read as a date too', async () => {
    const { client } = await play([
      limited({ 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }),
    ]);
    const error = await failureOf(client.create(HELLO));
    expect(error.details['retryAfterMs']).toBeGreaterThan(3_500_000);
  });
});

describe('a silent server', () => {
  const silent: Play = () => undefined;
  const silentAfter: Play = (response) => {
    streamHead(response);
    response.write(chunk({ content: 'half' }));
  };

  it.for([
    ['says nothing at all', silent, { firstByteMs: 60 }],
    ['sends headers and nothing else', streamHead, { firstByteMs: 60 }],
    ['stops in the middle', silentAfter, { idleMs: 60 }],
    ['stops in the middle, when all together is limited', silentAfter, { totalMs: 90 }],
  ] as const)('that %s is given up, and its connection closed', async ([, fault, timeouts]) => {
    const { server, client } = await play([fault], { timeouts, retry: { maxRetries: 0 } });
    const begun = performance.now();
    const error = await failureOf(client.create(HELLO));
    expect(error.details['kind']).toBe('timeout');
    expect(performance.now() - begun).toBeLessThan(2000);
    await expect.poll(() => server.dropped.length).toBe(1);
  });

  it('that drips slower than it may, but never stops for long, is waited for', async () => {
    const drip: Play = async (response) => {
      streamHead(response);
      for (const letter of 'slowly') {
        response.write(chunk({ content: letter }));
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      response.end(chunk({}, 'stop') + DONE);
    };
    const { client } = await play([drip], { timeouts: { idleMs: 120 } });
    expect((await client.create(HELLO)).content).toBe('slowly');
  });
});

describe('an abort', () => {
  it.for([
    ['before the answer begins', () => undefined],
    [
      'in the middle of it',
      (response) => {
        streamHead(response);
        response.write(chunk({ content: 'half' }));
      },
    ],
  ] as readonly (readonly [string, Play])[])(
    '%s rejects with its reason, and the server sees the connection close within 300 ms',
    async ([, fault]) => {
      const { server, client } = await play([fault]);
      const controller = new AbortController();
      const reason = new Error('enough');
      const asked = failureOf(client.create(HELLO, { signal: controller.signal }));
      await expect.poll(() => server.requests.length).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const at = Date.now();
      controller.abort(reason);
      expect(await asked).toBe(reason);
      await expect.poll(() => server.dropped.length).toBe(1);
      expect((server.dropped[0] ?? Infinity) - at).toBeLessThan(300);
    },
  );

  it('while it waits to repeat ends the wait', async () => {
    const { server, client } = await play([status(500, 'no')], {
      retry: { maxRetries: 5, baseDelaySeconds: 30, maxDelaySeconds: 30 },
    });
    const controller = new AbortController();
    const asked = failureOf(client.create(HELLO, { signal: controller.signal }));
    await expect.poll(() => server.requests.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    controller.abort(new Error('enough'));
    expect((await asked).message).toBe('enough');
  });

  it('that came before sends nothing', async () => {
    const { server, client } = await play([says('no')]);
    const error = await failureOf(client.create(HELLO, { signal: AbortSignal.abort(new Error('early')) }));
    expect(error.message).toBe('early');
    expect(server.requests).toHaveLength(0);
  });

  it('is what it is when a reader leaves a stream', async () => {
    const { server, client } = await play([
      (response) => {
        streamHead(response);
        response.write(chunk({ content: 'half' }));
      },
    ]);
    for await (const piece of client.createStream(HELLO)) {
      expect(piece).toBe('half');
      break;
    }
    await expect.poll(() => server.dropped.length).toBe(1);
  });

  it('leaves no listener behind, however many calls share a signal', async () => {
    const { client } = await play([says('ok')]);
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners += 1;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...given);
    };
    for (let call = 0; call < 20; call += 1) await client.create(HELLO, { signal });
    expect(listeners).toBe(0);
  });
});

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

describe('a closed client', () => {
  it('ends what is under way and takes no more', async () => {
    const { server, client } = await play([() => undefined]);
    const asked = failureOf(client.create(HELLO));
    await expect.poll(() => server.requests.length).toBe(1);
    await client.close();
    expect((await asked).code).toBe('stopped');
    expect((await failureOf(client.create(HELLO))).code).toBe('stopped');
  });
});
