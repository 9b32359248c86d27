/** An endpoint for benchmarks, in a process of its own: answers after a while, streamed where asked. Prints its URL. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const LATENCY_MS = Number(process.argv[2] ?? 50);
const WORDS = ['Well', ',', ' that', ' is', ' done', '.'];
const USAGE = { prompt_tokens: 9, completion_tokens: WORDS.length, total_tokens: 9 + WORDS.length };

const server = createServer((request, response) => {
  let text = '';
  request.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  request.on('end', () => {
    const { stream } = JSON.parse(text) as { stream?: boolean };
    setTimeout(() => {
      response.writeHead(200, { 'content-type': stream === true ? 'text/event-stream' : 'application/json' });
      response.end(stream === true ? streamed() : whole());
    }, LATENCY_MS);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', 4096, () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
});
// Whoever started it has gone.
process.stdin.resume().on('end', () => process.exit());

function whole(): string {
  const message = { role: 'assistant', content: WORDS.join('') };
  return JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: USAGE,
  });
}

function streamed(): string {
  const piece = (delta: unknown, finish: string | null): string =>
    `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  return [
    ...WORDS.map((content) => piece({ content }, null)),
    piece({}, 'stop'),
    `data: ${JSON.stringify({ choices: [], usage: USAGE })}\n\n`,
    'data: [DONE]\n\n',
  ].join('');
}
