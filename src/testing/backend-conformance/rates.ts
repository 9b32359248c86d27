/** How fast runs start, and how slots are shared out between tenants of different weight. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type Bench, type CaseBody, Gate, QUEUE, recorder, rejectsWith, TENANT } from './bench.ts';

const OTHER = 'south';
/** How much later than it may a run start: backends look at a shared store from time to time. */
const SLACK_MS = 120;

/** When these runs started, in order. */
async function startsOf(bench: Bench, ids: readonly string[], tenant = TENANT): Promise<number[]> {
  const infos = await Promise.all(ids.map((id) => bench.info(id, tenant)));
  return infos.flatMap(({ startedAt }) => startedAt ?? []).sort((one, other) => one - other);
}

/** No window of `perMs` may hold more than `limit` starts, and none is held back for much longer than it must. */
function checkStarts(starts: readonly number[], limit: number, perMs: number): void {
  for (let index = limit; index < starts.length; index += 1) {
    const span = (starts[index] as number) - (starts[index - limit] as number);
    assert.ok(span >= perMs, `start ${index} came ${span} ms after start ${index - limit}`);
    assert.ok(span <= perMs + SLACK_MS, `start ${index} came only ${span} ms after start ${index - limit}`);
  }
}

async function submitMany(bench: Bench, count: number, tenant = TENANT): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await bench.submit('note', index, { tenant }));
  return ids;
}

