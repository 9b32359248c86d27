/** Another tenant's run is as good as absent; so are its records. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, Gate, recorder, rejectsWith, TENANT } from './bench.ts';

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
};
