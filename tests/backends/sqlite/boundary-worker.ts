/**
 * One life of a process that submits a workflow and works on it, to its end or to its kill point:
 * `node boundary-worker.ts FILE LOG POINT`. It notes in LOG what it did, and prints the output and its number of writes.
 */
import { appendFileSync } from 'node:fs';
import { SqliteBackend } from '../../../src/backends/sqlite/index.ts';
import { systemClock } from '../../../src/shared/time.ts';
import { countSqliteWrites, type KillPoint } from '../../support/kill-at-write.ts';

const [path = '', log = '', text = '{}'] = process.argv.slice(2);
const { aheadMs, ...point } = JSON.parse(text) as KillPoint & { readonly aheadMs: number };
const counter = countSqliteWrites(point);
const note = (line: string): void => appendFileSync(log, `${line}\n`);
const TERMS = { queue: 'work', tenant: 'north' };

const backend = new SqliteBackend({
  path,
  pollMs: 5,
  // A life that is later than the lease of the one before need not wait for it.
  clock: { now: () => Date.now() + aheadMs, after: systemClock.after },
});
backend.register('child', async (context, input) => {
  await context.step('in child', async () => {
    note(`${context.runId} in child`);
    return null;
  });
  return [input];
});
backend.register('flow', async (context) => {
  const step = (key: string): Promise<string> =>
    context.step(key, async () => {
      note(`${context.runId} ${key}`);
      return key;
    });
  await context.now('began');
  const first = await step('first');
  await context.sleep('pause', 3);
  const word = await context.waitForSignal('word', 'go', { timeoutMs: 60_000 });
  const child = await context.child('kid', 'child', first, { queue: 'work' });
  const outer = await context.step('outer', async () => {
    note(`${context.runId} outer`);
    return `outer of ${await step('inner')}`;
  });
  const failure = await context
    .step('fails', async () => {
      note(`${context.runId} fails`);
      throw new Error('as it should');
    })
    .catch((error: Error) => error.message);
  return [first, word, outer, failure, (await child.outcome()).output];
});
await backend.setQueue('work', { concurrency: 2, rate: { limit: 1000, perSeconds: 1 } });
await backend.start();
await backend.submit('flow', 'in', { ...TERMS, id: 'flow' });
note('submitted flow');
await backend.submit('child', 'later', { ...TERMS, id: 'after', dependencies: ['flow'] });
note('submitted after');
await backend.signal('flow', 'north', 'go', 'the word', 'once');
note('signalled');
const { status, output } = await backend.store.result('flow', 'north');
const after = await backend.store.result('after', 'north');
await backend.stop();
console.log(JSON.stringify({ status, output, after: after.output, writes: counter.writes }));
