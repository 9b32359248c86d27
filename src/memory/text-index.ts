/** Ranked full-text search over named fields: BM25+ by minisearch, kept in step by whoever owns the texts. */
import MiniSearch, { type SearchResult } from 'minisearch';
import { queryWordsOf, termsOf, wordsOf } from './terms.ts';

interface Document<F extends string> {
  readonly id: string;
  readonly texts: Readonly<Record<F, string>>;
}

/** Words of a query that count; the rest is passed over, so that a long query costs no more. */
const MOST_QUERY_WORDS = 32;

/**
 * An index of texts by id. A word also finds what begins with it (from 4 letters); one that finds nothing so finds
 * what nearly equals it (from 5 letters).
 */
export class TextIndex<F extends string> {
  readonly #index: MiniSearch<Document<F>>;

  /** `fields` gives each field's weight. */
  constructor(fields: Readonly<Record<F, number>>) {
    this.#index = new MiniSearch<Document<F>>({
      fields: Object.keys(fields),
      idField: 'id',
      extractField: (document, name) => (name === 'id' ? document.id : document.texts[name as F]),
      tokenize: wordsOf,
      processTerm: termsOf,
      // Removed texts leave at once and not in the background: no timer is ever set.
      autoVacuum: false,
      searchOptions: {
        boost: { ...fields },
        tokenize: (query) => queryWordsOf(query).slice(0, MOST_QUERY_WORDS),
        prefix: (term) => term.length >= 4,
        maxFuzzy: 2,
      },
    });
  }

  add(id: string, texts: Readonly<Record<F, string>>): void {
    this.#index.add({ id, texts });
  }

  /** Takes the very texts that were added. */
  remove(id: string, texts: Readonly<Record<F, string>>): void {
    this.#index.remove({ id, texts });
  }

  clear(): void {
    this.#index.removeAll();
  }

  /** The ids of hits with their scores, the best first with score 1. Any word of the query is enough for a hit. */
  search(query: string): ReadonlyMap<string, number> {
    const hits = this.#search(query);
    const best = hits[0]?.score ?? 1;
    return new Map(hits.map((hit) => [hit.id as string, hit.score / best]));
  }

  /** Looks for near words only where there is no other way: that takes ten times as long. */
  #search(query: string): readonly SearchResult[] {
    const hits = this.#index.search(query);
    const found = new Set(hits.flatMap(({ queryTerms }) => queryTerms));
    const asked = new Set(queryWordsOf(query).slice(0, MOST_QUERY_WORDS).flatMap(termsOf));
    const isMissing = (term: string): boolean => term.length >= 5 && !found.has(term);
    if (![...asked].some(isMissing)) return hits;
    return this.#index.search(query, { fuzzy: (term) => isMissing(term) && 0.2 });
  }
}
