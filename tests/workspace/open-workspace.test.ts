import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgramRunner } from '../../src/process/program-runner.ts';
import { openWorkspace } from '../../src/workspace/open-workspace.ts';
import { makeFolder, makeWorkspace } from '../skills/source/temp-folder.ts';

async function pathsOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string[]> {
  const workspace = await makeWorkspace(files);
  return (await workspace.list()).files.map(({ path }) => path);
}

describe('opening', () => {
  it('rejects a folder that is not there with not-found', async () => {
    const root = await makeFolder();
    await expect(openWorkspace(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('rejects a file in place of a folder, saying what was expected', async () => {
    const root = await makeFolder({ 'a.txt': 'a' });
    await expect(openWorkspace(join(root, 'a.txt'))).rejects.toThrow('Expected `root` to be a folder');
  });

  it('rejects an empty root and an unknown limit', async () => {
    await expect(openWorkspace(' ')).rejects.toMatchObject({ code: 'invalid-argument' });
    const root = await makeFolder();
    const limits = { maxFilez: 3 } as object;
    await expect(openWorkspace(root, { limits })).rejects.toThrow('limits.maxFilez');
    await expect(openWorkspace(root, { limits: { maxFiles: 0 } })).rejects.toThrow('limits.maxFiles');
  });

  it('gives the real path when the root is a symbolic link', async () => {
    const root = await makeFolder({ 'real/a.txt': 'a' });
    await symlink('real', join(root, 'link'));
    const workspace = await openWorkspace(join(root, 'link'));
    expect(basename(workspace.root)).toBe('real');
    expect((await workspace.read('a.txt'))?.text).toBe('a');
  });
});

describe('listing', () => {
  it('lists text files with size and language, sorted by path', async () => {
    const workspace = await makeWorkspace({
      'b/z.py': 'x = 1\n',
      'a.ts': 'export {};',
      Dockerfile: 'FROM x',
    });
    const { files, isTruncated } = await workspace.list();
    expect(files).toEqual([
      { path: 'Dockerfile', size: 6, language: 'dockerfile' },
      { path: 'a.ts', size: 10, language: 'typescript' },
      { path: 'b/z.py', size: 6, language: 'python' },
    ]);
    expect(isTruncated).toBe(false);
  });

  it('leaves out what is built, fetched or minified', async () => {
    expect(
      await pathsOf({
        'node_modules/x/index.js': 'x',
        'dist/a.js': 'x',
        '.git/config': 'x',
        'packages/a/build/b.js': 'x',
        'orchestrator-report/report.json': '{}',
        'jquery.min.js': 'x',
        'a.js.map': '{}',
        'src/build.ts': 'x',
      }),
    ).toEqual(['src/build.ts']);
  });

  it('follows .gitignore with the scoping of git', async () => {
    const root = await makeFolder({
      '.gitignore': '*.log\n/only-root\nmade/\n!keep.log\n# comment\n\\#odd\n',
      'a.log': '',
      'keep.log': '',
      'only-root': '',
      'deep/only-root': '',
      'deep/made/x.txt': '',
      'deep/made.txt': '',
      '#odd': '',
      'sub/.gitignore': '!a.log\n/here.txt\nx/y.txt\n',
      'sub/a.log': '',
      'sub/b.log': '',
      'sub/here.txt': '',
      'sub/more/here.txt': '',
      'sub/x/y.txt': '',
      'sub/z/x/y.txt': '',
      'other/a.log': '',
    });
    const listed = (await (await openWorkspace(root)).list()).files.map(({ path }) => path);
    execFileSync('git', ['init', '--quiet'], { cwd: root });
    const git = execFileSync('git', ['ls-files', '-z', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(listed).toEqual(
      git
        .split('\0')
        .filter((path) => path !== '')
        .sort(),
    );
  });

  it('scopes a nested .gitignore in a folder whose name holds pattern characters', async () => {
    expect(
      await pathsOf({
        'a[b] *c/.gitignore': 'x.txt',
        'a[b] *c/x.txt': '',
        'a[b] *c/y.txt': '',
        'ab c/x.txt': '',
      }),
    ).toEqual(['a[b] *c/.gitignore', 'a[b] *c/y.txt', 'ab c/x.txt']);
  });

  it('is not slowed down by a hostile .gitignore', async () => {
    const hostile = `${'*a*a*a*a*a*a*a*a*b\n'.repeat(2000)}${'**/a/**/a/**/a/**/a/**/b\n'.repeat(2000)}${'x'.repeat(5_000_000)}\nreal.txt\n`;
    const startedAt = performance.now();
    expect(
      await pathsOf({ '.gitignore': hostile, [`${'a'.repeat(200)}.txt`]: '', 'real.txt': '' }),
    ).toHaveLength(2);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('skips binary files, also those named like text', async () => {
    const workspace = await makeWorkspace({
      'image.txt': new Uint8Array([0x89, 0, 1, 2]),
      'late.txt': `${'a'.repeat(9000)}\0`,
    });
    const { files, skipped } = await workspace.list();
    expect(skipped).toEqual([{ path: 'image.txt', reason: 'binary' }]);
    expect(files.map(({ path }) => path)).toEqual(['late.txt']);
  });

  it('skips files over the size limit', async () => {
    const workspace = await makeWorkspace(
      { 'big.txt': 'a'.repeat(101), 'fit.txt': 'a'.repeat(100) },
      { limits: { maxFileBytes: 100 } },
    );
    const { files, skipped } = await workspace.list();
    expect(files.map(({ path }) => path)).toEqual(['fit.txt']);
    expect(skipped).toEqual([{ path: 'big.txt', reason: 'too-large' }]);
    expect(await workspace.read('big.txt')).toBeUndefined();
  });

  it('does not follow symbolic links to files, folders or outside', async () => {
    const outside = await makeFolder({ 'secret.txt': 'secret' });
    const root = await makeFolder({ 'real/a.txt': 'a' });
    await symlink(join(outside, 'secret.txt'), join(root, 'stolen.txt'));
    await symlink(outside, join(root, 'folder'));
    await symlink('.', join(root, 'loop'));
    await symlink('real/a.txt', join(root, 'inner.txt'));
    const workspace = await openWorkspace(root);
    const { files, skipped } = await workspace.list();
    expect(files.map(({ path }) => path)).toEqual(['real/a.txt']);
    expect(skipped.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'folder symlink',
      'inner.txt symlink',
      'loop symlink',
      'stolen.txt symlink',
    ]);
    for (const path of ['stolen.txt', 'folder/secret.txt', 'loop/real/a.txt', 'inner.txt']) {
      expect(await workspace.read(path), path).toBeUndefined();
    }
  });

  it('neither opens nor waits for a named pipe', async () => {
    const root = await makeFolder({ 'a.txt': 'a' });
    execFileSync('mkfifo', [join(root, 'pipe.txt')]);
    const workspace = await openWorkspace(root);
    expect((await workspace.list()).skipped).toEqual([{ path: 'pipe.txt', reason: 'special' }]);
    expect(await workspace.read('pipe.txt')).toBeUndefined();
  });

  it('cuts off at the limit on files and says so', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`f${String(index).padStart(2, '0')}.txt`, 'x']),
    );
    const workspace = await makeWorkspace(files, { limits: { maxFiles: 20 } });
    const listing = await workspace.list();
    expect(listing.files).toHaveLength(20);
    expect(listing.isTruncated).toBe(true);
    expect(listing.skippedCount).toBe(30);
    expect(listing.skipped.every(({ reason }) => reason === 'too-many-files')).toBe(true);
  });

  it('cuts off at the limits on bytes, entries and depth', async () => {
    const files = { 'a.txt': 'aaaa', 'b.txt': 'bbbb', 'd/e/f.txt': 'f' };
    const byBytes = await (await makeWorkspace(files, { limits: { maxTotalBytes: 6 } })).list();
    expect([byBytes.files.map(({ path }) => path), byBytes.isTruncated]).toEqual([
      ['a.txt', 'd/e/f.txt'],
      true,
    ]);
    const byDepth = await (await makeWorkspace(files, { limits: { maxDepth: 1 } })).list();
    expect([byDepth.files.map(({ path }) => path), byDepth.isTruncated]).toEqual([['a.txt', 'b.txt'], true]);
    const byEntries = await (await makeWorkspace(files, { limits: { maxEntries: 2 } })).list();
    expect(byEntries.isTruncated).toBe(true);
  });

  it('lists only what is included', async () => {
    const workspace = await makeWorkspace(
      { 'src/a.ts': '', 'src/b.css': '', 'c.ts': '' },
      { include: ['src/**/*.ts'] },
    );
    expect((await workspace.list()).files.map(({ path }) => path)).toEqual(['src/a.ts']);
  });

  it('names a file whose name is not UTF-8 as unreadable and goes on', async () => {
    const root = await makeFolder({ 'a.txt': 'a' });
    await writeFile(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0xfe])]), 'x');
    const { files, skipped } = await (await openWorkspace(root)).list();
    expect(files.map(({ path }) => path)).toEqual(['a.txt']);
    expect(skipped).toEqual([{ path: 'bad-\uFFFD\uFFFD', reason: 'unreadable' }]);
  });

  it.skipIf(process.getuid?.() === 0)('skips what may not be read', async () => {
    const root = await makeFolder({ 'a.txt': 'a', 'shut/b.txt': 'b' });
    await chmod(join(root, 'a.txt'), 0);
    await chmod(join(root, 'shut'), 0);
    const { skipped } = await (await openWorkspace(root)).list();
    await chmod(join(root, 'shut'), 0o700);
    expect(skipped.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'a.txt unreadable',
      'shut unreadable',
    ]);
  });

  it('gives up with the reason of the signal, and lists for the next who asks', async () => {
    const workspace = await makeWorkspace({ 'a.txt': 'a' });
    const controller = new AbortController();
    const first = workspace.list({ signal: controller.signal });
    const second = workspace.list();
    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect((await second).files).toHaveLength(1);
    await expect(workspace.list({ signal: controller.signal })).rejects.toThrow('enough');
  });

  it('remembers the listing', async () => {
    const workspace = await makeWorkspace({ 'a.txt': 'a' });
    const first = await workspace.list();
    await writeFile(join(workspace.root, 'b.txt'), 'b');
    expect(await workspace.list()).toBe(first);
  });

  it('lists a folder named with dots and one with a line break in its name', async () => {
    expect(await pathsOf({ '.gitignore': 'x', '.../a.txt': '', 'new\nline/b.txt': '' })).toEqual([
      '.../a.txt',
      '.gitignore',
      'new\nline/b.txt',
    ]);
  });
});

