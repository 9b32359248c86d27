/** An agent's memory: short-term entries that fade, long-term ones that stay, searched by rank. */
import { type AgentMemory, type MemoryEntry, type MemoryQuery, MemoryType } from '../contracts/memory.ts';
import type { StatePort } from '../contracts/state.ts';
import {
  checkClock,
  checkFunction,
  checkInteger,
  checkNumber,
  checkObject,
  checkOneOf,
  checkSignal,
  checkString,
} from '../shared/check.ts';
import { type IdSource, randomIds } from '../shared/ids.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { compareTexts } from './compare-texts.ts';
import { checkExport, checkShortText, LONGEST_CONTENT, SCHEMA_VERSION } from './entry-checks.ts';
import { MEMORY_TYPES, memoryTexts, mergeMemoryEntries, parseMemoryEntry } from './memory-entry.ts';
import type {
  ConsolidateOptions,
  Consolidation,
  MemoryExport,
  MemoryStats,
  MemoryStoreOptions,
  StoreOptions,
} from './memory-options.ts';
import { newId } from './new-id.ts';
import { Persistence, type PersistenceOptions } from './persistence.ts';
import { rankMemories } from './rank-memories.ts';
import { TextIndex } from './text-index.ts';

const MILLISECONDS_PER_HOUR = 3_600_000;

/**
 * Holds what one agent remembers. All methods but `open` and `flush` are synchronous; bad arguments throw
 * `InvalidArgumentError`. An expired entry is never returned. Entries are frozen.
 *
 * A search with a query ranks by text (BM25+; a tag weighs one and a half times as much as the content) times 0.7 to 1 for an
 * importance of 0 to 1: importance decides between texts that match about equally well, and never lifts a poor match
 * over a good one. Without a query it filters, and the most important, then the newest, come first.
 *
 * @example
 * const memory = new MemoryStore({ owner: 'DevAgent' });
 * const id = memory.store('The build needs Node 24.', { tags: ['build'], importance: 0.9 });
 * memory.promoteToLongTerm(id);
 * console.log(memory.search({ query: 'which node for building' })[0]?.content);
 */
export class MemoryStore implements AgentMemory {
  readonly owner: string;
  readonly #maxShortTerm: number;
  readonly #maxLongTerm: number;
  readonly #timeToLive: number;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  /** In the order they came. */
  readonly #entries = new Map<string, MemoryEntry>();
  readonly #shortTerm = new Set<string>();
  readonly #index = new TextIndex({ content: 1, tags: 1.5, source: 0.5 });
  /** No entry expires before this time; the next may do so later. */
  #nextExpiry = Infinity;
  #persistence: Persistence<MemoryEntry> | undefined;

  constructor(options: MemoryStoreOptions) {
    checkObject('options', options);
    this.owner = checkShortText('owner', options.owner, 200);
    this.#maxShortTerm = checkInteger('maxShortTerm', options.maxShortTerm ?? 100, 1);
    this.#maxLongTerm = checkInteger('maxLongTerm', options.maxLongTerm ?? 1000, 1);
    const hours = checkNumber('shortTermTtlHours', options.shortTermTtlHours ?? 24, 0, 1_000_000);
    this.#timeToLive = hours * MILLISECONDS_PER_HOUR;
    this.#clock = checkClock('clock', options.clock ?? systemClock);
    this.#ids = checkFunction('ids', options.ids ?? randomIds);
  }

  /**
   * Opens a memory that is kept in a state port. Changes are written behind: a crash loses those of the last
   * `writeDelayMs` (1000 by default) and the time that writing takes; `flush` before leaving loses none. Two processes
   * may have one memory open: an entry that both changed is merged, the last used version stands. Changes of others
   * are seen when the entry is written here, or the memory opened again.
   */
  static async open(
    state: StatePort,
    options: MemoryStoreOptions & PersistenceOptions,
  ): Promise<MemoryStore> {
    const store = new MemoryStore(options);
    const persistence = new Persistence<MemoryEntry>(
      state,
      `memory/${encodeURIComponent(store.owner)}/`,
      {
        get: (id) => store.#entries.get(id),
        adopt: (entry) => store.#put(entry),
        parse: parseMemoryEntry,
        merge: mergeMemoryEntries,
        changedAt: (entry) => entry.lastAccessedAt,
      },
      options,
    );
    const kept = await persistence.load(options.signal);
    store.#persistence = persistence;
    store.#takeIn(kept);
    return store;
  }

