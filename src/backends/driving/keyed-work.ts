/** Each key of a run once: its work is begun by the first who asks, and joined by the others. */
import type { JsonValue } from '../../shared/json.ts';
import { handled } from './handled.ts';
import { isSameUse, type JournalUse, journalMismatch } from './journal-kind.ts';

interface Entry extends JournalUse {
  /** JSON text, so that each reader gets its own copy, as after a restart. */
  readonly text: Promise<string>;
}

export class KeyedWork {
  readonly #runId: string;
  readonly #entries = new Map<string, Entry>();

  constructor(runId: string) {
    this.#runId = runId;
  }

  /**
   * Calls `begin`, which gives JSON text, unless it was called for the key before. `known`: what the key stood for before
   * this attempt at the run. Rejects with `journal-mismatch` when the key was used for something else.
   */
  once(
    key: string,
    use: JournalUse,
    known: JournalUse | undefined,
    begin: () => Promise<string>,
  ): Promise<JsonValue> {
    let entry = this.#entries.get(key);
    const earlier = entry ?? known;
    if (earlier !== undefined && !isSameUse(earlier, use))
      return handled(Promise.reject(journalMismatch(this.#runId, key, earlier, use)));
    if (entry === undefined) {
      entry = { kind: use.kind, fingerprint: use.fingerprint, text: begin() };
      this.#entries.set(key, entry);
      // A refused child has not begun: the key is free for another try.
      if (use.kind === 'child') entry.text.catch(() => this.#entries.delete(key));
    }
    return handled(entry.text.then((text) => JSON.parse(text) as JsonValue));
  }
}
