/** Waits for other processes to let go of runs that were ended here: until then their functions are at work. */
import type { Alarms } from '../driving/alarms.ts';
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
    let next = this.#alarms.set(LOOK_MS, look.bind(this));
    function look(this: Departures): void {
      this.look().catch(() => undefined);
      next = this.#alarms.set(LOOK_MS, look.bind(this));
    }
    const departure = { seqs, done: resolve };
    this.#waiting.add(departure);
    this.look().catch(() => undefined);
    await promise;
    this.#waiting.delete(departure);
    this.#alarms.cancel(alarm);
    this.#alarms.cancel(next);
  }

  async look(): Promise<void> {
    for (const { seqs, done } of this.#waiting) {
      const held = await this.#database.get(
        `SELECT 1 FROM ${this.#database.schema}.runs WHERE seq = ANY ($1) AND owner IS NOT NULL LIMIT 1`,
        [seqs],
      );
      if (held === undefined) done();
    }
  }

  /** Nobody waits any longer. */
  stop(): void {
    for (const { done } of this.#waiting) done();
  }
}
