/** Runs that wait for other runs. */
import assert from 'node:assert/strict';
import type { RunFunction } from '../../contracts/backend.ts';
import type { JsonValue } from '../../shared/json.ts';
import { seededRandom } from '../../shared/seeded-random.ts';
import { type Bench, type CaseBody, Gate, QUEUE, recorder, rejectsWith, sorted, TENANT } from './bench.ts';

const fails: RunFunction = async () => {
  throw new Error('broken');
};

export const dependencies: Readonly<Record<string, CaseBody>> = {
  'starts a run after those it depends on, holding no slot meanwhile': async (bench) => {
    const gate = new Gate();
    const log: JsonValue[] = [];
    bench.register({ wait: ({ signal }) => gate.pass(signal).then(() => null), note: recorder(log) });
    await bench.backend.setQueue(QUEUE, { concurrency: 2 });
    await bench.backend.start();
    const first = await bench.submit('wait');
    const dependent = await bench.submit('note', 'dependent', { dependencies: [first, first], priority: 9 });
    const free = await bench.submit('note', 'free');
    await bench.result(free);
    assert.equal((await bench.info(dependent)).status, 'waiting');
    assert.deepEqual((await bench.info(dependent)).dependencies, [first]);
    gate.open();
    await bench.result(dependent);
    assert.deepEqual(log, ['free', 'dependent']);
  },
  'runs a diamond in order': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({ note: recorder(log) });
    const top = await bench.submit('note', 'top');
    const left = await bench.submit('note', 'left', { dependencies: [top] });
    const right = await bench.submit('note', 'right', { dependencies: [top] });
    const bottom = await bench.submit('note', 'bottom', { dependencies: [left, right], priority: 9 });
    await bench.backend.start();
    await bench.result(bottom);
    assert.equal(log[0], 'top');
    assert.deepEqual(sorted(log.slice(1, 3)), ['left', 'right']);
    assert.equal(log[3], 'bottom');
  },
  'takes a dependency that has completed already': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({ note: recorder(log) });
    const first = await bench.submit('note', 1);
    await bench.result(first);
    assert.equal(await bench.output(await bench.submit('note', 2, { dependencies: [first] })), 2);
  },
  'refuses a dependency that is unknown': async (bench) => {
    await bench.start({ fails });
    await rejectsWith('unknown-dependency', bench.submit('fails', null, { dependencies: ['nobody'] }));
    await rejectsWith(
      'unknown-dependency',
      bench.submit('fails', null, { id: 'own', dependencies: ['own'] }),
    );
    assert.deepEqual(await bench.list(), []);
  },
  'cancels all that depend on a failed run, near and far': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({ fails, note: recorder(log) });
    const bad = await bench.submit('fails');
    const near = await bench.submit('note', 'near', { dependencies: [bad] });
    const far = await bench.submit('note', 'far', { dependencies: [near] });
    const free = await bench.submit('note', 'free');
    await bench.backend.start();
    for (const id of [near, far]) {
      const { status, error } = await bench.result(id);
      assert.deepEqual([status, error?.code], ['cancelled', 'dependency-failed']);
    }
    await bench.result(free);
    assert.deepEqual(log, ['free']);
    assert.equal((await bench.info(near)).startedAt, null);
  },
  'cancels those that depend on a cancelled run': async (bench) => {
    bench.register({ note: recorder([]) });
    const first = await bench.submit('note');
    const second = await bench.submit('note', null, { dependencies: [first] });
    await bench.backend.cancel(first, TENANT);
    await bench.backend.start();
    assert.equal((await bench.result(first)).error?.code, 'cancelled');
    assert.equal((await bench.result(second)).error?.code, 'dependency-failed');
  },
  'cancels at once what depends on a run that has failed': async (bench) => {
    await bench.start({ fails, note: recorder([]) });
    const bad = await bench.submit('fails');
    await bench.result(bad);
    const { status, error } = await bench.result(await bench.submit('note', null, { dependencies: [bad] }));
    assert.deepEqual([status, error?.code], ['cancelled', 'dependency-failed']);
  },
  'stands a chain of two thousand whose first fails': async (bench) => {
    bench.register({ fails, note: recorder([]) });
    let last = await bench.submit('fails');
    for (let index = 0; index < 2000; index += 1)
      last = await bench.submit('note', null, { dependencies: [last] });
    await bench.backend.start();
    assert.equal((await bench.result(last)).error?.code, 'dependency-failed');
  },
  'runs any graph in order, each run once, and cancels exactly what can not run': async (bench) => {
    const ran: JsonValue[] = [];
    await bench.start({
      node: async (_context, input) => {
        ran.push(input);
        if (String(input).endsWith('bad')) throw new Error('broken');
        return input;
      },
    });
    for (const seed of [1, 2, 3, 4, 5, 6]) await checkRandomGraph(bench, ran, seed);
  },
};

async function checkRandomGraph(bench: Bench, ran: readonly JsonValue[], seed: number): Promise<void> {
  const random = seededRandom(seed);
  const nodes: { id: string; before: number[]; isBad: boolean; canRun: boolean }[] = [];
  for (let index = 0; index < 24; index += 1) {
    const before = [...nodes.keys()].filter(() => random() < 0.12);
    const isBad = random() < 0.12;
    const canRun = before.every((each) => nodes[each]?.canRun && !nodes[each].isBad);
    const id = `${seed}-${index}-${isBad ? 'bad' : 'good'}`;
    const dependencies = before.map((each) => nodes[each]?.id as string);
    await bench.submit('node', id, { id, dependencies, priority: Math.floor(random() * 5) });
    nodes.push({ id, before, isBad, canRun });
  }
  for (const { id, before, isBad, canRun } of nodes) {
    const expected = canRun ? (isBad ? 'failed' : 'completed') : 'cancelled';
    assert.deepEqual([id, (await bench.result(id)).status], [id, expected]);
    assert.equal(ran.filter((each) => each === id).length, canRun ? 1 : 0, id);
    if (!canRun) continue;
    for (const each of before)
      assert.ok(ran.indexOf(nodes[each]?.id as string) < ran.indexOf(id), `${id} after ${each}`);
  }
}
