/**
 * The outside world, in a process of its own: takes effects over HTTP, does each idempotency key once, and keeps what it
 * saw in an append-only file. It prints its URL and ends with its input.
 *
 * `POST /effects/KEY` does it. The header `x-plan` says how that goes: `done` (the answer comes), `silent` (it happens,
 * the answer never comes), `lost` (it never happens, nor does an answer), for the first request of a key only.
 * `GET /effects/KEY` says whether it happened.
 */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [log = ''] = process.argv.slice(2);
const happened = new Map<string, string>();
const seen = new Set<string>();

const note = (what: string, key: string): void => appendFileSync(log, `${JSON.stringify({ what, key })}\n`);

const server = createServer((request, response) => {
  const key = decodeURIComponent((request.url ?? '').split('/').slice(2).join('/'));
  request.resume();
  request.on('end', () => {
    if (request.method === 'GET') {
      note('asked', key);
      response.end(JSON.stringify({ happened: happened.has(key), receipt: happened.get(key) ?? null }));
      return;
    }
    const plan = seen.has(key) ? 'done' : (request.headers['x-plan'] ?? 'done');
    seen.add(key);
    note('requested', key);
    if (plan === 'lost') return;
    if (!happened.has(key)) {
      happened.set(key, `receipt of ${key}`);
      note('happened', key);
    }
    if (plan === 'silent') return;
    response.end(JSON.stringify({ receipt: happened.get(key) }));
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.stdin.resume().on('end', () => process.exit());
