/** What waiting for other processes to let go of ended runs costs a database. */
import { expect, it } from 'vitest';
import { Database } from '../../src/backends/dbos/database.ts';
import { Departures } from '../../src/backends/dbos/departures.ts';
import type { PoolPort, Statement } from '../../src/backends/dbos/pool-port.ts';
import { Alarms } from '../../src/backends/driving/alarms.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

/** A database in which others hold some runs; it counts what it is asked. */
class Holders {
  readonly held = new Set<number>();
  statements = 0;
  atOnce = 0;
  #open = 0;
  /** Answers that are held back. */
  #gate = Promise.resolve();

  /** Answers nothing until the returned function is called. */
  stall(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  readonly pool: PoolPort = {
    query: async ({ values }: Statement) => {
      this.statements += 1;
      this.#open += 1;
      this.atOnce = Math.max(this.atOnce, this.#open);
      await this.#gate;
      this.#open -= 1;
      const [seqs] = values as [readonly number[]];
      return { rows: seqs.filter((seq) => this.held.has(seq)).map((seq) => ({ seq })) };
    },
    connect: () => Promise.reject(new Error('nobody listens here')),
    end: async () => undefined,
    parserOf: () => String,
  };

  readonly database = new Database({
    connect: async () => this.pool,
    ownsPool: false,
    prepare: async () => undefined,
    schema: '"runs"',
    where: 'nowhere',
    patienceMs: 0,
  });
}

it('a thousand cancellations ask one question at a time, for all of them, and each ends with its own run', async () => {
  const clock = new ManualClock();
  const holders = new Holders();
  const departures = new Departures(holders.database, new Alarms(clock));
  const gone: number[] = [];
  const waits = Array.from({ length: 1000 }, (_, seq) => {
    holders.held.add(seq);
    return departures.wait([seq], 60_000).then(() => gone.push(seq));
  });
  await clock.advance(1000);
  expect(gone).toEqual([]);
  expect(holders.statements).toBeLessThan(15);
  holders.held.delete(7);
  await clock.advance(200);
  expect(gone).toEqual([7]);
  const answer = holders.stall();
  await clock.advance(1000);
  expect(holders.atOnce).toBe(1);
  answer();
  holders.held.clear();
  await clock.advance(200);
  await Promise.all(waits);
  expect(clock.pendingTimers).toBe(0);
});

it('a wait ends with its grace, whatever the database says, and leaves no timer', async () => {
  const clock = new ManualClock();
  const holders = new Holders();
  const departures = new Departures(holders.database, new Alarms(clock));
  holders.held.add(1);
  const wait = departures.wait([1], 500);
  await clock.advance(500);
  await wait;
  expect(departures.size).toBe(0);
  await clock.advance(100);
  expect(clock.pendingTimers).toBe(0);
});
