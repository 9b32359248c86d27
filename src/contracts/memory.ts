/** What agents remember and what all of them know: the shapes. The stores are in `memory/`. */
import type { JsonObject } from '../shared/json.ts';

/** The kinds of memory. */
export const MemoryType = {
  SHORT_TERM: 'short_term',
  LONG_TERM: 'long_term',
  EPISODIC: 'episodic',
  SEMANTIC: 'semantic',
  PROCEDURAL: 'procedural',
} as const;
/** What kind of memory an entry is; it decides how long it stays. */
export type MemoryType = (typeof MemoryType)[keyof typeof MemoryType];

/** One memory of an agent. */
export interface MemoryEntry {
  readonly id: string;
  readonly content: string;
  readonly memoryType: MemoryType;
  readonly tags: readonly string[];
  readonly source: string | null;
  readonly context: JsonObject;
  /** 0 to 1. */
  readonly importance: number;
  readonly accessCount: number;
  /** ISO 8601 in UTC, like the other times. */
  readonly createdAt: string;
  readonly lastAccessedAt: string;
  /** When it is forgotten, or null. */
  readonly expiresAt: string | null;
}

/** The categories of knowledge. */
export const KnowledgeCategory = {
  TECHNICAL: 'technical',
  DOMAIN: 'domain',
  PROCESS: 'process',
  BEST_PRACTICE: 'best_practice',
  PATTERN: 'pattern',
  CONVENTION: 'convention',
  LESSON_LEARNED: 'lesson_learned',
  REFERENCE: 'reference',
} as const;
/** What sort of knowledge an entry holds. */
export type KnowledgeCategory = (typeof KnowledgeCategory)[keyof typeof KnowledgeCategory];

/** One piece of knowledge. */
export interface KnowledgeEntry {
  readonly id: string;
  readonly title: string;
  readonly content: string;
  readonly category: KnowledgeCategory;
  readonly tags: readonly string[];
  readonly source: string | null;
  readonly author: string | null;
  readonly references: readonly string[];
  /** 0 to 1. */
  readonly confidence: number;
  readonly viewCount: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Which knowledge is looked for; what is left out matches all. */
export interface KnowledgeQuery {
  readonly query?: string;
  readonly category?: KnowledgeCategory;
  readonly tags?: readonly string[];
  readonly minConfidence?: number;
  /** @default 10 */
  readonly limit?: number;
}

/** The part of the knowledge base that skills need. */
export interface KnowledgeReader {
  /** One entry, unless it is unknown. */
  get(id: string): KnowledgeEntry | undefined;
  /** The entries that match, best first. */
  search(query: KnowledgeQuery): readonly KnowledgeEntry[];
}

/** Which memories are looked for; what is left out matches all. */
export interface MemoryQuery {
  readonly query?: string;
  readonly tags?: readonly string[];
  readonly memoryType?: MemoryType;
  readonly minImportance?: number;
  /** @default 10 */
  readonly limit?: number;
}

/** The part of a memory store that agents need. */
export interface AgentMemory {
  /** Remembers a content. Returns its id. */
  store(
    content: string,
    options?: {
      readonly memoryType?: MemoryType;
      readonly tags?: readonly string[];
      readonly source?: string;
      readonly context?: JsonObject;
      readonly importance?: number;
    },
  ): string;
  /** One memory, unless it is unknown, forgotten or expired. */
  retrieve(id: string): MemoryEntry | undefined;
  /** The memories that match, best first. */
  search(query: MemoryQuery): readonly MemoryEntry[];
}
