/** Stopping a backend. */
import assert from 'node:assert/strict';
import { type CaseBody, Gate, QUEUE, recorder, rejectsWith } from './bench.ts';

export const stopping: Readonly<Record<string, CaseBody>> = {
  'takes nothing more once it is stopped': async (bench) => {
    await bench.start({ note: recorder([]) });
    await bench.backend.stop();
    await rejectsWith('stopped', bench.submit('note'));
    await rejectsWith('stopped', bench.backend.start());
    await bench.backend.stop();
  },
  'lets work finish when it is stopped with time to drain': async (bench) => {
    const gate = new Gate();
    bench.register({ work: ({ signal }) => gate.pass(signal).then(() => 'finished'), note: recorder([]) });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    const id = await bench.submit('work');
    const behind = await bench.submit('note', 'behind');
    await bench.until('it works', () => gate.arrivals === 1);
    const stopping = bench.backend.stop({ drainMs: 60_000 });
    await bench.settle();
    gate.open();
    await stopping;
    assert.equal(await bench.output(id), 'finished');
    assert.equal((await bench.info(behind)).startedAt, null);
  },
  'aborts work when the time to drain is over': async (bench) => {
    const gate = new Gate();
    let reason: unknown;
    await bench.start({
      work: async ({ signal }) => {
        await gate.pass(signal).catch((error: unknown) => {
          reason = (error as { code?: unknown }).code;
          throw error;
        });
        return null;
      },
    });
    await bench.submit('work');
    await bench.until('it works', () => gate.arrivals === 1);
    const stopping = bench.backend.stop({ drainMs: 100 });
    await bench.advance(150);
    await stopping;
    assert.equal(reason, 'stopped');
  },
  'leaves nobody waiting for a result when it stops': async (bench) => {
    await bench.start({ work: (context) => context.waitForSignal('w', 'never') });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    const waiting = bench.result(id).then(
      ({ status, error }) => [status, error?.code],
      (error: unknown) => ['rejected', (error as { code?: unknown }).code],
    );
    await bench.backend.stop();
    assert.equal((await waiting)[1], 'stopped');
  },
};
