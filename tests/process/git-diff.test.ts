import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGitDiff } from '../../src/process/git-diff.ts';
import { createRepository } from '../../src/process/git-repository.ts';
import { createProgramRunner } from '../../src/process/program-runner.ts';
import { createFolder } from './support.ts';

async function createSample() {
  const folder = createFolder();
  const runner = createProgramRunner({ root: folder.path, allow: ['git'] });
  await createRepository(runner, folder.path, [
    { message: 'one', time: 0, files: { 'a.txt': 'one\n', 'ü "x".txt': 'odd\n', 'gone.txt': 'gone\n' } },
    { message: 'two', time: 1_000, files: { 'a.txt': 'two\n', 'gone.txt': null, 'new/b.bin': '\0\u0001' } },
  ]);
  const git = createGitDiff(runner, folder.path);
  return { ...folder, git, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

describe('what two commits hold', () => {
  it('tells changed, added and deleted files, and reads both sides', async () => {
    using sample = await createSample();
    const { git } = sample;
    const [base, head] = [await git.resolve('HEAD~1'), await git.resolve('main')];
    const changes = await git.changes(base as string, head as string);
    expect(
      changes.map(({ path, before, after }) => [path, before !== undefined, after !== undefined]),
    ).toEqual([
      ['a.txt', true, true],
      ['gone.txt', true, false],
      ['new/b.bin', false, true],
    ]);
    const [first, , binary] = changes;
    expect(await git.readBlob(first?.before as string)).toBe('one\n');
    expect(await git.readBlob(first?.after as string)).toBe('two\n');
    expect(await git.readBlob(binary?.after as string)).toBeUndefined();
    expect(await git.changes(head as string, head as string)).toEqual([]);
    expect(await git.mergeBase(base as string, head as string)).toBe(base);
  });

  it('lists a tree with odd names', async () => {
    using sample = await createSample();
    const tree = await sample.git.tree((await sample.git.resolve('HEAD~1')) as string);
    expect(tree.map(({ path }) => path).sort()).toEqual(['a.txt', 'gone.txt', 'ü "x".txt']);
  });

  it.each(['--help', '-a', 'a..b', ':/one', 'HEAD^{/x}', ''])('refuses the revision %j', async (revision) => {
    using sample = await createSample();
    await expect(sample.git.resolve(revision)).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('knows no commit of a made-up name', async () => {
    using sample = await createSample();
    expect(await sample.git.resolve('nowhere')).toBeUndefined();
  });

  it.each(['HEAD', '--output=x', 'abc'])('takes hashes alone: %s', async (hash) => {
    using sample = await createSample();
    await expect(sample.git.tree(hash)).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(sample.git.changes(hash, hash)).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(sample.git.readBlob(hash)).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('runs no driver, filter or converter that the repository names', async () => {
    using sample = await createSample();
    const mark = join(sample.path, 'ran');
    writeFileSync(
      join(sample.path, '.git', 'config'),
      `[core]\n\tfsmonitor = touch ${mark}\n[diff]\n\texternal = touch ${mark}\n[diff "x"]\n\tcommand = touch ${mark}\n\ttextconv = touch ${mark}\n[filter "x"]\n\tclean = touch ${mark}\n\tsmudge = touch ${mark}\n`,
    );
    sample.write('.gitattributes', '* diff=x filter=x\n');
    const { git } = sample;
    const [base, head] = [(await git.resolve('HEAD~1')) as string, (await git.resolve('HEAD')) as string];
    const [change] = await git.changes(base, head);
    await git.readBlob(change?.after as string);
    await git.tree(head);
    expect(existsSync(mark)).toBe(false);
  });

  it('rejects without a repository', async () => {
    using folder = createFolder();
    const runner = createProgramRunner({ root: folder.path, allow: ['git'] });
    await expect(createGitDiff(runner, folder.path).resolve('HEAD')).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