export const rates: Readonly<Record<string, CaseBody>> = {
  'starts as many in any window as the rate lets, and each held-back run as soon as it may': async (
    bench,
  ) => {
    bench.register({ note: recorder([]) });
    await bench.backend.setQueue(QUEUE, { rate: { limit: 3, perSeconds: 0.4 } });
    const ids = await submitMany(bench, 8);
    await bench.backend.start();
    for (const started of [3, 6]) {
      await bench.until(
        `${started} have started`,
        async () => (await startsOf(bench, ids)).length >= started,
      );
      await bench.settle();
      assert.equal((await startsOf(bench, ids)).length, started);
      await bench.advance(410);
    }
    for (const id of ids) await bench.result(id);
    checkStarts(await startsOf(bench, ids), 3, 400);
  },
  'counts a window from each start, not by the clock on the wall': async (bench) => {
    await bench.start({ note: recorder([]) });
    await bench.backend.setQueue(QUEUE, { rate: { limit: 2, perSeconds: 0.4 } });
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      ids.push(await bench.submit('note', index));
      await bench.advance(130);
    }
    await bench.advance(1500);
    for (const id of ids) await bench.result(id);
    const starts = await startsOf(bench, ids);
    for (let index = 2; index < starts.length; index += 1)
      assert.ok((starts[index] as number) - (starts[index - 2] as number) >= 400);
  },
  'saves nothing up for later': async (bench) => {
    await bench.start({ note: recorder([]) });
    await bench.backend.setQueue(QUEUE, { rate: { limit: 2, perSeconds: 0.4 } });
    await bench.advance(2000);
    const ids = await submitMany(bench, 5);
    await bench.until('two have started', async () => (await startsOf(bench, ids)).length === 2);
    await bench.settle();
    assert.equal((await startsOf(bench, ids)).length, 2);
    await bench.advance(1000);
    for (const id of ids) await bench.result(id);
    checkStarts(await startsOf(bench, ids), 2, 400);
  },
  'starts the most urgent of those that were held back': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({ note: recorder(log) });
    await bench.backend.setQueue(QUEUE, { rate: { limit: 1, perSeconds: 0.3 } });
    await bench.result(await bench.submit('note', 'first'));
    const low = await bench.submit('note', 'low');
    const high = await bench.submit('note', 'high', { priority: 5 });
    await bench.advance(320);
    await bench.result(high);
    assert.deepEqual(log, ['first', 'high']);
    await bench.advance(320);
    await bench.result(low);
    assert.deepEqual(log, ['first', 'high', 'low']);
  },
  'counts each tenant by itself': async (bench) => {
    bench.register({ note: recorder([]) });
    const fast = { rate: { limit: 4, perSeconds: 0.4 } };
    await bench.backend.setQueue(QUEUE, {
      perTenantRate: { limit: 1, perSeconds: 0.4 },
      tenants: { east: fast },
    });
    const ids: Record<string, string[]> = {};
    for (const tenant of [TENANT, OTHER, 'east']) ids[tenant] = await submitMany(bench, 5, tenant);
    await bench.backend.start();
    const counts = async (): Promise<number[]> =>
      Promise.all(
        Object.entries(ids).map(async ([tenant, list]) => (await startsOf(bench, list, tenant)).length),
      );
    await bench.until('six have started', async () => (await counts()).reduce((a, b) => a + b) >= 6);
    await bench.settle();
    assert.deepEqual(await counts(), [1, 1, 4]);
    await bench.advance(2000);
    for (const [tenant, list] of Object.entries(ids)) {
      for (const id of list) await bench.result(id, tenant);
      checkStarts(await startsOf(bench, list, tenant), tenant === 'east' ? 4 : 1, 400);
    }
  },
  'holds nobody back who goes on after a wait': async (bench) => {
    await bench.start({
      nap: async (context) => {
        await context.sleep('nap', 50);
        return 'rested';
      },
    });
    await bench.backend.setQueue(QUEUE, { concurrency: 5, rate: { limit: 1, perSeconds: 3600 } });
    const first = await bench.submit('nap');
    await bench.untilStatus(first, 'suspended');
    const second = await bench.submit('nap');
    await bench.advance(80);
    assert.equal(await bench.output(first), 'rested');
    assert.equal((await bench.info(second)).status, 'queued');
  },
  'takes another rate at once, and goes on counting': async (bench) => {
    await bench.start({ note: recorder([]) });
    await bench.backend.setQueue(QUEUE, { rate: { limit: 2, perSeconds: 3600 } });
    const ids = await submitMany(bench, 6);
    await bench.until('two have started', async () => (await startsOf(bench, ids)).length === 2);
    await bench.backend.setQueue(QUEUE, { rate: { limit: 3, perSeconds: 3600 } });
    await bench.until('one more has started', async () => (await startsOf(bench, ids)).length === 3);
    await bench.settle();
    assert.equal((await startsOf(bench, ids)).length, 3);
    await bench.backend.setQueue(QUEUE, {});
    for (const id of ids) await bench.result(id);
  },
  'cancels a run that is held back, and starts the next one instead': async (bench) => {
    const log: JsonValue[] = [];
    await bench.start({ note: recorder(log) });
    await bench.backend.setQueue(QUEUE, { rate: { limit: 1, perSeconds: 0.3 } });
    const ids = await submitMany(bench, 3);
    await bench.result(ids[0] as string);
    await bench.backend.cancel(ids[1] as string, TENANT);
    await bench.advance(320);
    await bench.result(ids[2] as string);
    assert.deepEqual(log, [0, 2]);
  },
  'gives a heavier tenant more turns': async (bench) => {
    const log: JsonValue[] = [];
    bench.register({
      note: async (context) => {
        log.push(context.tenant);
        return null;
      },
    });
    await bench.backend.setQueue(QUEUE, { concurrency: 1, tenants: { [OTHER]: { weight: 3 } } });
    const ours = await submitMany(bench, 40);
    const theirs = await submitMany(bench, 40, OTHER);
    await bench.backend.start();
    for (const id of ours) await bench.result(id);
    for (const id of theirs) await bench.result(id, OTHER);
    const early = log.slice(0, 40).filter((tenant) => tenant === OTHER).length;
    assert.ok(early >= 28 && early <= 32, `30 of the first 40 turns were due, it got ${early}`);
  },
  'saves no turns for a tenant that had nothing to run': async (bench) => {
    const gate = new Gate();
    const log: JsonValue[] = [];
    await bench.backend.setQueue(QUEUE, { concurrency: 1 });
    await bench.start({
      note: async (context, input) => {
        if (input === 'hold') await gate.pass(context.signal);
        else log.push(context.tenant);
        return null;
      },
    });
    const alone = await submitMany(bench, 30);
    for (const id of alone) await bench.result(id);
    log.length = 0;
    const holder = await bench.submit('note', 'hold');
    await bench.untilStatus(holder, 'running');
    const ours = await submitMany(bench, 20);
    const theirs = await submitMany(bench, 20, OTHER);
    gate.open();
    for (const id of ours) await bench.result(id);
    for (const id of theirs) await bench.result(id, OTHER);
    const early = log.slice(0, 20).filter((tenant) => tenant === OTHER).length;
    assert.ok(early >= 9 && early <= 11, `10 of the first 20 turns were due, it got ${early}`);
  },
  'refuses a rate, a limit or a weight that is none': async (bench) => {
    await bench.start({ note: recorder([]) });
    const rate = (limit: number, perSeconds: number) => ({ limit, perSeconds });
    for (const bad of [
      { rate: rate(0, 1) },
      { rate: rate(1.5, 1) },
      { rate: rate(1, 0) },
      { rate: rate(1, Number.NaN) },
      { rate: rate(2_000_000, 1) },
      { rate: { limit: 1, perSeconds: 1, burst: 2 } },
      { perTenantRate: rate(-1, 1) },
      { tenants: { north: { weight: 0 } } },
      { tenants: { north: { concurrency: 0 } } },
      { tenants: { north: { rate: rate(0, 1) } } },
      { tenants: { north: { priority: 1 } } },
    ]) {
      await rejectsWith('invalid-argument', bench.backend.setQueue(QUEUE, bad as never));
    }
    await bench.result(await bench.submit('note'));
  },
};
