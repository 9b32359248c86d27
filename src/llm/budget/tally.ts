/**
 * What a scope has used, as a record of the tenant's state that processes share. Changes of one process queue up and are
 * written together, so that a hundred agents cost one write and not a hundred conflicts.
 */
import type { StatePort } from '../../contracts/state.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { isPlainObject, type JsonValue } from '../../shared/json.ts';

/** Sums, and when the scope was first drawn on. */
export interface Used {
  readonly tokens: number;
  readonly cost: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
  /** Milliseconds since the epoch; null before. */
  readonly since: number | null;
}

/** Gives the sums that come after; undefined changes nothing. */
export type Change = (used: Used) => Used | undefined;

interface Known {
  readonly used: Used;
  readonly version: number;
}

interface Queued {
  readonly change: Change;
  readonly done: () => void;
  readonly failed: (reason: unknown) => void;
}

const NOTHING: Used = { tokens: 0, cost: 0, modelCalls: 0, toolCalls: 0, since: null };
/** Writes that lose to other processes before it is given up. */
const MOST_CONFLICTS = 100;

export class Tally {
  readonly #state: StatePort;
  readonly #key: string;
  /** What was written last. Forgotten for good once another process has written too. */
  #written: Known | undefined;
  #isShared = false;
  #queue: Queued[] = [];
  #isWriting = false;

  constructor(state: StatePort, key: string) {
    this.#state = state;
    this.#key = key;
  }

  async read(): Promise<Used> {
    return (await this.#known()).used;
  }

  async #known(): Promise<Known> {
    const record = await this.#state.get(this.#key);
    return { used: toUsed(record?.value), version: record?.version ?? 0 };
  }

  /** Applies `change` to the newest sums and writes what it gives. It may be called again when another process was faster. */
  apply(change: Change): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ change, done, failed });
      if (!this.#isWriting) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      try {
        await this.#writeBatch(batch);
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#isWriting = false;
  }

  async #writeBatch(batch: readonly Queued[]): Promise<void> {
    for (let conflicts = 0; ; ) {
      const remembered = this.#written;
      const { used: before, version } = remembered ?? (await this.#known());
      let used = before;
      for (const { change } of batch) used = change(used) ?? used;
      if (used === before) {
        if (remembered === undefined) return;
        // Nothing is refused by what may be old: what is written is checked by its version, this is not.
        this.#written = undefined;
        continue;
      }
      try {
        await this.#state.put(this.#key, { schemaVersion: 1, ...used } as unknown as JsonValue, version);
        this.#written = this.#isShared ? undefined : { used, version: version + 1 };
        return;
      } catch (error) {
        this.#written = undefined;
        if (!OrchestratorError.isInstance(error) || error.code !== 'version-conflict') throw error;
        this.#isShared = true;
        conflicts += 1;
        if (conflicts > MOST_CONFLICTS) throw error;
      }
    }
  }
}

/** Throws `schema-mismatch` for a record of another version. */
function toUsed(value: JsonValue | undefined): Used {
  if (value === undefined) return NOTHING;
  if (isPlainObject(value) && value['schemaVersion'] === 1) {
    const { tokens, cost, modelCalls, toolCalls, since } = value as unknown as Used;
    const sums: readonly unknown[] = [tokens, cost, modelCalls, toolCalls, since ?? 0];
    // With sums that are none, every limit would hold for ever, or none would.
    if (sums.every((sum) => typeof sum === 'number' && sum >= 0 && sum < Infinity))
      return { tokens, cost, modelCalls, toolCalls, since };
  }
  const got = isPlainObject(value) ? value['schemaVersion'] : value;
  throw new OrchestratorError(
    'schema-mismatch',
    `Expected a budget of schema version 1 with its sums, got ${JSON.stringify(got)}.`,
  );
}
