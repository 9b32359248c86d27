import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/contracts/artifact.ts';
import { type CommitPlan, createRepository } from '../../../src/process/git-repository.ts';
import { createProgramRunner } from '../../../src/process/program-runner.ts';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { authorsOf, busFactor, churnOf, isWrittenCode } from '../../../src/skills/pm/change-history.ts';
import { markersOf } from '../../../src/skills/pm/markers.ts';
import { riskRegister } from '../../../src/skills/pm/risk-register.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import {
  createSkillContext,
  folderOf,
  placesOf,
  reviewFolder,
  workspaceOf,
} from '../../support/skill-context.ts';

const DAY = 24 * 60 * 60 * 1_000;
const START = Date.UTC(2026, 0, 1);

async function review(
  commits: readonly CommitPlan[],
  artifacts: readonly Artifact[] = [],
): Promise<Artifact> {
  const root = await folderOf({});
  const runner = createProgramRunner({ root, allow: ['git'] });
  await createRepository(runner, root, commits);
  const context = createSkillContext(await openWorkspace(root), { runner, artifacts });
  return runSkill(riskRegister, {}, context, { agent: 'PMAgent' });
}

const linesOf = async (path: string, text: string): Promise<string[]> => {
  const file = await (await workspaceOf({ [path]: text })).read(path);
  if (file === undefined) throw new Error('The file was not read.');
  return markersOf(file, undefined).map(({ word, line }) => `${word}:${line}`);
};

describe('risk-register: notes for later', () => {
  it('reports those older than 90 days against the newest commit, and only those', async () => {
    const artifact = await review([
      { message: 'one', time: START, files: { 'a.js': '// TODO: old\nexport const a = 1;\n' } },
      {
        message: 'two',
        time: START + 50 * DAY,
        files: { 'a.js': '// TODO: old\nexport const a = 1;\n// FIXME: younger\n' },
      },
      { message: 'three', time: START + 120 * DAY, files: { 'b.js': 'export {};\n' } },
    ]);
    expect(placesOf(artifact)).toEqual(['old-marker a.js:1']);
    expect(artifact.data).toMatchObject({
      newestCommit: new Date(START + 120 * DAY).toISOString(),
      markers: [
        { line: 1, ageDays: 120 },
        { line: 3, ageDays: 70 },
      ],
      risks: [{ id: 'old-markers' }],
    });
  });

  it('knows how old a note is whose file has changed since the last commit, and none of a note that is in no commit', async () => {
    const root = await folderOf({});
    const runner = createProgramRunner({ root, allow: ['git'] });
    await createRepository(runner, root, [
      { message: 'one', time: START, files: { 'a.js': 'a();\n// TODO: old\n' } },
      { message: 'two', time: START + 120 * DAY, files: { 'a.js': 'a();\n// TODO: old\nb();\n' } },
    ]);
    await writeFile(join(root, 'a.js'), 'first();\na();\n// TODO: old\nb();\n// TODO: brand new\n');
    const context = createSkillContext(await openWorkspace(root), { runner });
    const artifact = await runSkill(riskRegister, {}, context, { agent: 'PMAgent' });
    expect(placesOf(artifact)).toEqual(['old-marker a.js:3']);
    expect(artifact.data['markers']).toMatchObject([
      { line: 3, ageDays: 120 },
      { line: 5, ageDays: null },
    ]);
  });

  it('does not depend on the day of the review', async () => {
    const artifact = await review([
      { message: 'one', time: START - 3_000 * DAY, files: { 'a.js': '// TODO: x\n' } },
    ]);
    expect(artifact.findings).toEqual([]);
  });

  it.each([
    ['a.py', 'x = 1  # TODO later\n'],
    ['a.go', 'var a = 1 // FIXME(bob): x\n'],
    ['a.java', '/*\n * HACK around it\n */\n'],
    ['a.sql', '-- TODO: index\n'],
    ['a.sh', '#!/bin/sh\n# XXX: quote this\n'],
    ['a.yml', 'a: 1 # TODO\n'],
    ['a.html', '<!-- TODO: title -->\n'],
    ['a.ts', 'const a = 1; // see below. TODO: remove\n'],
    ['Dockerfile', '# TODO: pin\nFROM a:1\n'],
  ])('finds a note in %s', async (path, text) => {
    expect(await linesOf(path, text)).toHaveLength(1);
  });

  it.each([
    ['a string', 'a.go', 'var a = "// TODO: x"\n'],
    ['a string with another quote inside', 'a.py', "a = '# TODO: x'\n"],
    ['a long string', 'a.py', 'a = """\n# TODO: x\n"""\n'],
    ['a template', 'a.go', 'var a = `\n// TODO: x\n`\n'],
    ['a name', 'a.py', 'TODO = 1  # the list\n'],
    ['lower case', 'a.py', '# todo later\n'],
    ['part of a word', 'a.py', '# TODOS and HACKATHON\n'],
    ['a file name', 'a.py', '# TODO.md lists the rest\n'],
    ['a pattern of digits', 'a.py', '# XXX-XXX-XXXX is the format\n'],
    ['a mention in a sentence', 'a.py', '# shows the TODO list of the user\n'],
    ['an address', 'a.sh', 'curl http://x.org/#TODO\n'],
    ['a shell parameter', 'a.sh', 'echo $#TODO\n'],
  ])('takes %s for no note', async (_title, path, text) => {
    expect(await linesOf(path, text)).toEqual([]);
  });

  it('reads the parsed comments of JavaScript, so that templates and patterns hold none', async () => {
    const artifact = await review([
      {
        message: 'one',
        time: START,
        files: {
          'a.js':
            'export const a = `\n// TODO: x\n`;\nexport const b = /\\/\\/ TODO: x/;\n/* TODO: real */\n',
        },
      },
      { message: 'two', time: START + 100 * DAY, files: { 'b.js': 'export {};\n' } },
    ]);
    expect(placesOf(artifact)).toEqual(['old-marker a.js:5']);
  });
});

