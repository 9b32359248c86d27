/** Waiting for what comes of a run. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, Gate, rejectsWith, TENANT } from './bench.ts';

export const results: Readonly<Record<string, CaseBody>> = {
  'gives a result to all who wait, also to those who come late': async (bench) => {
    const gate = new Gate();
    await bench.start({ wait: () => gate.pass().then(() => 'done') });
    const id = await bench.submit('wait');
    const waiting = [bench.output(id), bench.output(id)];
    gate.open();
    assert.deepEqual(await Promise.all([...waiting, bench.output(id)]), ['done', 'done', 'done']);
  },
  'ends the wait for a result by time, by signal, or because there is no such run': async (bench) => {
    const gate = new Gate();
    await bench.start({ wait: ({ signal }) => gate.pass(signal).then(() => null) });
    const id = await bench.submit('wait');
    const timed = rejectsWith('timed-out', bench.backend.store.result(id, TENANT, { timeoutMs: 50 }));
    await bench.advance(60);
    await timed;
    const controller = new AbortController();
    const aborted = assert.rejects(
      bench.backend.store.result(id, TENANT, { signal: controller.signal }),
      /enough/,
    );
    controller.abort(new Error('enough'));
    await aborted;
    await assert.rejects(bench.backend.store.result(id, TENANT, { signal: controller.signal }), /enough/);
    await rejectsWith('not-found', bench.result('no-such-run'));
    assert.notEqual((await bench.info(id)).status, 'completed');
  },
  'gives null for a function that returns nothing': async (bench) => {
    await bench.start({ nothing: async () => undefined as unknown as JsonValue });
    assert.equal(await bench.output(await bench.submit('nothing')), null);
  },
  'fails a run whose function throws, and says why': async (bench) => {
    await bench.start({
      fails: async () => {
        throw new Error('out of paper');
      },
    });
    const outcome = await bench.result(await bench.submit('fails'));
    assert.equal(outcome.status, 'failed');
    assert.equal(outcome.error?.message, 'out of paper');
    assert.equal(outcome.output, null);
  },
  'fails a run whose function throws before it returns a promise': async (bench) => {
    await bench.start({
      throws: () => {
        throw new Error('at once');
      },
    });
    assert.equal((await bench.result(await bench.submit('throws'))).error?.message, 'at once');
  },
  'fails a run whose function returns what is no JSON': async (bench) => {
    await bench.start({ odd: async () => 1n as unknown as JsonValue });
    const outcome = await bench.result(await bench.submit('odd'));
    assert.deepEqual([outcome.status, outcome.error?.code], ['failed', 'invalid-json']);
  },
};
