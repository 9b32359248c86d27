/** What a run has done so far, in the file: each key once, with what came of it. Writes only while the run is ours. */
import { type ErrorJson, errorFromJson, errorToJson } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { JournalKind, JournalUse } from '../driving/journal-kind.ts';
import { toJsonText } from '../driving/json-text.ts';
import { KeyedWork } from '../driving/keyed-work.ts';
import type { Database } from './database.ts';
import type { Hold } from './hold.ts';

interface JournalRow extends JournalUse {
  readonly key: string;
  readonly state: 'open' | 'done' | 'failed';
  readonly value: string;
  readonly due_at: number | null;
}

export class RunJournal {
  readonly #database: Database;
  readonly #hold: Hold;
  readonly #known = new Map<string, JournalRow>();
  readonly #work: KeyedWork;

  constructor(database: Database, hold: Hold) {
    this.#database = database;
    this.#hold = hold;
    this.#work = new KeyedWork(hold.runId);
    // A run that starts for the first time has nothing to read.
    if (hold.token === 1) return;
    for (const row of database.all<JournalRow & { run: number }>(
      'SELECT * FROM journal WHERE run = ?',
      hold.seq,
    ))
      this.#known.set(row.key, row);
  }

  /**
   * Does `work` unless the key is known; then gives what came of it, or joins it while it goes on. `work` gets the time
   * at which a wait that was begun earlier is over. Rejects with `journal-mismatch` when the key was used for something else.
   */
  once(
    kind: JournalKind,
    key: string,
    fingerprint: string | null,
    work: (dueAt: number | null) => Promise<unknown>,
  ): Promise<JsonValue> {
    return this.#work.once(key, { kind, fingerprint }, this.#known.get(key), () =>
      this.#settled(kind, key, fingerprint, work),
    );
  }

  /** Notes that a wait has begun, and until when. */
  begin(kind: JournalKind, key: string, fingerprint: string | null, dueAt: number): void {
    this.#write({ key, kind, fingerprint, state: 'open', value: 'null', due_at: dueAt });
  }

  /** Notes what came of a key. Within a transaction it is part of that. Throws `stopped` when the run is no longer ours. */
  finish(kind: JournalKind, key: string, fingerprint: string | null, text: string): void {
    this.#write({ key, kind, fingerprint, state: 'done', value: text, due_at: null });
  }

  async #settled(
    kind: JournalKind,
    key: string,
    fingerprint: string | null,
    work: (dueAt: number | null) => Promise<unknown>,
  ): Promise<string> {
    const known = this.#known.get(key);
    if (known?.state === 'done') return known.value;
    if (known?.state === 'failed') throw errorFromJson(JSON.parse(known.value) as ErrorJson);
    let text: string;
    try {
      text = toJsonText(await work(known?.due_at ?? null));
    } catch (error) {
      throw this.#failed(kind, key, fingerprint, error);
    }
    if (kind === 'step' || kind === 'now') this.finish(kind, key, fingerprint, text);
    return text;
  }

  /** Remembers the error of a step, unless the run was interrupted: what an abort made it throw is no result. */
  #failed(kind: JournalKind, key: string, fingerprint: string | null, error: unknown): unknown {
    if (this.#hold.isInterrupted()) return error;
    const json = errorToJson(error);
    if (kind === 'step')
      this.#write({ key, kind, fingerprint, state: 'failed', value: JSON.stringify(json), due_at: null });
    return errorFromJson(json);
  }

  #write({ key, kind, fingerprint, state, value, due_at }: JournalRow): void {
    const { seq, token } = this.#hold;
    this.#hold.guard(() => {
      // One statement: the check of the token and the write can't come apart.
      const written = this.#database.run(
        `INSERT INTO journal (run, key, kind, fingerprint, state, value, due_at)
         SELECT seq, ?, ?, ?, ?, ?, ? FROM runs WHERE seq = ? AND token = ?
         ON CONFLICT DO UPDATE SET state = excluded.state, value = excluded.value, due_at = excluded.due_at`,
        key,
        kind,
        fingerprint,
        state,
        value,
        due_at,
        seq,
        token,
      );
      if (written === 0) throw this.#hold.lost();
      if (state !== 'open') this.#hold.progressed();
    });
  }
}
