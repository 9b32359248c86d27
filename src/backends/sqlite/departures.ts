/** Waits for other processes to let go of runs that were ended here: until then their functions are at work. */
import type { Alarms } from '../driving/alarms.ts';
import type { Database } from './database.ts';

interface Departure {
  readonly seqs: readonly number[];
  readonly done: () => void;
}

export class Departures {
  readonly #database: Database;
  readonly #alarms: Alarms;
  readonly #waiting = new Set<Departure>();

  constructor(database: Database, alarms: Alarms) {
    this.#database = database;
    this.#alarms = alarms;
  }

  /** How many waits there are: while there are some, the file must be looked at. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when no other process holds one of these ended runs, or the grace is over. */
  async wait(seqs: readonly number[], ownWorker: string, graceMs: number): Promise<void> {
    const foreign = this.#held(seqs, ownWorker);
    if (foreign.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const alarm = this.#alarms.set(graceMs, resolve);
    const departure = { seqs: foreign, done: resolve };
    this.#waiting.add(departure);
    await promise;
    this.#waiting.delete(departure);
    this.#alarms.cancel(alarm);
  }

  /** Another process has written: it may have let go. */
  look(): void {
    for (const { seqs, done } of this.#waiting) if (this.#held(seqs, '').length === 0) done();
  }

  /** Nobody waits any longer. */
  stop(): void {
    for (const { done } of this.#waiting) done();
  }

  #held(seqs: readonly number[], ownWorker: string): readonly number[] {
    return this.#database
      .all<{ seq: number }>(
        `SELECT seq FROM runs WHERE seq IN (SELECT value FROM json_each(?)) AND owner IS NOT NULL AND owner <> ?`,
        JSON.stringify(seqs),
        ownWorker,
      )
      .map(({ seq }) => seq);
  }
}
