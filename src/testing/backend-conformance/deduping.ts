/** Handing the same work in twice. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, Gate, recorder, rejectsWith } from './bench.ts';

const echo = async (_context: unknown, input: JsonValue): Promise<JsonValue> => input;

export const deduping: Readonly<Record<string, CaseBody>> = {
  'takes an id twice when function and input are equal, and runs once': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({ note: recorder(log) });
    const first = await bench.submit('note', { a: 1, b: 2 }, { id: 'same' });
    const second = await bench.submit('note', { b: 2, a: 1 }, { id: 'same' });
    assert.deepEqual([first, second], ['same', 'same']);
    await bench.result('same');
    await bench.submit('note', { a: 1, b: 2 }, { id: 'same' });
    await bench.settle();
    assert.equal(log.length, 1);
  },
  'refuses an id twice with another input or function': async (bench) => {
    await bench.start({ echo, other: echo });
    await bench.submit('echo', 1, { id: 'taken' });
    await rejectsWith('already-exists', bench.submit('echo', 2, { id: 'taken' }));
    await rejectsWith('already-exists', bench.submit('other', 1, { id: 'taken' }));
  },
  'gives the open run of a dedupe key, and a new run once that has ended': async (bench) => {
    const gate = new Gate();
    await bench.start({ wait: (_context, input) => gate.pass().then(() => input) });
    const first = await bench.submit('wait', 1, { dedupeKey: 'nightly' });
    assert.equal(await bench.submit('wait', 2, { dedupeKey: 'nightly' }), first);
    assert.notEqual(await bench.submit('wait', 2, { dedupeKey: 'weekly' }), first);
    gate.open();
    assert.equal(await bench.output(first), 1);
    const next = await bench.submit('wait', 3, { dedupeKey: 'nightly' });
    assert.notEqual(next, first);
    assert.equal(await bench.output(next), 3);
  },
};
