/** Reviews the tests of a repository without running them. */

import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { gatherParts } from '../kit/gather-parts.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { isCallableExport } from '../source/callable-export.ts';
import { isSourcePath } from '../source/classify-path.ts';
import { loadSources } from '../source/load-sources.ts';
import type { SourceModel, SourceModule } from '../source/source-model.ts';
import { QA_RULES } from './qa-rules.ts';
import { isPythonTestPath, reviewPythonTests } from './review-python-tests.ts';
import { reviewScriptTests } from './review-script-tests.ts';
import type { TestFacts } from './test-facts.ts';
import { untestedModules } from './untested-modules.ts';

/** More modules without a test than this are a state of things and no list of slips: the most used ones are named. */
const MOST_UNTESTED = 20;
const KEPT_UNTESTED = 10;

const count = z.number().int();
const input = z.object({}).loose();
const output = z.object({
  testFiles: count,
  tests: count,
  skipped: count,
  focused: count,
  todo: count,
  frameworks: z.record(z.string(), count),
  modules: z.object({ testable: count, untested: z.array(z.string()), untestedCount: count }),
});

interface ReviewedFile {
  readonly file: TextFile;
  readonly facts: TestFacts;
}

/** Focused, skipped and empty tests, and modules that no test reaches. */
export const testReview: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'test-review',
  title: 'Test review',
  description:
    'Reviews tests without running them: focused, skipped, without an assertion; modules that no test reaches.',
  taskTypes: ['testing', 'code_review'],
  sideEffects: 'read',
  rules: [
    QA_RULES['focused-test'],
    QA_RULES['skipped-test'],
    QA_RULES['test-without-assertion'],
    QA_RULES['untested-module'],
  ],
  input,
  output,
  async available(context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    if (files.some(({ path, language }) => isSourcePath(path) || language === 'python'))
      return { status: 'available' };
    return { status: 'not-applicable', reason: 'There is no JavaScript, TypeScript or Python file.' };
  },
  async run(_input, context) {
    const model = await loadSources(context.workspace, context.signal);
    const reviewed = [...(await reviewScripts(model, context.signal)), ...(await reviewPython(context))];
    const parts: FindingParts[] = reviewed.flatMap(({ file, facts }) =>
      facts.problems.map(({ rule, line, message }) => ({
        rule: QA_RULES[rule],
        message,
        location: locate(file, line),
      })),
    );
    const tests = new Set([
      ...reviewed.map(({ file }) => file.path),
      ...[...model.modules.values()].filter(({ isTest }) => isTest).map(({ path }) => path),
    ]);
    const { testable, untested } = untestedModules(model, reviewed.length === 0 ? new Set() : tests);
    if (reviewed.length > 0) parts.push(...untestedParts(model, untested, testable.length));
    const bare = reviewed.length === 0 ? await noTests(context, model, testable.length) : undefined;
    if (bare !== undefined) parts.push(bare);
    const evidence = readEvidence([...reviewed.map(({ file }) => file), ...untested.map(({ file }) => file)]);
    const places =
      evidence.length > 0
        ? evidence
        : bare === undefined
          ? readEvidence([...model.modules.values()].map(({ file }) => file))
          : [bare.location];
    const data = dataOf(reviewed, testable.length, untested);
    if (places.length === 0) {
      const reason = 'No source file could be read.';
      return { status: 'not-applicable', reason, summary: reason, data, evidence: [] };
    }
    return { summary: summaryOf(data), data, findings: makeFindings(parts), evidence: places };
  },
};

