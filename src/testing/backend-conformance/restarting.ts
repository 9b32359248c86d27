/** What a durable backend still knows after a kill. */
import assert from 'node:assert/strict';
import type { RunFunction } from '../../contracts/backend.ts';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, QUEUE, recorder, rejectsWith, TENANT } from './bench.ts';
import { retrier } from './retrying.ts';

const never = (): Promise<never> => new Promise(() => undefined);

export const restarting: Readonly<Record<string, CaseBody>> = {
  'repeats no step that was finished, also inside one that was not': async (bench) => {
    const log: string[] = [];
    let hangs = true;
    const work: RunFunction = (context) =>
      context.step('outer', async () => {
        const inner = await context.step('inner', async () => {
          log.push('inner');
          return 20;
        });
        log.push('outer');
        if (hangs) await never();
        return inner + 1;
      });
    await bench.start({ work });
    const id = await bench.submit('work');
    await bench.until('the outer step is at work', () => log.length === 2);
    hangs = false;
    await bench.restart({ work });
    assert.equal(await bench.output(id), 21);
    assert.deepEqual(log, ['inner', 'outer', 'outer']);
  },
  'remembers the error of a step': async (bench) => {
    let calls = 0;
    let hangs = true;
    const work: RunFunction = async (context) => {
      const message = await context
        .step('bad', async () => {
          calls += 1;
          throw new Error(`call ${calls}`);
        })
        .catch((error: Error) => error.message);
      if (hangs) await context.step('hang', never);
      return message;
    };
    await bench.start({ work });
    const id = await bench.submit('work');
    await bench.until('the bad step is done', () => calls === 1);
    await bench.settle();
    hangs = false;
    await bench.restart({ work });
    assert.equal(await bench.output(id), 'call 1');
    assert.equal(calls, 1);
  },
  'sleeps for the time that was left': async (bench) => {
    const work: RunFunction = async (context) => {
      await context.sleep('nap', 300);
      return 'rested';
    };
    await bench.start({ work });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    await bench.advance(200);
    await bench.restart({ work });
    await bench.advance(150);
    assert.equal(await bench.output(id), 'rested');
  },
  'keeps a signal that was sent before': async (bench) => {
    const work: RunFunction = (context) => context.waitForSignal('w', 'go');
    bench.register({ work });
    const id = await bench.submit('work');
    await bench.backend.signal(id, TENANT, 'go', 'kept', 'once');
    await bench.restart({ work });
    await bench.backend.signal(id, TENANT, 'go', 'again', 'once').catch(() => undefined);
    assert.equal(await bench.output(id), 'kept');
  },
  'finds the children of a parent again': async (bench) => {
    const log: JsonValue[] = [];
    const functions: Record<string, RunFunction> = {
      child: async (context, input) => {
        log.push(input);
        return context.waitForSignal('w', 'go');
      },
      parent: async (context) =>
        (await (await context.child('one', 'child', 'born', { queue: QUEUE })).outcome()).output,
    };
    await bench.start(functions);
    const id = await bench.submit('parent');
    await bench.until('the child was born', () => log.length === 1);
    await bench.untilStatus(`${id}/one`, 'suspended');
    await bench.restart(functions);
    await bench.backend.signal(`${id}/one`, TENANT, 'go', 'grown');
    assert.equal(await bench.output(id), 'grown');
    assert.equal((await bench.list()).length, 2);
  },
  'runs what was queued, delayed or waiting for dependencies': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({ note: recorder(log) });
    const first = await bench.submit('note', 'first');
    const second = await bench.submit('note', 'second', { dependencies: [first] });
    const late = await bench.submit('note', 'late', { delayMs: 100 });
    await bench.restart({ note: recorder(log) });
    await bench.result(second);
    await bench.advance(130);
    await bench.result(late);
    assert.deepEqual(log, ['first', 'second', 'late']);
  },
  'knows results, ids and records': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({ note: recorder(log) });
    const id = await bench.submit('note', 'once', { id: 'once' });
    await bench.result(id);
    await bench.backend.store.state(TENANT).put('k', 1, 0);
    await bench.restart({ note: recorder(log) });
    assert.equal(await bench.output(id), 'once');
    await bench.submit('note', 'once', { id: 'once' });
    await rejectsWith('already-exists', bench.submit('note', 'other', { id: 'once' }));
    await bench.settle();
    assert.deepEqual(log, ['once']);
    assert.equal((await bench.backend.store.state(TENANT).get('k'))?.version, 1);
  },
  'leaves a cancelled run cancelled': async (bench) => {
    bench.register({ note: recorder([]) });
    const id = await bench.submit('note');
    await bench.backend.cancel(id, TENANT);
    await bench.restart({ note: recorder([]) });
    await bench.settle();
    assert.equal((await bench.result(id)).status, 'cancelled');
  },
  'guards steps against a changed program': async (bench) => {
    let fingerprint = 'a';
    let isSecond = false;
    const work: RunFunction = async (context) => {
      const answer = await context
        .step('ask', async () => 'done', { fingerprint })
        .catch((error: { code?: string }) => error.code ?? '');
      if (!isSecond) await context.step('hang', never);
      return answer;
    };
    await bench.start({ work });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'running');
    await bench.settle();
    fingerprint = 'b';
    isSecond = true;
    await bench.restart({ work });
    assert.equal(await bench.output(id), 'journal-mismatch');
  },
  'goes on with its attempts where it was': async (bench) => {
    const attempts: number[] = [];
    const work = retrier(async (number) => {
      attempts.push(number);
      if (number < 3) throw new Error(`attempt ${number} failed`);
      return 'in the end';
    });
    await bench.start({ work });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    await bench.restart({ work });
    await bench.advance(150);
    await bench.until('the second attempt failed', () => attempts.length === 2);
    await bench.advance(250);
    assert.equal(await bench.output(id), 'in the end');
    assert.deepEqual(attempts, [1, 2, 3]);
  },
  'knows the limits of its queues, and what a rate has counted': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({ note: recorder(log) });
    await bench.backend.setQueue(QUEUE, { rate: { limit: 2, perSeconds: 3600 } });
    await bench.backend.setQueue('tenants', { perTenantRate: { limit: 1, perSeconds: 3600 } });
    await bench.result(await bench.submit('note', 1));
    await bench.result(await bench.submit('note', 2));
    await bench.result(await bench.submit('note', 3, { queue: 'tenants' }));
    await bench.submit('note', 4);
    await bench.submit('note', 5, { queue: 'tenants' });
    await bench.restart({ note: recorder(log) });
    await bench.result(await bench.submit('note', 6, { queue: 'free' }));
    await bench.settle();
    assert.deepEqual(log, [1, 2, 3, 6]);
  },
};
