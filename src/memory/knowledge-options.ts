/** What a knowledge base takes and gives: its options, figures and export. */
import type { Embedder } from '../contracts/embedder.ts';
import type { KnowledgeCategory, KnowledgeEntry } from '../contracts/memory.ts';
import type { IdSource } from '../shared/ids.ts';
import type { Clock } from '../shared/time.ts';

/** Options of `KnowledgeBase`. */
export interface KnowledgeBaseOptions {
  /** Entries held; one more is refused with `limit-reached`: knowledge never vanishes unasked. @default no limit */
  readonly maxEntries?: number;
  /** For `searchSemantic`. @default none: search by words alone */
  readonly embedder?: Embedder;
  readonly clock?: Clock;
  readonly ids?: IdSource;
}

/** Options of `KnowledgeBase.add`. */
export interface AddOptions {
  /** @default [] */
  readonly tags?: readonly string[];
  /** Where it comes from. @default none */
  readonly source?: string;
  /** Who wrote it. @default none */
  readonly author?: string;
  /** What it rests on: names of standards, addresses. @default [] */
  readonly references?: readonly string[];
  /** 0 to 1. @default 1 */
  readonly confidence?: number;
}

/** What `KnowledgeBase.update` changes; what is left out stays. */
export interface KnowledgeChanges {
  readonly title?: string;
  readonly content?: string;
  readonly category?: KnowledgeCategory;
  readonly tags?: readonly string[];
  readonly source?: string | null;
  readonly author?: string | null;
  readonly references?: readonly string[];
  readonly confidence?: number;
}

/** Figures of a knowledge base. */
export interface KnowledgeStats {
  readonly total: number;
  readonly byCategory: Readonly<Record<KnowledgeCategory, number>>;
  readonly totalViews: number;
  /** 0 without entries. */
  readonly averageConfidence: number;
  /** How many entries have each tag, the commonest first. */
  readonly tags: Readonly<Record<string, number>>;
}

/** A knowledge base as JSON. */
export interface KnowledgeExport {
  readonly schemaVersion: 1;
  readonly exportedAt: string;
  readonly entries: readonly KnowledgeEntry[];
}
