/** Runs a repository's own tests: in a copy, without network, in the sandbox where there is one. Only when asked to. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import type { CommandEvidence } from '../../contracts/artifact.ts';
import type { ProgramResult } from '../../contracts/program.ts';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import { createProgramRunner } from '../../process/program-runner.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { copyWorkspace } from './copy-workspace.ts';
import { detectRunner, TEST_RUNNERS, type TestCommand } from './detect-runner.ts';
import { QA_RULES } from './qa-rules.ts';
import { type FailedTest, readNodeReport, type TestResults } from './test-results.ts';

const MAX_REPORT = 64 * 1024 * 1024;

const count = z.number().int();
const input = z.object({ timeoutMs: z.number().int().positive().max(3_600_000).optional() }).loose();
const output = z.object({
  runner: z.enum(TEST_RUNNERS),
  passed: z.boolean(),
  tests: count,
  passedTests: count,
  failedTests: count,
  skippedTests: count,
  exitCode: count.nullable(),
  sandbox: z.string(),
  failures: z.array(z.object({ name: z.string(), path: z.string().nullable(), message: z.string() })),
});

/** The result of the repository's own tests. A run that counts no test has failed. */
export const runTests: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'run-tests',
  title: 'Test run',
  description:
    "Runs the repository's tests in a copy, without network; needs permission to execute its code.",
  taskTypes: ['testing'],
  sideEffects: 'read',
  rules: [QA_RULES['failing-test']],
  input,
  output,
  async available(context) {
    const found = await detectRunner(context);
    if (found.status === 'none') return { status: 'not-applicable', reason: found.reason };
    if (!context.allowExecute) {
      return {
        status: 'unavailable',
        reason: 'Running the tests executes code of the repository; pass --execute to allow it.',
      };
    }
    return found.status === 'missing'
      ? { status: 'unavailable', reason: found.reason }
      : { status: 'available' };
  },
  async run({ timeoutMs = 300_000 }, context) {
    const found = await detectRunner(context);
    if (found.status !== 'found') throw new OrchestratorError('tool-missing', found.reason);
    const { results, run, evidence, root } = await runInCopy(found.command, timeoutMs, context);
    const total = results.passed + results.failed;
    const isPassed = run.exitCode === 0 && results.failed === 0;
    const data = {
      runner: found.command.runner,
      passed: isPassed,
      tests: total,
      passedTests: results.passed,
      failedTests: results.failed,
      skippedTests: results.skipped,
      exitCode: run.exitCode,
      sandbox: run.sandbox,
      failures: results.failures.slice(0, 50).map((one) => ({
        name: one.name.slice(0, 300),
        path: pathOf(one, root) ?? null,
        message: plain(one.message),
      })),
    };
    const parts = await Promise.all(results.failures.map((one) => describe(one, root, context)));
    const findings = makeFindings(parts.filter((one) => one !== undefined));
    const summary = `${results.passed} of ${total} tests passed, ${results.failed} failed, ${results.skipped} were skipped (${found.command.runner}, ${run.sandbox}).`;
    return {
      summary,
      data,
      findings,
      evidence: [evidence, ...findings.slice(0, 10).map(({ location }) => location)],
    };
  },
};

interface CopyRun {
  readonly results: TestResults;
  readonly run: ProgramResult;
  readonly evidence: CommandEvidence;
  /** Where the copy was; gone by now. */
  readonly root: string;
}

