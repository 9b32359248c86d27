import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/contracts/artifact.ts';
import type { Workspace } from '../../../src/contracts/workspace.ts';
import { createRepository } from '../../../src/process/git-repository.ts';
import { createProgramRunner } from '../../../src/process/program-runner.ts';
import { reviewDiff } from '../../../src/skills/dev/review-diff.ts';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import { createSkillContext, folderOf, placesOf } from '../../support/skill-context.ts';

type Files = Readonly<Record<string, string | null>>;

const START: Files = {
  'package.json': JSON.stringify({ name: 'a', main: 'src/index.js' }),
  'src/index.js': "export { add } from './add.js';\nexport function more(a, b = 1) {\n  return a + b;\n}\n",
  'src/add.js': 'export function add(a) {\n  return a;\n}\nexport function inner() {\n  return 1;\n}\n',
  'src/old.js': 'export function old(a) {\n  debugger;\n  return a;\n}\nold(1);\n',
  'test/add.test.js':
    "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { add } from '../src/add.js';\ntest('adds', () => assert.equal(add(1), 1));\n",
};

/** Reviews the folder after `changes` to its files; commits come before. */
async function review(
  changes: Files,
  { commits = [], input = {}, files = START }: { commits?: Files[]; input?: object; files?: Files } = {},
): Promise<Artifact> {
  const root = await folderOf({});
  const runner = createProgramRunner({ root, allow: ['git'] });
  await createRepository(
    runner,
    root,
    [files, ...commits].map((one, index) => ({ message: `${index}`, time: index * 1_000, files: one })),
  );
  for (const [path, text] of Object.entries(changes)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    if (text === null) await rm(join(root, path));
    else await writeFile(join(root, path), text);
  }
  const context = createSkillContext(await openWorkspace(root, { runner }), { runner });
  return runSkill(reviewDiff, input, context, { agent: 'Test' });
}

const text = (path: string): string => START[path] as string;

