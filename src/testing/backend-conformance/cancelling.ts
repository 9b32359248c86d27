/** Ending a run from outside. */
import assert from 'node:assert/strict';
import { type CaseBody, Gate, QUEUE, recorder, rejectsWith, TENANT } from './bench.ts';

export const cancelling: Readonly<Record<string, CaseBody>> = {
  'cancels a run that has not started: it never starts': async (bench) => {
    const log: never[] = [];
    bench.register({ note: recorder(log) });
    const queued = await bench.submit('note', 1);
    const delayed = await bench.submit('note', 2, { delayMs: 50 });
    await bench.backend.cancel(queued, TENANT);
    await bench.backend.cancel(delayed, TENANT, 'changed my mind');
    await bench.backend.start();
    await bench.advance(80);
    assert.deepEqual(log, []);
    const { status, error } = await bench.result(delayed);
    assert.deepEqual([status, error?.code], ['cancelled', 'cancelled']);
    assert.match(error?.message ?? '', /changed my mind/);
    assert.equal((await bench.info(queued)).startedAt, null);
  },
  'cancels a run at work: its signal aborts, and cancelling waits until the function has returned': async (
    bench,
  ) => {
    const gate = new Gate();
    let hasTidied = false;
    await bench.start({
      work: async ({ signal }) => {
        try {
          await gate.pass(signal);
        } finally {
          await new Promise((resolve) => setImmediate(resolve));
          hasTidied = true;
        }
        return null;
      },
    });
    const id = await bench.submit('work');
    await bench.until('it works', () => gate.arrivals === 1);
    await bench.backend.cancel(id, TENANT);
    assert.equal(hasTidied, true);
    assert.equal((await bench.result(id)).status, 'cancelled');
  },
  'cancels a run that waits': async (bench) => {
    let caught: unknown;
    await bench.start({
      work: async (context) => {
        try {
          await context.waitForSignal('w', 'never');
        } catch (error) {
          caught = (error as { code?: unknown }).code;
          throw error;
        }
        return null;
      },
    });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    await bench.backend.cancel(id, TENANT);
    assert.equal(caught, 'cancelled');
    assert.equal((await bench.info(id)).status, 'cancelled');
  },
  'keeps to the cancellation, whatever the function returns after it': async (bench) => {
    const gate = new Gate();
    await bench.start({
      work: ({ signal }) =>
        gate
          .pass(signal)
          .catch(() => null)
          .then(() => 'finished anyway'),
    });
    const id = await bench.submit('work');
    await bench.until('it works', () => gate.arrivals === 1);
    await bench.backend.cancel(id, TENANT);
    const { status, output } = await bench.result(id);
    assert.deepEqual([status, output], ['cancelled', null]);
  },
  'does no step of a cancelled run': async (bench) => {
    const gate = new Gate();
    let stepped = false;
    await bench.start({
      work: async (context) => {
        await gate.pass(context.signal).catch(() => null);
        await context.step('after', async () => {
          stepped = true;
          return 1;
        });
        return null;
      },
    });
    const id = await bench.submit('work');
    await bench.until('it works', () => gate.arrivals === 1);
    await bench.backend.cancel(id, TENANT);
    assert.equal(stepped, false);
  },
  'frees the slot of a cancelled run': async (bench) => {
    const gate = new Gate();
    bench.register({ work: ({ signal }) => gate.pass(signal).then(() => null), note: recorder([]) });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    const first = await bench.submit('work');
    await bench.until('it works', () => gate.arrivals === 1);
    const second = await bench.submit('note', 'next');
    await bench.backend.cancel(first, TENANT);
    assert.equal(await bench.output(second), 'next');
  },
  'leaves a run as it is that has ended, and knows no run that never was': async (bench) => {
    await bench.start({ note: recorder([]) });
    const id = await bench.submit('note', 5);
    await bench.result(id);
    await bench.backend.cancel(id, TENANT);
    assert.equal(await bench.output(id), 5);
    await rejectsWith('not-found', bench.backend.cancel('nobody', TENANT));
  },
};
