import { describe, expect, it } from 'vitest';
import {
  chunk,
  DONE,
  event,
  type Play,
  refusal,
  says,
  status,
  stream,
  streamHead,
} from '../support/fault-server.ts';
import { failureOf, HELLO, play } from '../support/openai-played.ts';

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

describe('a closed client', () => {
  it('ends what is under way and takes no more', async () => {
    const { server, client } = await play([() => undefined]);
    const asked = failureOf(client.create(HELLO));
    await expect.poll(() => server.requests.length).toBe(1);
    await client.close();
    expect((await asked).code).toBe('stopped');
    expect((await failureOf(client.create(HELLO))).code).toBe('stopped');
  });

  it('does not wait to repeat a call, and sends none that was still getting ready', async () => {
    let failures = 0;
    const { server, client } = await play([status(500, 'no')], {
      onExchange: () => {
        failures += 1;
      },
      retry: { maxRetries: 5, baseDelaySeconds: 30, maxDelaySeconds: 30 },
    });
    const asked = failureOf(client.create(HELLO));
    await expect.poll(() => failures).toBe(1);
    const second = failureOf(client.create(HELLO));
    await client.close();
    expect((await asked).code).toBe('stopped');
    expect((await second).code).toBe('stopped');
    expect(server.requests).toHaveLength(1);
  });
});