describe('review-diff', () => {
  it('tells findings on changed lines and leaves the old ones alone', async () => {
    const artifact = await review({ 'src/old.js': `${text('src/old.js')}debugger;\n` });
    expect(artifact.data['findings']).toMatchObject([
      { skill: 'code-health', rule: 'debugger-statement', path: 'src/old.js', line: 6 },
    ]);
    expect(artifact.data).toMatchObject({ fileCount: 1, addedLines: 1, removedLines: 0, head: null });
  });

  it.each<[title: string, changes: Files, place: string, files?: Files]>([
    ['a name that is gone', { 'src/index.js': "export { add } from './add.js';\n" }, 'src/index.js:2'],
    [
      'a name that is gone from behind a re-export',
      { 'src/add.js': 'export function plus(a) {\n  return a;\n}\n' },
      'src/add.js:1',
    ],
    [
      'one more argument that is needed',
      { 'src/index.js': text('src/index.js').replace('b = 1', 'b') },
      'src/index.js:2',
    ],
    [
      'an argument that is not taken any more',
      { 'src/index.js': text('src/index.js').replace('a, b = 1', 'a').replace(' + b', '') },
      'src/index.js:2',
    ],
    ['an entry that is gone', { 'src/index.js': null }, 'package.json:1'],
    [
      'an entry that the manifest does not name any more',
      { 'package.json': '{\n"name": "a",\n"exports": { ".": "./src/index.js", "./x/*": "./src/*" }\n}\n' },
      'package.json:3',
      {
        ...START,
        'package.json':
          '{\n"name": "a",\n"exports": { ".": "./src/index.js", "./old": "./src/old.js", "./x/add": "./src/add.js" }\n}\n',
      },
    ],
  ])('reports %s', async (_title, changes, place, files = START) => {
    const found = placesOf(await review(changes, { files })).filter((one) =>
      one.startsWith('breaking-change'),
    );
    expect(found).toEqual([`breaking-change ${place}`]);
  });

  it.each([
    ['a name that was never published', { 'src/add.js': 'export function add(a) {\n  return a;\n}\n' }],
    [
      'an argument that may be left out',
      { 'src/index.js': text('src/index.js').replace('b = 1', 'b = 1, c = 2') },
    ],
    [
      'a function that moved behind a re-export',
      {
        'src/index.js': "export { add } from './add.js';\nexport { more } from './more.js';\n",
        'src/more.js': 'export function more(a, b = 1) {\n  return a + b;\n}\n',
      },
    ],
    ['another body', { 'src/index.js': text('src/index.js').replace('a + b', 'b + a') }],
  ])('takes for no breaking change: %s', async (_title, changes) => {
    const found = placesOf(await review(changes)).filter((one) => one.startsWith('breaking-change'));
    expect(found).toEqual([]);
  });

  it('takes nothing of a private package for published', async () => {
    const files = { ...START, 'package.json': JSON.stringify({ private: true, main: 'src/index.js' }) };
    const artifact = await review({ 'src/index.js': "export { add } from './add.js';\n" }, { files });
    expect(artifact.data['breaking']).toEqual([]);
  });

  it('reports a module that changes without a test', async () => {
    const artifact = await review({ 'src/add.js': text('src/add.js').replace('return a', 'return a + 1') });
    expect(placesOf(artifact)).toEqual(['change-without-test src/add.js:2']);
  });

  it.each([
    [
      'with a test that reaches it',
      {
        'src/add.js': text('src/add.js').replace('return a', 'return a + 1'),
        'test/add.test.js': text('test/add.test.js').replace(', 1)', ', 2)'),
      },
    ],
    ['in a comment alone', { 'src/add.js': `// What is added.\n${text('src/add.js')}` }],
    [
      'in line ends alone, beside a note',
      { 'src/add.js': text('src/add.js').replaceAll('\n', '\r\n'), 'NOTE.md': 'x\n' },
    ],
  ])('asks for no test when a module changes %s', async (_title, changes) => {
    expect(placesOf(await review(changes))).toEqual([]);
  });

  it('compares two commits, and names what the workspace does not hold', async () => {
    const commits = [
      { 'src/add.js': `${text('src/add.js')}debugger;\n` },
      { 'src/add.js': text('src/add.js') },
    ];
    const artifact = await review({}, { commits, input: { base: 'HEAD~2', head: 'HEAD~1' } });
    expect(artifact.data).toMatchObject({ addedLines: 1, notReviewed: ['src/add.js'], findings: [] });
  });

  it('points at the manifest of a commit only while the workspace holds the same', async () => {
    const gone = { 'src/index.js': null };
    const back = { 'src/index.js': text('src/index.js') };
    const input = { base: 'HEAD~2', head: 'HEAD~1' };
    const same = await review({}, { commits: [gone, back], input });
    expect(placesOf(same)).toEqual(['breaking-change package.json:1']);
    const other = { ...back, 'package.json': JSON.stringify({ name: 'b', main: 'src/index.js' }) };
    const changed = await review({}, { commits: [gone, other], input });
    expect(changed.findings).toEqual([]);
    expect(changed.data['breaking']).toMatchObject([{ path: 'src/index.js', name: '*' }]);
  });

  it.each(['a folder', 'a link'])('tells a file as deleted that %s has replaced', async (what) => {
    const root = await folderOf({});
    const runner = createProgramRunner({ root, allow: ['git'] });
    await createRepository(runner, root, [{ message: 'one', time: 0, files: START }]);
    await rm(join(root, 'src/old.js'));
    if (what === 'a folder') {
      await mkdir(join(root, 'src/old.js'));
      await writeFile(join(root, 'src/old.js/index.js'), 'export {};\n');
    } else await symlink('add.js', join(root, 'src/old.js'));
    const context = createSkillContext(await openWorkspace(root, { runner }), { runner });
    const artifact = await runSkill(reviewDiff, {}, context, { agent: 'Test' });
    expect(artifact.data['files']).toContainEqual(
      expect.objectContaining({ path: 'src/old.js', status: 'deleted' }),
    );
  });

  it('tells a folder that a link has replaced as deleted files', async () => {
    const root = await folderOf({});
    const runner = createProgramRunner({ root, allow: ['git'] });
    await createRepository(runner, root, [{ message: 'one', time: 0, files: START }]);
    await rename(join(root, 'src'), join(root, 'lib'));
    await symlink('lib', join(root, 'src'));
    const context = createSkillContext(await openWorkspace(root, { runner }), { runner });
    const artifact = await runSkill(reviewDiff, {}, context, { agent: 'Test' });
    expect(artifact.data['files']).toContainEqual(
      expect.objectContaining({ path: 'src/add.js', status: 'deleted' }),
    );
  });

  it('says in its summary that a skill of it failed', async () => {
    const root = await folderOf({});
    const runner = createProgramRunner({ root, allow: ['git'] });
    await createRepository(runner, root, [{ message: 'one', time: 0, files: START }]);
    await writeFile(join(root, 'NOTE.md'), 'x\n');
    const context = createSkillContext(await openWorkspace(root, { runner }), { runner });
    const { workspace } = context;
    const refusing: Workspace = {
      ...workspace,
      list: (options) => workspace.list(options),
      read: (path) => workspace.read(path),
      git: (options) => workspace.git(options),
      memo: (key, make) =>
        key.startsWith('docs:page:') ? Promise.reject(new Error('unreadable')) : workspace.memo(key, make),
    };
    expect((await runSkill(reviewDiff, {}, context, { agent: 'Test' })).summary).not.toContain('failed');
    const broken = await runSkill(reviewDiff, {}, { ...context, workspace: refusing }, { agent: 'Test' });
    expect(broken.summary).toContain('docs-check failed, so that its findings are missing.');
  });

  it('names risky places', async () => {
    const artifact = await review({
      '.github/workflows/ci.yml': 'on: push\n',
      'db/migrations/1.sql': 'SELECT 1;\n',
    });
    expect(artifact.data['risky']).toEqual([
      { path: '.github/workflows/ci.yml', why: 'what the pipeline runs' },
      { path: 'db/migrations/1.sql', why: 'the shape of stored data' },
    ]);
  });

  it('is not applicable when nothing has changed, and without git', async () => {
    expect(await review({})).toMatchObject({ status: 'not-applicable' });
    const workspace = await openWorkspace(await folderOf({ 'a.js': 'a();\n' }));
    expect(await runSkill(reviewDiff, {}, createSkillContext(workspace), { agent: 'Test' })).toMatchObject({
      status: 'not-applicable',
    });
  });

  it('fails for a commit that is not there, and for what is no name of one', async () => {
    expect(await review({}, { input: { base: 'nowhere' } })).toMatchObject({ status: 'failed' });
    expect(await review({}, { input: { base: '--output=x' } })).toMatchObject({ status: 'failed' });
  });
});
