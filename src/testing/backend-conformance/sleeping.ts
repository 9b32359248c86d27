/** Sleeps: waits for a time, without a slot. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, Gate, QUEUE, recorder } from './bench.ts';

export const sleeping: Readonly<Record<string, CaseBody>> = {
  'sleeps as long as told, without a slot': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({
      nap: async (context) => {
        await context.sleep('nap', 200);
        return 'rested';
      },
      note: recorder(log),
    });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    const sleeper = await bench.submit('nap');
    await bench.untilStatus(sleeper, 'suspended');
    await bench.result(await bench.submit('note', 'meanwhile'));
    await bench.advance(100);
    assert.equal((await bench.info(sleeper)).status, 'suspended');
    await bench.advance(120);
    assert.equal(await bench.output(sleeper), 'rested');
    assert.deepEqual(log, ['meanwhile']);
  },
  'queues for a slot again after a wait': async (bench) => {
    const gate = new Gate();
    bench.register({
      nap: async (context) => {
        await context.sleep('nap', 50);
        return 'rested';
      },
      wait: ({ signal }) => gate.pass(signal).then(() => null),
    });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    const sleeper = await bench.submit('nap');
    await bench.untilStatus(sleeper, 'suspended');
    const holder = await bench.submit('wait');
    await bench.untilStatus(holder, 'running');
    await bench.advance(80);
    await bench.untilStatus(sleeper, 'queued');
    gate.open();
    assert.equal(await bench.output(sleeper), 'rested');
  },
  'sleeps side by side': async (bench) => {
    await bench.start({
      work: async (context) => {
        await Promise.all([context.sleep('a', 100), context.sleep('b', 150), context.sleep('c', 50)]);
        return 'all';
      },
    });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    await bench.advance(170);
    assert.equal(await bench.output(id), 'all');
  },
  'keeps its slot while one part works and another waits': async (bench) => {
    const gate = new Gate();
    const log: JsonValue[] = [];
    bench.register({
      both: async (context) => {
        await Promise.all([
          context.sleep('nap', 10_000_000),
          context.step('work', () => gate.pass(context.signal).then(() => 1)),
        ]);
        return null;
      },
      note: recorder(log),
    });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    const both = await bench.submit('both');
    await bench.until('the step works', () => gate.arrivals === 1);
    const other = await bench.submit('note', 'other');
    await bench.settle();
    assert.deepEqual(
      [(await bench.info(both)).status, (await bench.info(other)).status],
      ['running', 'queued'],
    );
    gate.open();
    await bench.result(other);
    await bench.untilStatus(both, 'suspended');
  },
};
