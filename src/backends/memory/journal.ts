/** What a run has done so far: each key once, with what came of it. */
import {
  errorFromJson,
  errorToJson,
  describe as inWords,
  OrchestratorError,
  toError,
} from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';

export type JournalKind = 'step' | 'sleep' | 'signal' | 'child' | 'now';

interface Entry {
  readonly kind: JournalKind;
  readonly fingerprint: string | undefined;
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
    fingerprint: string | undefined,
    work: () => Promise<unknown>,
  ): Promise<JsonValue> {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { kind, fingerprint, text: settled(work) };
      this.#entries.set(key, entry);
      // A refused child has not begun: the key is free for another try.
      if (kind === 'child') entry.text.catch(() => this.#entries.delete(key));
    } else if (entry.kind !== kind || entry.fingerprint !== fingerprint) {
      return handled(Promise.reject(this.#mismatch(key, entry, kind, fingerprint)));
    }
    return handled(entry.text.then((text) => JSON.parse(text) as JsonValue));
  }

  #mismatch(
    key: string,
    known: Entry,
    kind: JournalKind,
    fingerprint: string | undefined,
  ): OrchestratorError {
    const expected = describe(known.kind, known.fingerprint);
    const got = describe(kind, fingerprint);
    return new OrchestratorError(
      'journal-mismatch',
      `Run ${this.#runId} has ${expected} under the key "${key}", not ${got}.`,
      {
        details: { runId: this.#runId, key, expected, got },
      },
    );
  }
}

/** Marks a promise as looked after: a run that was cancelled may never come back to it. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
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

/** JSON text of anything; `null` for what JSON has no word for. Throws `invalid-json` for a circular value or a bigint. */
export function toJsonText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw new OrchestratorError(
      'invalid-json',
      `Expected a value that JSON can hold, got ${inWords(value)}: ${toError(error).message}`,
      { cause: error },
    );
  }
}

function describe(kind: JournalKind, fingerprint: string | undefined): string {
  return fingerprint === undefined ? `a ${kind}` : `a ${kind} with the fingerprint "${fingerprint}"`;
}
