/** Sets options against criteria with passages that speak of both; where there is none, the cell stays empty. */
import { z } from 'zod';
import type { Evidence } from '../../contracts/artifact.ts';
import type { Skill } from '../../contracts/skill.ts';
import { digestJson, digestOf } from '../../shared/json.ts';
import { locate } from '../kit/finding.ts';
import { notApplicable } from '../kit/not-applicable.ts';
import { buildIndex } from './cited-search.ts';
import { type Names, namesOne, passagesNaming } from './named-passages.ts';

const MAX_PER_CELL = 3;
const MAX_EVIDENCE = 100;
const MAX_KNOWLEDGE = 1_000;

const word = z.string().trim().min(2).max(100);
/** A name, or a name with others for the same thing. */
const named = z.union([word, z.object({ name: word, aliases: z.array(word).max(10).default([]) })]);
const input = z.looseObject({
  options: z.array(named).max(20).optional(),
  criteria: z.array(named).max(20).optional(),
});
const output = z.object({
  options: z.array(z.string()),
  criteria: z.array(z.string()),
  cells: z.array(
    z.object({
      option: z.string(),
      criterion: z.string(),
      /** Empty when nothing names both. */
      passages: z.array(
        z.object({
          source: z.enum(['workspace', 'knowledge']),
          path: z.string().nullable(),
          line: z.number().nullable(),
          documentId: z.string().nullable(),
          excerpt: z.string(),
        }),
      ),
    }),
  ),
  /** Cells without a passage. */
  gaps: z.array(z.object({ option: z.string(), criterion: z.string() })),
  filesSearched: z.number(),
});
type Output = z.infer<typeof output>;
type Passage = Output['cells'][number]['passages'][number];

/** A matrix in which every filled cell quotes its source. It judges nothing and invents nothing. */
export const comparison: Skill<z.infer<typeof input>, Output> = {
  name: 'comparison',
  title: 'Comparison',
  description:
    'Fills a matrix of given options and criteria with cited passages that name both; lists the cells without any.',
  taskTypes: ['research'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  available: async () => ({ status: 'available' }),
  async run({ options: givenOptions = [], criteria: givenCriteria = [] }, context) {
    if (givenOptions.length === 0 || givenCriteria.length === 0)
      return notApplicable(
        'Nothing is given to compare: a task of your own can pass `options` and `criteria` in `metadata.skillInputs.comparison`.',
      );
    const options = givenOptions.map(namesOf);
    const criteria = givenCriteria.map(namesOf);
    const { index, read } = await buildIndex(context);
    const knowledge = context.knowledge.search({ limit: MAX_KNOWLEDGE });
    const evidence = new Map<string, Evidence>();
    const cells: Output['cells'] = [];
    for (const option of options) {
      const about = index.passages.filter(({ path, line, endLine, title, kind }) => {
        if (kind === 'field') return false;
        const lines = read.get(path)?.lines.slice(line - 1, endLine) ?? [];
        return namesOne(title, option) || lines.some((text) => namesOne(text, option));
      });
      for (const criterion of criteria) {
        context.signal.throwIfAborted();
        const passages: Passage[] = [];
        for (const { path, line, endLine, title, kind } of about) {
          const file = read.get(path);
          if (passages.length >= MAX_PER_CELL || file === undefined) break;
          // The code under a comment is no heading above it.
          const isTitled = kind === 'section' && namesOne(title, option);
          const [found] = passagesNaming(file.lines.slice(line - 1, endLine), option, criterion, {
            isTitled,
          });
          if (found === undefined) continue;
          const at = line - 1 + found.line;
          passages.push({ source: 'workspace', path, line: at, documentId: null, excerpt: found.excerpt });
          evidence.set(`${path}:${at}`, locate(file, at, { endLine: line - 1 + found.endLine }));
        }
        for (const { id, title, content } of knowledge) {
          if (passages.length >= MAX_PER_CELL) break;
          const [found] = passagesNaming(content.split(/\r\n|\n|\r/), option, criterion, {
            isTitled: namesOne(title, option),
          });
          if (found === undefined) continue;
          passages.push({
            source: 'knowledge',
            path: null,
            line: null,
            documentId: id,
            excerpt: found.excerpt,
          });
          evidence.set(id, { type: 'document', id, title: title.slice(0, 200), digest: digestOf(content) });
        }
        cells.push({ option: option[0] ?? '', criterion: criterion[0] ?? '', passages });
      }
    }
    const gaps = cells.filter(({ passages }) => passages.length === 0);
    const data: Output = {
      options: options.map(([name = '']) => name),
      criteria: criteria.map(([name = '']) => name),
      cells,
      gaps: gaps.map(({ option, criterion }) => ({ option, criterion })),
      filesSearched: read.size,
    };
    const asked: Evidence = {
      type: 'document',
      id: 'input',
      title: 'Options and criteria given as input',
      digest: digestJson({ options: givenOptions, criteria: givenCriteria }),
    };
    return {
      summary: `${cells.length - gaps.length} of ${cells.length} cells have a passage that names option and criterion; ${gaps.length} are gaps.`,
      data,
      evidence: [
        asked,
        ...[...evidence.values()].slice(0, MAX_EVIDENCE),
        // What was searched in vain is named as well.
        ...(evidence.size === 0 ? [...read.values()].slice(0, 20).map((file) => locate(file, 1)) : []),
      ],
    };
  },
};

function namesOf(given: z.infer<typeof named>): Names {
  return typeof given === 'string' ? [given] : [given.name, ...given.aliases];
}
