/** Writes entries of all runs of this process, many at a time, each only while its run is this process's. */
import { Batch } from './batch.ts';
import type { Database } from './database.ts';
import type { Hold } from './hold.ts';

/** One key of a run, and what is known of it. */
export interface JournalEntry {
  readonly key: string;
  readonly kind: string;
  readonly fingerprint: string | null;
  readonly state: 'open' | 'done' | 'failed';
  /** JSON: what came of it, or the error. */
  readonly value: string;
  /** When a wait is over. */
  readonly dueAt: number | null;
}

interface Note {
  readonly hold: Hold;
  readonly entry: JournalEntry;
}

export class JournalWriter {
  readonly #database: Database;
  readonly #batch: Batch<Note, boolean>;

  constructor(database: Database) {
    this.#database = database;
    this.#batch = new Batch({
      send: (notes) => this.#send(notes),
      keyOf: ({ hold, entry }) => `${hold.seq} ${entry.key}`,
      width: 1,
    });
  }

  /** Rejects with `stopped` when the run is no longer ours. Waits for a database that is away. */
  async write(hold: Hold, entry: JournalEntry): Promise<void> {
    if (!(await this.#batch.add({ hold, entry }))) throw hold.lost();
  }

  /** What the run has done so far. */
  async read(run: number): Promise<readonly JournalEntry[]> {
    const rows = await this.#database.all<JournalEntry>(
      `SELECT key, kind, fingerprint, state, value, due_at AS "dueAt" FROM ${this.#database.schema}.journal WHERE run = $1`,
      [run],
      Infinity,
    );
    return rows.map((row) => ({
      ...row,
      fingerprint: row.fingerprint === null ? null : (JSON.parse(row.fingerprint) as string),
    }));
  }

  async #send(notes: readonly Note[]): Promise<readonly boolean[]> {
    const rows = await this.#database.all<{ note: number }>(
      `SELECT * FROM ${this.#database.schema}.note($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS note`,
      [
        notes.map(({ hold }) => hold.seq),
        notes.map(({ hold }) => hold.token),
        notes.map(({ hold }) => hold.workflow),
        notes.map(({ hold }) => hold.claim),
        notes.map(({ entry }) => entry.key),
        notes.map(({ entry }) => entry.kind),
        notes.map(({ entry }) => (entry.fingerprint === null ? null : JSON.stringify(entry.fingerprint))),
        notes.map(({ entry }) => entry.state),
        notes.map(({ entry }) => entry.value),
        notes.map(({ entry }) => entry.dueAt),
      ],
      Infinity,
    );
    const written = new Set(rows.map(({ note }) => note));
    return notes.map((_note, index) => written.has(index + 1));
  }
}
