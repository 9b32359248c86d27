/** What a run has done so far: the result of each step by key. */
import { type ErrorJson, errorFromJson, errorToJson, OrchestratorError } from '../../shared/errors.ts';
import { type JsonValue, toJsonValue } from '../../shared/json.ts';

interface Entry {
  readonly fingerprint: string | undefined;
  /** Steps at work; a second call with the key waits for the first. */
  pending?: Promise<JsonValue>;
  outcome?: { readonly value: JsonValue } | { readonly error: ErrorJson };
}

export class Journal {
  readonly #entries = new Map<string, Entry>();

  /**
   * The result of a step: the remembered one, or that of `work`. An error of `work` is remembered too, unless
   * `isAborted` says that the run was ended meanwhile. Throws `journal-mismatch` on another fingerprint.
   */
  async step(
    key: string,
    work: () => Promise<JsonValue>,
    { fingerprint, isAborted = () => false }: { readonly fingerprint?: string | undefined; readonly isAborted?: () => boolean } = {},
  ): Promise<JsonValue> {
    const known = this.#entries.get(key);
    if (known !== undefined) return this.#recall(key, known, fingerprint);
    const entry: Entry = { fingerprint };
    this.#entries.set(key, entry);
    entry.pending = this.#perform(key, entry, work, isAborted);
    return entry.pending;
  }

  async #perform(key: string, entry: Entry, work: () => Promise<JsonValue>, isAborted: () => boolean): Promise<JsonValue> {
    try {
      // What is remembered is what JSON makes of it, so that the first answer equals the later ones.
      const value = toJsonValue(await work());
      entry.outcome = { value };
      return value;
    } catch (error) {
      if (isAborted()) this.#entries.delete(key);
      else entry.outcome = { error: errorToJson(error) };
      throw error;
    } finally {
      delete entry.pending;
    }
  }

  #recall(key: string, entry: Entry, fingerprint: string | undefined): Promise<JsonValue> | JsonValue {
    if (entry.fingerprint !== fingerprint) {
      throw new OrchestratorError('journal-mismatch', `Step ${key} was done before with other input; give other work another key.`, {
        details: { key, expected: entry.fingerprint ?? null, got: fingerprint ?? null },
      });
    }
    if (entry.outcome === undefined) return entry.pending as Promise<JsonValue>;
    if ('error' in entry.outcome) throw errorFromJson(entry.outcome.error);
    return entry.outcome.value;
  }
}
