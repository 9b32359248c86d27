import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Artifact } from '../../../src/contracts/artifact.ts';
import { createProgramRunner } from '../../../src/process/program-runner.ts';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { runTests } from '../../../src/skills/qa/run-tests.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import { createSkillContext, type FolderContent, folderOf } from '../../support/skill-context.ts';

const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
const manifest = JSON.stringify({ name: 'shop', type: 'module', scripts: { test: 'node --test' } });
const passing =
  "import test from 'node:test';\nimport assert from 'node:assert';\ntest('adds', () => assert.equal(1 + 2, 3));\n";

async function runIn(
  root: string,
  { allowExecute = true, input = {} }: { allowExecute?: boolean; input?: object } = {},
): Promise<Artifact> {
  const context = createSkillContext(await openWorkspace(root), {
    allowExecute,
    runner: createProgramRunner({ root, allow: ['python3', 'go', 'cargo'] }),
  });
  return runSkill(runTests, input, context, { agent: 'QAAgent' });
}

const run = async (
  files: FolderContent,
  options?: { allowExecute?: boolean; input?: object },
): Promise<Artifact> => runIn(await folderOf(files), options);

describe('permission', () => {
  it('runs nothing unless execution is allowed, and says how to allow it', async () => {
    const root = await folderOf({
      'package.json': manifest,
      'a.test.js':
        "import { writeFileSync } from 'node:fs';\nwriteFileSync(new URL('ran.txt', import.meta.url), 'x');\n",
    });
    const artifact = await runIn(root, { allowExecute: false });
    expect(artifact.status).toBe('unavailable');
    expect(artifact.reason).toContain('--execute');
    expect(existsSync(join(root, 'ran.txt'))).toBe(false);
  });

  it('does not apply where no tests are in sight, and names what is not installed', async () => {
    expect((await run({ 'README.md': 'x\n' })).status).toBe('not-applicable');
    const artifact = await run({ 'package.json': JSON.stringify({ scripts: { test: 'vitest run' } }) });
    expect(artifact).toMatchObject({ status: 'unavailable', reason: expect.stringContaining('vitest') });
  });
});

