/** Signals: waits for what somebody sends, without a slot. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, Gate, QUEUE, recorder, rejectsWith, TENANT } from './bench.ts';

export const signals: Readonly<Record<string, CaseBody>> = {
  'holds no slot while a step waits for a signal': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({
      asks: (context) =>
        context.step('attempt', async () => [await context.waitForSignal('approval', 'approved'), 'went on']),
      note: recorder(log),
    });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    const asking = await bench.submit('asks');
    await bench.untilStatus(asking, 'suspended');
    await bench.result(await bench.submit('note', 'meanwhile'));
    await bench.backend.signal(asking, TENANT, 'approved', { by: 'Ann' });
    assert.deepEqual(await bench.output(asking), [{ by: 'Ann' }, 'went on']);
  },
  'delivers a signal to the one who waits': async (bench) => {
    await bench.start({ work: (context) => context.waitForSignal('w', 'go') });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    await bench.backend.signal(id, TENANT, 'other', 'not this');
    await bench.settle();
    assert.equal((await bench.info(id)).status, 'suspended');
    await bench.backend.signal(id, TENANT, 'go', { n: 1 });
    assert.deepEqual(await bench.output(id), { n: 1 });
  },
  'delivers a signal once for its dedupe key': async (bench) => {
    bench.register({
      work: async (context) => [
        await context.waitForSignal('1', 'go'),
        await context.waitForSignal('2', 'go', { timeoutMs: 50 }),
      ],
    });
    const id = await bench.submit('work');
    await bench.backend.signal(id, TENANT, 'go', 1, 'click-1');
    await bench.backend.signal(id, TENANT, 'go', 2, 'click-1');
    await bench.backend.start();
    await bench.untilStatus(id, 'suspended');
    await bench.backend.signal(id, TENANT, 'go', 3, 'click-1');
    await bench.advance(60);
    assert.deepEqual(await bench.output(id), [1, null]);
  },
  'delivers two signals that come at once to two waits': async (bench) => {
    await bench.start({
      work: async (context) => [
        await context.waitForSignal('1', 'go'),
        await context.waitForSignal('2', 'go'),
      ],
    });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    await Promise.all([1, 2].map((n) => bench.backend.signal(id, TENANT, 'go', n)));
    assert.deepEqual(await bench.output(id), [1, 2]);
  },
  'keeps signals that come before the wait, in order': async (bench) => {
    bench.register({
      work: async (context) => [
        await context.waitForSignal('1', 'go'),
        await context.waitForSignal('2', 'go'),
        await context.waitForSignal('1', 'go'),
      ],
    });
    const id = await bench.submit('work');
    await bench.backend.signal(id, TENANT, 'go', 'first');
    await bench.backend.signal(id, TENANT, 'go', 'second');
    await bench.backend.start();
    assert.deepEqual(await bench.output(id), ['first', 'second', 'first']);
  },
  'queues for a slot before a step, when the rest of the run waits': async (bench) => {
    const outside = new Gate();
    const gate = new Gate();
    const log: JsonValue[] = [];
    bench.register({
      both: async (context) => {
        const late = outside.pass().then(() =>
          context.step('late', async () => {
            log.push('late step');
            return 1;
          }),
        );
        return Promise.all([context.waitForSignal('w', 'go'), late]);
      },
      wait: async ({ signal }) => {
        await gate.pass(signal);
        log.push('holder');
        return null;
      },
    });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    const both = await bench.submit('both');
    await bench.untilStatus(both, 'suspended');
    await bench.submit('wait');
    await bench.until('the holder works', () => gate.arrivals === 1);
    outside.open();
    await bench.settle();
    assert.deepEqual(log, []);
    gate.open();
    await bench.until('both have worked', () => log.length === 2);
    assert.deepEqual(log, ['holder', 'late step']);
    await bench.backend.signal(both, TENANT, 'go', 'gone');
    assert.deepEqual(await bench.output(both), ['gone', 1]);
  },
  'gives null when a signal does not come in time, and keeps one that comes later': async (bench) => {
    const gate = new Gate();
    await bench.start({
      work: async (context) => {
        const first = await context.waitForSignal('1', 'go', { timeoutMs: 50 });
        await context.step('pause', () => gate.pass().then(() => 1));
        return [first, await context.waitForSignal('2', 'go')];
      },
    });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    await bench.advance(60);
    await bench.until('the wait is over', () => gate.arrivals === 1);
    await bench.backend.signal(id, TENANT, 'go', 'late');
    gate.open();
    assert.deepEqual(await bench.output(id), [null, 'late']);
  },
  'refuses a signal to nobody, and ignores one to a run that has ended': async (bench) => {
    await bench.start({ note: recorder([]) });
    await rejectsWith('not-found', bench.backend.signal('nobody', TENANT, 'go', null));
    const id = await bench.submit('note');
    await bench.result(id);
    await bench.backend.signal(id, TENANT, 'go', null);
    assert.equal((await bench.info(id)).status, 'completed');
  },
};
