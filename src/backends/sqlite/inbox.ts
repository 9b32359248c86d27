/** Signals: kept in the file until a wait takes them, in order of arrival. */
import type { Database } from './database.ts';

export class Inbox {
  readonly #database: Database;
  /** Waits of this process, by run; each looks again when told. */
  readonly #waiting = new Map<number, Set<() => void>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps a payload (JSON text). A known `dedupeKey` is ignored, and so is a run that has ended. */
  deliver(run: number, name: string, payloadText: string, dedupeKey: string | undefined): void {
    const added = this.#database.run(
      `INSERT INTO signals (run, name, payload, dedupe_key)
       SELECT seq, ?, ?, ? FROM runs WHERE seq = ? AND completed_at IS NULL ON CONFLICT DO NOTHING`,
      name,
      payloadText,
      dedupeKey ?? null,
      run,
    );
    if (added > 0) this.#look(run);
  }

  /** Takes the first kept payload of that name; `note` is called in the same transaction. */
  take(run: number, name: string, note: (payloadText: string) => void): string | undefined {
    const database = this.#database;
    const find =
      'SELECT seq, payload FROM signals WHERE run = ? AND name = ? AND taken = 0 ORDER BY seq LIMIT 1';
    if (database.get(find, run, name) === undefined) return undefined;
    return database.transaction(() => {
      const first = database.get<{ seq: number; payload: string }>(find, run, name);
      if (first === undefined) return undefined;
      database.run('UPDATE signals SET taken = 1 WHERE seq = ?', first.seq);
      note(first.payload);
      return first.payload;
    });
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
      if (looks.size === 0) this.#waiting.delete(run);
    };
  }

  /** Another process has written: signals may have come. */
  lookForNew(): void {
    if (this.#waiting.size === 0) return;
    const runs = this.#database.all<{ run: number }>(
      'SELECT DISTINCT run FROM signals WHERE taken = 0 AND run IN (SELECT value FROM json_each(?))',
      JSON.stringify([...this.#waiting.keys()]),
    );
    for (const { run } of runs) this.#look(run);
  }

  #look(run: number): void {
    for (const look of [...(this.#waiting.get(run) ?? [])]) look();
  }
}