  /** Remembers a content of at most 100,000 characters. Returns its id. */
  store(content: string, options: StoreOptions = {}): string {
    const { memoryType = MemoryType.SHORT_TERM, importance = 0.5 } = checkObject(
      'options',
      options,
    ) as StoreOptions;
    const now = this.#clock.now();
    const time = new Date(now).toISOString();
    const isShortTerm = memoryType === MemoryType.SHORT_TERM;
    const entry = parseMemoryEntry('options', {
      ...options,
      id: newId(this.#ids, 'memory', (id) => this.#entries.has(id)),
      content: checkShortText('content', content, LONGEST_CONTENT),
      memoryType,
      importance,
      accessCount: 0,
      createdAt: time,
      lastAccessedAt: time,
      expiresAt: isShortTerm ? new Date(now + this.#timeToLive).toISOString() : null,
    });
    this.#purge();
    this.#makeRoom(isShortTerm, 1);
    this.#put(entry);
    this.#persistence?.touch(entry.id);
    return entry.id;
  }

  /** An entry, which counts as a use of it; undefined when it is unknown, forgotten or expired. */
  retrieve(id: string): MemoryEntry | undefined {
    this.#purge();
    const entry = this.#entries.get(checkString('id', id));
    return entry === undefined ? undefined : this.#use(entry, {});
  }

  /** Entries that meet all that is asked; of `tags` one is enough. A search does not count as a use. */
  search(query: MemoryQuery): readonly MemoryEntry[] {
    checkObject('query', query);
    this.#purge();
    return rankMemories([...this.#entries.values()].reverse(), this.#index, query);
  }

  /** Forgets an entry. Returns whether there was one. */
  forget(id: string): boolean {
    this.#purge();
    if (!this.#entries.has(checkString('id', id))) return false;
    this.#remove(id);
    return true;
  }

  /** Makes a short-term entry long-term: it does not expire any more. Returns whether it was a short-term one. */
  promoteToLongTerm(id: string): boolean {
    this.#purge();
    const entry = this.#entries.get(checkString('id', id));
    if (entry?.memoryType !== MemoryType.SHORT_TERM) return false;
    this.#promote(entry);
    return true;
  }

  /** Promotes the short-term entries that are important or often used, and drops the expired. Says what it did. */
  consolidate(options: ConsolidateOptions = {}): Consolidation {
    checkObject('options', options);
    const { minImportance = 0.7, minAccessCount = 3 } = options;
    checkNumber('minImportance', minImportance, 0, 1);
    checkInteger('minAccessCount', minAccessCount);
    const expired = this.#purge();
    const worthy = [...this.#shortTerm]
      .flatMap((id) => this.#entries.get(id) ?? [])
      .filter((entry) => entry.importance >= minImportance || entry.accessCount >= minAccessCount)
      // The best come last, so that where room is short they are the ones that stay.
      .sort((a, b) => a.importance - b.importance || compareTexts(a.createdAt, b.createdAt));
    const gone = worthy.flatMap((entry) => this.#promote(entry));
    return {
      promoted: worthy.map(({ id }) => id).filter((id) => this.#entries.has(id)),
      evicted: gone,
      expired,
      remaining: this.#shortTerm.size,
    };
  }

  /** The newest entries. */
  getRecent(limit = 10): readonly MemoryEntry[] {
    checkInteger('limit', limit);
    this.#purge();
    return this.#newestFirst().slice(0, limit);
  }

  /** The most important entries; of equal ones the newest first. */
  getImportant(limit = 10, minImportance = 0): readonly MemoryEntry[] {
    return this.search({ limit, minImportance });
  }

  /** Counts of what is kept. */
  getStats(): MemoryStats {
    this.#purge();
    const byType = Object.fromEntries(MEMORY_TYPES.map((type) => [type, 0])) as Record<MemoryType, number>;
    let importance = 0;
    let totalAccesses = 0;
    for (const entry of this.#entries.values()) {
      byType[entry.memoryType] += 1;
      importance += entry.importance;
      totalAccesses += entry.accessCount;
    }
    const { size: total } = this.#entries;
    return {
      owner: this.owner,
      total,
      shortTerm: this.#shortTerm.size,
      longTerm: total - this.#shortTerm.size,
      byType,
      averageImportance: total === 0 ? 0 : importance / total,
      totalAccesses,
    };
  }

  /** Forgets everything, or everything of one kind. Returns how many entries that were. */
  clear(memoryType?: MemoryType): number {
    if (memoryType !== undefined) checkOneOf('memoryType', memoryType, MEMORY_TYPES);
    this.#purge();
    const ids = [...this.#entries.values()].filter(
      (entry) => memoryType === undefined || entry.memoryType === memoryType,
    );
    for (const { id } of ids) this.#remove(id);
    return ids.length;
  }

  /** Everything as JSON, in the order it came. */
  export(): MemoryExport {
    this.#purge();
    const exportedAt = new Date(this.#clock.now()).toISOString();
    return {
      schemaVersion: SCHEMA_VERSION,
      owner: this.owner,
      exportedAt,
      entries: [...this.#entries.values()],
    };
  }

  /**
   * Takes in an export, also another owner's. All of it is checked before anything changes. An entry that is here
   * already is merged, the last used version stands; expired ones are passed over, and the limits hold. Returns how many
   * of its entries are held now. Rejects one of a later release with `schema-mismatch`.
   */
  import(data: unknown): number {
    const entries = checkExport('data', data).map((entry, index) =>
      parseMemoryEntry(`data.entries[${index}]`, entry),
    );
    this.#purge();
    const taken = this.#takeIn(entries);
    for (const id of taken) this.#persistence?.touch(id);
    return taken.filter((id) => this.#entries.has(id)).length;
  }

  /** Writes what is not yet written. Does nothing for a memory that was not opened on a state port. */
  async flush(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkObject('options', options);
    const signal = checkSignal('signal', options.signal);
    await this.#persistence?.flush(signal);
  }

  /** The same as {@link flush}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  #newestFirst(): MemoryEntry[] {
    // Reversed first: of two from the same millisecond the later one is newer.
    return [...this.#entries.values()].reverse().sort((a, b) => compareTexts(b.createdAt, a.createdAt));
  }

  #use(entry: MemoryEntry, changes: Partial<MemoryEntry>): MemoryEntry {
    // A clock that was set back must not make an entry look older than it is.
    const now = Math.max(this.#clock.now(), Date.parse(entry.lastAccessedAt));
    const lastAccessedAt = new Date(now).toISOString();
    const used = Object.freeze({ ...entry, accessCount: entry.accessCount + 1, lastAccessedAt, ...changes });
    this.#put(used);
    this.#persistence?.touch(used.id);
    return used;
  }

  /** Returns the ids of what had to make room. */
  #promote(entry: MemoryEntry): readonly string[] {
    const evicted = this.#makeRoom(false, 1);
    this.#use(entry, { memoryType: MemoryType.LONG_TERM, expiresAt: null, accessCount: entry.accessCount });
    return evicted;
  }

  /** Adds or merges; returns the ids of entries that are not expired. */
  #takeIn(entries: readonly MemoryEntry[]): string[] {
    const now = new Date(this.#clock.now()).toISOString();
    const ids: string[] = [];
    const inOrder = [...entries].sort((a, b) => compareTexts(a.createdAt, b.createdAt));
    for (const entry of inOrder) {
      const known = this.#entries.get(entry.id);
      const merged = known === undefined ? entry : mergeMemoryEntries(known, entry);
      if (merged.expiresAt !== null && merged.expiresAt <= now) {
        if (known === undefined) this.#persistence?.touch(entry.id);
        continue;
      }
      this.#put(merged);
      ids.push(entry.id);
    }
    this.#makeRoom(true, 0);
    this.#makeRoom(false, 0);
    return ids;
  }

  #put(entry: MemoryEntry): void {
    const known = this.#entries.get(entry.id);
    if (known?.content !== entry.content || known.tags !== entry.tags || known.source !== entry.source) {
      if (known !== undefined) this.#index.remove(known.id, memoryTexts(known));
      this.#index.add(entry.id, memoryTexts(entry));
    }
    this.#entries.set(entry.id, entry);
    if (entry.memoryType === MemoryType.SHORT_TERM) this.#shortTerm.add(entry.id);
    else this.#shortTerm.delete(entry.id);
    if (entry.expiresAt !== null) this.#nextExpiry = Math.min(this.#nextExpiry, Date.parse(entry.expiresAt));
  }

  #remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#index.remove(id, memoryTexts(entry));
    this.#entries.delete(id);
    this.#shortTerm.delete(id);
    this.#persistence?.touch(id);
  }

  /** Removes what has expired; returns the ids. */
  #purge(): readonly string[] {
    const now = this.#clock.now();
    if (now < this.#nextExpiry) return [];
    const gone: string[] = [];
    this.#nextExpiry = Infinity;
    for (const { id, expiresAt } of this.#entries.values()) {
      if (expiresAt === null) continue;
      const at = Date.parse(expiresAt);
      if (at <= now) gone.push(id);
      else this.#nextExpiry = Math.min(this.#nextExpiry, at);
    }
    for (const id of gone) this.#remove(id);
    return gone;
  }

  /** Removes the least important, then the oldest, until `more` entries fit; returns the ids. */
  #makeRoom(isShortTerm: boolean, more: number): readonly string[] {
    const limit = isShortTerm ? this.#maxShortTerm : this.#maxLongTerm;
    const held = isShortTerm ? this.#shortTerm.size : this.#entries.size - this.#shortTerm.size;
    const surplus = held + more - limit;
    if (surplus <= 0) return [];
    const group = [...this.#entries.values()].filter(({ id }) => this.#shortTerm.has(id) === isShortTerm);
    const ids = group
      .sort((a, b) => a.importance - b.importance || compareTexts(a.createdAt, b.createdAt))
      .slice(0, surplus)
      .map(({ id }) => id);
    for (const id of ids) this.#remove(id);
    return ids;
  }
}