describe('risk-register: change', () => {
  const body = (count: number, seed: number): string =>
    Array.from(
      { length: count },
      (_unused, index) => `export const v${index} = ${index === 0 ? seed : 0};\n`,
    ).join('');
  const small = Object.fromEntries(
    Array.from({ length: 8 }, (_unused, index) => [`src/s${index}.js`, body(10, 0)]),
  );

  it('reports the large file that nearly every commit changes', async () => {
    const commits: CommitPlan[] = [
      { message: 'start', time: START, files: { ...small, 'src/big.js': body(200, 0) } },
    ];
    for (let index = 1; index < 8; index += 1)
      commits.push({
        message: `m${index}`,
        time: START + index * DAY,
        files: { 'src/big.js': body(200, index) },
      });
    const artifact = await review(commits);
    expect(placesOf(artifact)).toEqual(['change-hotspot src/big.js:1']);
    expect(artifact.data).toMatchObject({
      churn: [
        { path: 'src/big.js', commits: 8, lines: 200, score: 1600, isHotspot: true },
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
      ],
    });
  });

  it.each([
    ['a large file that hardly changes', 'src/big.js', 3],
    ['a lock file', 'package-lock.json', 8],
    ['a changelog', 'CHANGELOG.md', 8],
    ['a generated file', 'src/generated/api.js', 8],
    ['a test', 'tests/big.test.js', 8],
  ])('leaves %s alone', async (_title, path, count) => {
    const commits: CommitPlan[] = [
      { message: 'start', time: START, files: { ...small, [path]: body(200, 0) } },
    ];
    for (let index = 1; index < count; index += 1)
      commits.push({ message: `m${index}`, time: START + index * DAY, files: { [path]: body(200, index) } });
    expect(placesOf(await review(commits))).toEqual([]);
  });

  it('names at most five hotspots, and none among equals', () => {
    const commits = Array.from({ length: 10 }, (_unused, index) => ({
      hash: String(index),
      authorName: 'a',
      time: index,
      subject: '',
      files: Array.from({ length: 30 }, (_none, file) => ({ path: `f${file}.js`, added: 1, deleted: 0 })),
    }));
    const lines = new Map(Array.from({ length: 30 }, (_unused, file) => [`f${file}.js`, 100]));
    expect(churnOf(commits, lines).filter(({ isHotspot }) => isHotspot)).toEqual([]);
  });

  it.each([
    [896, 16, false],
    [896, 40, true],
    [40, 16, true],
  ])('of %i commits, a large file in %i: %s', (all, touching, isHotspot) => {
    const commits = Array.from({ length: all }, (_unused, index) => ({
      hash: String(index),
      authorName: 'a',
      time: index,
      subject: '',
      files: [{ path: index < touching ? 'main.js' : `s${index % 7}.js`, added: 1, deleted: 0 }],
    }));
    const lines = new Map([
      ['main.js', 3790],
      ...Array.from({ length: 7 }, (_unused, index) => [`s${index}.js`, 2] as const),
    ] as [string, number][]);
    const found = churnOf(commits, lines).filter((row) => row.isHotspot);
    expect(found.map(({ path }) => path)).toEqual(isHotspot ? ['main.js'] : []);
  });

  it('does not count files that are gone', () => {
    const commits = [
      {
        hash: '1',
        authorName: 'a',
        time: 1,
        subject: '',
        files: [{ path: 'gone.js', added: 1, deleted: 0 }],
      },
    ];
    expect(churnOf(commits, new Map())).toEqual([]);
  });

  it.each(['src/a.ts', 'main.go', 'lib/contest.py', 'Makefile'])('takes %s for written code', (path) =>
    expect(isWrittenCode(path)).toBe(true),
  );
});

