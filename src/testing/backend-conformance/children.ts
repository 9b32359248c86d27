/** Runs that start runs. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, Gate, QUEUE, recorder, TENANT } from './bench.ts';

export const children: Readonly<Record<string, CaseBody>> = {
  'gives a parent the outcome of its child': async (bench) => {
    await bench.start({
      child: async (_context, input) => [input],
      parent: async (context) => {
        const child = await context.child('one', 'child', 'hello', { queue: QUEUE });
        const { status, output } = await child.outcome();
        return { id: child.id, status, output };
      },
    });
    const id = await bench.submit('parent', null, { id: 'family' });
    assert.deepEqual(await bench.output(id), { id: 'family/one', status: 'completed', output: ['hello'] });
    assert.equal((await bench.info('family/one')).parentId, 'family');
    assert.equal((await bench.info('family/one')).tenant, TENANT);
  },
  'gives a parent the error of a child that failed, without failing with it': async (bench) => {
    await bench.start({
      child: async () => {
        throw new Error('no luck');
      },
      parent: async (context) => {
        const { status, error } = await (
          await context.child('one', 'child', null, { queue: QUEUE })
        ).outcome();
        return [status, error?.message ?? null];
      },
    });
    assert.deepEqual(await bench.output(await bench.submit('parent')), ['failed', 'no luck']);
  },
  'waits for its child without a slot: one slot is enough for a whole family': async (bench) => {
    bench.register({
      family: async (context, depth) => {
        if (depth === 0) return 0;
        const { output } = await (
          await context.child('next', 'family', Number(depth) - 1, { queue: QUEUE })
        ).outcome();
        return Number(output) + 1;
      },
    });
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.backend.start();
    assert.equal(await bench.output(await bench.submit('family', 6)), 6);
  },
  'works with several children at once': async (bench) => {
    await bench.start({
      child: async (context, input) => {
        await context.sleep('nap', 10 * Number(input));
        return input;
      },
      parent: async (context) => {
        const all = await Promise.all(
          [3, 1, 2].map((n) => context.child(`c${n}`, 'child', n, { queue: QUEUE })),
        );
        return (await Promise.all(all.map((child) => child.outcome()))).map(({ output }) => output);
      },
    });
    const id = await bench.submit('parent');
    await bench.untilStatus(id, 'suspended');
    await bench.until(
      'all children sleep',
      async () => (await bench.list({ status: 'suspended' })).length === 4,
    );
    await bench.advance(50);
    assert.deepEqual(await bench.output(id), [3, 1, 2]);
  },
  'submits a child once for its key': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({
      note: recorder(log),
      parent: async (context) => {
        const first = await context.child('one', 'note', 1, { queue: QUEUE });
        await first.outcome();
        const second = await context.child('one', 'note', 1, { queue: QUEUE });
        return [first.id === second.id, (await second.outcome()).output];
      },
    });
    assert.deepEqual(await bench.output(await bench.submit('parent')), [true, 1]);
    assert.deepEqual(log, [1]);
  },
  'lets a child depend on another child': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({
      note: recorder(log),
      parent: async (context) => {
        const first = await context.child('one', 'note', 'first', { queue: QUEUE });
        const second = await context.child('two', 'note', 'second', {
          queue: QUEUE,
          priority: 9,
          dependencies: [first.id],
        });
        await second.outcome();
        return log;
      },
    });
    assert.deepEqual(await bench.output(await bench.submit('parent')), ['first', 'second']);
  },
  'lets a parent try again when its child was refused': async (bench) => {
    bench.register({
      note: recorder([]),
      parent: async (context) => {
        const submit = () => context.child('one', 'note', 'in the end', { queue: 'narrow' });
        const refusal = await submit().then(
          () => 'none',
          (error: { code?: string }) => error.code ?? 'none',
        );
        await context.waitForSignal('w', 'room');
        return [refusal, (await (await submit()).outcome()).output];
      },
    });
    await bench.backend.setQueue('narrow', { maxWaiting: 1 });
    const blocker = await bench.submit('note', 'blocker', { queue: 'narrow', delayMs: 3_600_000 });
    await bench.backend.start();
    const id = await bench.submit('parent');
    await bench.untilStatus(id, 'suspended');
    await bench.backend.cancel(blocker, TENANT);
    await bench.backend.signal(id, TENANT, 'room', null);
    assert.deepEqual(await bench.output(id), ['queue-full', 'in the end']);
  },
  'cancels children and grandchildren with their parent': async (bench) => {
    const gate = new Gate();
    await bench.start({
      leaf: ({ signal }) => gate.pass(signal).then(() => null),
      middle: async (context) => {
        await (await context.child('leaf', 'leaf', null, { queue: QUEUE })).outcome();
        return null;
      },
      top: async (context) => {
        await (await context.child('middle', 'middle', null, { queue: QUEUE })).outcome();
        return null;
      },
    });
    const id = await bench.submit('top', null, { id: 'top' });
    await bench.until('the leaf works', () => gate.arrivals === 1);
    await bench.backend.cancel(id, TENANT, 'not needed');
    for (const each of ['top', 'top/middle', 'top/middle/leaf']) {
      const { status, error } = await bench.result(each);
      assert.deepEqual([each, status, error?.code], [each, 'cancelled', 'cancelled']);
    }
  },
  'tells a parent that its child was cancelled': async (bench) => {
    const gate = new Gate();
    await bench.start({
      leaf: ({ signal }) => gate.pass(signal).then(() => null),
      top: async (context) => {
        const { status, error } = await (
          await context.child('leaf', 'leaf', null, { queue: QUEUE })
        ).outcome();
        return [status, error?.code ?? null];
      },
    });
    const id = await bench.submit('top');
    await bench.until('the leaf works', () => gate.arrivals === 1);
    await bench.backend.cancel(`${id}/leaf`, TENANT);
    assert.deepEqual(await bench.output(id), ['cancelled', 'cancelled']);
  },
};
