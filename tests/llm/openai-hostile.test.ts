import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Exchange, OpenAIModelClient, type OpenAIModelClientOptions } from '../../src/index.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server, and where it is. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answerWith(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'id of header-secret' });
  response.end(JSON.stringify(body));
}

const HELLO = {
  choices: [{ message: { content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
};

/** Asks once at `url`. */
function ask(url: string, options: Partial<OpenAIModelClientOptions> = {}): Promise<unknown> {
  const retry = { strategy: 'none', maxRetries: 0 } as const;
  const client = new OpenAIModelClient({ model: 'm', baseURL: `${url}/v1`, retry, ...options });
  return client.create([{ type: 'user', source: 'user', content: 'the plan' }]);
}

/** Writes pieces for as long as somebody reads. */
async function flood(response: ServerResponse, piece: () => string): Promise<void> {
  const left = once(response, 'close');
  while (!response.destroyed)
    if (!response.write(piece())) await Promise.race([once(response, 'drain'), left]);
}

/** A hundred calls of a stream, each of another index. */
function manyCalls(from: number): string {
  const call = (_: unknown, place: number): string =>
    `data: {"choices":[{"delta":{"tool_calls":[{"index":${from + place}}]}}]}\n\n`;
  return Array.from({ length: 100 }, call).join('');
}

describe('a client of a hostile endpoint', () => {
  it.each([301, 302, 307, 308])('tells nothing to where it is redirected with status %i', async (status) => {
    const seen: unknown[] = [];
    const elsewhere = await serve((request, response) => {
      seen.push(request.headers);
      answerWith(response, 200, HELLO);
    });
    const url = await serve((_request, response) => {
      response.writeHead(status, { location: `${elsewhere}/take?it=all` }).end();
    });
    await expect(ask(url, { headers: { 'api-key': 'header-secret' } })).rejects.toMatchObject({
      code: 'model-failed',
      retryable: false,
      message: expect.stringContaining(`on to ${elsewhere}, which is not followed`) as unknown,
    });
    expect(seen).toEqual([]);
  });

  it.each([
    ['one endless event', 200, 'text/event-stream', () => 'x'.repeat(100_000), 'an event of the stream'],
    ['endless calls', 200, 'text/event-stream', manyCalls, 'more than 1000 calls'],
    ['an endless body', 200, 'application/json', () => ' '.repeat(1_000_000), 'more than 64000000 bytes'],
    ['an endless refusal', 400, 'application/json', () => ' '.repeat(100_000), 'more than 1000000 bytes'],
  ])('stops reading %s', async (_what, status, type, piece, reason) => {
    const url = await serve((_request, response) => {
      let place = -100;
      response.writeHead(status, { 'content-type': type });
      void flood(response, () => {
        place += 100;
        return piece(place);
      });
    });
    await expect(ask(url)).rejects.toMatchObject({
      code: 'model-failed',
      message: expect.stringContaining(reason) as unknown,
    });
  });

  it('hides keys of headers and of the query, wherever the endpoint says them', async () => {
    const exchanges: Exchange[] = [];
    const url = await serve((_request, response) =>
      answerWith(response, 400, {
        error: {
          message: `unsupported: header-secret and query-secret. ${'.'.repeat(600)} header-secret`,
          param: 'header-secret',
        },
      }),
    );
    const failure: unknown = await ask(url, {
      baseURL: `${url}/v1?api-version=1&code=query-secret`,
      headers: { 'Ocp-Apim-Subscription-Key': 'header-secret' },
      onExchange: (exchange) => exchanges.push(exchange),
    }).catch((error: unknown) => error);
    expect(new Set(exchanges.map((exchange) => exchange.url))).toEqual(
      new Set([`${url}/v1/chat/completions`]),
    );
    expect(failure).toMatchObject({ code: 'model-failed', details: { parameter: '[redacted]' } });
    expect(JSON.stringify([failure, exchanges])).not.toMatch(/(header|query)-secret/);
  });

  it.each([
    [
      'throws',
      (): number => {
        throw new Error('no list of prices');
      },
    ],
    ['gives NaN', () => Number.NaN],
    ['gives less than nothing', () => -1],
  ])('is not asked again when the price %s', async (_what, price) => {
    let calls = 0;
    const url = await serve((_request, response) => {
      calls += 1;
      answerWith(response, 200, HELLO);
    });
    const retry = { strategy: 'immediate', maxRetries: 3 } as const;
    await expect(ask(url, { price, retry })).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(calls).toBe(1);
  });
});