async function runInCopy(
  command: TestCommand,
  timeoutMs: number,
  { workspace, signal }: SkillContext,
): Promise<CopyRun> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'orchestrator-tests-')));
  try {
    const copy = join(folder, 'work');
    // A new name each time: no report that the repository brings along can be taken for the run's.
    const reports = join(folder, randomUUID());
    await mkdir(reports);
    await mkdir(copy);
    const program = command.command === 'node' ? process.execPath : command.command;
    const allow = [program];
    const probe = await createProgramRunner({ root: folder, allow }).probeSandbox();
    const readOnly = await copyWorkspace(workspace.root, copy, {
      signal,
      packages: probe.available ? 'link' : 'copy',
    });
    const runner = createProgramRunner({ root: folder, allow, sandbox: 'preferred', readOnly });
    const mark = `@${randomUUID()} `;
    const isNode = command.runner === 'node';
    const report = join(reports, command.reportFile ?? 'report.txt');
    const args = isNode ? nodeArguments(mark) : command.args(report);
    const run = await runner.run({
      command: program,
      args,
      cwd: copy,
      env: { ...ENVIRONMENT, GOCACHE: join(folder, 'go-cache') },
      timeoutMs,
      sandbox: 'preferred',
      network: false,
      signal,
    });
    const shown = args.map((one) =>
      one.startsWith('--test-reporter=data:') ? '--test-reporter=<own>' : one.replaceAll(folder, '<copy>'),
    );
    const argv = [command.command, ...shown];
    const evidence = {
      ...run.evidence,
      argv,
      tool: command.runner,
      ...(isNode ? { version: process.version } : {}),
    };
    if (run.timedOut)
      throw new OrchestratorError('timed-out', `The tests did not finish in ${timeoutMs} ms.`, {
        details: { timeoutMs },
      });
    const text = command.reportFile === undefined ? run.stdout : await readReport(report);
    const results = isNode ? readNodeReport(text, mark) : command.read(text);
    if (results === undefined) throw noReport(command, run);
    if (results.passed + results.failed === 0) {
      throw new OrchestratorError(
        'program-failed',
        `The run of ${command.runner} counted no test, which proves nothing.`,
        {
          details: { runner: command.runner, exitCode: run.exitCode, skipped: results.skipped },
        },
      );
    }
    return { results, run, evidence, root: copy };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

const ENVIRONMENT = {
  CI: 'true',
  NO_COLOR: '1',
  FORCE_COLOR: '0',
  PYTHONDONTWRITEBYTECODE: '1',
  GOPROXY: 'off',
};

/** A reporter that writes one line for each test that has no tests in it; what tests print themselves is left out. */
function nodeArguments(mark: string): readonly string[] {
  const source = `export default async function* report(events) {
    const line = (value) => ${JSON.stringify(mark)} + JSON.stringify(value) + '\\n';
    for await (const { type, data } of events) {
      if (type !== 'test:pass' && type !== 'test:fail') continue;
      if (data.details?.type === 'suite' && data.details?.error?.failureType === 'subtestsFailed') continue;
      if (data.details?.type === 'suite' && type === 'test:pass') continue;
      const message = String(data.details?.error?.cause?.message ?? data.details?.error?.message ?? '');
      yield line({ type, name: data.name, file: data.file, line: data.line, skip: data.skip !== undefined && data.skip !== false,
        todo: data.todo !== undefined && data.todo !== false, message: message.slice(0, 2000) });
    }
    yield line({ type: 'end' });
  }`;
  return [
    '--test',
    `--test-reporter=data:text/javascript,${encodeURIComponent(source)}`,
    '--test-reporter-destination=stdout',
  ];
}

async function readReport(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    return bytes.length > MAX_REPORT ? '' : bytes.toString('utf8');
  } catch {
    return '';
  }
}

function noReport({ runner }: TestCommand, { exitCode, stderr, stdout }: ProgramResult): OrchestratorError {
  const said = plain(stderr.trim() === '' ? stdout.slice(-2000) : stderr.slice(-2000));
  return new OrchestratorError(
    'program-failed',
    `${runner} ended with exit code ${exitCode} and without a report: ${said || 'it printed nothing'}`,
    {
      details: { runner, exitCode },
    },
  );
}

/** The path of a failed test in the workspace. */
function pathOf({ file }: FailedTest, root: string): string | undefined {
  if (file === undefined) return undefined;
  const path = isAbsolute(file) ? relative(root, file) : file;
  return path === '' || path.startsWith('..') || isAbsolute(path) ? undefined : path.replaceAll('\\', '/');
}

async function describe(
  failed: FailedTest,
  root: string,
  { workspace }: SkillContext,
): Promise<FindingParts | undefined> {
  const path = pathOf(failed, root);
  const candidates = [path, 'package.json', 'pyproject.toml', 'go.mod', 'Cargo.toml'].filter(
    (one) => one !== undefined,
  );
  for (const candidate of candidates) {
    const file = await workspace.read(candidate);
    if (file === undefined) continue;
    const line =
      candidate === path && failed.line !== undefined && failed.line <= file.lines.length ? failed.line : 1;
    return {
      rule: QA_RULES['failing-test'],
      message: `The test “${failed.name.slice(0, 200)}” fails: ${plain(failed.message) || 'no message'}`,
      location: locate(file, line),
    };
  }
  return undefined;
}

/** One line without control sequences, at most 300 characters. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\s+/g, ' ').trim().slice(0, 300);
}
