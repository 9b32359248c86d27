/** Runs that take too long. */
import assert from 'node:assert/strict';
import { type CaseBody, Gate, QUEUE } from './bench.ts';

export const timingOut: Readonly<Record<string, CaseBody>> = {
  'cancels a run that takes too long at work': async (bench) => {
    const gate = new Gate();
    await bench.start({ work: ({ signal }) => gate.pass(signal).then(() => null) });
    const id = await bench.submit('work', null, { timeoutMs: 100 });
    await bench.until('it works', () => gate.arrivals === 1);
    await bench.advance(130);
    const { status, error } = await bench.result(id);
    assert.deepEqual([status, error?.code], ['cancelled', 'timed-out']);
  },
  'counts the time from the start on, waits included': async (bench) => {
    const gate = new Gate();
    bench.register({
      first: ({ signal }) => gate.pass(signal).then(() => null),
      nap: async (context) => {
        await context.sleep('nap', 1_000_000);
        return null;
      },
    });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    await bench.submit('first');
    await bench.until('the first works', () => gate.arrivals === 1);
    const id = await bench.submit('nap', null, { timeoutMs: 100 });
    await bench.advance(150);
    assert.equal((await bench.info(id)).status, 'queued');
    gate.open();
    await bench.untilStatus(id, 'suspended');
    await bench.advance(130);
    assert.equal((await bench.result(id)).error?.code, 'timed-out');
  },
  'cancels children of a run that timed out': async (bench) => {
    const gate = new Gate();
    await bench.start({
      leaf: ({ signal }) => gate.pass(signal).then(() => null),
      top: async (context) => {
        await (await context.child('leaf', 'leaf', null, { queue: QUEUE })).outcome();
        return null;
      },
    });
    const id = await bench.submit('top', null, { timeoutMs: 100 });
    await bench.until('the leaf works', () => gate.arrivals === 1);
    await bench.advance(130);
    assert.equal((await bench.result(id)).error?.code, 'timed-out');
    assert.equal((await bench.result(`${id}/leaf`)).error?.code, 'cancelled');
  },
};
