/** Comparison and baseline as a user meets them: the real process over real folders. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report-schema.ts';
import { digestTree, runMain, tempFolder, writeFiles } from './support.ts';

const LONG = 120_000;
const BEFORE = { 'a.js': 'debugger;\nif (a === a) b();\n', 'README.md': '# A\n\n[gone](gone.md)\n' };
/** Two findings moved down, one fixed, one new. */
const AFTER = { 'a.js': '\n\ndebugger;\nif (a === a) b();\nif (z === z) b();\n', 'README.md': '# A\n' };

async function readJson<T>(...path: string[]): Promise<T> {
  return JSON.parse(await readFile(join(...path), 'utf8')) as T;
}

describe('--compare', { timeout: LONG }, () => {
  it('tells new, still there and fixed in all forms of the report; --gate-new counts the new ones', async () => {
    await using folder = await tempFolder(BEFORE);
    await using out = await tempFolder();
    const report = join(out.root, 'report.json');
    expect((await runMain([folder.root, '--out', out.root, '--quiet'])).exitCode).toBe(0);
    const same = await runMain([folder.root, '--out', out.root, '--compare', report, '--gate-new']);
    expect(same.exitCode).toBe(0);
    expect(same.stdout).toContain(`Beside ${report}: 0 new, 3 still there, 0 fixed.`);
    expect(same.stdout).toContain('The gate passes (limit: error, new findings only).');
    await writeFiles(folder.root, AFTER);
    const changed = await runMain([folder.root, '--out', out.root, '--compare', report, '--gate-new']);
    expect(changed.exitCode).toBe(3);
    expect(changed.stdout).toContain(': 1 new, 2 still there, 1 fixed.');
    expect(changed.stdout).toContain('The gate fails (limit: error, new findings only): 1 error finding.');
    const { comparison } = await readJson<Report>(report);
    expect(comparison?.fixed.map(({ rule, path, line }) => [rule, path, line])).toEqual([
      ['broken-link', 'README.md', 3],
    ]);
    const { runs } = await readJson<{ runs: { results: { baselineState: string }[] }[] }>(
      out.root,
      'findings.sarif',
    );
    expect(runs[0]?.results.map(({ baselineState }) => baselineState).sort()).toEqual([
      'absent',
      'new',
      'unchanged',
      'unchanged',
    ]);
    expect(await readFile(join(out.root, 'report.md'), 'utf8')).toContain('1 new, 2 still there, 1 fixed');
  });

  it.each([
    ['no JSON', '{', /Expected .*old\.json to be a report\.json of this program, got text that is not JSON/],
    [
      'a newer schema',
      '{"schemaVersion": 2}',
      /schema version 2, which a newer release wrote; this one reads 1/,
    ],
    ['something else', '{"schemaVersion": 1}', /does not fit its schema at tool/],
  ])('%s: exit code 2 before any work, nothing written', async (_title, text, message) => {
    await using folder = await tempFolder(BEFORE);
    await using out = await tempFolder({ 'old.json': text });
    const ended = await runMain([
      folder.root,
      '--out',
      join(out.root, 'report'),
      '--compare',
      join(out.root, 'old.json'),
    ]);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
    expect(await readdir(out.root)).toEqual(['old.json']);
  });
});

