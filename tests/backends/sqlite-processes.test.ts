import { afterEach, describe, expect, it } from 'vitest';
import { killAndResume } from './sqlite/kill-and-resume.ts';
import { type Call, Workshop } from './sqlite/workshop.ts';

const LEASE_MS = 600;
const TENANT = 'north';
const TERMS = { queue: 'work', tenant: TENANT };

let workshop: Workshop | undefined;
afterEach(async () => {
  await workshop?.close();
  workshop = undefined;
});

async function open(options: ConstructorParameters<typeof Workshop>[0] = {}): Promise<Workshop> {
  workshop = await new Workshop({ leaseMs: LEASE_MS, pollMs: 20, ...options }).open();
  return workshop;
}

/** Waits for the request number `index`. */
async function call({ calls }: Workshop, index: number): Promise<Call> {
  await expect.poll(() => calls.length, { timeout: 15_000, interval: 5 }).toBeGreaterThan(index);
  return calls[index] as Call;
}

describe('processes that share one file', () => {
  it('lose nothing and repeat no finished step when they are killed twenty times', { timeout: 120_000 }, () =>
    killAndResume({ seed: 7, kills: 20, runs: 40 }),
  );

  it('share the work; each run runs once', { timeout: 30_000 }, async () => {
    const room = await open({ leaseMs: 30_000 });
    const client = room.client();
    const ids: string[] = [];
    for (let index = 0; index < 60; index += 1) ids.push((await client.submit('once', index, TERMS)).id);
    await Promise.all([room.worker({ maxRunning: 3 }), room.worker({ maxRunning: 3 })]);
    for (const id of ids)
      expect((await client.store.result(id, TENANT, { timeoutMs: 20_000 })).output).toBe('counted');
    expect(room.calls.length).toBe(ids.length);
    expect(new Set(room.calls.map(({ path }) => path))).toEqual(new Set(ids));
    expect(new Set(room.calls.map(({ pid }) => pid)).size).toBe(2);
  });

  it('keep to the limit of a queue together', { timeout: 30_000 }, async () => {
    const room = await open({ leaseMs: 30_000 });
    const client = room.client();
    await client.setQueue('work', { concurrency: 2 });
    room.isHolding = true;
    for (let index = 0; index < 6; index += 1) await client.submit('held', index, TERMS);
    await Promise.all([room.worker(), room.worker()]);
    for (let index = 0; index < 6; index += 1) {
      const held = await call(room, index);
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(room.calls.length).toBeLessThanOrEqual(index + 2);
      held.answer('done');
    }
  });

  it('keep to the rate of a queue together', { timeout: 30_000 }, async () => {
    const room = await open({ leaseMs: 30_000 });
    const client = room.client();
    await client.setQueue('work', { rate: { limit: 4, perSeconds: 1 } });
    const ids: string[] = [];
    for (let index = 0; index < 14; index += 1) ids.push((await client.submit('once', index, TERMS)).id);
    await Promise.all([room.worker({ maxRunning: 2 }), room.worker({ maxRunning: 2 })]);
    for (const id of ids) await client.store.result(id, TENANT, { timeoutMs: 20_000 });
    const infos = await Promise.all(ids.map((id) => client.store.get(id, TENANT)));
    const starts = infos.map((info) => info?.startedAt ?? 0).sort((one, other) => one - other);
    for (let index = 4; index < starts.length; index += 1)
      expect((starts[index] as number) - (starts[index - 4] as number)).toBeGreaterThanOrEqual(1000);
    expect((starts.at(-1) as number) - (starts[0] as number)).toBeLessThan(8000);
    expect(new Set(room.calls.map(({ pid }) => pid)).size).toBe(2);
  });

  it('take over within the lease and two seconds, and refuse the write of one that was only asleep', {
    timeout: 30_000,
  }, async () => {
    const room = await open();
    const client = room.client();
    room.isHolding = true;
    const { id } = await client.submit('held', null, TERMS);
    const sleeper = await room.worker();
    const first = await call(room, 0);
    sleeper.signal('SIGSTOP');
    const stoppedAt = performance.now();
    const heir = await room.worker();
    const second = await call(room, 1);
    expect(second.pid).toBe(heir.pid);
    expect(second.at - stoppedAt).toBeLessThan(LEASE_MS + 2000);
    sleeper.signal('SIGCONT');
    first.answer('from the sleeper');
    await expect.poll(() => sleeper.lines, { timeout: 10_000 }).toContain('refused stopped');
    expect(sleeper.lines).not.toContain('confirmed');
    expect((await client.store.get(id, TENANT))?.status).toBe('running');
    second.answer('from the heir');
    expect((await client.store.result(id, TENANT, { timeoutMs: 10_000 })).output).toBe('from the heir');
    expect(room.calls.length).toBe(2);
  });

  it('give a run back at once when a process says goodbye', { timeout: 30_000 }, async () => {
    const room = await open({ leaseMs: 60_000, cancelGraceMs: 50 });
    const client = room.client();
    room.isHolding = true;
    const { id } = await client.submit('held', null, TERMS);
    const leaving = await room.worker();
    await call(room, 0);
    leaving.signal('SIGTERM');
    await room.worker();
    const second = await call(room, 1);
    expect(second.pid).not.toBe(leaving.pid);
    second.answer('from the next');
    expect((await client.store.result(id, TENANT, { timeoutMs: 10_000 })).output).toBe('from the next');
  });

  it('give up a run that brings down one worker after another, and keep its history', {
    timeout: 30_000,
  }, async () => {
    const room = await open({ leaseMs: 100, maxLosses: 3 });
    const client = room.client();
    const { id } = await client.submit('poison', null, TERMS);
    const other = await client.submit('once', null, TERMS);
    for (let life = 0; life < 3; life += 1) await room.worker();
    await new Promise((resolve) => setTimeout(resolve, 150));
    await room.worker();
    const { status, error } = await client.store.result(id, TENANT, { timeoutMs: 10_000 });
    expect([status, error?.code, error?.details['losses']]).toEqual(['failed', 'limit-reached', 3]);
    expect(error?.details['history']).toHaveLength(3);
    expect((await client.store.result(other.id, TENANT, { timeoutMs: 10_000 })).status).toBe('completed');
  });

  it('hear of a cancellation by another process, which waits until the function has returned', {
    timeout: 30_000,
  }, async () => {
    const room = await open({ leaseMs: 30_000, cancelGraceMs: 15_000 });
    const client = room.client();
    room.isHolding = true;
    const { id } = await client.submit('held', null, TERMS);
    const worker = await room.worker();
    const held = await call(room, 0);
    let isCancelled = false;
    const cancelling = client.cancel(id, TENANT, 'not needed').then(() => {
      isCancelled = true;
    });
    await expect.poll(async () => (await client.store.get(id, TENANT))?.status).toBe('cancelled');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isCancelled).toBe(false);
    held.answer('too late');
    await cancelling;
    await expect.poll(() => worker.lines, { timeout: 10_000 }).toContain('refused cancelled');
    expect((await client.store.result(id, TENANT)).status).toBe('cancelled');
  });

  it('are waited for no longer than the grace, and give the slot of a deaf function free', {
    timeout: 30_000,
  }, async () => {
    const room = await open({ cancelGraceMs: 300, leaseMs: 30_000 });
    const client = room.client();
    await client.setQueue('work', { concurrency: 1 });
    room.isHolding = true;
    const { id } = await client.submit('held', 'deaf', TERMS);
    await room.worker();
    await call(room, 0);
    const from = performance.now();
    await client.cancel(id, TENANT);
    expect(performance.now() - from).toBeGreaterThan(250);
    expect(performance.now() - from).toBeLessThan(5000);
    const next = await client.submit('held', 'next', TERMS);
    (await call(room, 1)).answer('has the slot');
    expect((await client.store.result(next.id, TENANT, { timeoutMs: 10_000 })).output).toBe('has the slot');
  });

  it('are copied while they work; the copy is sound and can be finished', { timeout: 30_000 }, async () => {
    const room = await open();
    const client = room.client();
    const ids: string[] = [];
    for (let index = 0; index < 4; index += 1) ids.push((await client.submit('twenty', 10, TERMS)).id);
    const worker = await room.worker();
    await call(room, 20);
    const copy = `${room.path}.copy`;
    await client.backup(copy);
    await expect(client.backup(copy)).rejects.toMatchObject({ code: 'storage-failed' });
    expect(room.integrity(copy)).toBe('ok');
    await worker.kill();
    await room.worker({}, copy);
    const reader = room.client(copy);
    for (const id of ids)
      expect((await reader.store.result(id, TENANT, { timeoutMs: 15_000 })).output).toBe('all twenty');
  });
});
