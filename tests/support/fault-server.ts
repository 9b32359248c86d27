/** An endpoint whose every fault can be told: a raw server that writes what a test says, and counts what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request, as it came. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

/** Answers one request. */
export type Play = (response: ServerResponse, request: SeenRequest) => void | Promise<void>;

export interface FaultServer {
  /** With `/v1`. */
  readonly baseURL: string;
  readonly requests: readonly SeenRequest[];
  /** Times, in milliseconds since the epoch, at which a client closed its connection before the answer was whole. */
  readonly dropped: readonly number[];
  close(): Promise<void>;
}

/** Plays one after the other; the last one again and again. */
export async function faultServer(...plays: readonly Play[]): Promise<FaultServer> {
  const requests: SeenRequest[] = [];
  const dropped: number[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
    request.on('end', () => {
      const seen = {
        path: request.url ?? '',
        headers: request.headers,
        body: JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>,
      };
      const play = plays[Math.min(requests.push(seen), plays.length) - 1];
      response.on('close', () => {
        if (!response.writableFinished) dropped.push(Date.now());
      });
      void play?.(response, seen);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    dropped,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** One piece of a streamed chat completion. */
export function chunk(delta: unknown, finishReason: string | null = null): string {
  return event({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  });
}

export function event(data: unknown): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

export const USAGE: string = event({
  choices: [],
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
});
export const DONE: string = event('[DONE]');

/** Begins a stream. */
export function streamHead(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req-1' });
}

/** A stream of these pieces, to its end. */
export function stream(...pieces: readonly string[]): Play {
  return (response) => {
    streamHead(response);
    response.end(pieces.join(''));
  };
}

/** A sound answer of one text. */
export function says(text: string): Play {
  return stream(chunk({ role: 'assistant', content: text }), chunk({}, 'stop'), USAGE, DONE);
}

/** A status with a body. */
export function status(code: number, body: unknown, headers: Record<string, string> = {}): Play {
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** An error as OpenAI writes them. */
export function refusal(
  code: number,
  error: Record<string, unknown>,
  headers: Record<string, string> = {},
): Play {
  return status(
    code,
    { error: { type: 'invalid_request_error', param: null, code: null, ...error } },
    headers,
  );
}
