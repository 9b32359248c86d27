/** Write-behind of entries through the state port: one record for each entry, written a little later. */
import type { StatePort, StateRecord } from '../contracts/state.ts';
import { type Logger, silentLogger } from '../observability/logger.ts';
import { raceSignal } from '../shared/abort.ts';
import { checkInteger, checkObject, checkSignal } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { canonicalJson, type JsonValue, toJsonValue } from '../shared/json.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { checkSchemaVersion, SCHEMA_VERSION } from './entry-checks.ts';

/** How entries are kept; part of the options of `open`. */
export interface PersistenceOptions {
  /** Milliseconds from a change to its writing: what a crash may lose. @default 1000 */
  readonly writeDelayMs?: number;
  /** Told of writes in the background that failed. @default none */
  readonly logger?: Logger;
  /** Ends the wait for what is stored. */
  readonly signal?: AbortSignal;
}

/** What a store lets its persistence see and do. */
export interface KeptStore<E> {
  get(id: string): E | undefined;
  /** Takes in an entry that another process wrote. */
  adopt(entry: E): void;
  parse(name: string, value: unknown): E;
  /** The version that stands when two processes changed an entry. */
  merge(local: E, remote: E): E;
  /** When it last changed, ISO 8601. */
  changedAt(entry: E): string;
}

/** Tries in a row after a failed write in the background; then the next change or `flush` tries again. */
const MOST_RETRIES = 5;
/** Times that other writers may come first, for one entry. */
const MOST_CONFLICTS = 10;

/**
 * Keeps a store's entries in a state port under `<prefix><id>`. A change is written `writeDelayMs` after the first
 * unwritten one, so a crash loses at most that and the time the writing takes. Where another process changed the same
 * entry, both versions are merged; an entry that another process deleted and this one changed is written anew.
 */
export class Persistence<E extends { readonly id: string }> {
  readonly #state: StatePort;
  readonly #prefix: string;
  readonly #store: KeptStore<E>;
  readonly #clock: Clock;
  readonly #delay: number;
  readonly #logger: Logger;
  readonly #versions = new Map<string, number>();
  /** Ids that changed, and when. */
  #dirty = new Map<string, string>();
  #undoTimer: (() => void) | undefined;
  #tail: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(
    state: StatePort,
    prefix: string,
    store: KeptStore<E>,
    options: PersistenceOptions & { readonly clock?: Clock } = {},
  ) {
    if (typeof (state as StatePort | null)?.put !== 'function') {
      throw new InvalidArgumentError('state', 'a state port (an object with a `put` method)', state);
    }
    this.#state = state;
    this.#prefix = prefix;
    this.#store = store;
    this.#clock = options.clock ?? systemClock;
    this.#delay = checkInteger('writeDelayMs', options.writeDelayMs ?? 1000);
    this.#logger = options.logger ?? silentLogger;
  }

  /** Reads what is stored. Rejects with `schema-mismatch` for a record of a later release, and for a broken one. */
  async load(signal?: AbortSignal): Promise<readonly E[]> {
    const records = await raceSignal(this.#state.list(this.#prefix), checkSignal('signal', signal));
    return records.map((record) => {
      const entry = this.#parse(record);
      this.#versions.set(entry.id, record.version);
      return entry;
    });
  }

  /** Notes that an entry was added, changed or deleted, and sees to its writing. */
  touch(id: string): void {
    this.#dirty.set(id, new Date(this.#clock.now()).toISOString());
    this.#failures = 0;
    this.#schedule(this.#delay);
  }

  /** Writes what is unwritten now. Rejects when that fails; it stays unwritten then. */
  flush(signal?: AbortSignal): Promise<void> {
    this.#undoTimer?.();
    this.#undoTimer = undefined;
    const turn = this.#tail.then(() => this.#writeAll());
    this.#tail = turn.catch(() => undefined);
    return raceSignal(turn, signal);
  }

  #schedule(delay: number): void {
    if (this.#undoTimer !== undefined) return;
    this.#undoTimer = this.#clock.after(delay, () => {
      this.#undoTimer = undefined;
      this.flush().catch((error: unknown) => this.#afterFailure(error));
    });
  }

  #afterFailure(error: unknown): void {
    this.#failures += 1;
    const { size: unwritten } = this.#dirty;
    this.#logger.warn(
      { error, prefix: this.#prefix, unwritten },
      'Entries could not be written to the state port.',
    );
    if (this.#failures <= MOST_RETRIES) this.#schedule(this.#delay * 2 ** this.#failures);
  }

  async #writeAll(): Promise<void> {
    const batch = this.#dirty;
    this.#dirty = new Map();
    for (const [id, changedAt] of batch) {
      try {
        await this.#write(id, changedAt);
        batch.delete(id);
      } catch (error) {
        // What changed again meanwhile keeps its later time.
        this.#dirty = new Map([...batch, ...this.#dirty]);
        throw error;
      }
    }
  }

  async #write(id: string, changedAt: string): Promise<void> {
    const key = this.#keyOf(id);
    for (let attempt = 0; attempt < MOST_CONFLICTS; attempt += 1) {
      const entry = this.#store.get(id);
      const version = this.#versions.get(id) ?? 0;
      try {
        if (entry === undefined) await this.#state.delete(key, version);
        else this.#versions.set(id, (await this.#state.put(key, this.#record(entry), version)).version);
        if (entry === undefined) this.#versions.delete(id);
        return;
      } catch (error) {
        if (!OrchestratorError.isInstance(error) || error.code !== 'version-conflict') throw error;
      }
      if (await this.#isSettled(id, key, changedAt)) return;
    }
    throw new OrchestratorError(
      'version-conflict',
      `The record ${key} was changed by others ${MOST_CONFLICTS} times in a row.`,
      {
        retryable: true,
        details: { key },
      },
    );
  }

  /** Reads what another process wrote and merges. True when nothing is left to write. */
  async #isSettled(id: string, key: string, changedAt: string): Promise<boolean> {
    const record = await this.#state.get(key);
    const local = this.#store.get(id);
    if (record === undefined) {
      this.#versions.delete(id);
      return local === undefined;
    }
    this.#versions.set(id, record.version);
    const remote = this.#parse(record);
    if (local === undefined) {
      const isNewer = this.#store.changedAt(remote) > changedAt;
      if (isNewer) this.#store.adopt(remote);
      return isNewer;
    }
    const merged = this.#store.merge(local, remote);
    this.#store.adopt(merged);
    return canonicalJson(merged) === canonicalJson(remote);
  }

  #keyOf(id: string): string {
    return `${this.#prefix}${encodeURIComponent(id)}`;
  }

  #record(entry: E): JsonValue {
    return { schemaVersion: SCHEMA_VERSION, entry: toJsonValue(entry) };
  }

  #parse({ key, value }: StateRecord): E {
    const name = `record ${key}`;
    try {
      const { schemaVersion, entry } = checkObject(name, value);
      checkSchemaVersion(name, schemaVersion);
      const parsed = this.#store.parse(name, entry);
      if (key !== this.#keyOf(parsed.id))
        throw new InvalidArgumentError(`${name}.id`, 'the one its key was made of', parsed.id);
      return parsed;
    } catch (error) {
      if (OrchestratorError.isInstance(error) && error.code === 'schema-mismatch') throw error;
      throw new OrchestratorError('schema-mismatch', `The ${name} does not hold a valid entry.`, {
        details: { key },
        cause: error,
      });
    }
  }
}
