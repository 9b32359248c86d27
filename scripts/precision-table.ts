/**
 * Reviews the repositories with planted faults and writes what was found into docs/precision.md: `npm run precision`.
 * Ends with 1, and leaves the page alone, when a skill's precision or recall in one of them is below 0.9.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type PreparedSample, prepareSample } from '../src/cli/sample/prepare-sample.ts';
import {
  differencesOf,
  precisionOf,
  recallOf,
  reviewSample,
  rowsBelow,
  type SkillScore,
  scoreSample,
} from '../tests/support/sample-score.ts';
import { makeVariant } from '../tests/support/sample-variant.ts';

const LEAST = 0.9;
const VARIANT_SEED = 3;
const root = new URL('../', import.meta.url);
const inProject = (path: string): string => fileURLToPath(new URL(path, root));

const REPOSITORIES: readonly { readonly name: string; readonly make: () => Promise<PreparedSample> }[] = [
  { name: 'sample-shop', make: () => prepareSample() },
  { name: `rewritten (seed ${VARIANT_SEED})`, make: () => makeVariant(VARIANT_SEED) },
  { name: 'python', make: () => prepareSample({ source: inProject('tests/fixtures/planted/python') }) },
  { name: 'monorepo', make: () => prepareSample({ source: inProject('tests/fixtures/planted/monorepo') }) },
];

interface Row extends SkillScore {
  readonly repository: string;
  readonly lookAlikes: number;
}

const rows: Row[] = [];
const notes: string[] = [];
for (const { name, make } of REPOSITORIES) {
  const sample = await make();
  try {
    const artifacts = await reviewSample(sample.root);
    const { lookAlikes } = sample.manifest;
    // What a skill that could not run would have found counts as missed.
    const scores = scoreSample(sample.manifest, artifacts);
    for (const score of scores) {
      const count = lookAlikes.filter(({ skill }) => skill === score.skill).length;
      rows.push({ ...score, repository: name, lookAlikes: count });
    }
    for (const { skill, summary } of artifacts.filter(({ status }) => status === 'unavailable'))
      notes.push(`${name}: ${skill} could not run: ${summary}`);
    notes.push(...differencesOf(scores).map((text) => `${name}: ${text}`));
  } finally {
    await sample.dispose();
  }
}

const wrongOf = ({ reported, right }: SkillScore): number => reported - right;
const sumOf = (some: readonly Row[], of: (row: Row) => number): number =>
  some.reduce((sum, row) => sum + of(row), 0);

function total(some: readonly Row[], skill: string, repository: string): Row {
  return {
    skill,
    repository,
    planted: sumOf(some, ({ planted }) => planted),
    found: sumOf(some, ({ found }) => found),
    reported: sumOf(some, ({ reported }) => reported),
    right: sumOf(some, ({ right }) => right),
    lookAlikes: sumOf(some, ({ lookAlikes }) => lookAlikes),
    missed: [],
    wrong: [],
  };
}

function line(row: Row): string {
  const figures = [row.planted, row.found, wrongOf(row), row.lookAlikes].map(String);
  const shares = [precisionOf(row), recallOf(row)].map((share) => share.toFixed(2));
  return `| ${[row.skill, row.repository, ...figures, ...shares].join(' | ')} |`;
}

const head = (first: string): readonly string[] => [
  `| ${first} | Repository | Planted | Found | Wrong | Look-alikes | Precision | Recall |`,
  '|---|---|--:|--:|--:|--:|--:|--:|',
];
const skills = [...new Set(rows.map(({ skill }) => skill))].sort((a, b) => (a < b ? -1 : 1));
const page = [
  '# Precision and recall',
  '',
  'Four repositories hold faults that were planted on purpose, and at least as many places that only look like faults:',
  'the sample shop (`examples/sample-shop`), a rewritten variant of it with other names, lines, shapes and faults, a',
  'Python service and a TypeScript monorepo (`tests/fixtures/planted`). The whole `repositoryReview` runs over each.',
  'A planted fault counts as found when a finding of its rule stands at its line; any other finding counts as wrong,',
  'whether or not it meets a look-alike.',
  '',
  '`npm run precision` writes this page. Tests hold every skill to 0.9 in each repository. The authors of the skills',
  'could see these repositories, so the figures say that nothing broke rather than how skills do on code they have',
  'never met. When the last two were first reviewed, before anything was corrected, 4 of 61 faults of the Python service',
  'and 2 of 69 of the monorepo were missed; nothing was reported wrongly. One miss asked of a rule what it leaves alone on',
  'purpose and was replaced; the others were general faults of the skills.',
  '',
  '## In all',
  '',
  ...head('Skills'),
  ...REPOSITORIES.map(({ name }) =>
    line(
      total(
        rows.filter(({ repository }) => repository === name),
        'all',
        name,
      ),
    ),
  ),
  line(total(rows, 'all', 'all')),
  '',
  '## By skill',
  '',
  ...head('Skill'),
  ...skills.flatMap((skill) => rows.filter((row) => row.skill === skill).map(line)),
  '',
  '## What was missed, wrong or not judged',
  '',
  ...(notes.length === 0 ? ['Nothing.'] : notes.map((note) => `- ${note.replaceAll('|', '\\|')}`)),
  '',
].join('\n');
console.log(page);
const low = rowsBelow(LEAST, rows);
if (low.length === 0) await writeFile(inProject('docs/precision.md'), page);
else {
  console.error(`Below ${LEAST}, so docs/precision.md stays as it was:\n${low.map(line).join('\n')}`);
  process.exitCode = 1;
}
