import { describe, expect, it } from 'vitest';
import { sourceFiles } from './source-files.ts';

const WALL = 500;

describe('file length', () => {
  it.each(['src', 'tests', 'examples', 'bench'])(`keeps every file of %s under ${WALL} lines`, (folder) => {
    const files = sourceFiles(folder).filter(({ path }) => !path.startsWith('examples/sample-shop/'));
    expect(files.length).toBeGreaterThan(0);
    expect(
      files
        .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
        .filter(({ lines }) => lines > WALL),
    ).toEqual([]);
  });

  it('opens every source file with a caption', () => {
    const bare = sourceFiles('src').filter(({ text }) => !/^(?:#!.*\n)?(?:\/\*\*|\/\/ )/.test(text));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });
});