describe('reading', () => {
  it('cuts lines at LF and CRLF and digests the bytes', async () => {
    const workspace = await makeWorkspace({ 'a.txt': 'one\r\ntwo\nthree' });
    const file = await workspace.read('a.txt');
    expect(file?.lines).toEqual(['one', 'two', 'three']);
    expect(file?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('turns bytes that are not UTF-8 into replacement characters', async () => {
    const workspace = await makeWorkspace({ 'a.txt': new Uint8Array([0x61, 0xff, 0x62]) });
    expect((await workspace.read('a.txt'))?.text).toBe('a\uFFFDb');
  });

  it('refuses paths that lead outside', async () => {
    const root = await makeFolder({ 'in/a.txt': 'a', 'out.txt': 'out' });
    const workspace = await openWorkspace(join(root, 'in'));
    for (const path of [
      '../out.txt',
      join(root, 'out.txt'),
      'x/../../out.txt',
      './a.txt',
      '',
      '.',
      'a.txt/',
      'a\0.txt',
    ]) {
      expect(await workspace.read(path), path).toBeUndefined();
    }
    expect((await workspace.read('a.txt'))?.text).toBe('a');
  });

  it('refuses a folder that became a link after the listing', async () => {
    const outside = await makeFolder({ 'a.txt': 'secret' });
    const workspace = await makeWorkspace({ 'src/a.txt': 'mine' });
    await workspace.list();
    await rename(join(workspace.root, 'src'), join(workspace.root, 'gone'));
    await symlink(outside, join(workspace.root, 'src'));
    expect(await workspace.read('src/a.txt')).toBeUndefined();
  });

  it('gives undefined for a missing file and for a folder', async () => {
    const workspace = await makeWorkspace({ 'src/a.txt': 'a' });
    expect(await workspace.read('b.txt')).toBeUndefined();
    expect(await workspace.read('src')).toBeUndefined();
    expect(await workspace.read('src/a.txt/b')).toBeUndefined();
  });

  it('remembers texts within the limit and lets the oldest go', async () => {
    const workspace = await makeWorkspace(
      { 'a.txt': 'a'.repeat(40), 'b.txt': 'b'.repeat(40) },
      { limits: { maxCachedBytes: 100 } },
    );
    const first = await workspace.read('a.txt');
    expect(await workspace.read('a.txt')).toBe(first);
    await workspace.read('b.txt');
    await rm(join(workspace.root, 'a.txt'));
    expect(await workspace.read('a.txt')).toBeUndefined();
    await rm(join(workspace.root, 'b.txt'));
    expect((await workspace.read('b.txt'))?.text).toBe('b'.repeat(40));
  });

  it('rejects a path that is no string', async () => {
    const workspace = await makeWorkspace({});
    await expect(workspace.read(7 as never)).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});

describe('memo and git', () => {
  it('makes a value once, and again after a failure', async () => {
    const workspace = await makeWorkspace({});
    let calls = 0;
    const make = async (): Promise<number> => {
      calls += 1;
      if (calls === 1) throw new Error('first fails');
      return calls;
    };
    await expect(workspace.memo('k', make)).rejects.toThrow('first fails');
    expect(await Promise.all([workspace.memo('k', make), workspace.memo('k', make)])).toEqual([2, 2]);
    expect(calls).toBe(2);
  });

  it('tells head, branch and number of commits of a repository', async () => {
    const root = await makeFolder({ 'a.txt': 'a' });
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
        cwd: root,
        encoding: 'utf8',
      }).trim();
    git('init', '--quiet', '--initial-branch=trunk');
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
    const runner = createProgramRunner({ root, allow: ['git'] });
    const workspace = await openWorkspace(root, { runner });
    expect(await workspace.git()).toEqual({
      head: git('rev-parse', 'HEAD'),
      branch: 'trunk',
      commitCount: 1,
    });
  });

  it('tells nothing of git without a runner, a repository or the program', async () => {
    const root = await makeFolder({ 'a.txt': 'a' });
    expect(await (await openWorkspace(root)).git()).toBeUndefined();
    const allowed = createProgramRunner({ root, allow: ['git'] });
    expect(await (await openWorkspace(root, { runner: allowed })).git()).toBeUndefined();
    await mkdir(join(root, '.git'));
    const forbidden = createProgramRunner({ root, allow: [] });
    expect(await (await openWorkspace(root, { runner: forbidden })).git()).toBeUndefined();
  });
});
