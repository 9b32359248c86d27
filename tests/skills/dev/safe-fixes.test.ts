import { execFileSync } from 'node:child_process';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applySafeFixes } from '../../../src/skills/dev/apply-fixes.ts';
import { type SafeFix, safeFixes } from '../../../src/skills/dev/safe-fixes.ts';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import { createSkillContext, folderOf, reviewFolder } from '../../support/skill-context.ts';

async function proposed(path: string, text: string): Promise<SafeFix[]> {
  const artifact = await reviewFolder(safeFixes, { [path]: text });
  expect(artifact.status).toBe('done');
  return artifact.data['fixes'] as unknown as SafeFix[];
}

/** The file after the fixes, by way of the function that applies them. */
async function fixed(path: string, text: string): Promise<string> {
  const root = await folderOf({ [path]: text });
  execFileSync('git', ['init', '-q', root]);
  const context = createSkillContext(await openWorkspace(root));
  const { data } = await runSkill(safeFixes, {}, context, { agent: 'Test' });
  await applySafeFixes(data['fixes'] as unknown as SafeFix[], { worktree: root });
  return readFile(join(root, path), 'utf8');
}

describe('safe-fixes', () => {
  it.each([
    ['a debugger statement', 'a.js', 'one();\n  debugger;\ntwo();\n', 'one();\ntwo();\n'],
    ['one that is the whole body of a condition', 'a.js', 'if (a) debugger;\nb();\n', 'if (a) {}\nb();\n'],
    ['one beside other code', 'a.js', 'a(); debugger; b();\n', 'a();  b();\n'],
    [
      'one of several names',
      'a.ts',
      "import { a, b as c } from './b.ts';\na();\n",
      "import { a } from './b.ts';\na();\n",
    ],
    [
      'a default beside a name',
      'a.js',
      "import a, { b } from 'x';\nb();\n",
      "import { b } from 'x';\nb();\n",
    ],
    ['types', 'a.ts', "import type { A } from './a.ts';\nexport const b = 1;\n", 'export const b = 1;\n'],
    ['a module of Node', 'a.js', "import fs from 'node:fs';\nrun();\n", 'run();\n'],
    [
      'all names of a script, but not the loading',
      'a.js',
      "import { a } from 'x';\nrun();\n",
      "import 'x';\nrun();\n",
    ],
    ['with ends of Windows', 'a.js', 'a();\r\ndebugger;\r\nb();\r\n', 'a();\r\nb();\r\n'],
  ])('takes out %s', async (_title, path, text, expected) => {
    expect(await fixed(path, text)).toBe(expected);
  });

  it.each([
    ['the word in a text', 'a.js', "log('debugger;');\n"],
    ['a name used as a type', 'a.ts', "import { A } from './a.ts';\nexport let b: A;\n"],
    ['a name used in JSX', 'a.jsx', "import A from './a.jsx';\nexport default () => <A />;\n"],
    ['a name that is handed on', 'a.js', "import { a } from './a.js';\nexport { a };\n"],
    ['React, which JSX may need', 'a.jsx', "import React from 'react';\nexport default () => <b />;\n"],
    [
      'a name that a comment gives to a checker',
      'a.js',
      "import { A } from './a.js';\n/** @type {A} */\nlet b;\nuse(b);\n",
    ],
    ['an import for its effects', 'a.js', "import './a.js';\n"],
    ['values of TypeScript that may never have been loaded', 'a.ts', "import { a } from './a.ts';\nrun();\n"],
    ['a module with eval', 'a.js', "import { a, b } from './a.js';\na(eval(text));\n"],
    ['a file that a program wrote', 'a.js', '// @generated\ndebugger;\n'],
    ['a file that does not parse', 'a.js', 'debugger;\nlet = ;\nok();\n'],
  ])('leaves %s', async (_title, path, text) => {
    expect(await proposed('b.js', 'ok();\n')).toEqual([]);
    const artifact = await reviewFolder(safeFixes, { [path]: text, 'ok.js': 'ok();\n' });
    expect(artifact.data['fixes']).toEqual([]);
  });

  it('writes nothing, and says for which text a diff was made', async () => {
    const root = await folderOf({ 'a.js': 'debugger;\n' });
    const workspace = await openWorkspace(root);
    const { data } = await runSkill(safeFixes, {}, createSkillContext(workspace), { agent: 'Test' });
    expect(await readFile(join(root, 'a.js'), 'utf8')).toBe('debugger;\n');
    expect(data['fixes']).toMatchObject([
      {
        path: 'a.js',
        baseDigest: (await workspace.read('a.js'))?.digest,
        changes: [{ fix: 'debugger-statement', line: 1 }],
      },
    ]);
  });

  it('is not applicable without sources', async () => {
    expect(await reviewFolder(safeFixes, { 'a.md': 'debugger;\n' })).toMatchObject({
      status: 'not-applicable',
    });
  });
});

describe('applying fixes', () => {
  it('writes all or nothing: a changed file stops it', async () => {
    const root = await folderOf({ 'a.js': 'debugger;\nx();\n', 'b.js': 'debugger;\ny();\n' });
    execFileSync('git', ['init', '-q', root]);
    const { data } = await runSkill(safeFixes, {}, createSkillContext(await openWorkspace(root)), {
      agent: 'Test',
    });
    await writeFile(join(root, 'b.js'), 'other();\n');
    await expect(
      applySafeFixes(data['fixes'] as unknown as SafeFix[], { worktree: root }),
    ).rejects.toMatchObject({ code: 'evidence-mismatch' });
    expect(await readFile(join(root, 'a.js'), 'utf8')).toBe('debugger;\nx();\n');
  });

  it('returns the diff of what it wrote', async () => {
    const root = await folderOf({ 'a.js': 'debugger;\nx();\n' });
    execFileSync('git', ['init', '-q', root]);
    const { data } = await runSkill(safeFixes, {}, createSkillContext(await openWorkspace(root)), {
      agent: 'Test',
    });
    const applied = await applySafeFixes(data['fixes'] as unknown as SafeFix[], { worktree: root });
    expect(applied).toEqual({
      paths: ['a.js'],
      diff: '--- a/a.js\n+++ b/a.js\n@@ -1,2 +1,1 @@\n-debugger;\n x();\n',
    });
  });

  it('refuses folders without git, and paths that lead out', async () => {
    const [root, other] = [await folderOf({}), await folderOf({ 'a.js': 'x\n' })];
    const fix = { path: '../a.js', baseDigest: 'sha256:0', changes: [], diff: '' };
    await expect(applySafeFixes([fix], { worktree: root })).rejects.toMatchObject({ code: 'not-found' });
    execFileSync('git', ['init', '-q', root]);
    await expect(applySafeFixes([fix], { worktree: root })).rejects.toMatchObject({ code: 'path-escape' });
    await symlink(join(other, 'a.js'), join(root, 'link.js'));
    await expect(applySafeFixes([{ ...fix, path: 'link.js' }], { worktree: root })).rejects.toMatchObject({
      code: 'path-escape',
    });
  });
});
