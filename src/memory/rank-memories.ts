/** Which memories a query finds, and in what order. */
import type { MemoryEntry, MemoryQuery } from '../contracts/memory.ts';
import { checkNumber, checkOneOf } from '../shared/check.ts';
import { compareTexts } from './compare-texts.ts';
import { MEMORY_TYPES } from './memory-entry.ts';
import { rankEntries } from './rank-entries.ts';
import type { TextIndex } from './text-index.ts';

/** The share of a text's score that stays when its entry has no importance at all. */
const LEAST_SHARE = 0.7;

/**
 * Filters, then ranks by text score × (0.7 + 0.3 × importance), or by importance without a query. Of equals the newest
 * comes first, then the one that stands first in `entries`. Throws `InvalidArgumentError` for a bad query.
 */
export function rankMemories(
  entries: readonly MemoryEntry[],
  index: TextIndex<'content' | 'tags' | 'source'>,
  query: MemoryQuery,
): readonly MemoryEntry[] {
  const { memoryType, minImportance = 0 } = query;
  if (memoryType !== undefined) checkOneOf('memoryType', memoryType, MEMORY_TYPES);
  checkNumber('minImportance', minImportance, 0, 1);
  const newestFirst = (a: MemoryEntry, b: MemoryEntry): number => compareTexts(b.createdAt, a.createdAt);
  return rankEntries(entries, index, query, {
    accepts: (entry) =>
      (memoryType === undefined || entry.memoryType === memoryType) && entry.importance >= minImportance,
    byWorth: (a, b) => b.importance - a.importance || newestFirst(a, b),
    rank: (score, { importance }) => score * (LEAST_SHARE + (1 - LEAST_SHARE) * importance),
    amongEquals: newestFirst,
  });
}