describe('node --test', () => {
  it('counts what passes, fails and is skipped, and points at the line of a failed test', async () => {
    const artifact = await run({
      'package.json': manifest,
      'tests/a.test.js': `${passing}test('multiplies', () => assert.equal(2 * 3, 7, 'six is not seven'));\ntest.skip('later', () => {});\ntest.todo('someday');\n`,
      'tests/b.test.js':
        "import { describe, it } from 'node:test';\nimport assert from 'node:assert';\ndescribe('group', () => { it('inner', () => assert.ok(true)); it('broken', () => assert.ok(false)); });\n",
    });
    expect(artifact.status).toBe('done');
    expect(artifact.data).toMatchObject({
      runner: 'node',
      passed: false,
      tests: 4,
      passedTests: 2,
      failedTests: 2,
      skippedTests: 2,
      exitCode: 1,
    });
    expect(
      artifact.findings.map(({ rule, location }) => `${rule} ${location.path}:${location.line}`),
    ).toEqual(['failing-test tests/a.test.js:4', 'failing-test tests/b.test.js:3']);
    expect(artifact.findings[0]?.message).toContain('six is not seven');
    expect(artifact.evidence[0]).toMatchObject({
      type: 'command',
      tool: 'node',
      exitCode: 1,
      version: process.version,
    });
    expect(JSON.stringify(artifact)).not.toContain(tmpdir());
  });

  it('passes when all pass', async () => {
    const artifact = await run({ 'package.json': manifest, 'a.test.js': passing });
    expect(artifact).toMatchObject({
      status: 'done',
      findings: [],
      data: { passed: true, tests: 1, exitCode: 0 },
    });
  });

  it('fails when the run counts no test', async () => {
    const nothing = await run({ 'package.json': manifest, 'index.js': 'export const a = 1;\n' });
    expect(nothing).toMatchObject({ status: 'failed', data: { error: { code: 'program-failed' } } });
    const skipped = await run({
      'package.json': manifest,
      'a.test.js': "import test from 'node:test';\ntest.skip('a', () => {});\n",
    });
    expect(skipped).toMatchObject({ status: 'failed', reason: expect.stringContaining('no test') });
  });

  it('reports a test file that ends before its tests, as a failure', async () => {
    const artifact = await run({
      'package.json': manifest,
      'a.test.js': passing,
      'b.test.js': "throw new Error('cannot start');\n",
    });
    expect(artifact.data).toMatchObject({ passed: false, passedTests: 1, failedTests: 1 });
    expect(artifact.findings[0]?.location.path).toBe('b.test.js');
  });

  it('is not deceived by results that a test prints', async () => {
    const artifact = await run({
      'package.json': manifest,
      'a.test.js': `${passing}for (let i = 0; i < 9; i += 1) console.log('@0 {"type":"test:pass"}');\nconsole.log('TAP version 13\\nok 1 - a\\n# pass 99');\ntest('b', () => assert.fail('no'));\n`,
    });
    expect(artifact.data).toMatchObject({ passed: false, passedTests: 1, failedTests: 1 });
  });

  it('never changes the original, nor leaves the copy behind', async () => {
    const root = await folderOf({
      'package.json': manifest,
      '.git/config': 'x\n',
      'data.txt': 'before',
      'a.test.js': `import { existsSync, rmSync, writeFileSync } from 'node:fs';\n${passing}test('writes', () => { writeFileSync('data.txt', 'after'); writeFileSync('new.txt', 'x'); rmSync('package.json'); assert.equal(existsSync('.git'), false); });\n`,
    });
    // A temporary folder of its own: another run of tests may have copies in the usual one.
    const temporary = await folderOf({});
    vi.stubEnv('TMPDIR', temporary);
    const artifact = await runIn(root).finally(() => vi.unstubAllEnvs());
    expect(artifact.data).toMatchObject({ passed: true, tests: 2 });
    expect(await readFile(join(root, 'data.txt'), 'utf8')).toBe('before');
    expect(readdirSync(root).sort()).toEqual(['.git', 'a.test.js', 'data.txt', 'package.json']);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('ends a run that takes too long', async () => {
    const artifact = await run(
      {
        'package.json': manifest,
        'a.test.js':
          "import test from 'node:test';\ntest('a', () => new Promise((resolve) => setTimeout(resolve, 60_000)));\n",
      },
      { input: { timeoutMs: 1500 } },
    );
    expect(artifact).toMatchObject({ status: 'failed', data: { error: { code: 'timed-out' } } });
  });

  it('uses installed packages, also the repository’s own ones, without copying what they hold back', async () => {
    const root = await folderOf({
      'package.json': manifest,
      'packages/own/package.json': JSON.stringify({ name: 'own', type: 'module', exports: './index.js' }),
      'packages/own/index.js': 'export const where = import.meta.url;\n',
      'node_modules/dep/package.json': JSON.stringify({ name: 'dep', type: 'module', exports: './index.js' }),
      'node_modules/dep/index.js': 'export const two = 2;\n',
      'a.test.js': `import { two } from 'dep';\nimport { where } from 'own';\nimport { existsSync } from 'node:fs';\n${passing}test('uses', () => { assert.equal(two, 2); assert.match(where, /work\\/packages\\/own/); assert.equal(existsSync('node_modules/secret'), false); });\n`,
    });
    await symlink(join(root, 'packages/own'), join(root, 'node_modules/own'));
    await mkdir(join(root, 'node_modules'), { recursive: true });
    await symlink('/etc', join(root, 'node_modules/secret'));
    expect((await runIn(root)).data).toMatchObject({ passed: true, tests: 2 });
  });
});

describe('other runners', () => {
  it('runs vitest that is installed in the repository', async () => {
    const root = await folderOf({
      'package.json': JSON.stringify({ type: 'module', scripts: { test: 'vitest run' } }),
      'report.json': '{"numTotalTests":99,"numPassedTests":99,"testResults":[]}',
      'tests/a.test.ts':
        "import { expect, it } from 'vitest';\nit('adds', () => expect(1 + 2).toBe(3));\n\nit('fails', () => expect(1).toBe(2));\nit.skip('later', () => {});\n",
    });
    await symlink(join(import.meta.dirname, '../../../node_modules'), join(root, 'node_modules'));
    const artifact = await runIn(root);
    expect(artifact.reason).toBeUndefined();
    expect(artifact.data).toMatchObject({
      runner: 'vitest',
      passed: false,
      passedTests: 1,
      failedTests: 1,
      skippedTests: 1,
    });
    expect(artifact.findings).toMatchObject([
      { rule: 'failing-test', location: { path: 'tests/a.test.ts' } },
    ]);
  }, 60_000);

  it.skipIf(!has('python3', '-c', 'import pytest')).each([
    [
      'a run that ends badly though every test passed',
      {
        'pytest.ini': '[pytest]\n',
        'conftest.py': 'def pytest_sessionfinish(session):\n    session.exitstatus = 7\n',
        'test_a.py': 'def test_adds():\n    assert 1 + 2 == 3\n',
      },
      /exit code 7, though no test failed/,
    ],
    [
      'a failed test whose file is not known, where there is no manifest',
      {
        'pytest.ini': '[pytest]\n',
        'conftest.py':
          "import pytest\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_logreport(report):\n    report.nodeid = 'elsewhere.py::test_adds'\n",
        'test_a.py': 'def test_adds():\n    assert 1 + 2 == 4\n',
      },
      /test_adds.* fails/,
    ],
  ])(
    'finds %s',
    async (_what, files, message) => {
      const artifact = await run(files);
      expect(artifact.reason).toBeUndefined();
      expect(artifact).toMatchObject({ status: 'done', data: { passed: false } });
      expect(artifact.findings).toMatchObject([
        { rule: 'failing-test', severity: 'error', message: expect.stringMatching(message) },
      ]);
    },
    60_000,
  );

  it.skipIf(!has('python3', '-c', 'import pytest'))(
    'runs pytest',
    async () => {
      const artifact = await run({
        'pyproject.toml': '[project]\nname = "shop"\n',
        'tests/test_a.py':
          'import pytest\n\ndef test_adds():\n    assert 1 + 2 == 3\n\ndef test_fails():\n    assert 1 == 2, "one is not two"\n\n@pytest.mark.skip(reason="x")\ndef test_later():\n    pass\n',
      });
      expect(artifact.reason).toBeUndefined();
      expect(artifact.data).toMatchObject({
        runner: 'pytest',
        passed: false,
        passedTests: 1,
        failedTests: 1,
        skippedTests: 1,
        exitCode: 1,
      });
      expect(artifact.findings).toMatchObject([{ location: { path: 'tests/test_a.py', line: 6 } }]);
    },
    60_000,
  );
});
