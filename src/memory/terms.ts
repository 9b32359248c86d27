/** How texts become the terms that are searched: words, the parts of compound names, pairs of ideographs. */

const LONGEST_TERM = 64;
const SEPARATORS = /[\s\p{Z}\p{P}\p{S}]+/u;
/** Writing without spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const MARKS = /\p{M}+/gu;
/** Where a name like `parseHTTPHeader2` is cut. */
const HUMPS = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

/** English words that stand in nearly every question. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by can could did do does for from had has have how i if in into is it its may me my ' +
    'not of on or our should so than that the their them then there these they this to us was we were what when where ' +
    'which who why will with would you your'
  ).split(' '),
);

/** Cuts a text into words. Those over 64 characters are left out: they are data and not words. */
export function wordsOf(text: string): string[] {
  return text.split(SEPARATORS).filter((word) => word !== '' && word.length <= LONGEST_TERM);
}

/** The words of a query, each once, without those that say nothing; a query of such words alone keeps them. */
export function queryWordsOf(query: string): string[] {
  const words = [...new Set(wordsOf(query))];
  const telling = words.filter((word) => !STOP_WORDS.has(word.toLowerCase()));
  return telling.length > 0 ? telling : words;
}

/** The terms that a word counts as, in lower case and without accents: itself, and its parts when it is made of several. */
export function termsOf(word: string): string[] {
  const parts = word.split(HUMPS);
  const terms = new Set([plain(word)]);
  if (parts.length > 1) for (const part of parts) terms.add(plain(part));
  if (UNSPACED.test(word)) for (const pair of pairsOf(word)) terms.add(pair);
  terms.delete('');
  return [...terms];
}

function plain(word: string): string {
  return word.normalize('NFKD').replaceAll(MARKS, '').toLowerCase();
}

function pairsOf(word: string): readonly string[] {
  const characters = [...word.normalize('NFKD')];
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
}
