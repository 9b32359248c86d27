/** Tells the database which of this process's runs wait, and which want to go on; only the last word of each counts. */
import type { Database } from './database.ts';
import type { Hold } from './hold.ts';

type Status = 'queued' | 'suspended';

interface Move {
  readonly hold: Hold;
  readonly status: Status;
  readonly done: PromiseWithResolvers<void>;
}

export class Moves {
  readonly #database: Database;
  #waiting = new Map<number, Move>();
  #isSending = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves when it is written, or a later word took its place. Waits for a database that is away. */
  set(hold: Hold, status: Status): Promise<void> {
    const done = this.#waiting.get(hold.seq)?.done ?? Promise.withResolvers<void>();
    this.#waiting.set(hold.seq, { hold, status, done });
    if (!this.#isSending) {
      this.#isSending = true;
      setImmediate(() => void this.#send());
    }
    return done.promise;
  }

  /** Nobody needs to know any more. */
  forget({ seq }: Hold): void {
    this.#waiting.get(seq)?.done.resolve();
    this.#waiting.delete(seq);
  }

  async #send(): Promise<void> {
    while (this.#waiting.size > 0) {
      const moves = [...this.#waiting.values()];
      this.#waiting = new Map();
      try {
        await this.#database.all(
          `UPDATE ${this.#database.schema}.runs AS r SET status = m.status, slot = false
           FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS m (seq, token, status)
           WHERE r.seq = m.seq AND r.token = m.token AND r.completed_at IS NULL`,
          [
            moves.map(({ hold }) => hold.seq),
            moves.map(({ hold }) => hold.token),
            moves.map(({ status }) => status),
          ],
          Infinity,
        );
        for (const { done } of moves) done.resolve();
      } catch (error) {
        for (const { done } of moves) done.reject(error);
      }
    }
    this.#isSending = false;
  }
}
