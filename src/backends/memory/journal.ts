/** What a run has done so far: each key once, with what came of it. */
import { errorFromJson, errorToJson } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import { handled } from '../driving/handled.ts';
import { isSameUse, type JournalKind, type JournalUse, journalMismatch } from '../driving/journal-kind.ts';
import { toJsonText } from '../driving/json-text.ts';

interface Entry extends JournalUse {
  /** JSON text, so that each reader gets its own copy, as after a restart. */
  readonly text: Promise<string>;
}

export class Journal {
  readonly #runId: string;
  readonly #entries = new Map<string, Entry>();

  constructor(runId: string) {
    this.#runId = runId;
  }

  /**
   * Does `work` unless the key is known; then gives what came of it, or joins it while it goes on. Rejects with
   * `journal-mismatch` when the key was used for something else.
   */
  once(
    kind: JournalKind,
    key: string,
    fingerprint: string | null,
    work: () => Promise<unknown>,
  ): Promise<JsonValue> {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { kind, fingerprint, text: settled(work) };
      this.#entries.set(key, entry);
      // A refused child has not begun: the key is free for another try.
      if (kind === 'child') entry.text.catch(() => this.#entries.delete(key));
    } else if (!isSameUse(entry, { kind, fingerprint })) {
      return handled(Promise.reject(journalMismatch(this.#runId, key, entry, { kind, fingerprint })));
    }
    return handled(entry.text.then((text) => JSON.parse(text) as JsonValue));
  }
}

async function settled(work: () => Promise<unknown>): Promise<string> {
  let value: unknown;
  try {
    value = await work();
  } catch (error) {
    // Through JSON, so that the first reader sees what one after a restart would.
    throw errorFromJson(errorToJson(error));
  }
  return toJsonText(value);
}
