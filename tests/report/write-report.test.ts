import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/report/report-schema.ts';
import { writeReport } from '../../src/report/write-report.ts';
import { OrchestratorError } from '../../src/shared/errors.ts';
import { agentOf, artifactOf, finding, reportOf } from '../support/sample-report.ts';
import { folderOf } from '../support/skill-context.ts';

const NAMES = ['findings.sarif', 'report.html', 'report.json', 'report.md'];
const sample = () => reportOf([agentOf([artifactOf([finding('a', 'error')])])]);

describe('writing a report', () => {
  it('makes the folder and writes the four files', async () => {
    const folder = join(await folderOf({}), 'deep', 'out');
    const report = await sample();
    expect(new Set(await writeReport(report, folder))).toEqual(new Set(NAMES));
    expect((await readdir(folder)).sort()).toEqual(NAMES);
    expect(reportSchema.parse(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')))).toEqual(
      report,
    );
    expect(JSON.parse(await readFile(join(folder, 'findings.sarif'), 'utf8'))).toMatchObject({
      version: '2.1.0',
    });
  });

  it('replaces files whole and leaves others alone', async () => {
    const folder = await folderOf({ 'report.html': 'x'.repeat(1_000_000), 'mine.txt': 'mine' });
    await writeReport(await sample(), folder);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect((await readdir(folder)).sort()).toEqual(['findings.sarif', 'mine.txt', ...NAMES.slice(1)]);
  });

  it('says what it expected when the folder is a file', async () => {
    const folder = join(await folderOf({ out: 'a file' }), 'out');
    const error: unknown = await writeReport(await sample(), folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OrchestratorError);
    expect(error).toMatchObject({
      code: 'invalid-argument',
      message: `Expected the report's folder ${folder} to be a folder that can be written, got a file.`,
    });
  });

  it('says so when the folder would be inside a file', async () => {
    const folder = join(await folderOf({ out: 'a file' }), 'out', 'inner');
    await expect(writeReport(await sample(), folder)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('got a path where none can be made (ENOTDIR)'),
    });
  });

  it.skipIf(process.platform !== 'linux')('refuses where the system lets nobody write', async () => {
    const error: unknown = await writeReport(await sample(), '/proc/report').catch(
      (reason: unknown) => reason,
    );
    expect(OrchestratorError.isInstance(error)).toBe(true);
    expect(String(error)).toContain(
      "Expected the report's folder /proc/report to be a folder that can be written",
    );
  });

  it('leaves no temporary file, and no file of its own, when one place is taken by a folder', async () => {
    const folder = await folderOf({});
    await mkdir(join(folder, 'report.html'));
    await writeFile(join(folder, 'report.html', 'keep.txt'), 'kept');
    await expect(writeReport(await sample(), folder)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: `Expected ${join(folder, 'report.html')} to be a file that can be replaced, got a folder.`,
    });
    expect(await readdir(folder)).toEqual(['report.html']);
    expect(await readFile(join(folder, 'report.html', 'keep.txt'), 'utf8')).toBe('kept');
  });

  it('lets two write at once: each file is one of theirs', async () => {
    const folder = await folderOf({});
    const [one, two] = [await sample(), await reportOf([], { name: 'other' })];
    await Promise.all([writeReport(one, folder), writeReport(two, folder)]);
    expect((await readdir(folder)).sort()).toEqual(NAMES);
    expect([one, two]).toContainEqual(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')));
  });
});
