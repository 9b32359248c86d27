/** What a ranked search in a memory store costs, and how it grows with the entries. */
import { MemoryStore } from '../src/memory/memory-store.ts';
import { seededRandom } from '../src/testing/seeded.ts';
import type { Benchmark } from './measure.ts';

const SYLLABLES = 'ba be bi do du ka ke ko la le lo ma mi mo na ne no ra ri ro sa se so ta te to'.split(' ');
const SEARCHES = 50;

function makeTexts(count: number, random: () => number): readonly string[] {
  const word = (): string =>
    Array.from({ length: 3 }, () => SYLLABLES[Math.floor(random() ** 2 * SYLLABLES.length)]).join('');
  return Array.from({ length: count }, () => Array.from({ length: 20 }, word).join(' '));
}

export const memorySearch: Benchmark = {
  title: 'a ranked search for three words, for each search; floor: look for the words in every text',
  cases({ isQuick }) {
    return [100, 1_000, 10_000].map((count) => {
      const random = seededRandom(count);
      const texts = makeTexts(count, random);
      const store = new MemoryStore({ owner: 'bench', maxLongTerm: count });
      for (const content of texts) store.store(content, { memoryType: 'long_term', importance: random() });
      const lower = texts.map((text) => text.toLowerCase());
      const searches = isQuick && count > 1_000 ? SEARCHES / 5 : SEARCHES;
      return {
        what: `${count.toLocaleString('en')} entries`,
        unit: 'us',
        size: count,
        work: Math.max(count / 10, 100),
        measure(round) {
          const queries = Array.from({ length: searches }, (_, index) =>
            (texts[(round * searches + index) % count] ?? '').split(' ').slice(0, 3),
          );
          let found = 0;
          const start = performance.now();
          for (const words of queries) found += store.search({ query: words.join(' '), limit: 10 }).length;
          const middle = performance.now();
          for (const words of queries)
            found += lower.filter((text) => words.some((word) => text.includes(word))).length;
          const end = performance.now();
          if (found === 0) throw new Error('Expected the searches to find something.');
          const each = (ms: number): number => (ms * 1_000) / searches;
          return { own: each(middle - start), floor: each(end - middle) };
        },
      };
    });
  },
};
