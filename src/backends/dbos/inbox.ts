/** Signals: kept in the database until a wait takes them, in order of arrival. */
import { randomUUID } from 'node:crypto';
import { Batch } from './batch.ts';
import type { Database } from './database.ts';
import type { Hold } from './hold.ts';

/** A signal on its way. */
export interface Delivery {
  readonly run: number;
  readonly name: string;
  /** JSON. */
  readonly payloadText: string;
  readonly dedupeKey: string | undefined;
}

export class Inbox {
  readonly #database: Database;
  readonly #sender: string;
  /** One statement at a time: signals keep the order in which they were sent here. */
  readonly #deliveries: Batch<Delivery & { readonly id: string }, boolean>;
  /** By run, the last take that is under way: waits are served in the order in which they began. */
  readonly #takes = new Map<number, Promise<unknown>>();
  /** Waits of this process, by run; each looks again when told. */
  readonly #waiting = new Map<number, Set<() => void>>();

  /** `sender`: the name that other processes hear. */
  constructor(database: Database, sender: string) {
    this.#database = database;
    this.#sender = sender;
    this.#deliveries = new Batch({ width: 1, send: (deliveries) => this.#deliver(deliveries) });
  }

  /** Keeps a payload. A known `dedupeKey` is ignored, and so is a run that has ended. */
  async deliver(delivery: Delivery): Promise<void> {
    if (await this.#deliveries.add({ ...delivery, id: randomUUID() })) this.look(delivery.run);
  }

  /**
   * Takes the first kept payload of that name and notes it under the key in one statement. With `isOver` it notes null
   * when there is none. Rejects with `stopped` when the run is no longer ours.
   */
  take(hold: Hold, key: string, name: string, isOver: boolean): Promise<string | undefined> {
    const before = this.#takes.get(hold.seq) ?? Promise.resolve();
    const take = before.then(() => this.#take(hold, key, name, isOver));
    const quiet = take.catch(() => undefined);
    this.#takes.set(hold.seq, quiet);
    void quiet.then(() => {
      if (this.#takes.get(hold.seq) === quiet) this.#takes.delete(hold.seq);
    });
    return take;
  }

  async #take(hold: Hold, key: string, name: string, isOver: boolean): Promise<string | undefined> {
    const [row] = await this.#database.all<{ is_ours: boolean; payload: string | null }>(
      `SELECT * FROM ${this.#database.schema}.take_signal($1, $2, $3, $4, $5, $6, $7)`,
      [hold.seq, hold.token, hold.workflow, hold.claim, key, name, isOver],
      Infinity,
    );
    if (row?.is_ours !== true) throw hold.lost();
    return row.payload ?? undefined;
  }

  async #deliver(deliveries: readonly (Delivery & { readonly id: string })[]): Promise<readonly boolean[]> {
    const rows = await this.#database.all<{ place: number }>(
      `SELECT * FROM ${this.#database.schema}.deliver($1, $2, $3, $4, $5, $6) AS place`,
      [
        this.#sender,
        deliveries.map(({ run }) => run),
        deliveries.map(({ name }) => name),
        deliveries.map(({ payloadText }) => payloadText),
        deliveries.map(({ dedupeKey }) => dedupeKey ?? null),
        deliveries.map(({ id }) => id),
      ],
    );
    const kept = new Set(rows.map(({ place }) => place));
    return deliveries.map((_delivery, index) => kept.has(index + 1));
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
