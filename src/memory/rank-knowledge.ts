/** Which entries of a knowledge base a query finds, and in what order. */
import type { KnowledgeEntry, KnowledgeQuery } from '../contracts/memory.ts';
import { checkNumber, checkOneOf } from '../shared/check.ts';
import { compareTexts } from './compare-texts.ts';
import { KNOWLEDGE_CATEGORIES } from './knowledge-entry.ts';
import { rankEntries } from './rank-entries.ts';
import type { TextIndex } from './text-index.ts';

/**
 * Filters, then ranks by text, in steps of one hundredth of the best score; within a step, or without a query, by
 * confidence. Of equals the newest comes first, then the one that stands first in `entries`. Throws `InvalidArgumentError` for a bad query.
 */
export function rankKnowledge(
  entries: readonly KnowledgeEntry[],
  index: TextIndex<'title' | 'tags' | 'content' | 'references'>,
  query: KnowledgeQuery,
): readonly KnowledgeEntry[] {
  const { category, minConfidence = 0 } = query;
  if (category !== undefined) checkOneOf('category', category, KNOWLEDGE_CATEGORIES);
  checkNumber('minConfidence', minConfidence, 0, 1);
  const byConfidence = (a: KnowledgeEntry, b: KnowledgeEntry): number =>
    b.confidence - a.confidence || compareTexts(b.updatedAt, a.updatedAt);
  return rankEntries(entries, index, query, {
    accepts: (entry) =>
      (category === undefined || entry.category === category) && entry.confidence >= minConfidence,
    byWorth: byConfidence,
    rank: (score) => Math.round(score * 100),
    amongEquals: byConfidence,
  });
}
