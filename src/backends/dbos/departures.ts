/** Waits for other processes to let go of runs that were ended here: until then their functions are at work. */
import type { Alarm, Alarms } from '../driving/alarms.ts';
import type { Database } from './database.ts';

interface Departure {
  readonly seqs: readonly number[];
  readonly done: () => void;
}

/** Letting go is not told: it is looked for. */
const LOOK_MS = 100;

export class Departures {
  readonly #database: Database;
  readonly #alarms: Alarms;
  readonly #waiting = new Set<Departure>();
  #next: Alarm | undefined;
  #isLooking = false;

  constructor(database: Database, alarms: Alarms) {
    this.#database = database;
    this.#alarms = alarms;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when no process holds one of these ended runs any more, or the grace is over. */
  async wait(seqs: readonly number[], graceMs: number): Promise<void> {
    if (seqs.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const alarm = this.#alarms.set(graceMs, resolve);
    const departure = { seqs, done: resolve };
    this.#waiting.add(departure);
    this.#lookAndAgain();
    await promise;
    this.#waiting.delete(departure);
    this.#alarms.cancel(alarm);
    if (this.#waiting.size === 0) this.#alarms.cancel(this.#next);
  }

  /** Looks for all who wait with one question; not while another one is under way. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#waiting.size === 0) return;
    this.#isLooking = true;
    try {
      const asked = [...this.#waiting];
      const rows = await this.#database.all<{ seq: number }>(
        `SELECT seq FROM ${this.#database.schema}.runs WHERE seq = ANY ($1) AND owner IS NOT NULL`,
        [asked.flatMap(({ seqs }) => seqs)],
      );
      const held = new Set(rows.map(({ seq }) => seq));
      for (const { seqs, done } of asked) if (!seqs.some((seq) => held.has(seq))) done();
    } finally {
      this.#isLooking = false;
    }
  }

  /** Nobody waits any longer. */
  stop(): void {
    for (const { done } of this.#waiting) done();
  }

  /** One alarm for all who wait. Should the database be away, the next look finds it. */
  #lookAndAgain(): void {
    if (this.#next?.isSet === true) return;
    this.look().catch(() => undefined);
    this.#next = this.#alarms.set(LOOK_MS, () => {
      if (this.#waiting.size > 0) this.#lookAndAgain();
    });
  }
}
