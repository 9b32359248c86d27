/** How many work at once, and whose turn it is. */
import assert from 'node:assert/strict';
import type { RunFunction } from '../../contracts/backend.ts';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, Gate, QUEUE, recorder, rejectsWith, sorted } from './bench.ts';

/** Notes its input, and how many work at the same time. */
function counter(): {
  readonly work: RunFunction;
  readonly seen: JsonValue[];
  readonly gate: Gate;
  most: number;
} {
  let working = 0;
  const self = {
    seen: [] as JsonValue[],
    gate: new Gate(),
    most: 0,
    work: (async ({ signal }, input) => {
      working += 1;
      self.seen.push(input);
      self.most = Math.max(self.most, working);
      try {
        await self.gate.pass(signal);
      } finally {
        working -= 1;
      }
      return input;
    }) satisfies RunFunction,
  };
  return self;
}

export const limits: Readonly<Record<string, CaseBody>> = {
  'keeps to the concurrency of a queue': async (bench) => {
    const each = counter();
    bench.register({ work: each.work });
    await bench.backend.setQueue(QUEUE, { concurrency: 3 });
    await bench.backend.start();
    const ids = await Promise.all(Array.from({ length: 10 }, (_, index) => bench.submit('work', index)));
    await bench.until('three work', () => each.gate.arrivals === 3);
    await bench.settle();
    assert.equal(each.gate.arrivals, 3);
    assert.equal((await bench.list({ status: 'queued' })).length, 7);
    each.gate.open();
    await Promise.all(ids.map((id) => bench.result(id)));
    assert.equal(each.most, 3);
  },
  'takes a raised limit at once': async (bench) => {
    const each = counter();
    bench.register({ work: each.work });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    for (let index = 0; index < 4; index += 1) await bench.submit('work', index);
    await bench.until('one works', () => each.gate.arrivals === 1);
    await bench.backend.setQueue(QUEUE, { concurrency: 4 });
    await bench.until('all work', () => each.gate.arrivals === 4);
    each.gate.open();
  },
  'takes a lowered limit for all that starts from then on': async (bench) => {
    const log: JsonValue[] = [];
    const gates = [new Gate(), new Gate(), new Gate()] as const;
    bench.register({
      work: async ({ signal }, input) => {
        log.push(input);
        await gates[Number(input) % 3]?.pass(signal);
        return input;
      },
    });
    await bench.backend.setQueue(QUEUE, { concurrency: 10, perTenant: 3 });
    await bench.backend.start();
    const ids = await Promise.all([0, 1, 2, 3, 4, 5].map((input) => bench.submit('work', input)));
    await bench.until('three work', () => log.length === 3);
    await bench.backend.setQueue(QUEUE, { concurrency: 10, perTenant: 1 });
    gates[0].open();
    gates[1].open();
    await Promise.all([bench.result(ids[0] as string), bench.result(ids[1] as string)]);
    await bench.settle();
    assert.equal(log.length, 3, 'the third still holds the only slot');
    gates[2].open();
    await bench.result(ids[5] as string);
    assert.deepEqual(log, [0, 1, 2, 3, 4, 5]);
  },
  'gives queues their slots apart from each other': async (bench) => {
    const each = counter();
    bench.register({ work: each.work });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    await bench.submit('work', 1);
    await bench.submit('work', 2);
    await bench.submit('work', 3, { queue: 'another' });
    await bench.until('one of each queue works', () => each.gate.arrivals === 2);
    assert.deepEqual(sorted(each.seen), [1, 3]);
    each.gate.open();
  },
  'keeps to the limit of each tenant': async (bench) => {
    const each = counter();
    bench.register({ work: each.work });
    await bench.backend.setQueue(QUEUE, { concurrency: 10, perTenant: 2 });
    await bench.backend.start();
    for (let index = 0; index < 5; index += 1) await bench.submit('work', 'north');
    for (let index = 0; index < 5; index += 1) await bench.submit('work', 'south', { tenant: 'south' });
    await bench.until('two of each tenant work', () => each.gate.arrivals === 4);
    await bench.settle();
    assert.deepEqual(sorted(each.seen), ['north', 'north', 'south', 'south']);
    each.gate.open();
    await bench.until('all have run', () => each.seen.length === 10);
  },
  'lets tenants take turns, however much one of them submits': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({ note: recorder(log) });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    const all: [string, string][] = [];
    for (let index = 0; index < 40; index += 1)
      all.push([await bench.submit('note', `north ${index}`, { priority: 9 }), 'north']);
    for (const tenant of ['south', 'east']) {
      for (const priority of [0, 5])
        all.push([await bench.submit('note', `${tenant} ${priority}`, { tenant, priority }), tenant]);
    }
    await bench.backend.start();
    await Promise.all(all.map(([id, tenant]) => bench.result(id, tenant)));
    assert.equal(log.length, 44);
    const firstSix = log.slice(0, 6).map((entry) => String(entry).split(' ')[0] as string);
    assert.deepEqual(sorted(firstSix), ['east', 'east', 'north', 'north', 'south', 'south']);
    assert.ok(log.indexOf('south 5') < log.indexOf('south 0'), 'within a tenant priority decides');
  },
  'refuses more than the queue may hold, and takes again when there is room': async (bench) => {
    const gate = new Gate();
    bench.register({ wait: ({ signal }) => gate.pass(signal).then(() => null) });
    await bench.backend.setQueue(QUEUE, { concurrency: 1, maxWaiting: 2 });
    await bench.backend.start();
    const first = await bench.submit('wait');
    await bench.untilStatus(first, 'running');
    const second = await bench.submit('wait');
    await bench.submit('wait', null, { dependencies: [first] });
    await rejectsWith('queue-full', bench.submit('wait'));
    assert.equal((await bench.list()).length, 3);
    await bench.backend.cancel(second, 'north');
    const third = await bench.submit('wait');
    gate.open();
    await bench.result(third);
  },
  'refuses a limit that is none': async (bench) => {
    await bench.start();
    for (const bad of [
      { concurrency: 0 },
      { concurrency: 1.5 },
      { perTenant: -1 },
      { maxWaiting: 0 },
      { agingSeconds: 0 },
    ]) {
      await rejectsWith('invalid-argument', bench.backend.setQueue(QUEUE, bad));
    }
  },
};
