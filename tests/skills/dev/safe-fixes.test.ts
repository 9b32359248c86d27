import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/shared/json.ts';
import { unifiedDiff } from '../../../src/shared/line-diff.ts';
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
    [
      'one between lines that would grow together',
      'a.js',
      'const a = b\ndebugger\n[1, 2].forEach(f)\n',
      'const a = b\n;\n[1, 2].forEach(f)\n',
    ],
    [
      'one before a comment and a bracket',
      'a.js',
      'const a = b\n  debugger // here\n  /* and */\n(f)()\n',
      'const a = b\n  ; // here\n  /* and */\n(f)()\n',
    ],
    [
      'an import between lines that would grow together',
      'a.js',
      "const a = b\nimport fs from 'node:fs'\n;[a].forEach(f)\nimport os from 'node:os'\n`x`.trim()\n",
      'const a = b\n;[a].forEach(f)\n;\n`x`.trim()\n',
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

  it("puts back what it wrote when a later file can't be written", async () => {
    const root = await folderOf({ 'a.js': 'debugger;\nx();\n' });
    execFileSync('git', ['init', '-q', root]);
    await chmod(join(root, 'a.js'), 0o666);
    // So deep that the file itself can be opened, and the longer name of a new one beside it can't.
    let folder = 'deep';
    while (join(root, folder).length < 3_850) folder += `/${'d'.repeat(200)}`;
    folder += `/${'e'.repeat(4_080 - join(root, folder).length)}`;
    await mkdir(join(root, folder), { recursive: true });
    await writeFile(join(root, folder, 'b.js'), 'debugger;\n');
    const fixes = [
      ['a.js', 'debugger;\nx();\n', 'x();\n'],
      [`${folder}/b.js`, 'debugger;\n', ''],
    ].map(([path = '', before = '', after = '']) => ({
      path,
      baseDigest: digestOf(before),
      changes: [],
      diff: unifiedDiff(path, before, after),
    }));
    await expect(applySafeFixes(fixes, { worktree: root })).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
    expect(await readFile(join(root, 'a.js'), 'utf8')).toBe('debugger;\nx();\n');
    expect((await stat(join(root, 'a.js'))).mode & 0o777).toBe(0o666);
  });

  it('leaves a file that is not UTF-8 as it is, byte for byte', async () => {
    const root = await folderOf({});
    const bytes = Buffer.from('debugger;\nsay("caf\xe9");\n', 'latin1');
    await writeFile(join(root, 'a.js'), bytes);
    execFileSync('git', ['init', '-q', root]);
    const { data } = await runSkill(safeFixes, {}, createSkillContext(await openWorkspace(root)), {
      agent: 'Test',
    });
    const fixes = data['fixes'] as unknown as SafeFix[];
    await expect(applySafeFixes(fixes, { worktree: root })).rejects.toMatchObject({
      code: 'evidence-mismatch',
    });
    expect((await readFile(join(root, 'a.js'))).equals(bytes)).toBe(true);
  });

  it('refuses two fixes of one file, of which the second would undo the first', async () => {
    const root = await folderOf({ 'a.js': 'debugger;\nx();\ndebugger;\n' });
    execFileSync('git', ['init', '-q', root]);
    const { data } = await runSkill(safeFixes, {}, createSkillContext(await openWorkspace(root)), {
      agent: 'Test',
    });
    const [fix] = data['fixes'] as unknown as [SafeFix];
    await expect(applySafeFixes([fix, fix], { worktree: root })).rejects.toMatchObject({
      code: 'evidence-mismatch',
    });
    expect(await readFile(join(root, 'a.js'), 'utf8')).toBe('debugger;\nx();\ndebugger;\n');
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
