/** Runs that start later. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, recorder } from './bench.ts';

export const delays: Readonly<Record<string, CaseBody>> = {
  'starts a delayed run when its time has come, not before': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({ note: recorder(log) });
    const later = await bench.submit('note', 'later', { delayMs: 300 });
    const sooner = await bench.submit('note', 'sooner', { delayMs: 100 });
    assert.equal((await bench.info(later)).status, 'waiting');
    assert.deepEqual(log, []);
    await bench.advance(150);
    await bench.result(sooner);
    assert.deepEqual(log, ['sooner']);
    await bench.advance(200);
    await bench.result(later);
    assert.deepEqual(log, ['sooner', 'later']);
  },
  'waits for both the dependency and the delay': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({ note: recorder(log) });
    const first = await bench.submit('note', 'first');
    const second = await bench.submit('note', 'second', { dependencies: [first], delayMs: 100 });
    await bench.result(first);
    await bench.settle();
    assert.equal((await bench.info(second)).status, 'waiting');
    await bench.advance(120);
    await bench.result(second);
    assert.deepEqual(log, ['first', 'second']);
  },
};
