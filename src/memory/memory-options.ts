/** What a memory store takes and gives: its options, figures and export. */
import type { MemoryEntry, MemoryType } from '../contracts/memory.ts';
import type { IdSource } from '../shared/ids.ts';
import type { JsonObject } from '../shared/json.ts';
import type { Clock } from '../shared/time.ts';

/** Options of `MemoryStore`. */
export interface MemoryStoreOptions {
  /** Whose memory it is: an agent's name. */
  readonly owner: string;
  /** Short-term entries held; beyond, the least important, then the oldest, is forgotten. @default 100 */
  readonly maxShortTerm?: number;
  /** Entries of all other kinds held, in the same way. @default 1000 */
  readonly maxLongTerm?: number;
  /** Hours until a short-term entry is forgotten. @default 24 */
  readonly shortTermTtlHours?: number;
  readonly clock?: Clock;
  readonly ids?: IdSource;
}

/** Options of `MemoryStore.store`. */
export interface StoreOptions {
  /** @default 'short_term' */
  readonly memoryType?: MemoryType;
  /** @default [] */
  readonly tags?: readonly string[];
  /** Where it was learnt. @default none */
  readonly source?: string;
  /** Facts that go with it. @default {} */
  readonly context?: JsonObject;
  /** 0 to 1. @default 0.5 */
  readonly importance?: number;
}

/** Which short-term entries `MemoryStore.consolidate` promotes: those that meet either. */
export interface ConsolidateOptions {
  /** @default 0.7 */
  readonly minImportance?: number;
  /** @default 3 */
  readonly minAccessCount?: number;
}

/** What `MemoryStore.consolidate` did. */
export interface Consolidation {
  /** Ids that are long-term now. */
  readonly promoted: readonly string[];
  /** Ids of long-term entries forgotten to make room. */
  readonly evicted: readonly string[];
  /** Ids that had expired and are gone. */
  readonly expired: readonly string[];
  /** Short-term entries that are left. */
  readonly remaining: number;
}

/** Figures of a memory store. */
export interface MemoryStats {
  readonly owner: string;
  readonly total: number;
  readonly shortTerm: number;
  readonly longTerm: number;
  readonly byType: Readonly<Record<MemoryType, number>>;
  /** 0 without entries. */
  readonly averageImportance: number;
  readonly totalAccesses: number;
}

/** A memory as JSON. */
export interface MemoryExport {
  readonly schemaVersion: 1;
  readonly owner: string;
  readonly exportedAt: string;
  readonly entries: readonly MemoryEntry[];
}
