import { mkdir, mkdtemp, readFile, readlink, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { copyWorkspace } from '../../../src/skills/qa/copy-workspace.ts';

async function folders(files: Readonly<Record<string, string>>): Promise<{ from: string; to: string }> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'copy-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const from = join(root, 'from');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(from, path)), { recursive: true });
    await writeFile(join(from, path), text);
  }
  return { from, to: join(root, 'to') };
}

const { signal } = new AbortController();
const SHOP = { 'a.js': '1', 'node_modules/b/index.js': '22', 'node_modules/b/lib/c.js': '333' };

describe('a copy of a repository', () => {
  it('holds the packages too when they are to be copied, with links as they were written', async () => {
    const { from, to } = await folders(SHOP);
    await mkdir(join(from, 'node_modules/.bin'));
    await symlink('../b/index.js', join(from, 'node_modules/.bin/b'));
    await copyWorkspace(from, to, { signal, packages: 'copy' });
    expect(await readFile(join(to, 'node_modules/b/lib/c.js'), 'utf8')).toBe('333');
    expect(await readlink(join(to, 'node_modules/.bin/b'))).toBe('../b/index.js');
  });

  it.each([
    ['files', { maxPackageFiles: 1 }],
    ['bytes', { maxPackageBytes: 4 }],
  ])('counts copied packages against a limit of their own: %s', async (_what, limits) => {
    const { from, to } = await folders(SHOP);
    await expect(copyWorkspace(from, to, { signal, packages: 'copy', ...limits })).rejects.toMatchObject({
      code: 'limit-reached',
      message: expect.stringContaining('installed packages are larger than'),
    });
    await expect(
      copyWorkspace(from, `${to}-linked`, { signal, packages: 'link', ...limits }),
    ).resolves.toEqual([join(from, 'node_modules')]);
  });

  it('counts the files of the repository against the limits of the repository', async () => {
    const { from, to } = await folders(SHOP);
    await copyWorkspace(from, to, { signal, packages: 'copy', maxFiles: 1, maxBytes: 1 });
    const { from: more, to: out } = await folders({ ...SHOP, 'd.js': '4' });
    await expect(copyWorkspace(more, out, { signal, packages: 'copy', maxFiles: 1 })).rejects.toMatchObject({
      message: expect.stringContaining('The repository is larger than 1 files'),
    });
  });
});
