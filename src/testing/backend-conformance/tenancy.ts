/** Another tenant's run is as good as absent; so are its records. */
import assert from 'node:assert/strict';
import type { RunFunction } from '../../contracts/backend.ts';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, Gate, QUEUE, recorder, rejectsWith, sorted, TENANT } from './bench.ts';

const OTHER = 'south';

export const tenancy: Readonly<Record<string, CaseBody>> = {
  'shows a run to its tenant alone': async (bench) => {
    await bench.start({ note: recorder([]) });
    const id = await bench.submit('note', 'private');
    await bench.result(id);
    assert.equal(await bench.backend.store.get(id, OTHER), undefined);
    await rejectsWith('not-found', bench.result(id, OTHER));
    assert.deepEqual(await bench.list({ tenant: OTHER }), []);
  },
  'lets no other tenant signal or cancel a run': async (bench) => {
    await bench.start({ work: (context) => context.waitForSignal('w', 'go') });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    await rejectsWith('not-found', bench.backend.signal(id, OTHER, 'go', 'forged'));
    await rejectsWith('not-found', bench.backend.cancel(id, OTHER));
    await bench.backend.signal(id, TENANT, 'go', 'real');
    assert.equal(await bench.output(id), 'real');
  },
  'keeps equal ids and dedupe keys of two tenants apart': async (bench) => {
    const gate = new Gate();
    await bench.start({ wait: (_context, input) => gate.pass().then(() => input) });
    await bench.submit('wait', 'ours', { id: 'same', dedupeKey: 'key' });
    await bench.submit('wait', 'theirs', { id: 'same', dedupeKey: 'key', tenant: OTHER });
    gate.open();
    assert.equal(await bench.output('same'), 'ours');
    assert.equal(await bench.output('same', OTHER), 'theirs');
  },
  'lets no run depend on another tenant': async (bench) => {
    await bench.start({ note: recorder([]) });
    const id = await bench.submit('note');
    await rejectsWith(
      'unknown-dependency',
      bench.submit('note', null, { tenant: OTHER, dependencies: [id] }),
    );
  },
  'gives children the tenant of their parent': async (bench) => {
    const tenants: JsonValue[] = [];
    await bench.start({
      child: async (context) => tenants.push(context.tenant),
      parent: async (context) => {
        await (await context.child('one', 'child', null, { queue: 'any' })).outcome();
        return context.tenant;
      },
    });
    assert.equal(await bench.output(await bench.submit('parent', null, { tenant: OTHER }), OTHER), OTHER);
    assert.deepEqual(tenants, [OTHER]);
  },
  'keeps the records of two tenants apart': async (bench) => {
    const ours = bench.backend.store.state(TENANT);
    await ours.put('budget', 1, 0);
    const theirs = bench.backend.store.state(OTHER);
    assert.equal(await theirs.get('budget'), undefined);
    await theirs.put('budget', 2, 0);
    assert.equal((await ours.get('budget'))?.value, 1);
    assert.deepEqual(
      (await theirs.list()).map(({ value }) => value),
      [2],
    );
  },
  'refuses names that a store might cut or change, wherever a tenant is named': async (bench) => {
    await bench.start({ note: recorder([]) });
    const id = await bench.submit('note');
    await bench.result(id);
    const { backend } = bench;
    for (const tenant of ['', ' ', '\t\n', 'north\0', '\0', 'north\ud800', '\udc00']) {
      await rejectsWith('invalid-argument', bench.submit('note', null, { tenant }));
      await rejectsWith('invalid-argument', backend.store.get(id, tenant));
      await rejectsWith('invalid-argument', backend.store.result(id, tenant));
      await rejectsWith('invalid-argument', bench.list({ tenant }));
      await rejectsWith('invalid-argument', backend.signal(id, tenant, 'go', null));
      await rejectsWith('invalid-argument', backend.cancel(id, tenant));
      await rejectsWith('invalid-argument', backend.setQueue(QUEUE, { tenants: { [tenant]: {} } }));
      assert.throws(() => backend.store.state(tenant), { code: 'invalid-argument' });
    }
    for (const name of ['a\0', '\ud800'])
      for (const bad of [{ id: name }, { dedupeKey: name }, { queue: name }, { dependencies: [name] }])
        await rejectsWith('invalid-argument', bench.submit('note', null, bad));
    assert.equal((await bench.list()).length, 1);
  },
  'keeps tenants apart whose names look alike, or mean something elsewhere': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({ note: recorder(log) });
    for (const tenant of LOOK_ALIKES) {
      await bench.submit('note', tenant, { id: 'same/id', tenant, dedupeKey: 'same' });
      await bench.backend.store.state(tenant).put('same', tenant, 0);
    }
    for (const tenant of LOOK_ALIKES) {
      assert.equal(await bench.output('same/id', tenant), tenant);
      assert.deepEqual(
        (await bench.list({ tenant })).map((run) => [run.tenant, run.input]),
        [[tenant, tenant]],
      );
      const records = await bench.backend.store.state(tenant).list();
      assert.deepEqual(
        records.map(({ value }) => value),
        [tenant],
      );
    }
    assert.equal(log.length, LOOK_ALIKES.length);
  },
  'holds to the limits of tenants whatever they are called': async (bench) => {
    const gate = new Gate();
    const working: string[] = [];
    bench.register({
      wait: async (context) => {
        working.push(context.tenant);
        await gate.pass(context.signal);
        return null;
      },
    });
    const tenants = Object.fromEntries(LOOK_ALIKES.map((tenant) => [tenant, { concurrency: 1 }]));
    await bench.backend.setQueue(QUEUE, { concurrency: 100, perTenant: 2, tenants });
    for (const tenant of LOOK_ALIKES)
      for (let index = 0; index < 3; index += 1) await bench.submit('wait', index, { tenant });
    await bench.backend.start();
    await bench.until('each has its slot', () => working.length >= LOOK_ALIKES.length);
    await bench.settle();
    assert.deepEqual(sorted(working), sorted(LOOK_ALIKES));
    gate.open();
    await bench.until('all have run', () => working.length === LOOK_ALIKES.length * 3);
  },
  "takes no other tenant's run for a child, and shows children to nobody else": async (bench) => {
    const gate = new Gate();
    const log: JsonValue[] = [];
    await bench.start({
      child: async (context, input) => {
        log.push([context.tenant, input]);
        if (input === 'theirs') await gate.pass(context.signal);
        return context.tenant;
      },
      parent: async (context) =>
        (await (await context.child('one', 'child', 'ours', { queue: QUEUE })).outcome()).output,
    });
    await bench.submit('child', 'theirs', { id: 'family/one', tenant: OTHER });
    await bench.until('theirs works', () => gate.arrivals === 1);
    assert.equal(await bench.output(await bench.submit('parent', null, { id: 'family' })), TENANT);
    await bench.backend.cancel('family', TENANT);
    const theirs = await bench.info('family/one', OTHER);
    assert.deepEqual([theirs.status, theirs.parentId], ['running', null]);
    gate.open();
    assert.equal(await bench.output('family/one', OTHER), OTHER);
    assert.deepEqual(log, [
      [OTHER, 'theirs'],
      [TENANT, 'ours'],
    ]);
  },
  'gives runs to the function of their tenant, and children too': async (bench) => {
    const say =
      (word: string): RunFunction =>
      async (context, input) => {
        if (input === 'alone') return word;
        const child = await context.child('one', 'say', 'alone', { queue: QUEUE });
        return [word, (await child.outcome()).output];
      };
    bench.backend.register('say', say('for all'));
    bench.backend.register('say', say('for north'), { tenant: TENANT });
    bench.backend.register('only', say('for south'), { tenant: OTHER });
    assert.throws(() => bench.backend.register('say', say('again'), { tenant: TENANT }), {
      code: 'already-exists',
    });
    assert.throws(() => bench.backend.register('say', say('again')), { code: 'already-exists' });
    assert.throws(() => bench.backend.register('x', say('x'), { tenant: '' }), { code: 'invalid-argument' });
    await bench.backend.start();
    const ours = await bench.submit('say');
    const theirs = await bench.submit('say', null, { tenant: OTHER });
    const only = await bench.submit('only', 'alone', { tenant: OTHER });
    await rejectsWith('not-found', bench.submit('only', 'alone'));
    assert.deepEqual(await bench.output(ours), ['for north', 'for north']);
    assert.deepEqual(await bench.output(theirs, OTHER), ['for all', 'for all']);
    assert.equal(await bench.output(only, OTHER), 'for south');
  },
};

const LOOK_ALIKES: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  '%',
  '_',
  '*',
  'a/b',
  'a',
  "'; DROP TABLE runs; --",
  'north',
  'NORTH',
  'north ',
  'n\u043erth',
  '\u00e9',
  'e\u0301',
  'ﬁ',
  'fi',
  '\ud83d\ude00',
  '\u200bnorth',
  '\uffff',
  '1',
  '01',
  'null',
];
