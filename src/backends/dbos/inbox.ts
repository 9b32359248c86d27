/** Signals: kept in the database until a wait takes them, in order of arrival. */
import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import type { Hold } from './hold.ts';

export class Inbox {
  readonly #database: Database;
  /** Waits of this process, by run; each looks again when told. */
  readonly #waiting = new Map<number, Set<() => void>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps a payload (JSON text). A known `dedupeKey` is ignored, and so is a run that has ended. */
  async deliver(
    sender: string,
    run: number,
    name: string,
    payloadText: string,
    dedupeKey: string | undefined,
  ): Promise<void> {
    const row = await this.#database.get<{ added: boolean }>(
      `SELECT ${this.#database.schema}.deliver($1, $2, $3, $4, $5, $6) AS added`,
      [sender, run, name, payloadText, dedupeKey ?? null, randomUUID()],
    );
    if (row?.added === true) this.look(run);
  }

  /**
   * Takes the first kept payload of that name and notes it under the key in one statement. With `isOver` it notes null
   * when there is none. Rejects with `stopped` when the run is no longer ours.
   */
  async take(hold: Hold, key: string, name: string, isOver: boolean): Promise<string | undefined> {
    const [row] = await this.#database.all<{ is_ours: boolean; payload: string | null }>(
      `SELECT * FROM ${this.#database.schema}.take_signal($1, $2, $3, $4, $5)`,
      [hold.seq, hold.token, key, name, isOver],
      Infinity,
    );
    if (row?.is_ours !== true) throw hold.lost();
    return row.payload ?? undefined;
  }

  /** Calls `look` when a signal has come for the run. Returns the undo. */
  watch(run: number, look: () => void): () => void {
    let looks = this.#waiting.get(run);
    if (looks === undefined) {
      looks = new Set();
      this.#waiting.set(run, looks);
    }
    looks.add(look);
    return () => {
      looks.delete(look);
      if (looks.size === 0 && this.#waiting.get(run) === looks) this.#waiting.delete(run);
    };
  }

  /** A signal has come for this run. */
  look(run: number): void {
    for (const look of [...(this.#waiting.get(run) ?? [])]) look();
  }

  /** Signals may have come from other processes. */
  async lookForNew(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const runs = await this.#database.all<{ run: number }>(
      `SELECT DISTINCT run FROM ${this.#database.schema}.signals WHERE NOT taken AND run = ANY ($1)`,
      [[...this.#waiting.keys()]],
    );
    for (const { run } of runs) this.look(run);
  }
}
