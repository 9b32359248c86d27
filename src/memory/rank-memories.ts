/** Which memories a query finds, and in what order. */
import type { MemoryEntry, MemoryQuery } from '../contracts/memory.ts';
import { checkInteger, checkNumber, checkOneOf, checkString, checkTextArray } from '../shared/check.ts';
import { compareTexts } from './compare-texts.ts';
import { MEMORY_TYPES } from './memory-entry.ts';
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
  { query, tags = [], memoryType, minImportance = 0, limit = 10 }: MemoryQuery,
): readonly MemoryEntry[] {
  checkTextArray('tags', tags);
  if (memoryType !== undefined) checkOneOf('memoryType', memoryType, MEMORY_TYPES);
  checkNumber('minImportance', minImportance, 0, 1);
  checkInteger('limit', limit);
  const text = query === undefined ? '' : checkString('query', query).trim();
  const scores = text === '' ? undefined : index.search(text);
  const accepted = entries.filter(
    (entry) =>
      (scores === undefined || scores.has(entry.id)) &&
      (memoryType === undefined || entry.memoryType === memoryType) &&
      entry.importance >= minImportance &&
      (tags.length === 0 || tags.some((tag) => entry.tags.includes(tag))),
  );
  if (scores === undefined) {
    return accepted
      .sort((a, b) => b.importance - a.importance || compareTexts(b.createdAt, a.createdAt))
      .slice(0, limit);
  }
  return accepted
    .flatMap((entry) => {
      const score = scores.get(entry.id);
      return score === undefined
        ? []
        : [{ entry, rank: score * (LEAST_SHARE + (1 - LEAST_SHARE) * entry.importance) }];
    })
    .sort((a, b) => b.rank - a.rank || compareTexts(b.entry.createdAt, a.entry.createdAt))
    .slice(0, limit)
    .map(({ entry }) => entry);
}
