import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGit } from '../../src/process/git.ts';
import { type CommitPlan, createRepository } from '../../src/process/git-repository.ts';
import { createProgramRunner } from '../../src/process/program-runner.ts';
import { createFolder } from './support.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const ODD_NAME = 'sub folder/ü "quoted"\t\n.txt';
const COMMITS: readonly CommitPlan[] = [
  {
    message: 'feat: begin',
    time: START,
    files: { 'a.txt': 'one\ntwo\n', [ODD_NAME]: 'x\n', '-dash.txt': 'd\n' },
  },
  {
    message: 'fix: second line\n\nWith a body.',
    time: START + DAY,
    author: { name: 'Zoë Ünal', email: 'zoe@example.com' },
    files: { 'a.txt': 'one\nTWO\nthree\n', 'b/image.bin': '\0\u0001\0' },
  },
  { message: 'chore: tidy up', time: START + 2 * DAY, files: { [ODD_NAME]: null } },
];

async function createSample(commits = COMMITS) {
  const folder = createFolder();
  const runner = createProgramRunner({ root: folder.path, allow: ['git'] });
  const hash = await createRepository(runner, folder.path, commits);
  return {
    ...folder,
    runner,
    hash,
    git: createGit(runner, folder.path),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

describe('making a repository', () => {
  it('gives the same hashes every time, and the files of the last commit', async () => {
    using first = await createSample();
    using second = await createSample();
    expect(first.hash).toBe(second.hash);
    expect(first.hash).toMatch(/^[0-9a-f]{40}$/);
    expect(readFileSync(join(first.path, 'a.txt'), 'utf8')).toBe('one\nTWO\nthree\n');
    expect(existsSync(join(first.path, ODD_NAME))).toBe(false);
  });

  it('plants no sample hooks', async () => {
    using sample = await createSample();
    expect(existsSync(join(sample.path, '.git/hooks'))).toBe(false);
  });

  it('refuses a folder that has one', async () => {
    using sample = await createSample();
    await expect(createRepository(sample.runner, sample.path, COMMITS)).rejects.toMatchObject({
      code: 'already-exists',
    });
  });

  it.each([
    [
      'a path that leads out',
      { message: 'm', time: 0, files: { '../out.txt': '' } },
      /paths inside the repository/,
    ],
    [
      'a path into .git',
      { message: 'm', time: 0, files: { '.GIT/hooks/x': '' } },
      /paths inside the repository/,
    ],
    [
      'an author with a line break',
      { message: 'm', time: 0, author: { name: 'a\nb', email: 'c' }, files: {} },
      /without <, > and line breaks/,
    ],
    [
      'an empty message',
      { message: '', time: 0, files: {} },
      /`commits\[0\].message` to be a non-empty string/,
    ],
    ['no time', { message: 'm', time: Number.NaN, files: {} }, /milliseconds since the epoch/],
  ])('refuses %s', async (_, commit, message) => {
    using folder = createFolder();
    const runner = createProgramRunner({ root: folder.path, allow: ['git'] });
    await expect(createRepository(runner, folder.path, [commit])).rejects.toThrow(message);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('asking a repository', () => {
  it('tells head, branch, commits and tracked files with odd names', async () => {
    using sample = await createSample(COMMITS.slice(0, 2));
    expect(await sample.git.head()).toBe(sample.hash);
    expect(await sample.git.branch()).toBe('main');
    expect(await sample.git.commitCount()).toBe(2);
    expect(await sample.git.listFiles()).toEqual(['-dash.txt', 'a.txt', 'b/image.bin', ODD_NAME]);
  });

  it('tells commits newest first, with lines added and deleted', async () => {
    using sample = await createSample();
    const { commits, isTruncated } = await sample.git.log();
    expect(isTruncated).toBe(false);
    expect(commits.map(({ hash, ...commit }) => commit)).toEqual([
      {
        authorName: 'Sample Author',
        time: START + 2 * DAY,
        subject: 'chore: tidy up',
        files: [{ path: ODD_NAME, added: 0, deleted: 1 }],
      },
      {
        authorName: 'Zoë Ünal',
        time: START + DAY,
        subject: 'fix: second line',
        files: [
          { path: 'a.txt', added: 2, deleted: 1 },
          { path: 'b/image.bin', added: 0, deleted: 0 },
        ],
      },
      {
        authorName: 'Sample Author',
        time: START,
        subject: 'feat: begin',
        files: [
          { path: '-dash.txt', added: 1, deleted: 0 },
          { path: 'a.txt', added: 2, deleted: 0 },
          { path: ODD_NAME, added: 1, deleted: 0 },
        ],
      },
    ]);
    expect(commits[0]?.hash).toBe(sample.hash);
  });

  it('narrows a log to a number and to names, which are never patterns', async () => {
    using sample = await createSample();
    expect((await sample.git.log({ limit: 1 })).commits.map((commit) => commit.subject)).toEqual([
      'chore: tidy up',
    ]);
    const bySecond = await sample.git.log({ paths: ['b'] });
    expect(bySecond.commits.map((commit) => commit.subject)).toEqual(['fix: second line']);
    expect((await sample.git.log({ paths: ['*.txt', ':(top)a.txt'] })).commits).toEqual([]);
    expect((await sample.git.log({ paths: ['-dash.txt'] })).commits).toHaveLength(1);
  });

  it('tells who last changed each line', async () => {
    using sample = await createSample();
    const lines = await sample.git.blame('a.txt');
    expect(lines?.map(({ line, authorName, time }) => [line, authorName, time])).toEqual([
      [1, 'Sample Author', START],
      [2, 'Zoë Ünal', START + DAY],
      [3, 'Zoë Ünal', START + DAY],
    ]);
    expect(await sample.git.blame('nowhere.txt')).toBeUndefined();
    expect(await sample.git.blame('-dash.txt')).toHaveLength(1);
  });

  it('does not take a line that looks like a header for one', async () => {
    const line = `${'a'.repeat(40)} 1 9`;
    using sample = await createSample([
      { message: 'm', time: START, files: { f: `${line}\nauthor Mallory\n` } },
    ]);
    const lines = await sample.git.blame('f');
    expect(lines?.map((entry) => [entry.line, entry.authorName])).toEqual([
      [1, 'Sample Author'],
      [2, 'Sample Author'],
    ]);
  });

  it('knows a repository before its first commit', async () => {
    using folder = createFolder();
    const runner = createProgramRunner({ root: folder.path, allow: ['git'] });
    await runner.run({ command: 'git', args: ['init', '--quiet', '--initial-branch=main'] });
    const git = createGit(runner, folder.path);
    expect(await git.head()).toBeUndefined();
    expect(await git.branch()).toBe('main');
    expect(await git.commitCount()).toBe(0);
    expect(await git.log()).toEqual({ commits: [], isTruncated: false });
    expect(await git.listFiles()).toEqual([]);
  });

  it('tells a detached head by having no branch', async () => {
    using sample = await createSample();
    writeFileSync(join(sample.path, '.git/HEAD'), `${sample.hash}\n`);
    expect(await sample.git.branch()).toBeUndefined();
    expect(await sample.git.head()).toBe(sample.hash);
  });

  it('finds no repository in a folder without one, even inside another repository', async () => {
    using sample = await createSample();
    mkdirSync(join(sample.path, 'inner'));
    const git = createGit(sample.runner, join(sample.path, 'inner'));
    expect(await git.isRepository()).toBe(false);
    await expect(git.head()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('does not follow a .git that points elsewhere, unless it may', async () => {
    using sample = await createSample();
    using stranger = createFolder({ '.git': `gitdir: ${join(sample.path, '.git')}\n` });
    using linked = createFolder();
    symlinkSync(join(sample.path, '.git'), join(linked.path, '.git'));
    for (const folder of [stranger, linked]) {
      const runner = createProgramRunner({ root: folder.path, allow: ['git'] });
      expect(await createGit(runner, folder.path).isRepository()).toBe(false);
      await expect(createGit(runner, folder.path).log()).rejects.toMatchObject({ code: 'not-found' });
      expect(await createGit(runner, folder.path, { allowLinked: true }).head()).toBe(sample.hash);
    }
  });

  it.each(['../x', '/etc/passwd', 'a/../../x', '.git/config', 'a\0b', ''])(
    'refuses the path %j',
    async (path) => {
      using sample = await createSample();
      await expect(sample.git.blame(path)).rejects.toThrow(/^Expected `path`/);
      await expect(sample.git.log({ paths: [path] })).rejects.toThrow(/^Expected `paths\[0\]`/);
    },
  );

  it('reports a broken repository with what git said', async () => {
    using folder = createFolder({ '.git/HEAD': 'nonsense' });
    const runner = createProgramRunner({ root: folder.path, allow: ['git'] });
    await expect(createGit(runner, folder.path).listFiles()).rejects.toMatchObject({
      code: 'program-failed',
      message: expect.stringContaining('git ls-files ended with 128'),
    });
  });

  it('needs git on the list of the runner', async () => {
    using sample = await createSample();
    const runner = createProgramRunner({ root: sample.path, allow: [] });
    await expect(createGit(runner, sample.path).head()).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('stops when told', async () => {
    using sample = await createSample();
    const reason = new Error('stop');
    await expect(sample.git.log({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('a hostile repository', () => {
  /** Every setting that names a program names one that leaves a trace. */
  async function createHostile() {
    const sample = await createSample([
      {
        message: 'm',
        time: START,
        files: {
          'a.txt': 'one\n',
          'f.filtered': 'x\n',
          '.gitattributes': '* diff=evil filter=evil merge=evil textconv=evil\n',
        },
      },
      { message: 'n', time: START + DAY, files: { 'a.txt': 'two\n', 'f.filtered': 'y\n' } },
    ]);
    const trace = join(sample.path, 'trace');
    const evil = sample.write('evil.sh', `#!/bin/sh\necho "$0 $*" >> '${trace}'\nexit 0\n`, 0o755);
    const config = `
[core]
  fsmonitor = ${evil}
  hooksPath = ${join(sample.path, 'hooks')}
  pager = ${evil}
  editor = ${evil}
  sshCommand = ${evil}
  askPass = ${evil}
  gitProxy = ${evil}
  alternateRefsCommand = ${evil}
  worktree = /
  attributesFile = ${join(sample.path, '.gitattributes')}
[alias]
  log = !${evil}
  rev-parse = !${evil}
  ls-files = !${evil}
[diff]
  external = ${evil}
[diff "evil"]
  textconv = ${evil}
  command = ${evil}
[filter "evil"]
  clean = ${evil}
  smudge = ${evil}
  process = ${evil}
  required = true
[merge "evil"]
  driver = ${evil}
[log]
  showSignature = true
[gpg]
  program = ${evil}
[gpg "ssh"]
  program = ${evil}
[commit]
  gpgSign = true
[pager]
  log = ${evil}
  blame = ${evil}
[credential]
  helper = !${evil}
[protocol]
  allow = always
[protocol "ext"]
  allow = always
[remote "origin"]
  url = ext::${evil}
  promisor = true
  partialclonefilter = blob:none
  uploadpack = ${evil}
[extensions]
  partialClone = origin
`;
    writeFileSync(join(sample.path, '.git/config'), `[core]\n  repositoryformatversion = 1\n${config}`);
    for (const hook of [
      'post-index-change',
      'fsmonitor-watchman',
      'post-checkout',
      'reference-transaction',
      'pre-commit',
    ]) {
      for (const folder of ['.git/hooks', 'hooks'])
        sample.write(`${folder}/${hook}`, `#!/bin/sh\nexec ${evil}\n`, 0o755);
    }
    chmodSync(evil, 0o755);
    sample.write('a.txt', 'changed since\n');
    sample.write('f.filtered', 'changed too\n');
    return { ...sample, trace };
  }

  it('is dangerous to ask without care', async () => {
    using hostile = await createHostile();
    await hostile.runner.run({ command: 'git', args: ['-c', 'core.worktree=', 'status', '--short'] });
    await hostile.runner.run({ command: 'git', args: ['log', '-p', '--ext-diff', '--textconv', '-2'] });
    expect(existsSync(hostile.trace)).toBe(true);
  });

  it('answers every question without running anything of its own', async () => {
    using hostile = await createHostile();
    const { git } = hostile;
    expect(await git.head()).toBe(hostile.hash);
    expect(await git.branch()).toBe('main');
    expect(await git.commitCount()).toBe(2);
    expect(await git.listFiles()).toEqual(['.gitattributes', 'a.txt', 'f.filtered']);
    expect((await git.log()).commits.map((commit) => commit.files.length)).toEqual([2, 3]);
    expect(await git.blame('a.txt')).toHaveLength(1);
    expect(await git.blame('f.filtered')).toHaveLength(1);
    expect(existsSync(hostile.trace) ? readFileSync(hostile.trace, 'utf8') : '').toBe('');
  });

  it('fetches no missing object, which would run the program of its remote', async () => {
    using hostile = await createHostile();
    const blob = (
      await hostile.runner.run({ command: 'git', args: ['rev-parse', 'HEAD:a.txt'] })
    ).stdout.trim();
    rmSync(join(hostile.path, '.git/objects', blob.slice(0, 2), blob.slice(2)));
    rmSync(hostile.trace, { force: true });
    await hostile.runner.run({ command: 'git', args: ['cat-file', '-p', blob] });
    expect(existsSync(hostile.trace)).toBe(true);
    rmSync(hostile.trace);
    await expect(hostile.git.log()).rejects.toMatchObject({ code: 'program-failed' });
    expect(existsSync(hostile.trace) ? readFileSync(hostile.trace, 'utf8') : '').toBe('');
  });
});

describe('tags and messages', () => {
  it('names the nearest tag and the whole messages since it', async () => {
    using sample = await createSample();
    expect(await sample.git.latestTag()).toBeUndefined();
    const [, second] = (await sample.git.messages()).map(({ hash }) => hash);
    await sample.runner.run({ command: 'git', args: ['tag', 'v1.0.0', second as string] });
    expect(await sample.git.latestTag()).toEqual({ name: 'v1.0.0', hash: second });
    expect(await sample.git.messages({ since: second as string })).toMatchObject([
      { subject: 'chore: tidy up', body: '' },
    ]);
    expect((await sample.git.messages())[1]).toMatchObject({ authorName: 'Zoë Ünal', body: 'With a body.' });
  });

  it('takes only a hash as the place to start from', async () => {
    using sample = await createSample();
    await expect(sample.git.messages({ since: '--output=x' })).rejects.toThrow(/full commit hash/);
  });
});
