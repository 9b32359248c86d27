/** What memories and knowledge have in common when something is looked for: filter, rank by text, cut. */
import { checkInteger, checkString, checkTextArray } from '../shared/check.ts';

/** The part of a query that every kind of entry has. */
interface CommonQuery {
  readonly query?: string;
  /** One of them is enough. */
  readonly tags?: readonly string[];
  readonly limit?: number;
}

/** How one kind of entry is judged. */
export interface Ranking<E> {
  accepts(entry: E): boolean;
  /** Sorts without a query. */
  byWorth(a: E, b: E): number;
  /** What an entry's text score (0 to 1) is worth; higher comes first. */
  rank(score: number, entry: E): number;
  /** Sorts entries of equal rank. */
  amongEquals(a: E, b: E): number;
}

/**
 * The accepted entries, best first; of equals the one that stands first in `entries`.
 * Throws `InvalidArgumentError` for a bad query.
 *
 * @default limit 10
 */
export function rankEntries<E extends { readonly id: string; readonly tags: readonly string[] }>(
  entries: readonly E[],
  index: { search(query: string): ReadonlyMap<string, number> },
  { query, tags = [], limit = 10 }: CommonQuery,
  { accepts, byWorth, rank, amongEquals }: Ranking<E>,
): readonly E[] {
  checkTextArray('tags', tags);
  checkInteger('limit', limit);
  const text = query === undefined ? '' : checkString('query', query).trim();
  const accepted = entries.filter(
    (entry) => (tags.length === 0 || tags.some((tag) => entry.tags.includes(tag))) && accepts(entry),
  );
  if (text === '') return accepted.sort(byWorth).slice(0, limit);
  const scores = index.search(text);
  return accepted
    .flatMap((entry) => {
      const score = scores.get(entry.id);
      return score === undefined ? [] : [{ entry, rank: rank(score, entry) }];
    })
    .sort((a, b) => b.rank - a.rank || amongEquals(a.entry, b.entry))
    .slice(0, limit)
    .map(({ entry }) => entry);
}
