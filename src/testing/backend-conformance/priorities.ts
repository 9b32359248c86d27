/** Which run of a tenant is next. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, QUEUE, recorder } from './bench.ts';

export const priorities: Readonly<Record<string, CaseBody>> = {
  'takes the highest priority first, among equals the oldest': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({ note: recorder(log) });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    const ids: string[] = [];
    for (const [input, priority] of [
      ['low', 0],
      ['high 1', 2],
      ['middle', 1],
      ['high 2', 2],
      ['below zero', -1],
    ] as const) {
      ids.push(await bench.submit('note', input, { priority }));
    }
    await bench.backend.start();
    await Promise.all(ids.map((id) => bench.result(id)));
    assert.deepEqual(log, ['high 1', 'high 2', 'middle', 'low', 'below zero']);
  },
  'lets waiting runs gain on younger ones where ageing is on': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({ note: recorder(log) });
    await bench.backend.setQueue(QUEUE, { concurrency: 1, agingSeconds: 0.1 });
    const old = await bench.submit('note', 'old, priority 0', { priority: 0 });
    await bench.advance(250);
    const young = await bench.submit('note', 'young, priority 2', { priority: 2 });
    const urgent = await bench.submit('note', 'young, priority 9', { priority: 9 });
    await bench.backend.start();
    await Promise.all([old, young, urgent].map((id) => bench.result(id)));
    assert.deepEqual(log, ['young, priority 9', 'old, priority 0', 'young, priority 2']);
  },
  'orders the waiting anew when ageing is switched off': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({ note: recorder(log) });
    await bench.backend.setQueue(QUEUE, { concurrency: 1, agingSeconds: 0.1 });
    const ids = [await bench.submit('note', 'old')];
    await bench.advance(250);
    ids.push(await bench.submit('note', 'young', { priority: 2 }));
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    await Promise.all(ids.map((id) => bench.result(id)));
    assert.deepEqual(log, ['young', 'old']);
  },
};
