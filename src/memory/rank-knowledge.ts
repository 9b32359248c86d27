/** Which entries of a knowledge base a query finds, and in what order. */
import type { KnowledgeEntry, KnowledgeQuery } from '../contracts/memory.ts';
import { checkInteger, checkNumber, checkOneOf, checkString, checkTextArray } from '../shared/check.ts';
import { compareTexts } from './compare-texts.ts';
import { KNOWLEDGE_CATEGORIES } from './knowledge-entry.ts';
import type { TextIndex } from './text-index.ts';

/**
 * Filters, then ranks by text, in steps of one hundredth of the best score; within a step, or without a query, by
 * confidence. Of equals the newest comes first, then the one that stands first in `entries`. Throws `InvalidArgumentError` for a bad query.
 */
export function rankKnowledge(
  entries: readonly KnowledgeEntry[],
  index: TextIndex<'title' | 'tags' | 'content' | 'references'>,
  { query, category, tags = [], minConfidence = 0, limit = 10 }: KnowledgeQuery,
): readonly KnowledgeEntry[] {
  if (category !== undefined) checkOneOf('category', category, KNOWLEDGE_CATEGORIES);
  checkTextArray('tags', tags);
  checkNumber('minConfidence', minConfidence, 0, 1);
  checkInteger('limit', limit);
  const text = query === undefined ? '' : checkString('query', query).trim();
  const scores = text === '' ? undefined : index.search(text);
  const accepted = entries.filter(
    (entry) =>
      (scores === undefined || scores.has(entry.id)) &&
      (category === undefined || entry.category === category) &&
      entry.confidence >= minConfidence &&
      (tags.length === 0 || tags.some((tag) => entry.tags.includes(tag))),
  );
  if (scores === undefined) {
    return accepted
      .sort((a, b) => b.confidence - a.confidence || compareTexts(b.updatedAt, a.updatedAt))
      .slice(0, limit);
  }
  return accepted
    .flatMap((entry) => {
      const score = scores.get(entry.id);
      return score === undefined ? [] : [{ entry, step: Math.round(score * 100) }];
    })
    .sort(
      (a, b) =>
        b.step - a.step ||
        b.entry.confidence - a.entry.confidence ||
        compareTexts(b.entry.updatedAt, a.entry.updatedAt),
    )
    .slice(0, limit)
    .map(({ entry }) => entry);
}
