import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines, unifiedDiff } from '../../src/shared/line-diff.ts';

const line = fc.constantFrom('a', 'b', 'c', 'd');

describe('comparing lines', () => {
  it('makes the new text out of the old one and the hunks', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.array(line, { maxLength: 30 }), (before, after) => {
        const made: string[] = [];
        let at = 0;
        for (const { beforeStart, beforeCount, afterStart, afterCount } of diffLines(before, after)) {
          made.push(
            ...before.slice(at, beforeStart - 1),
            ...after.slice(afterStart - 1, afterStart - 1 + afterCount),
          );
          at = beforeStart - 1 + beforeCount;
        }
        expect([...made, ...before.slice(at)]).toEqual(after);
      }),
    );
  });

  it('finds the shortest edit', () => {
    const [before, after] = ['abcabba', 'cbabac'].map((text) => [...text]) as [string[], string[]];
    const hunks = diffLines(before, after);
    expect(hunks.reduce((sum, hunk) => sum + hunk.beforeCount + hunk.afterCount, 0)).toBe(5);
  });

  it('finds nothing in equal texts', () => {
    expect(diffLines(['a'], ['a'])).toEqual([]);
    expect(unifiedDiff('a', 'x\n', 'x\n')).toBe('');
  });

  it('takes texts of too many edits as replaced', () => {
    const before = Array.from({ length: 3_000 }, (_, index) => `old ${index}`);
    const after = Array.from({ length: 3_000 }, (_, index) => `new ${index}`);
    expect(diffLines(before, after)).toEqual([
      { beforeStart: 1, beforeCount: 3_000, afterStart: 1, afterCount: 3_000 },
    ]);
  });

  it.each([
    ['a change', 'a\nb\nc\nd\ne\nf\ng\nh\ni\n', 'a\nb\nc\nd\nE\nf\ng\nh\ni\n'],
    ['two changes far apart', `x\n${'a\n'.repeat(20)}y\n`, `X\n${'a\n'.repeat(20)}Y\n`],
    ['a missing end', 'a\nb', 'a\nb\n'],
    ['a new first line', 'a\n', 'z\na\n'],
    ['all removed', 'a\nb\n', ''],
    ['from nothing', '', 'a\n'],
    ['ends of Windows', 'a\r\nb\r\n', 'a\r\n'],
  ])('writes what git can apply: %s', (_title, before, after) => {
    const folder = mkdtempSync(join(tmpdir(), 'diff-'));
    try {
      writeFileSync(join(folder, 'file.txt'), before);
      execFileSync('git', ['apply', '--whitespace=nowarn', '--unidiff-zero', '-'], {
        cwd: folder,
        input: unifiedDiff('file.txt', before, after),
      });
      expect(readFileSync(join(folder, 'file.txt'), 'utf8')).toBe(after);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
