/** The command line as a user meets it: the real process, its exit codes and what it prints. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report-schema.ts';
import { digestTree, MAIN, run, runMain, tempFolder } from './support.ts';

const LONG = 120_000;
const FAULTY = { 'a.js': 'debugger;\nif (a === a) b();\n', 'README.md': '# A\n\n[gone](gone.md)\n' };
const FILES = ['findings.sarif', 'report.html', 'report.json', 'report.md'];

async function readReport(out: string): Promise<Report> {
  return JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as Report;
}

describe('the command line', { timeout: LONG }, () => {
  it('--help and --version answer at once, with exit code 0', async () => {
    const help = await runMain(['--help']);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    for (const word of ['PATH', '--out', '--gate', '--quiet', 'Exit codes'])
      expect(help.stdout).toContain(word);
    expect(await runMain(['-v'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  it.each([
    [['--nonsense'], /^Unknown option '--nonsense'\. Try/],
    [['--gate-severity', 'awful', '.'], /info, warning, error, critical.*"awful"/],
    [['review', 'a', 'b'], /Expected one PATH, got 2: a, b/],
    [['.', '--out', ''], /--out/],
    [['.', '--quiet=yes'], /--quiet/],
  ])('%j is refused with exit code 2, naming what was wrong', async (args, text) => {
    const ended = await runMain(args);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(text);
    expect(ended.stderr).toContain('--help');
    expect(ended.stderr).not.toContain('    at ');
  });

  it('--out onto a file is refused before any work, and the file stays', async () => {
    await using folder = await tempFolder({ ...FAULTY, out: 'keep me' });
    const ended = await runMain([folder.root, '--out', join(folder.root, 'out')]);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(/--out.*folder.*out/);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(await readFile(join(folder.root, 'out'), 'utf8')).toBe('keep me');
  });

  it('a report inside the reviewed folder is neither reviewed nor counted the next time', async () => {
    await using folder = await tempFolder(FAULTY);
    const out = join(folder.root, 'my-report');
    expect((await runMain([folder.root, '--out', out, '--quiet'])).exitCode).toBe(0);
    const first = await readReport(out);
    expect((await runMain([folder.root, '--out', out, '--quiet'])).exitCode).toBe(0);
    const second = await readReport(out);
    expect(first.repository.fileCount).toBe(2);
    expect(second.repository.fileCount).toBe(2);
    expect(second.totals).toEqual(first.totals);
  });

  it('--gate: 3 on findings at the limit, 0 below it; the report is written either way', async () => {
    await using folder = await tempFolder({ 'README.md': FAULTY['README.md'] });
    await using out = await tempFolder();
    const failed = await runMain([folder.root, '--gate', '--out', join(out.root, 'a')]);
    expect(failed.exitCode).toBe(3);
    expect(failed.stdout).toMatch(/The gate fails \(limit: error\): .*1 error/);
    const passed = await runMain([
      folder.root,
      '--gate',
      '--gate-severity',
      'critical',
      '--out',
      join(out.root, 'b'),
    ]);
    expect(passed.exitCode).toBe(0);
    for (const name of ['a', 'b']) expect((await readdir(join(out.root, name))).sort()).toEqual(FILES);
  });

  it('--gate on an empty folder: 3', async () => {
    await using folder = await tempFolder();
    await using out = await tempFolder();
    const ended = await runMain([folder.root, '--gate', '--out', join(out.root, 'a')]);
    expect(ended.exitCode).toBe(3);
    expect(ended.stdout).toContain('No file was seen.');
  });

  it('--quiet prints one line: where the report is', async () => {
    await using folder = await tempFolder(FAULTY);
    await using out = await tempFolder();
    const ended = await runMain([folder.root, '--quiet', '--out', out.root]);
    expect(ended).toEqual({ exitCode: 0, stdout: `Report: ${join(out.root, 'report.html')}\n`, stderr: '' });
  });

  it('--quiet with a gate that fails names the worst findings, with file and line', async () => {
    await using folder = await tempFolder(FAULTY);
    await using out = await tempFolder();
    const args = [folder.root, '--quiet', '--gate', '--gate-severity', 'warning', '--out', out.root];
    const { exitCode, stdout } = await runMain(args);
    expect(exitCode).toBe(3);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^The gate fails \(limit: warning\): 2 error findings\. \d+ warning finding/);
    expect(lines[1]).toMatch(/^ {2}error {5}\S+:\d+ {2}.+ \([a-z-]+\)$/);
    expect(lines.some((line) => / {2}a\.js:1 {2}.*\(debugger-statement\)$/.test(line))).toBe(true);
    expect(lines.at(-1)).toBe(`Report: ${join(out.root, 'report.html')}`);
    expect(lines.length).toBeLessThanOrEqual(8);
  });

  it('in a log, each event is one line without control characters, and the agents that started also end', async () => {
    await using folder = await tempFolder(FAULTY);
    await using out = await tempFolder();
    const { stdout } = await runMain([folder.root, '--out', out.root]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    const lines = stdout.split('\n').filter((line) => line.startsWith('['));
    for (const line of lines) expect(line).toMatch(/^\[\d+\.\d s\] [·▸✓○✗] \w+Agent +\d+\.\d s {2}\S/);
    const agents = new Set(lines.map((line) => /\w+Agent/.exec(line)?.[0]));
    expect(agents.size).toBe(9);
    for (const agent of agents)
      expect(lines.findLast((line) => line.includes(` ${agent} `))).toMatch(/\] [✓○✗]/);
  });

  it.skipIf(!existsSync('/usr/bin/script'))('in a terminal, nine lines are rewritten in place', async () => {
    await using folder = await tempFolder(FAULTY);
    await using out = await tempFolder();
    const command = `stty cols 60; exec '${process.execPath}' '${MAIN}' '${folder.root}' --out '${join(out.root, 'a')}'`;
    const ended = await run('/usr/bin/script', ['-qec', command, '/dev/null']);
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout).toContain('\u001b[9A');
    const drawn = ended.stdout.slice(ended.stdout.lastIndexOf('\u001b[9A')).split('\r\n').slice(0, 9);
    for (const line of drawn) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences that move the cursor
      const shown = line.replace(/\u001b\[\d+[AK]/g, '');
      expect(shown).toMatch(/^[✓○] \w+Agent/);
      expect(shown.length).toBeLessThan(60);
    }
  });

  it('names with control characters do not reach the terminal', async () => {
    await using parent = await tempFolder();
    const root = join(parent.root, 'a\u001b[2J\nb');
    await mkdir(root);
    await writeFile(join(root, '\u001b]0;x\u0007.js'), 'debugger;\n');
    const ended = await runMain([root, '--out', join(parent.root, 'out\u001b[31m')]);
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout).not.toContain('\u001b');
    const missing = await runMain([`${root}\u001b[2J`]);
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).not.toContain('\u001b');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s mid-run: 130, no report, no program left', async (name) => {
    const modules = Object.fromEntries(
      Array.from({ length: 400 }, (_none, index) => [
        `src/m${index}.ts`,
        `import { f0 as g } from './m${(index + 1) % 400}.ts';\nexport function f0(a: number): number {\n  return a > 1 ? g(a - 1) : 0;\n}\n${Array.from({ length: 60 }, (_no, line) => `export const c${line} = { a: [${line}], b: (x: number) => x + ${line} };\n`).join('')}`,
      ]),
    );
    await using folder = await tempFolder(modules);
    await using out = await tempFolder();
    const before = await digestTree(folder.root);
    let sentAt = 0;
    const ended = await runMain([folder.root, '--out', join(out.root, 'report')], {
      onOutput: (text, { pid }) => {
        if (sentAt > 0 || pid === undefined || !text.includes('code-health')) return;
        sentAt = performance.now();
        process.kill(pid, name);
      },
    });
    expect(sentAt).toBeGreaterThan(0);
    expect(ended.exitCode).toBe(130);
    expect(ended.stderr).toContain(`Interrupted by ${name}`);
    expect(performance.now() - sentAt).toBeLessThan(10_000);
    expect(await readdir(out.root)).toEqual([]);
    expect(await digestTree(folder.root)).toBe(before);
    expect(await processesIn(folder.root)).toEqual([]);
  });
});

/** Command lines of live processes that work in a folder or name it. */
async function processesIn(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(root)) found.push(line.replaceAll('\0', ' '));
  }
  return found;
}
