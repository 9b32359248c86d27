/** What a run has done so far: each key once, with what came of it. */
import { errorFromJson, errorToJson } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { JournalKind } from '../driving/journal-kind.ts';
import { toJsonText } from '../driving/json-text.ts';
import { KeyedWork } from '../driving/keyed-work.ts';

export class Journal {
  readonly #work: KeyedWork;

  constructor(runId: string) {
    this.#work = new KeyedWork(runId);
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
    return this.#work.once(key, { kind, fingerprint }, undefined, () => settled(work));
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
