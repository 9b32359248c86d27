/** A folder with as many files as are listed at most. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestTree, reviewFolder, tempFolder } from '../../cli/support.ts';

describe('a review of very many files', { timeout: 240_000 }, () => {
  it('20,000 small files end with a clear result, untouched', async () => {
    await using folder = await tempFolder();
    for (let index = 0; index < 200; index += 1) {
      await mkdir(join(folder.root, `d${index}`));
      await Promise.all(
        Array.from({ length: 100 }, (_none, file) =>
          writeFile(join(folder.root, `d${index}`, `f${file}.txt`), `text ${index} ${file}\n`),
        ),
      );
    }
    const before = await digestTree(folder.root);
    const report = await reviewFolder(folder.root);
    expect(await digestTree(folder.root)).toBe(before);
    expect(report.repository).toMatchObject({ fileCount: 20_000, isTruncated: false });
    expect(report.agents.filter(({ status }) => status === 'failed')).toEqual([]);
  });
});
