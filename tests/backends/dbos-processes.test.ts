import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { POSTGRES_MISSING, POSTGRES_NOTE, PostgresServer } from '../support/postgres/postgres-server.ts';
import { type Call, Workshop } from './dbos/workshop.ts';

const LEASE_MS = 2_000;
const LONG = 60_000;
const TENANT = 'north';
const TERMS = { queue: 'work', tenant: TENANT };

describe.skipIf(POSTGRES_MISSING !== undefined)(
  `processes that share one PostgreSQL database${POSTGRES_NOTE}`,
  { timeout: LONG },
  () => {
    let server: PostgresServer;
    let workshop: Workshop | undefined;

    beforeAll(async () => {
      server = await PostgresServer.start();
    }, LONG);
    afterAll(() => server.remove(), LONG);
    afterEach(async () => {
      await workshop?.close();
      workshop = undefined;
    }, LONG);

    async function open(options: ConstructorParameters<typeof Workshop>[1] = {}): Promise<Workshop> {
      const url = await server.createDatabase();
      workshop = await new Workshop(url, { leaseMs: LEASE_MS, ...options }).open();
      return workshop;
    }

    /** Waits for the request number `index`. */
    async function call({ calls }: Workshop, index: number): Promise<Call> {
      await expect.poll(() => calls.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(index);
      return calls[index] as Call;
    }

    it('share the work; each run runs once', async () => {
      const room = await open();
      const client = room.client();
      const ids = await Promise.all(
        Array.from({ length: 60 }, async (_, index) => (await client.submit('once', index, TERMS)).id),
      );
      await Promise.all([room.worker({ maxRunning: 3 }), room.worker({ maxRunning: 3 })]);
      for (const id of ids)
        expect((await client.store.result(id, TENANT, { timeoutMs: 20_000 })).output).toBe('counted');
      expect(room.calls.length).toBe(ids.length);
      expect(new Set(room.calls.map(({ path }) => path))).toEqual(new Set(ids));
      expect(new Set(room.calls.map(({ pid }) => pid)).size).toBe(2);
    });

    it('wake each other: a sleep, a signal from outside, a child', async () => {
      const room = await open({ pollMs: 60_000 });
      const client = room.client();
      await Promise.all([room.worker({ maxRunning: 1 }), room.worker({ maxRunning: 1 })]);
      const { id } = await client.submit('patient', null, TERMS);
      await expect
        .poll(async () => (await client.store.get(id, TENANT))?.status, { timeout: 20_000 })
        .toBe('suspended');
      const before = performance.now();
      await client.signal(id, TENANT, 'go', 'now');
      const { output } = await client.store.result(id, TENANT, { timeoutMs: 20_000 });
      expect(output).toEqual({ word: 'now', child: 'counted' });
      // By notices, not by looking.
      expect(performance.now() - before).toBeLessThan(10_000);
    });

    it('go on with what a killed one held within the lease and two seconds, and repeat no finished step', async () => {
      const room = await open();
      const client = room.client();
      const first = await room.worker();
      const second = await room.worker({ maxRunning: 4 });
      const ids = await Promise.all(
        Array.from(
          { length: 12 },
          async () => (await client.submit('steps', { count: 6, milliseconds: 200 }, TERMS)).id,
        ),
      );
      await expect.poll(() => room.written.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(30);
      await first.kill();
      const killedAt = performance.now();
      const had = new Set(room.written.filter(([, , pid]) => Number(pid) === first.pid).map(([id]) => id));
      await expect
        .poll(() => room.written.some(([id, , pid]) => had.has(id as string) && Number(pid) === second.pid), {
          timeout: 20_000,
          interval: 5,
        })
        .toBe(true);
      expect(performance.now() - killedAt).toBeLessThan(LEASE_MS + 2_000);
      for (const id of ids)
        expect((await client.store.result(id, TENANT, { timeoutMs: 30_000 })).output).toBe('all steps');
      const times = new Map<string, number>();
      for (const [id, step] of room.written)
        times.set(`${id} ${step}`, (times.get(`${id} ${step}`) ?? 0) + 1);
      // Only the one step of each run that was under way is done again.
      expect(times.size).toBe(12 * 6);
      expect([...times.values()].filter((count) => count > 1).length).toBeLessThanOrEqual(had.size);
      expect(Math.max(...times.values())).toBeLessThanOrEqual(2);
    });

    it('take over from one that is only asleep, and refuse what it wants to write when it wakes', async () => {
      const room = await open();
      const client = room.client();
      room.isHolding = true;
      const { id } = await client.submit('held', null, TERMS);
      const sleeper = await room.worker();
      const first = await call(room, 0);
      const heir = await room.worker();
      sleeper.signal('SIGSTOP');
      const stoppedAt = performance.now();
      const second = await call(room, 1);
      expect(second.pid).toBe(heir.pid);
      expect(second.at - stoppedAt).toBeLessThan(LEASE_MS + 2_000);
      sleeper.signal('SIGCONT');
      first.answer('from the sleeper');
      await expect.poll(() => sleeper.lines, { timeout: 20_000 }).toContain('refused stopped');
      expect(sleeper.lines).not.toContain('confirmed');
      expect((await client.store.get(id, TENANT))?.status).toBe('running');
      second.answer('from the heir');
      expect((await client.store.result(id, TENANT, { timeoutMs: 20_000 })).output).toBe('from the heir');
      // The sleeper works again, as another executor.
      await heir.kill();
      room.isHolding = false;
      const other = await client.submit('once', null, TERMS);
      expect((await client.store.result(other.id, TENANT, { timeoutMs: 20_000 })).output).toBe('counted');
      expect(room.calls.at(-1)?.pid).toBe(sleeper.pid);
    });

    it('give a run back at once when a process says goodbye', async () => {
      const room = await open({ leaseMs: 60_000, cancelGraceMs: 50 });
      const client = room.client();
      room.isHolding = true;
      const { id } = await client.submit('held', null, TERMS);
      const leaving = await room.worker();
      const first = await call(room, 0);
      const next = await room.worker();
      leaving.signal('SIGTERM');
      const second = await call(room, 1);
      expect(second.pid).toBe(next.pid);
      second.answer('from the next');
      expect((await client.store.result(id, TENANT, { timeoutMs: 20_000 })).output).toBe('from the next');
      first.answer('too late');
      await leaving.exited;
      expect(leaving.lines).toContain('left');
    });

    it('hear of a cancellation by another process, which waits for their functions', async () => {
      const room = await open();
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
      expect(isCancelled).toBe(false);
      held.answer('too late');
      await cancelling;
      // By the news, or by its write that is refused.
      await expect
        .poll(() => worker.lines.at(-1), { timeout: 10_000 })
        .toMatch(/^refused (?:cancelled|stopped)$/);
    });

    it('give up a run that brings down one worker after another, and keep its history', async () => {
      const room = await open({ leaseMs: 400, maxLosses: 2 });
      const client = room.client();
      const { id } = await client.submit('poison', null, TERMS);
      const other = await client.submit('once', null, TERMS);
      for (let life = 0; life < 2; life += 1) await (await room.worker()).exited;
      await room.worker();
      const { status, error } = await client.store.result(id, TENANT, { timeoutMs: 20_000 });
      expect([status, error?.code, error?.details['losses']]).toEqual(['failed', 'limit-reached', 2]);
      expect(error?.details['history']).toHaveLength(2);
      expect((await client.store.result(other.id, TENANT, { timeoutMs: 20_000 })).status).toBe('completed');
    });

    it('wait for a database that was killed, and go on when it is back', async () => {
      const room = await open();
      const client = room.client();
      await Promise.all([room.worker(), room.worker()]);
      const ids = await Promise.all(
        Array.from(
          { length: 10 },
          async () => (await client.submit('steps', { count: 5, milliseconds: 50 }, TERMS)).id,
        ),
      );
      await expect.poll(() => room.written.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(10);
      await server.kill();
      await new Promise((resolve) => setTimeout(resolve, 500));
      await server.start();
      for (const id of ids)
        expect((await client.store.result(id, TENANT, { timeoutMs: 40_000 })).output).toBe('all steps');
      const times = new Map<string, number>();
      for (const [id, step] of room.written)
        times.set(`${id} ${step}`, (times.get(`${id} ${step}`) ?? 0) + 1);
      expect(times.size).toBe(50);
      expect(Math.max(...times.values())).toBeLessThanOrEqual(2);
    });
  },
);
