/** Runs a repository's own tests: in a copy, without network, in the sandbox where there is one. Only when asked to. */
import { isAbsolute, relative } from 'node:path';
import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { isTestPath } from '../source/classify-path.ts';
import { detectRunner, TEST_RUNNERS } from './detect-runner.ts';
import { QA_RULES } from './qa-rules.ts';
import { plain, runInCopy } from './run-in-copy.ts';
import type { FailedTest } from './test-results.ts';

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

const MANIFESTS = ['package.json', 'pyproject.toml', 'go.mod', 'Cargo.toml'];

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
    const { results, run, evidence, root } = await runInCopy(found.command, { timeoutMs }, context);
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
    const place = await placeOf(found.command.runner, context);
    const parts: FindingParts[] = [];
    for (const one of results.failures) parts.push(await describe(one, root, place, context));
    // A run that dies, misses its coverage or leaves an error behind has not passed, whatever its tests say.
    if (!isPassed && parts.length === 0)
      parts.push({
        rule: QA_RULES['failing-test'],
        message: `${found.command.runner} ended with exit code ${run.exitCode}, though no test failed: ${plain(run.stderr.slice(-2_000)) || 'it said nothing'}`,
        location: locate(place, 1),
      });
    const findings = makeFindings(parts);
    const summary = `${results.passed} of ${total} tests passed, ${results.failed} failed, ${results.skipped} were skipped (${found.command.runner}, ${run.sandbox}).`;
    return {
      summary,
      data,
      findings,
      evidence: [evidence, ...findings.slice(0, 10).map(({ location }) => location)],
    };
  },
};

/** The path of a failed test in the workspace. */
function pathOf({ file }: FailedTest, root: string): string | undefined {
  if (file === undefined) return undefined;
  const path = isAbsolute(file) ? relative(root, file) : file;
  return path === '' || path.startsWith('..') || isAbsolute(path) ? undefined : path.replaceAll('\\', '/');
}

/** The file that stands for the run where a test names none: the manifest, or else what is a test, or just a file. */
async function placeOf(runner: string, { workspace, signal }: SkillContext): Promise<TextFile> {
  const { files } = await workspace.list({ signal });
  const paths = files.map(({ path }) => path);
  const candidates = [...MANIFESTS, ...paths.filter(isTestPath), ...paths];
  for (const candidate of candidates) {
    signal.throwIfAborted();
    const file = await workspace.read(candidate);
    if (file !== undefined) return file;
  }
  throw new OrchestratorError('not-found', `No file can be read to show what ${runner} found.`);
}

async function describe(
  failed: FailedTest,
  root: string,
  place: TextFile,
  { workspace }: SkillContext,
): Promise<FindingParts> {
  const path = pathOf(failed, root);
  const own = path === undefined ? undefined : await workspace.read(path);
  const file = own ?? place;
  const line =
    own !== undefined && failed.line !== undefined && failed.line <= own.lines.length ? failed.line : 1;
  return {
    rule: QA_RULES['failing-test'],
    message: `The test “${failed.name.slice(0, 200)}” fails: ${plain(failed.message) || 'no message'}`,
    location: locate(file, line),
  };
}