async function reviewScripts(model: SourceModel, signal: AbortSignal): Promise<ReviewedFile[]> {
  const reviewed: ReviewedFile[] = [];
  for (const module of model.modules.values()) {
    signal.throwIfAborted();
    if (!isPossibleTest(module)) continue;
    const { ast, file, imports } = module;
    const asserts = (specifier: string): boolean => {
      const target = imports.find((one) => one.specifier === specifier)?.target;
      const text = target === undefined ? '' : (model.modules.get(target)?.file.text ?? '');
      return (
        target !== undefined &&
        model.modules.get(target)?.isTest === true &&
        /\b(?:expect|assert\w*|should)\b\s*[.(]/.test(text)
      );
    };
    const facts = ast === undefined ? undefined : reviewScriptTests(ast, asserts);
    if (facts !== undefined) reviewed.push({ file, facts });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return reviewed;
}

/** Tests by place or name, and sources that hold tests of their own; not test data and benchmarks. */
function isPossibleTest({ path, isTest, isFixture, imports }: SourceModule): boolean {
  if (isFixture || /[._-](?:bench|benchmark|test-d)\.[^./]+$/.test(path)) return false;
  return (
    isTest ||
    imports.some(({ specifier }) => /^(?:node:test|vitest|bun:test|@jest\/globals|ava)$/.test(specifier))
  );
}

async function reviewPython({ workspace, signal }: SkillContext): Promise<ReviewedFile[]> {
  const { files } = await workspace.list({ signal });
  const reviewed: ReviewedFile[] = [];
  for (const { path } of files.filter((one) => isPythonTestPath(one.path))) {
    signal.throwIfAborted();
    const file = await workspace.read(path);
    const facts = file === undefined ? undefined : reviewPythonTests(file);
    if (file !== undefined && facts !== undefined) reviewed.push({ file, facts });
  }
  return reviewed;
}

function untestedParts(
  model: SourceModel,
  untested: readonly SourceModule[],
  testable: number,
): readonly FindingParts[] {
  const users = new Map(untested.map((module) => [module, model.graph.importers(module.path).length]));
  const mostUsedFirst =
    untested.length > MOST_UNTESTED
      ? [...untested].sort((a, b) => (users.get(b) ?? 0) - (users.get(a) ?? 0) || (a.path < b.path ? -1 : 1))
      : untested;
  return gatherParts(mostUsedFirst.map(describeUntested), {
    most: MOST_UNTESTED,
    kept: KEPT_UNTESTED,
    message: (others) =>
      `No test reaches ${others.length} more of the ${counted(testable, 'module')} that export functions or classes, this one among them.`,
  });
}

function describeUntested({ file, exports }: SourceModule): FindingParts {
  const names = exports
    .filter(isCallableExport)
    .map(({ name, localName }) => (name === 'default' ? (localName ?? name) : name));
  const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ' …' : '');
  const line = exports.find(isCallableExport)?.line ?? 1;
  return {
    rule: QA_RULES['untested-module'],
    message: `No test reaches this module, which exports ${shown}.`,
    location: locate(file, line),
    suggestion: 'Write a test that imports it.',
  };
}

/** The one finding for a repository without any test: at its manifest, or at its first source. */
async function noTests(
  { workspace, signal }: SkillContext,
  model: SourceModel,
  testable: number,
): Promise<FindingParts | undefined> {
  const { files } = await workspace.list({ signal });
  const hasPython = files.some(({ language }) => language === 'python');
  if (testable === 0 && !hasPython) return undefined;
  const candidates = [
    'package.json',
    'pyproject.toml',
    'setup.py',
    ...[...model.modules.keys()],
    ...files.filter(({ language }) => language === 'python').map(({ path }) => path),
  ];
  const paths = new Set(files.map(({ path }) => path));
  const first = candidates.find((path) => paths.has(path));
  const file = first === undefined ? undefined : await workspace.read(first);
  if (file === undefined) return undefined;
  return {
    rule: QA_RULES['untested-module'],
    message:
      testable === 0
        ? 'There is not a single test.'
        : `There is not a single test; ${counted(testable, 'module')} export functions or classes.`,
    location: locate(file, 1),
    suggestion: 'Begin with the module that most others depend on.',
  };
}

function dataOf(
  reviewed: readonly ReviewedFile[],
  testable: number,
  untested: readonly SourceModule[],
): z.infer<typeof output> {
  const sum = (field: 'tests' | 'skipped' | 'focused' | 'todo'): number =>
    reviewed.reduce((total, { facts }) => total + facts[field], 0);
  const frameworks: Record<string, number> = {};
  for (const { facts } of reviewed) frameworks[facts.framework] = (frameworks[facts.framework] ?? 0) + 1;
  return {
    testFiles: reviewed.length,
    tests: sum('tests'),
    skipped: sum('skipped'),
    focused: sum('focused'),
    todo: sum('todo'),
    frameworks,
    modules: {
      testable,
      untested: untested.slice(0, 1000).map(({ path }) => path),
      untestedCount: untested.length,
    },
  };
}

function summaryOf({ testFiles, tests, skipped, focused, modules }: z.infer<typeof output>): string {
  if (testFiles === 0) return 'There are no test files.';
  const seen = `${counted(tests, 'test')} in ${counted(testFiles, 'file')}, ${skipped} skipped, ${focused} focused`;
  if (modules.testable === 0)
    return `${seen}; which modules they reach is told of JavaScript and TypeScript modules that export functions or classes, and none is seen.`;
  return `${seen}; no test reaches ${modules.untestedCount} of ${counted(modules.testable, 'module')} with exported functions or classes.`;
}
