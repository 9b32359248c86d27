/** What a run has done so far: each key once, with what came of it. */
import { type ErrorJson, errorFromJson, errorToJson } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { JournalKind, JournalUse } from '../driving/journal-kind.ts';
import { toJsonText } from '../driving/json-text.ts';
import { KeyedWork } from '../driving/keyed-work.ts';
import type { Hold } from './hold.ts';
import type { JournalEntry, JournalWriter } from './journal-writer.ts';

export class RunJournal {
  readonly #writer: JournalWriter;
  readonly #hold: Hold;
  readonly #known: Map<string, JournalEntry>;
  readonly #work: KeyedWork;

  /** `known`: what was written before this attempt. */
  constructor(writer: JournalWriter, hold: Hold, known: readonly JournalEntry[]) {
    this.#writer = writer;
    this.#hold = hold;
    this.#work = new KeyedWork(hold.runId);
    this.#known = new Map(known.map((entry) => [entry.key, entry]));
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
    return this.#work.once(key, { kind, fingerprint }, this.#known.get(key) as JournalUse | undefined, () =>
      this.#settled(kind, key, fingerprint, work),
    );
  }

  /** Notes that a wait has begun, and until when. */
  begin(kind: JournalKind, key: string, fingerprint: string | null, dueAt: number): Promise<void> {
    return this.#write({ key, kind, fingerprint, state: 'open', value: 'null', dueAt });
  }

  /** Notes what came of a key. Rejects with `stopped` when the run is no longer ours. */
  finish(kind: JournalKind, key: string, fingerprint: string | null, value: string): Promise<void> {
    return this.#write({ key, kind, fingerprint, state: 'done', value, dueAt: null });
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
      text = toJsonText(await work(known?.dueAt ?? null));
    } catch (error) {
      throw await this.#failed(kind, key, fingerprint, error);
    }
    if (kind === 'step' || kind === 'now') await this.finish(kind, key, fingerprint, text);
    return text;
  }

  /** Remembers the error of a step, unless the run was interrupted: what an abort made it throw is no result. */
  async #failed(
    kind: JournalKind,
    key: string,
    fingerprint: string | null,
    error: unknown,
  ): Promise<unknown> {
    if (this.#hold.isInterrupted()) return error;
    const json = errorToJson(error);
    if (kind === 'step')
      await this.#write({
        key,
        kind,
        fingerprint,
        state: 'failed',
        value: JSON.stringify(json),
        dueAt: null,
      });
    return errorFromJson(json);
  }

  #write(entry: JournalEntry): Promise<void> {
    return this.#hold.guard(() => this.#writer.write(this.#hold, entry));
  }
}
