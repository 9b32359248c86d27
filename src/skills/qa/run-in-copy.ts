/** The machinery below the skills that run tests: a copy, a sandbox, a report that nothing of the repository can forge. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { CommandEvidence } from '../../contracts/artifact.ts';
import type { ProgramResult } from '../../contracts/program.ts';
import type { SkillContext } from '../../contracts/skill.ts';
import { createProgramRunner } from '../../process/program-runner.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { copyWorkspace } from './copy-workspace.ts';
import type { TestCommand } from './detect-runner.ts';
import { readNodeReport, type TestResults } from './test-results.ts';

/** Bytes of a report. */
const MAX_REPORT = 64 * 1024 * 1024;
/** Where runners are told to write coverage. */
export const LCOV_FILE = 'lcov.info';

/** What running tests in a copy came to. */
export interface CopyRun {
  readonly results: TestResults;
  readonly run: ProgramResult;
  readonly evidence: CommandEvidence;
  /** Where the copy was; gone by now. */
  readonly root: string;
  /** What the runner wrote as coverage; empty when it was not asked for or wrote none. */
  readonly coverage: string;
}

export interface CopyRunOptions {
  readonly timeoutMs: number;
  /** Further arguments that make the runner write `lcov.info` into a folder. */
  readonly coverage?: (folder: string) => readonly string[];
}

/**
 * Runs the tests in a copy, without network. Rejects with `timed-out`, with `limit-reached` for a report that is too large,
 * and with `program-failed` for a run that reports nothing or counts no test.
 */
export async function runInCopy(
  command: TestCommand,
  { timeoutMs, coverage }: CopyRunOptions,
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
    const own = isNode ? nodeArguments(mark) : command.args(report);
    const args =
      coverage === undefined
        ? own
        : [...own.filter((one) => !one.startsWith('--coverage')), ...coverage(reports)];
    const run = await runner.run({
      command: program,
      args,
      cwd: copy,
      env: { ...ENVIRONMENT, GOCACHE: join(folder, 'go-cache') },
      timeoutMs,
      maxOutputBytes: MAX_REPORT,
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
    // Half of a report has counts that look whole.
    if (run.truncated && command.reportFile === undefined)
      throw new OrchestratorError(
        'limit-reached',
        `${command.runner} printed more than ${MAX_REPORT} bytes, so that its report was cut.`,
        { details: { maxBytes: MAX_REPORT } },
      );
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
    const lcov = coverage === undefined ? '' : await readReport(join(reports, LCOV_FILE));
    return { results, run, evidence, root: copy, coverage: lcov };
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

/** One line without control sequences, at most 300 characters. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\s+/g, ' ').trim().slice(0, 300);
}
