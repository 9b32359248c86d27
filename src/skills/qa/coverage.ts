/** Runs a repository's tests with coverage, in a copy. Only what this run wrote is read; only when asked to. */
import { lstat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import type { Availability, Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { locate } from '../kit/finding.ts';
import { isSourcePath, isTestPath } from '../source/classify-path.ts';
import { detectRunner, type TestRunnerName } from './detect-runner.ts';
import { type CoverageCount, type FileCoverage, readLcov } from './read-lcov.ts';
import { LCOV_FILE, runInCopy } from './run-in-copy.ts';

const MAX_FILES = 1_000;
const MAX_GAPS = 50;
/** What makes each runner write lcov into a folder. */
const ARGUMENTS: Partial<Readonly<Record<TestRunnerName, (folder: string) => readonly string[]>>> = {
  node: (folder) => [
    '--experimental-test-coverage',
    '--test-reporter=lcov',
    `--test-reporter-destination=${join(folder, LCOV_FILE)}`,
  ],
  vitest: (folder) => [
    '--coverage.enabled=true',
    '--coverage.provider=v8',
    '--coverage.reporter=lcovonly',
    `--coverage.reportsDirectory=${folder}`,
    '--coverage.reportOnFailure=true',
    '--coverage.clean=false',
  ],
  jest: (folder) => ['--coverage', '--coverageReporters=lcovonly', `--coverageDirectory=${folder}`],
};

const count = z.number().int();
const part = z.object({ found: count, hit: count });
const input = z
  .object({
    timeoutMs: z.number().int().positive().max(3_600_000).optional(),
    /** Percent of lines that must have run; nothing of the repository can lower it. */
    threshold: z.number().min(0).max(100).optional(),
  })
  .loose();
const output = z.object({
  runner: z.string(),
  sandbox: z.string(),
  tests: count,
  failedTests: count,
  lines: part,
  functions: part,
  branches: part,
  /** Of lines; 0 to 100 with one decimal. */
  percent: z.number(),
  threshold: z.number().nullable(),
  /** Null without a threshold. */
  isReached: z.boolean().nullable(),
  files: z.array(
    z.object({
      path: z.string(),
      lines: part,
      functions: part,
      branches: part,
      openLines: z.array(z.array(count)),
      openFunctions: z.array(z.object({ name: z.string(), line: count })),
    }),
  ),
});

/** What the repository's own tests run of it. A run that covers no file has failed. */
export const coverage: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'coverage',
  title: 'Test coverage',
  description: "Runs the repository's tests with coverage in a copy; needs permission to execute its code.",
  taskTypes: ['testing'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  available,
  async run({ timeoutMs = 300_000, threshold }, context) {
    const found = await detectRunner(context);
    if (found.status !== 'found') throw new OrchestratorError('tool-missing', found.reason);
    const { command } = found;
    const more = ARGUMENTS[command.runner];
    if (more === undefined) throw new OrchestratorError('tool-missing', `${command.runner} is not measured.`);
    const copied = await runInCopy(command, { timeoutMs, coverage: more }, context);
    const files: { covered: FileCoverage; file: TextFile }[] = [];
    for (const covered of readLcov(copied.coverage)) {
      context.signal.throwIfAborted();
      const path = pathOf(covered.file, copied.root);
      const file =
        path === undefined || isTestPath(path) || !isSourcePath(path)
          ? undefined
          : await context.workspace.read(path);
      if (file !== undefined && covered.lines.found > 0) files.push({ covered, file });
    }
    if (files.length === 0)
      throw new OrchestratorError('program-failed', 'The run covered no source file, which proves nothing.', {
        details: { runner: command.runner, exitCode: copied.run.exitCode },
      });
    const sum = (key: 'lines' | 'functions' | 'branches'): CoverageCount => ({
      found: files.reduce((total, { covered }) => total + covered[key].found, 0),
      hit: files.reduce((total, { covered }) => total + covered[key].hit, 0),
    });
    const lines = sum('lines');
    const percent = Math.floor((lines.hit / lines.found) * 1_000) / 10;
    const inOrder = [...files].sort(
      (a, b) => openOf(b.covered) - openOf(a.covered) || (a.file.path < b.file.path ? -1 : 1),
    );
    const data = {
      runner: command.runner,
      sandbox: copied.run.sandbox,
      tests: copied.results.passed + copied.results.failed,
      failedTests: copied.results.failed,
      lines,
      functions: sum('functions'),
      branches: sum('branches'),
      percent,
      threshold: threshold ?? null,
      isReached: threshold === undefined ? null : percent >= threshold,
      files: inOrder.slice(0, MAX_FILES).map(({ covered, file }) => ({
        path: file.path,
        lines: covered.lines,
        functions: covered.functions,
        branches: covered.branches,
        openLines: covered.openLines.slice(0, MAX_GAPS).map((one) => [...one]),
        openFunctions: covered.openFunctions.slice(0, MAX_GAPS).map((one) => ({ ...one })),
      })),
    };
    const judged =
      threshold === undefined
        ? ''
        : `; ${percent >= threshold ? 'at least' : 'less than'} the ${threshold} % asked for`;
    return {
      summary: `${percent} % of ${lines.found} lines in ${files.length} files ran in ${data.tests} tests${judged}.`,
      data,
      evidence: [
        copied.evidence,
        ...inOrder
          .slice(0, 10)
          .map(({ covered, file }) =>
            locate(file, Math.min(covered.openLines[0]?.[0] ?? 1, file.lines.length)),
          ),
      ],
    };
  },
};

async function available(context: SkillContext): Promise<Availability> {
  const found = await detectRunner(context);
  if (found.status === 'none') return { status: 'not-applicable', reason: found.reason };
  if (!context.allowExecute)
    return {
      status: 'unavailable',
      reason: 'Running the tests executes code of the repository; pass --execute to allow it.',
    };
  if (found.status !== 'found') return { status: 'unavailable', reason: found.reason };
  const { runner } = found.command;
  if (ARGUMENTS[runner] === undefined)
    return {
      status: 'not-applicable',
      reason: `Coverage is measured for node, vitest and jest, not for ${runner}.`,
    };
  const provider = join(context.workspace.root, 'node_modules', '@vitest', 'coverage-v8');
  if (runner === 'vitest' && (await lstat(provider).catch(() => undefined)) === undefined)
    return {
      status: 'unavailable',
      reason:
        'Vitest measures with a package that is not installed; run `npm install --save-dev @vitest/coverage-v8` there.',
    };
  return { status: 'available' };
}

function openOf({ lines }: FileCoverage): number {
  return lines.found - lines.hit;
}

function pathOf(file: string, root: string): string | undefined {
  const path = isAbsolute(file) ? relative(root, file) : file;
  return path === '' || path.startsWith('..') || isAbsolute(path) ? undefined : path.replaceAll('\\', '/');
}
