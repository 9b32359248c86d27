/** Runs a repository's own tests: in a copy, without network, in the sandbox where there is one. Only when asked to. */
import { isAbsolute, relative } from 'node:path';
import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
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