describe('risk-register: people and findings', () => {
  const by = (name: string, count: number): { authorName: string }[] =>
    Array.from({ length: count }, () => ({ authorName: name }));

  it.each([
    [1, [...by('a', 6), ...by('b', 5)]],
    [2, [...by('a', 5), ...by('b', 5)]],
    [2, [...by('a', 4), ...by('b', 3), ...by('c', 3)]],
    [0, []],
  ])('needs %i people for more than half of the commits', (factor, commits) => {
    const full = commits.map((commit, index) => ({
      ...commit,
      hash: String(index),
      time: index,
      subject: '',
      files: [],
    }));
    expect(busFactor(authorsOf(full))).toBe(factor);
  });

  it('rates one author as a risk from ten commits on', async () => {
    const commits = (count: number): CommitPlan[] =>
      Array.from({ length: count }, (_unused, index) => ({
        message: `m${index}`,
        time: START + index * DAY,
        files: { 'a.js': `export const a = ${index};\n` },
      }));
    expect((await review(commits(9))).data['risks']).toEqual([]);
    expect((await review(commits(10))).data['risks']).toMatchObject([
      { id: 'bus-factor', probability: 4, impact: 4, score: 16 },
    ]);
  });

  it('counts serious findings of other skills', async () => {
    const finding = {
      id: 'x',
      rule: 'hardcoded-secret',
      severity: 'critical',
      message: 'm',
      location: { type: 'location', path: 'a.js', line: 1, fileDigest: 'sha256:0', excerpt: '' },
    } as const;
    const other: Artifact = {
      schemaVersion: 1,
      id: 'a',
      kind: 'secret-scan',
      title: '',
      agent: '',
      skill: 'secret-scan',
      status: 'done',
      summary: '',
      data: {},
      findings: [finding],
      evidence: [],
      durationMs: 0,
    };
    const artifact = await review(
      [{ message: 'm', time: START, files: { 'a.js': 'export {};\n' } }],
      [other],
    );
    expect(artifact.data['risks']).toMatchObject([
      { id: 'open-critical', score: 20, evidence: ['hardcoded-secret a.js:1'] },
    ]);
  });
});

describe('risk-register: without history', () => {
  it('lists the notes without age and says why it judges nothing', async () => {
    const artifact = await reviewFolder(riskRegister, { 'a.js': '// TODO: x\n' });
    expect(artifact).toMatchObject({
      status: 'not-applicable',
      findings: [],
      data: { markers: [{ path: 'a.js', line: 1, ageDays: null }] },
    });
    expect(artifact.reason).toContain('no git history');
  });

  it('says what is missing when there is a repository and no git', async () => {
    const artifact = await reviewFolder(riskRegister, {
      'a.js': 'export {};\n',
      '.git/HEAD': 'ref: refs/heads/main\n',
    });
    expect(artifact).toMatchObject({ status: 'unavailable', reason: expect.stringContaining('install git') });
  });
});
