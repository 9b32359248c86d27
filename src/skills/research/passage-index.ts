/** Ranked search over passages, with the line that answers best. */
import MiniSearch from 'minisearch';
import type { TextFile } from '../../contracts/workspace.ts';
import type { Passage } from './passages.ts';

/** A passage that fits a query. */
export interface Hit {
  readonly passage: Passage;
  /** The line of the passage that holds most of the query's words. */
  readonly line: number;
  /** From that line on, as it is in the file, at most 400 characters. */
  readonly excerpt: string;
  readonly score: number;
}

export interface PassageQuery {
  /** Words to look for. */
  readonly text: string;
  /** Multiplies the score of a passage. @default 1 for all */
  readonly weigh?: (passage: Passage) => number;
  readonly limit: number;
  /** How many of the words a passage must hold. @default half of them, a third of five or more */
  readonly minWords?: number;
}

const MAX_EXCERPT = 400;
const STOP_WORDS = new Set(
  (
    'a an and are as at be by can could do does did for from has have how i in into is it its me my of on or our should so tell that the their there these this to ' +
    'was we were what when where which who whom why will with would you your explain describe show find please'
  ).split(' '),
);

/** Words of a text as the index knows them: lower case, camel case cut, plural endings taken off. */
function wordsOf(text: string): readonly string[] {
  return text
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1 && word.length <= 60 && !STOP_WORDS.has(word))
    .map(stem);
}

function stem(word: string): string {
  if (word.length > 5 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 6 && word.endsWith('ing')) return word.slice(0, -3).replace(/(.)\1$/, '$1');
  if (word.length > 4 && word.endsWith('ed')) return word.slice(0, -2);
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

interface Entry {
  readonly id: number;
  readonly title: string;
  readonly path: string;
  readonly text: string;
}

export class PassageIndex {
  readonly #passages: Passage[] = [];
  readonly #files = new Map<string, TextFile>();
  readonly #search = new MiniSearch<Entry>({
    fields: ['title', 'text', 'path'],
    tokenize: (text) => [...wordsOf(text)],
    processTerm: (term) => term,
    searchOptions: { boost: { title: 2.5, path: 0.7 }, prefix: (term) => term.length > 4, combineWith: 'OR' },
  });

  get passages(): readonly Passage[] {
    return this.#passages;
  }

  get size(): number {
    return this.#passages.length;
  }

  add(file: TextFile, passages: readonly Passage[]): void {
    this.#files.set(file.path, file);
    for (const passage of passages) {
      const text = file.lines
        .slice(passage.line - 1, passage.endLine)
        .join('\n')
        .slice(0, 20_000);
      this.#search.add({ id: this.#passages.length, title: passage.title, path: passage.path, text });
      this.#passages.push(passage);
    }
  }

  /** Best first. Empty when no passage holds enough of the words. */
  find({ text, weigh = () => 1, limit, minWords }: PassageQuery): readonly Hit[] {
    const words = [...new Set(wordsOf(text))].slice(0, 40);
    if (words.length === 0) return [];
    const needed = minWords ?? Math.ceil(words.length / (words.length < 5 ? 2 : 3));
    return this.#search
      .search(words.join(' '))
      .filter(({ queryTerms }) => queryTerms.length >= needed)
      .flatMap(({ id, score, queryTerms }) => {
        const passage = this.#passages[id as number];
        return passage === undefined
          ? []
          : [{ passage, score: score * weigh(passage) * (queryTerms.length / words.length) }];
      })
      .sort((a, b) => b.score - a.score || (a.passage.path < b.passage.path ? -1 : 1))
      .slice(0, limit)
      .map(({ passage, score }) => ({
        passage,
        score: Math.round(score * 100) / 100,
        ...this.#quote(passage, new Set(words)),
      }));
  }

  #quote(passage: Passage, words: ReadonlySet<string>): { readonly line: number; readonly excerpt: string } {
    const lines = this.#files.get(passage.path)?.lines.slice(passage.line - 1, passage.endLine) ?? [];
    const counts = lines.map((line) => {
      const found = new Set(wordsOf(line.slice(0, 5_000)).filter((word) => words.has(word))).size;
      // A heading names the answer; the line below it that has as many words gives it.
      return found > 0 && passage.kind === 'section' && /^#{1,6}\s/.test(line) ? found - 0.5 : found;
    });
    const most = Math.max(0, ...counts);
    const first = most === 0 ? lines.findIndex((line) => line.trim() !== '') : counts.indexOf(most);
    const at = Math.max(0, first);
    return { line: passage.line + at, excerpt: lines.slice(at).join('\n').trim().slice(0, MAX_EXCERPT) };
  }
}
