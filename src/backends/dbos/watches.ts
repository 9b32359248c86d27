/** Who waits for the end of which run: told at once when it ends here, with the next news when it ends elsewhere. */
import type { OrchestratorError } from '../../shared/errors.ts';
import { outcomeOf } from '../driving/run-row.ts';
import type { Watch } from '../driving/wait-for-end.ts';
import { Batch } from './batch.ts';
import type { Database } from './database.ts';
import { type DbosRow, runRowOf } from './dbos-row.ts';

export class Watches {
  readonly #database: Database;
  readonly #watches = new Map<number, Set<Watch>>();
  readonly #looks: Batch<number, null>;

  constructor(database: Database) {
    this.#database = database;
    this.#looks = new Batch({
      width: 1,
      send: async (seqs) => {
        await this.#look(seqs);
        return seqs.map(() => null);
      },
    });
  }

  get size(): number {
    return this.#watches.size;
  }

  get isIdle(): boolean {
    return this.#looks.isIdle;
  }

  /** Tells once when the run has ended, soon when it has. Returns the undo. */
  add(seq: number, watch: Watch): () => void {
    let watches = this.#watches.get(seq);
    if (watches === undefined) {
      watches = new Set();
      this.#watches.set(seq, watches);
    }
    watches.add(watch);
    this.#lookAt(seq);
    return () => {
      watches.delete(watch);
      if (watches.size === 0 && this.#watches.get(seq) === watches) this.#watches.delete(seq);
    };
  }

  /** These runs have ended. */
  tell(rows: readonly DbosRow[]): void {
    for (const row of rows) {
      const watches = this.#watches.get(row.seq);
      if (watches === undefined || row.completed_at === null) continue;
      this.#watches.delete(row.seq);
      const outcome = outcomeOf(runRowOf(row));
      for (const { ended } of watches) ended(outcome);
    }
  }

  /** Another process has ended these. */
  hear(seqs: readonly number[]): void {
    for (const seq of seqs) if (this.#watches.has(seq)) this.#lookAt(seq);
  }

  /** Watched runs may have ended elsewhere. */
  lookForEnded(): void {
    for (const seq of this.#watches.keys()) this.#lookAt(seq);
  }

  stop(reason: OrchestratorError): void {
    const all = [...this.#watches.values()].flatMap((watches) => [...watches]);
    this.#watches.clear();
    for (const { stopped } of all) stopped?.(reason);
  }

  /** Should the database be away, the next look finds it. */
  #lookAt(seq: number): void {
    this.#looks.add(seq).catch(() => undefined);
  }

  async #look(seqs: readonly number[]): Promise<void> {
    this.tell(
      await this.#database.all<DbosRow>(
        `SELECT * FROM ${this.#database.schema}.runs WHERE seq = ANY ($1) AND completed_at IS NOT NULL`,
        [seqs],
      ),
    );
  }
}
