/**
 * The outside world, in a process of its own: takes effects over HTTP, and keeps what it saw in an append-only file. It
 * prints its URL and ends with its input.
 *
 * `POST /effects/KEY` does it: once for each idempotency key, or each time with `x-repeats: happen`. The header `x-plan`
 * says how that goes: `done` (the answer comes), `silent` (it happens, the answer never comes), `lost` (it never happens,
 * nor does an answer), for the first request of a key only. `x-hold: BEFORE,AFTER` has it take so many milliseconds until
 * it happens, and until it is answered: whoever goes away before it happened has called it off. `x-name` is noted.
 * `GET /effects/KEY` says whether it happened, once nobody is at it any more.
 */
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [log = ''] = process.argv.slice(2);
const happened = new Map<string, string>();
const seen = new Set<string>();
const atWork = new Map<string, Promise<void>>();

const note = (what: string, key: string, name: string): void =>
  appendFileSync(log, `${JSON.stringify({ what, key, ...(name !== '' && { name }) })}\n`);

async function perform(key: string, headers: IncomingHttpHeaders, response: ServerResponse): Promise<void> {
  const header = (name: string): string => String(headers[name] ?? '');
  const plan = seen.has(key) ? 'done' : header('x-plan');
  const [before = 0, after = 0] = header('x-hold').split(',').map(Number);
  seen.add(key);
  note('requested', key, header('x-name'));
  if (plan === 'lost') return;
  const left = new AbortController();
  response.on('close', () => left.abort());
  try {
    await sleep(before, undefined, { signal: left.signal });
  } catch {
    return;
  }
  if (!happened.has(key) || header('x-repeats') === 'happen') {
    happened.set(key, `receipt of ${key}`);
    note('happened', key, header('x-name'));
  }
  if (plan === 'silent') return;
  await sleep(after);
  response.end(JSON.stringify({ receipt: happened.get(key) }));
}

const server = createServer((request, response) => {
  const key = decodeURIComponent((request.url ?? '').split('/').slice(2).join('/'));
  request.resume();
  request.on('end', async () => {
    if (request.method !== 'GET') {
      const work = Promise.all([atWork.get(key), perform(key, request.headers, response)]);
      atWork.set(
        key,
        work.then(() => undefined),
      );
      return;
    }
    await atWork.get(key);
    note('asked', key, String(request.headers['x-name'] ?? ''));
    response.end(JSON.stringify({ happened: happened.has(key), receipt: happened.get(key) ?? null }));
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.stdin.resume().on('end', () => process.exit());
