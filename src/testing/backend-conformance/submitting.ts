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
  'lists runs oldest first, by status, function and queue': async (bench) => {
    bench.register({ echo, other: echo });
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1)
      ids.push(
        await bench.submit(index === 3 ? 'other' : 'echo', index, index === 4 ? { queue: 'second' } : {}),
      );
    assert.deepEqual(
      (await bench.list()).map(({ id }) => id),
      ids,
    );
    assert.deepEqual(
      (await bench.list({ name: 'other' })).map(({ id }) => id),
      [ids[3]],
    );
    assert.deepEqual(
      (await bench.list({ queue: 'second' })).map(({ id }) => id),
      [ids[4]],
    );
    await bench.backend.cancel(ids[1] as string, TENANT);
    assert.deepEqual(
      (await bench.list({ status: 'cancelled' })).map(({ id }) => id),
      [ids[1]],
    );
    assert.equal((await bench.list({ status: ['queued', 'cancelled'] })).length, 5);
    await bench.backend.start();
    await Promise.all(ids.map((id) => bench.result(id)));
    assert.equal((await bench.list({ status: 'completed' })).length, 4);
  },
  'ends the list of a tenant who submits all the while': async (bench) => {
    bench.register({ echo });
    await bench.submit('echo', 0);
    let seen = 0;
    for await (const _run of bench.backend.store.list({ tenant: TENANT })) {
      seen += 1;
      assert.ok(seen < 50, 'the list should end');
      await bench.submit('echo', seen);
      await bench.submit('echo', seen);
    }
  },
  'lets a reader of the list leave early': async (bench) => {
    bench.register({ echo });
    for (let index = 0; index < 30; index += 1) await bench.submit('echo', index);
    const seen: JsonValue[] = [];
    for await (const { input } of bench.backend.store.list({ tenant: TENANT })) {
      seen.push(input);
      if (seen.length === 2) break;
    }
    assert.deepEqual(seen, [0, 1]);
  },
};
