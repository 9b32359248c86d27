/** What a cited search looks for: the words of a question, or, for what a newcomer asks of every project, where that stands. */
import { posix } from 'node:path';
import type { SkillContext } from '../../contracts/skill.ts';
import type { Passage } from './passages.ts';

/** What is looked for, under the question that is shown. */
export interface Question {
  readonly query: string;
  readonly text: string;
  /** Multiplies the score of a passage. */
  readonly weigh: (passage: Passage) => number;
  readonly minWords?: number;
  /** Passages with less than this share of the best score are left out. @default 0 */
  readonly leastShare?: number;
  /** True when the first sentence of the README is the answer. */
  readonly isIntroduction?: boolean;
}

export interface Asked {
  readonly request: SkillContext['request'];
  /** Of the workspace. */
  readonly name: string;
}

/** What every newcomer asks, under the question that is shown by default. */
interface Topic {
  readonly query: string;
  /** Words of which a question about it is made. */
  readonly words: RegExp;
  /** What is searched. */
  readonly text: string;
  readonly heading: RegExp;
  /** True where variables of the environment are an answer. */
  readonly isAboutSettings?: boolean;
}

const TOPICS: readonly Topic[] = [
  {
    query: 'How is it run?',
    words:
      /^(?:run|runs|running|start|started|starts|launch|launched|install|installed|installation|set|setup|up|use|used|usage|get|getting|begin|quickstart|locally|development)$/,
    text: 'install run start usage quick start getting started',
    heading:
      /install|usage|getting started|quick ?start|(?:^|how to |and |& )run(?:ning)?\b|^(?:start|dev|bin)$/i,
  },
  {
    query: 'How is it configured?',
    words: /^(?:configure|configured|configuration|config|settings?|options?|environment|variables?)$/,
    text: 'configuration config environment variables settings options',
    heading: /config|environment|settings|options|variables/i,
    isAboutSettings: true,
  },
  {
    query: 'How is it tested?',
    words: /^(?:tests?|tested|testing|run|runs)$/,
    text: 'test testing tests coverage',
    heading: /\btest(?:s|ing)?\b|coverage/i,
  },
];
/** What says nothing about which of the topics is meant. */
const FILLER =
  /^(?:a|about|all|an|app|application|are|be|can|code|do|does|for|here|how|i|in|is|it|its|library|me|my|of|one|on|our|package|program|project|purpose|repo|repository|service|should|software|that|the|this|to|tool|we|what|which|you|your)$/;
/** Code and notes far below what answers are no answer. */
const LEAST_SHARE = 1 / 40;

/** The queries; else the questions of the request; else what a newcomer asks. */
export function questionsOf(
  queries: readonly string[] | undefined,
  { request, name }: Asked,
): readonly Question[] {
  const asked =
    queries !== undefined && queries.length > 0
      ? queries
      : [request.description, request.title].map(questionsIn).find((found) => found.length > 0);
  if (asked !== undefined) return asked.map((query) => readQuestion(query, name));
  return [introduction('What is it?', name), ...TOPICS.map((topic) => orientation(topic.query, topic))];
}

/** A question that only asks what, or how, the whole is run, configured or tested, in whatever words. */
function readQuestion(query: string, name: string): Question {
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const own = new Set(name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const telling = words.filter((word) => !FILLER.test(word) && !own.has(word));
  if (telling.length === 0 && words[0] === 'what') return introduction(query, name);
  // Tests first: `how do I run the tests` is made of words of both.
  const topic = [...TOPICS].reverse().find((one) => telling.every((word) => one.words.test(word)));
  const isAsked = words[0] === 'how' || words[0] === 'what';
  if (isAsked && telling.length > 0 && topic !== undefined)
    return orientation(query, telling.every((word) => /^runs?$/.test(word)) ? (TOPICS[0] ?? topic) : topic);
  return { query, text: query, weigh: weighPlain };
}

function introduction(query: string, name: string): Question {
  return {
    query,
    text: `overview introduction about description purpose ${name}`,
    weigh: weighIntroduction,
    isIntroduction: true,
  };
}

/** What stands under a fitting heading, near the root, goes first, above all in the README; comments in code come last. */
function orientation(query: string, { text, heading, isAboutSettings = false }: Topic): Question {
  const weigh = (passage: Passage): number => {
    const { kind, path, title } = passage;
    const last = title.split(' › ').at(-1) ?? '';
    const fits = kind !== 'comment' && heading.test(last);
    const isSetting = /(?:^|\/)\.env[\w.-]*$/.test(path);
    const isAside = kind === 'comment' || (isSetting && !isAboutSettings);
    const nearness = /^readme[\w.-]*$/i.test(path) ? 2 : 0.6 ** (path.split('/').length - 1);
    // An example has a README of its own, which says how that one is run.
    const isOther = /(?:^|\/)(?:examples?|fixtures|samples?)\//.test(path);
    const share = (isAside ? 0.25 : 1) * (isOther ? 0.2 : 1);
    return weighPlain(passage) * (fits ? 6 : 1) * nearness * share;
  };
  return { query, text, weigh, minWords: 1, leastShare: LEAST_SHARE };
}

/** Sentences that end with a question mark, at most three. */
function questionsIn(text: string): readonly string[] {
  return (text.slice(0, 5_000).match(/[^.!?\n]{3,300}\?/g) ?? [])
    .map((sentence) => sentence.trim())
    .slice(0, 3);
}

/** Prose first, then manifests; texts of tests and histories last. */
function weighPlain({ path, kind }: Passage): number {
  const isHistory = /(?:^|\/)(?:CHANGELOG|CHANGES|HISTORY|RELEASES?)[\w.-]*$/i.test(path);
  const isSide = /(?:^|\/)(?:tests?|__tests__|spec|fixtures|examples?|vendor)\//.test(path);
  const weight = kind === 'section' ? 1.5 : kind === 'field' ? 1.2 : 1;
  return weight * (isHistory ? 0.3 : 1) * (isSide ? 0.5 : 1) * (/^readme[\w.-]*$/i.test(path) ? 1.5 : 1);
}

function weighIntroduction(passage: Passage): number {
  const { path, title, line } = passage;
  const isReadme = /^readme[\w.-]*$/i.test(path);
  if (isReadme && line <= 3) return weighPlain(passage) * 6;
  if (path === 'package.json') return title === 'description' || title === 'name' ? 8 : 0.3;
  return weighPlain(passage) * (posix.dirname(path) === '.' ? 1 : 0.6);
}
