/** Ranks statements against a question by BM25, and says when nothing fits. */
import MiniSearch from 'minisearch';
import { type Statement, words } from './statements.ts';

/** Words that carry no subject: they neither select nor exclude. */
const STOP_WORDS = new Set(
  `a about all an and any are as at be been by can could did do does for from give had has have how i in is it its list me my of on or
   our out please should show so tell than that the their them there these they this to us was we were what when where which who why
   will with would you your find finds found finding findings result results report issue issues problem problems thing things know
   see look looking there's what's many much most worst summary summarise summarize summarised status repository repo project
   anything something everything here now got fix fixed fixes solve repair mend`.split(/\s+/),
);

/** The words of a question that name its subject. */
export function subjectOf(question: string): readonly string[] {
  return [...new Set(words(question.slice(0, 2000)).split(/[^\p{L}\p{N}]+/u))].filter(
    (word) => word.length > 1 && !STOP_WORDS.has(word),
  );
}

/** Best first; empty when no statement matches at least half of the question's subject words. */
export function rankStatements(
  question: string,
  statements: readonly Statement[],
  limit: number,
): readonly Statement[] {
  const subject = subjectOf(question);
  if (subject.length === 0) return [];
  const index = new MiniSearch<Statement>({
    fields: ['text', 'keywords'],
    processTerm: (term) => stem(term.toLowerCase()),
    tokenize: (text) =>
      words(text)
        .split(/[^\p{L}\p{N}]+/u)
        .filter((term) => term !== ''),
  });
  index.addAll(statements);
  const byId = new Map(statements.map((statement) => [statement.id, statement]));
  const needed = Math.max(1, Math.ceil(subject.length / 2));
  return index
    .search(subject.join(' '), {
      prefix: (term) => term.length > 3,
      fuzzy: (term) => (term.length > 5 ? 0.15 : false),
      boostDocument: (id) => (byId.get(String(id))?.finding === undefined ? 1 : 1.5),
    })
    .filter((hit) => hit.queryTerms.length >= needed)
    .slice(0, limit)
    .map((hit) => byId.get(String(hit.id)))
    .filter((statement) => statement !== undefined);
}

/** Cuts the commonest English endings, so that `secrets` meets `secret` and `tested` meets `test`. */
function stem(term: string): string {
  if (term.length <= 4) return term;
  return term.replace(/(?:ies|ied)$/, 'y').replace(/(?:ing|ed|es|s)$/, '');
}
