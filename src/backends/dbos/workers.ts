/** Who works on this database: one row for each backend that has started; its executor's death takes it away. */
import { hostname } from 'node:os';
import type { Ability } from '../driving/registry.ts';
import type { Database } from './database.ts';

export interface NewWorker {
  readonly id: string;
  readonly executor: string;
  readonly abilities: readonly Ability[];
  readonly maxLosses: number;
  readonly now: number;
}

export class Workers {
  readonly #database: Database;
  readonly #sender: string;

  constructor(database: Database, sender: string) {
    this.#database = database;
    this.#sender = sender;
  }

  async join({ id, executor, abilities, maxLosses, now }: NewWorker): Promise<void> {
    await this.#database.all(
      `INSERT INTO ${this.#database.schema}.workers (id, executor, pid, host, started_at, abilities, max_losses)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`,
      [id, executor, process.pid, hostname(), now, JSON.stringify(abilities), maxLosses],
    );
  }

  /** Goodbye: what this worker held goes to the others at once, and counts as no loss. */
  async leave(id: string): Promise<void> {
    await this.#database.all(`SELECT ${this.#database.schema}.leave($1, $2)`, [this.#sender, id], 0);
  }

  /** Lets go of runs: an open one queues again for anybody, an ended one frees its slot. */
  async release(
    worker: string,
    runs: readonly { readonly seq: number; readonly token: number }[],
  ): Promise<void> {
    await this.#database.all(
      `SELECT ${this.#database.schema}.release_runs($1, $2, $3, $4)`,
      [this.#sender, worker, runs.map(({ seq }) => seq), runs.map(({ token }) => token)],
      Infinity,
    );
  }
}