describe('a baseline', { timeout: LONG }, () => {
  it('is written with a reason, silences, and leaves the reviewed folder as it was', async () => {
    await using folder = await tempFolder(BEFORE);
    await using out = await tempFolder();
    const known = join(out.root, 'known.json');
    const tree = await digestTree(folder.root);
    const written = await runMain([
      folder.root,
      '--gate',
      '--out',
      join(out.root, 'a'),
      '--write-baseline',
      known,
      '--reason',
      'before the rewrite',
    ]);
    expect(written.exitCode).toBe(3);
    expect(await digestTree(folder.root)).toBe(tree);
    expect(written.stdout).toContain(`Baseline: ${known} (3 entries)`);
    expect(await readJson(known)).toMatchObject({
      schemaVersion: 1,
      entries: [{ reason: 'before the rewrite' }, {}, {}],
    });
    expect(await readFile(known, 'utf8')).not.toContain('debugger;');
    await writeFiles(folder.root, AFTER);
    const ended = await runMain([folder.root, '--gate', '--out', join(out.root, 'b'), '--baseline', known]);
    expect(ended.stdout).toContain(`Baseline ${known}: 2 findings silenced, 1 stale entry.`);
    expect(ended.stdout).toContain('The gate fails (limit: error): 1 error finding.');
    expect(ended.exitCode).toBe(3);
    const report = await readJson<Report>(out.root, 'b', 'report.json');
    expect(report.baseline).toMatchObject({ path: known, stale: [{ rule: 'broken-link' }] });
    expect(report.totals['error']).toBe(1);
  });

  it('in the reviewed folder has no say unless it is named, and is no part of the review then', async () => {
    await using folder = await tempFolder({ ...BEFORE, '.keep/x.txt': 'x\n' });
    await using out = await tempFolder();
    const known = join(folder.root, '.orchestrator-baseline.json');
    const args = [folder.root, '--gate', '--quiet', '--out', out.root];
    await runMain([...args, '--write-baseline', known, '--reason', 'r']);
    const { repository } = await readJson<Report>(out.root, 'report.json');
    expect((await runMain(args)).exitCode).toBe(3);
    expect(await readJson<Report>(out.root, 'report.json')).not.toHaveProperty('baseline');
    expect((await runMain([...args, '--baseline', known])).exitCode).toBe(0);
    const named = await readJson<Report>(out.root, 'report.json');
    expect(named.baseline).toMatchObject({ silencedCount: 3, stale: [] });
    expect(named.repository.fileCount).toBe(repository.fileCount);
  });

  it('replaces nothing that is no baseline, also not through a link', async () => {
    await using folder = await tempFolder(BEFORE);
    await using out = await tempFolder({ 'package.json': '{}' });
    await symlink(join(out.root, 'package.json'), join(out.root, 'known.json'));
    for (const name of ['package.json', 'known.json']) {
      const ended = await runMain([
        folder.root,
        '--out',
        join(out.root, 'report'),
        '--write-baseline',
        join(out.root, name),
        '--reason',
        'r',
      ]);
      expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
      expect(ended.stderr).toContain('to be a baseline of this program');
    }
    expect(await readFile(join(out.root, 'package.json'), 'utf8')).toBe('{}');
  });

  it('that can not be written is told before the review', async () => {
    await using folder = await tempFolder(BEFORE);
    await using out = await tempFolder();
    const ended = await runMain([
      folder.root,
      '--out',
      join(out.root, 'report'),
      '--write-baseline',
      join(out.root, 'nowhere', 'known.json'),
      '--reason',
      'r',
    ]);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toContain('there is no folder');
    expect(await readdir(out.root)).toEqual([]);
  });

  it('with an entry without a reason is refused', async () => {
    await using folder = await tempFolder(BEFORE);
    await using out = await tempFolder();
    const known = join(out.root, 'known.json');
    await writeFile(
      known,
      JSON.stringify({ schemaVersion: 1, entries: [{ id: 'a', rule: 'b', path: 'c', reason: ' ' }] }),
    );
    await mkdir(join(out.root, 'report'));
    const ended = await runMain([folder.root, '--out', join(out.root, 'report'), '--baseline', known]);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(/entries\.0\.reason \(a reason is needed\)/);
  });

  it.each([
    [['--gate-new'], /--compare FILE beside --gate-new/],
    [['--write-baseline', 'x.json'], /--reason TEXT beside --write-baseline/],
    [['--write-baseline', 'x.json', '--reason', ' '], /--reason TEXT/],
    [['--reason', 'r'], /--write-baseline FILE beside --reason/],
    [['--baseline', ''], /--baseline to name a file/],
    [['--json'], /--json belongs to skills and doctor/],
  ])('%j is refused with exit code 2', async (args, message) => {
    const ended = await runMain(['.', ...args]);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });
});

describe('--gate', { timeout: LONG }, () => {
  it('fails when the tests may run and their runner is not installed; without --execute they are named as not judged', async () => {
    await using folder = await tempFolder({
      'package.json': JSON.stringify({ name: 'a', private: true, scripts: { test: 'jest' } }),
      'a.test.js': "test('adds', () => {\n  expect(1 + 1).toBe(2);\n});\n",
    });
    await using out = await tempFolder();
    const allowed = await runMain([folder.root, '--out', out.root, '--gate', '--execute']);
    expect(allowed.exitCode).toBe(3);
    expect(allowed.stdout).toContain('QAAgent: run-tests could not run: The tests are for jest');
    const plain = await runMain([folder.root, '--out', out.root, '--gate']);
    expect(plain.exitCode).toBe(0);
    expect(plain.stdout).toContain('Not judged: QAAgent: run-tests could not run');
  });
});
