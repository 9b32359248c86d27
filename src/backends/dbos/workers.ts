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
  readonly #supervision: string;

  /** `supervision`: the quoted name of the supervisor's schema. */
  constructor(database: Database, sender: string, supervision: string) {
    this.#database = database;
    this.#sender = sender;
    this.#supervision = supervision;
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

  /** Takes away workers of dead executors that their death has not: those of another schema, say, in one process. */
  async sweep(): Promise<void> {
    const { schema } = this.#database;
    await this.#database.all(
      `SELECT ${schema}.bury(w.executor) FROM (SELECT DISTINCT executor FROM ${schema}.workers) AS w
       WHERE NOT EXISTS (
         SELECT 1 FROM ${this.#supervision}.executors AS e WHERE e.id = w.executor AND e.state = 'alive')`,
      [],
    );
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
