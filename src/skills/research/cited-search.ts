/** Answers questions with passages of the workspace and the knowledge base, each with its place; writes no text of its own. */

import { z } from 'zod';
import type { Evidence } from '../../contracts/artifact.ts';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { digestOf } from '../../shared/json.ts';
import { locate } from '../kit/finding.ts';
import { type Hit, PassageIndex } from './passage-index.ts';
import { passagesOf } from './passages.ts';
import { questionsOf } from './questions.ts';

const MAX_PASSAGES = 20_000;
const MAX_CHARACTERS = 20_000_000;
const MAX_EVIDENCE = 60;

const input = z.object({
  /** Questions or words. @default the request when it is a question, else what a newcomer asks */
  queries: z.array(z.string().trim().min(1).max(500)).max(20).optional(),
  /** Passages per query. @default 5 */
  limit: z.number().int().min(1).max(50).optional(),
});
const output = z.object({
  answers: z.array(
    z.object({
      query: z.string(),
      results: z.array(
        z.object({
          query: z.string(),
          source: z.enum(['workspace', 'knowledge']),
          /** In the workspace; null for the knowledge base. */
          path: z.string().nullable(),
          line: z.number().nullable(),
          /** Of the knowledge base; null in the workspace. */
          documentId: z.string().nullable(),
          title: z.string(),
          excerpt: z.string(),
          /** Comparable within one answer; null for what is not ranked: the README's opening, the knowledge base. */
          score: z.number().nullable(),
        }),
      ),
      note: z.string().nullable(),
    }),
  ),
  passages: z.number(),
  files: z.number(),
});
type Output = z.infer<typeof output>;

/** Finds passages with path and line for questions; by default for those of a newcomer. */
export const citedSearch: Skill<z.infer<typeof input>, Output> = {
  name: 'cited-search',
  title: 'Cited search',
  description:
    'Finds ranked passages, each with path and line, in documents, comments and manifests, and in the knowledge base.',
  taskTypes: ['research', 'documentation', 'planning'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  inputFor: (question) => ({ queries: [question.trim().slice(0, 500)] }),
  async available(context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    if (files.length > 0) return { status: 'available' };
    return { status: 'not-applicable', reason: 'The folder has no text file to search.' };
  },
  async run({ queries, limit = 5 }, context) {
    const { index, read } = await buildIndex(context);
    const evidence: Evidence[] = [];
    const answers = questionsOf(queries, {
      request: context.request,
      name: context.workspace.name,
    }).map((question) => {
      const { query, text, weigh } = question;
      const results: Output['answers'][number]['results'] = [];
      const ranked = index.find({
        text,
        weigh,
        limit,
        ...(question.minWords === undefined ? {} : { minWords: question.minWords }),
      });
      const least = (ranked[0]?.score ?? 0) * (question.leastShare ?? 0);
      const hits = ranked.filter(({ score }) => score >= least);
      const opening = question.isIntroduction === true ? openingOf(read) : undefined;
      for (const { passage, line, excerpt, score } of opening === undefined
        ? hits
        : [opening, ...hits].slice(0, limit)) {
        const { path, title } = passage;
        results.push({
          query,
          source: 'workspace',
          path,
          line,
          documentId: null,
          title: title.slice(0, 200),
          excerpt,
          score,
        });
        const file = read.get(path);
        if (file !== undefined && evidence.length < MAX_EVIDENCE) evidence.push(locate(file, line));
      }
      for (const entry of context.knowledge.search({ query: text, limit })) {
        const { id, title, content } = entry;
        results.push({
          query,
          source: 'knowledge',
          path: null,
          line: null,
          documentId: id,
          title: title.slice(0, 200),
          excerpt: content.slice(0, 400),
          score: null,
        });
        if (evidence.length < MAX_EVIDENCE)
          evidence.push({ type: 'document', id, title, digest: digestOf(content) });
      }
      return {
        query,
        results,
        note: results.length === 0 ? 'Nothing in the workspace or the knowledge base answers this.' : null,
      };
    });
    const found = answers.reduce((sum, { results }) => sum + results.length, 0);
    const unanswered = answers.filter(({ results }) => results.length === 0).length;
    return {
      summary:
        `${counted(found, 'passage')} share words with ${answers.length - unanswered} of ${counted(answers.length, 'query', 'queries')}` +
        `${unanswered === 0 ? '' : `; ${unanswered} found nothing`}. ${counted(index.size, 'passage')} of ${counted(read.size, 'file')} were searched.`,
      data: { answers, passages: index.size, files: read.size },
      // An empty answer is proved by what was read.
      evidence:
        evidence.length > 0
          ? dropRepeats(evidence)
          : [...read.values()].slice(0, 20).map((file) => locate(file, 1)),
      ...(read.size === 0 && evidence.length === 0
        ? {
            status: 'not-applicable' as const,
            reason: 'No file of the folder holds prose, comments or manifest fields.',
          }
        : {}),
    };
  },
};

/** Passages of the workspace and the files they are in; made once for each workspace. */
export function buildIndex({
  workspace,
  signal,
}: SkillContext): Promise<{ index: PassageIndex; read: Map<string, TextFile> }> {
  return workspace.memo('research:passages', async () => {
    const index = new PassageIndex();
    const read = new Map<string, TextFile>();
    let characters = 0;
    const { files } = await workspace.list({ signal });
    for (const { path } of [...files].sort((a, b) => rank(a.path) - rank(b.path))) {
      if (index.size >= MAX_PASSAGES || characters >= MAX_CHARACTERS) break;
      signal.throwIfAborted();
      const file = await workspace.read(path);
      if (file === undefined) continue;
      const passages = passagesOf(file);
      if (passages.length === 0) continue;
      characters += file.text.length;
      read.set(path, file);
      index.add(file, passages);
    }
    return { index, read };
  });
}

/** The first paragraph of the README at the root, past headings, pictures and badges. */
function openingOf(
  read: ReadonlyMap<string, TextFile>,
): (Omit<Hit, 'score'> & { readonly score: null }) | undefined {
  const file = [...read.values()].find(({ path }) => /^readme(?:\.\w+)?$/i.test(path));
  if (file === undefined) return undefined;
  const { path, lines } = file;
  let isFenced = false;
  const index = lines.slice(0, 80).findIndex((text) => {
    if (/^\s*(?:```|~~~)/.test(text)) isFenced = !isFenced;
    return (
      !isFenced &&
      /^(?:\*\*|__)?[^#<![\-*`|=>:.~_]/.test(text.trim()) &&
      text.replace(/[^\p{L}]/gu, '').length >= 20
    );
  });
  if (index === -1) return undefined;
  const end = lines.findIndex((text, at) => at > index && text.trim() === '');
  const endLine = end === -1 ? lines.length : end;
  const excerpt = lines.slice(index, endLine).join('\n').trim().slice(0, 400);
  return {
    passage: { path, kind: 'section', title: 'Opening', line: index + 1, endLine },
    line: index + 1,
    excerpt,
    score: null,
  };
}

/** Documents before manifests before code, so that the limits cut code. */
function rank(path: string): number {
  if (/\.(?:md|markdown|mdx|rst|adoc|txt)$/i.test(path)) return 0;
  return /(?:json|toml|Makefile|\.env[\w.-]*)$/.test(path) ? 1 : 2;
}

function dropRepeats(evidence: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>();
  return evidence.filter((one) => {
    const key = one.type === 'location' ? `${one.path}:${one.line}` : one.type === 'document' ? one.id : '';
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
