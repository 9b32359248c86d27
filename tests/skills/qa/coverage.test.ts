import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { coverage } from '../../../src/skills/qa/coverage.ts';
import { readLcov } from '../../../src/skills/qa/read-lcov.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import {
  createSkillContext,
  type FolderContent,
  folderOf,
  reviewFolder,
} from '../../support/skill-context.ts';

const SOURCE =
  'export function used(a) {\n  if (a) {\n    return 1;\n  }\n  return 2;\n}\nexport function open() {\n  return 3;\n}\n';
const TEST =
  "import { test } from 'node:test';\nimport assert from 'node:assert';\nimport { used } from '../src/a.js';\ntest('a', () => assert.equal(used(true), 1));\n";
const FILES: FolderContent = {
  'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }),
  'src/a.js': SOURCE,
  'test/a.test.js': TEST,
};
const measure = (files: FolderContent, input: object = {}) =>
  reviewFolder(coverage, files, { allowExecute: true, input });

describe('coverage', { timeout: 60_000 }, () => {
  it('tells lines and functions that never ran', async () => {
    const artifact = await measure(FILES, { threshold: 90 });
    expect(artifact, artifact.reason).toMatchObject({ status: 'done', findings: [] });
    expect(artifact.data).toMatchObject({
      runner: 'node',
      tests: 1,
      threshold: 90,
      isReached: false,
      functions: { found: 2, hit: 1 },
      files: [{ path: 'src/a.js', openFunctions: [{ name: 'open', line: 7 }] }],
    });
    expect(artifact.evidence[0]).toMatchObject({ type: 'command', exitCode: 0 });
  });

  it('measures also when a test fails, and judges nothing without a threshold', async () => {
    const artifact = await measure({ ...FILES, 'test/a.test.js': TEST.replace(', 1)', ', 5)') });
    expect(artifact.data).toMatchObject({ failedTests: 1, isReached: null, threshold: null });
  });

  it('believes no report that was there before, nor one that a test writes into the copy', async () => {
    const forged = 'SF:src/a.js\nDA:1,1\nend_of_record\n';
    const artifact = await measure({
      ...FILES,
      'lcov.info': forged,
      'coverage/lcov.info': forged,
      'test/b.test.js': `import { test } from 'node:test';\nimport { writeFileSync } from 'node:fs';\ntest('b', () => writeFileSync('lcov.info', ${JSON.stringify(forged)}));\n`,
    });
    expect(artifact.data['lines']).toMatchObject({ found: 9 });
  });

  it('fails when tests reach no source', async () => {
    const artifact = await measure({
      ...FILES,
      'test/a.test.js': "import { test } from 'node:test';\ntest('a', () => {});\n",
    });
    expect(artifact).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('covered no source file'),
    });
  });

  it('leaves the folder as it is', async () => {
    const root = await folderOf(FILES);
    const before = await readdir(root, { recursive: true });
    await runSkill(coverage, {}, createSkillContext(await openWorkspace(root), { allowExecute: true }), {
      agent: 'Test',
    });
    expect(await readdir(root, { recursive: true })).toEqual(before);
  });

  it('runs nothing without permission', async () => {
    expect(await reviewFolder(coverage, FILES)).toMatchObject({
      status: 'unavailable',
      reason: expect.stringContaining('--execute'),
    });
  });

  it.each([
    ['nothing to run', { 'a.js': 'a();\n' }, 'not-applicable', 'no sign of tests'],
    [
      'a runner that is not known here',
      { 'package.json': '{"scripts":{"test":"xo && ava"},"devDependencies":{"ava":"^6.0.0"}}' },
      'not-applicable',
      'tests are for ava',
    ],
    [
      'a runner that is not installed',
      { 'package.json': '{"scripts":{"test":"vitest"}}' },
      'unavailable',
      'npm install',
    ],
    [
      'vitest without what it measures with',
      {
        'package.json': '{"scripts":{"test":"vitest"}}',
        'node_modules/vitest/package.json': '{"bin":"./v.mjs"}',
        'node_modules/vitest/v.mjs': '',
      },
      'unavailable',
      '@vitest/coverage-v8',
    ],
    [
      'a runner that is not measured',
      {
        'package.json': '{"scripts":{"test":"mocha"}}',
        'node_modules/mocha/package.json': '{"bin":"./m.js"}',
        'node_modules/mocha/m.js': '',
      },
      'not-applicable',
      'not for mocha',
    ],
  ])('says so for %s', async (_title, files, status, reason) => {
    expect(await measure(files)).toMatchObject({ status, reason: expect.stringContaining(reason) });
  });
});

describe('reading lcov', () => {
  it('joins lines that never ran and leaves out records without an end', () => {
    const text =
      'SF:a.js\nFN:1,f\nFNDA:0,f\nFN:5,g,h\nFNDA:2,g,h\nDA:1,0\nDA:2,0\nDA:3,4\nDA:9,0\nBRDA:1,0,0,0\nBRDA:1,0,1,3\nend_of_record\nSF:b.js\nDA:1,1\n';
    expect(readLcov(text)).toEqual([
      {
        file: 'a.js',
        lines: { found: 4, hit: 1 },
        functions: { found: 2, hit: 1 },
        branches: { found: 2, hit: 1 },
        openLines: [
          [1, 2],
          [9, 9],
        ],
        openFunctions: [{ name: 'f', line: 1 }],
      },
    ]);
  });

  it('finds nothing in what is no report', () => {
    expect(readLcov('')).toEqual([]);
    expect(readLcov('end_of_record\nDA:x,y\nend_of_record\n')).toEqual([]);
  });
});
