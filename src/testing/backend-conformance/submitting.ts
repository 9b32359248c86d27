/** How runs come in and what is told of them. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, Gate, QUEUE, recorder, rejectsWith, TENANT } from './bench.ts';

const echo = async (_context: unknown, input: JsonValue): Promise<JsonValue> => input;

export const submitting: Readonly<Record<string, CaseBody>> = {
  'runs a submitted function and gives what it returned': async (bench) => {
    await bench.start({ echo });
    assert.deepEqual(await bench.output(await bench.submit('echo', { a: [1, null, 'x'] })), {
      a: [1, null, 'x'],
    });
  },
  'runs what was submitted before the start': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({ note: recorder(log) });
    const id = await bench.submit('note', 'early');
    await bench.settle();
    assert.deepEqual(log, []);
    await bench.backend.start();
    assert.equal(await bench.output(id), 'early');
  },
  'tells of a run: what it is, how it stands, when it was made, started and ended': async (bench) => {
    const gate = new Gate();
    await bench.start({ wait: (_context, input) => gate.pass().then(() => input) });
    const id = await bench.submit('wait', { n: 1 }, { id: 'told', priority: 7 });
    await bench.untilStatus(id, 'running');
    const during = await bench.info(id);
    assert.deepEqual(
      {
        id: during.id,
        name: during.name,
        tenant: during.tenant,
        queue: during.queue,
        priority: during.priority,
        input: during.input,
      },
      { id: 'told', name: 'wait', tenant: TENANT, queue: QUEUE, priority: 7, input: { n: 1 } },
    );
    assert.deepEqual(
      { dependencies: during.dependencies, parentId: during.parentId, output: during.output },
      { dependencies: [], parentId: null, output: null },
    );
    assert.equal(during.completedAt, null);
    gate.open();
    await bench.result(id);
    const after = await bench.info(id);
    assert.equal(after.status, 'completed');
    assert.deepEqual(after.output, { n: 1 });
    assert.ok(after.startedAt !== null && after.completedAt !== null);
    assert.ok(after.createdAt <= after.startedAt && after.startedAt <= after.completedAt);
  },
  'keeps its own copy of the input': async (bench) => {
    const input = { list: [1] };
    bench.register({ echo });
    const id = await bench.submit('echo', input);
    input.list.push(2);
    await bench.backend.start();
    assert.deepEqual(await bench.output(id), { list: [1] });
  },
  'refuses a function that nobody registered': async (bench) => {
    await bench.start();
    await rejectsWith('not-found', bench.submit('nobody'));
  },
  'refuses bad options by name': async (bench) => {
    await bench.start({ echo });
    for (const bad of [
      { tenant: '' },
      { queue: ' ' },
      { id: '' },
      { priority: Number.NaN },
      { delayMs: -1 },
      { timeoutMs: -5 },
      { dependencies: [''] },
    ]) {
      await rejectsWith('invalid-argument', bench.submit('echo', null, bad));
    }
    assert.deepEqual(await bench.list(), []);
  },
  'refuses to register a name twice, or after the start': async (bench) => {
    bench.register({ echo });
    assert.throws(() => bench.register({ echo }), { code: 'already-exists' });
    await bench.backend.start();
    assert.throws(() => bench.register({ late: echo }), { code: 'illegal-transition' });
  },
  'lets timers have their turn while much is submitted and run': async (bench) => {
    await bench.start({
      work: async (context, input) => {
        for (let index = 0; index < 3; index += 1) await context.step(`step ${index}`, async () => index);
        return input;
      },
    });
    let hasRung = false;
    const timer = setTimeout(() => {
      hasRung = true;
    }, 0);
    let last = '';
    for (let index = 0; index < 5000 && !hasRung; index += 1) last = await bench.submit('work', index);
    clearTimeout(timer);
    assert.ok(hasRung, 'a timer that is due should have rung within five thousand submissions');
    await bench.result(last);
  },
};
