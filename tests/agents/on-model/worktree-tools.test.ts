import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { worktreeTools } from '../../../src/agents/worktree-tools.ts';
import { createToolBox } from '../../../src/llm/loop/tool-box.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'worktree-'));
  execFileSync('git', ['init', '-q', folder]);
  writeFileSync(join(folder, 'a.txt'), 'one\ntwo\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const box = async () => createToolBox(await worktreeTools({ worktree: folder }));

describe('tools that write in a worktree', () => {
  it('write whole files and single places, and tell the diff', async () => {
    const tools = await box();
    const made = await tools.call('worktree_write', { path: 'src/new.txt', content: 'hello\n' });
    expect(made).toMatchObject({ path: 'src/new.txt', diff: expect.stringContaining('+hello') });
    expect(readFileSync(join(folder, 'src/new.txt'), 'utf8')).toBe('hello\n');
    await tools.call('worktree_replace', { path: 'a.txt', old: 'two', new: 'three' });
    expect(await tools.call('worktree_read', { path: 'a.txt' })).toBe('one\nthree\n');
  });

  it('may be done again: the same is there afterwards', async () => {
    const tools = await box();
    for (let n = 0; n < 2; n += 1)
      await tools.call('worktree_replace', { path: 'a.txt', old: 'two', new: 'three' });
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('one\nthree\n');
  });

  it('refuse a text that stands nowhere or twice', async () => {
    writeFileSync(join(folder, 'a.txt'), 'x x');
    const tools = await box();
    const input = { path: 'a.txt', new: 'y' };
    await expect(tools.call('worktree_replace', { ...input, old: 'x' })).rejects.toThrow('more than once');
    await expect(tools.call('worktree_replace', { ...input, old: 'z' })).rejects.toThrow('nowhere');
  });

  it('write nowhere else', async () => {
    symlinkSync(tmpdir(), join(folder, 'out'));
    symlinkSync('/etc/hostname', join(folder, 'link'));
    const tools = await box();
    for (const path of [
      '../evil',
      '/etc/evil',
      '.git/hooks/post-commit',
      '.GIT/config',
      'out/evil',
      'link',
      'a//b',
      './a.txt',
      'a\\..\\b',
    ])
      await expect(tools.call('worktree_write', { path, content: 'x' })).rejects.toMatchObject({
        code: 'path-escape',
      });
  });

  it('need a repository', async () => {
    rmSync(join(folder, '.git'), { recursive: true });
    await expect(worktreeTools({ worktree: folder })).rejects.toMatchObject({ code: 'not-found' });
  });
});
