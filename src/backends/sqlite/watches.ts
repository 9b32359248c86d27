/** Who waits for the end of which run: told at once when it ends here, at the next look when it ends elsewhere. */
import type { OrchestratorError } from '../../shared/errors.ts';
import { outcomeOf, type RunRow } from '../driving/run-row.ts';
import type { Watch } from '../driving/wait-for-end.ts';
import type { Database } from './database.ts';

export class Watches {
  readonly #database: Database;
  readonly #watches = new Map<number, Set<Watch>>();

  constructor(database: Database) {
    this.#database = database;
  }

  get size(): number {
    return this.#watches.size;
  }

  /** Tells once when the run has ended, at once when it has. Returns the undo. */
  add(seq: number, watch: Watch): () => void {
    const row = this.#database.get<RunRow>('SELECT * FROM runs WHERE seq = ?', seq);
    if (row !== undefined && row.completed_at !== null) {
      watch.ended(outcomeOf(row));
      return () => undefined;
    }
    let watches = this.#watches.get(seq);
    if (watches === undefined) {
      watches = new Set();
      this.#watches.set(seq, watches);
    }
    watches.add(watch);
    return () => {
      watches.delete(watch);
      if (watches.size === 0 && this.#watches.get(seq) === watches) this.#watches.delete(seq);
    };
  }

  /** These runs have ended. */
  tell(ended: readonly number[]): void {
    const watched = ended.filter((seq) => this.#watches.has(seq));
    if (watched.length > 0) this.#tellOf(watched);
  }

  /** Another process has written: watched runs may have ended. */
  lookForEnded(): void {
    if (this.#watches.size > 0) this.#tellOf([...this.#watches.keys()]);
  }

  stop(reason: OrchestratorError): void {
    const all = [...this.#watches.values()].flatMap((watches) => [...watches]);
    this.#watches.clear();
    for (const { stopped } of all) stopped?.(reason);
  }

  #tellOf(seqs: readonly number[]): void {
    const rows = this.#database.all<RunRow>(
      'SELECT * FROM runs WHERE completed_at IS NOT NULL AND seq IN (SELECT value FROM json_each(?))',
      JSON.stringify(seqs),
    );
    for (const row of rows) {
      const watches = this.#watches.get(row.seq);
      this.#watches.delete(row.seq);
      for (const { ended } of watches ?? []) ended(outcomeOf(row));
    }
  }
}
