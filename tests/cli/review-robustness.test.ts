/** Folders that nobody would wish for: each review ends, honestly, and leaves the folder as it was. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, open, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRepository } from '../../src/process/git-repository.ts';
import { createProgramRunner } from '../../src/process/program-runner.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { digestTree, reviewFolder, run, runMain, tempFolder, writeFiles } from './support.ts';

const LONG = 120_000;
const HONEST = ['done', 'not-applicable', 'unavailable'];
const GIT_ENV = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

/** Reviews, and checks what holds for every folder. */
async function reviewUntouched(root: string, seconds = 60): Promise<Report> {
  const before = await digestTree(root);
  const startedAt = performance.now();
  const report = await reviewFolder(root);
  expect(performance.now() - startedAt).toBeLessThan(seconds * 1000);
  expect(await digestTree(root)).toBe(before);
  expect(report.agents).toHaveLength(9);
  for (const { name, status, reason } of report.agents)
    expect(HONEST, `${name}: ${reason}`).toContain(status);
  return report;
}

function pathsOf(report: Report): string[] {
  return report.agents.flatMap(({ artifacts }) =>
    artifacts.flatMap(({ findings }) => findings.map(({ location }) => location.path)),
  );
}

describe('folders with little in them', { timeout: LONG }, () => {
  it('an empty folder: nobody claims to have looked at anything, and the gate fails', async () => {
    await using folder = await tempFolder();
    const report = await reviewUntouched(folder.root);
    expect(report.repository).toMatchObject({ fileCount: 0, git: null });
    expect(report.gate.isPassed).toBe(false);
    expect(report.gate.reasons).toContain('No file was seen.');
    // A plan can be made from the request alone; all else needs files.
    expect(report.agents.filter(({ status }) => status === 'done').map(({ name }) => name)).toEqual([
      'PMAgent',
    ]);
  });

  it('a folder without git is reviewed, and history is said not to apply', async () => {
    await using folder = await tempFolder({ 'a.js': 'debugger;\n', 'README.md': '# A\n' });
    const report = await reviewUntouched(folder.root);
    expect(report.repository.git).toBeNull();
    const risks = report.agents.flatMap(({ artifacts }) =>
      artifacts.filter(({ skill }) => skill === 'risk-register'),
    );
    expect(risks.map(({ status }) => status)).toEqual(['not-applicable']);
    expect(pathsOf(report)).toContain('a.js');
  });

  it('a git repository without a commit', async () => {
    await using folder = await tempFolder({ 'a.js': 'debugger;\n' });
    execFileSync('git', ['init', '-q', folder.root], { env: GIT_ENV });
    const report = await reviewUntouched(folder.root);
    expect(pathsOf(report)).toContain('a.js');
  });

  it('a broken package.json hides nothing else', async () => {
    await using folder = await tempFolder({ 'package.json': '{ "name": ', 'a.js': 'debugger;\n' });
    expect(pathsOf(await reviewUntouched(folder.root))).toContain('a.js');
  });

  it.each(['null', '[]', '"text"', '{"dependencies": [], "scripts": 3, "main": {}, "exports": null}'])(
    'a package.json of an odd shape: %s',
    async (text) => {
      await using folder = await tempFolder({ 'package.json': text, 'a.js': 'debugger;\n' });
      expect(pathsOf(await reviewUntouched(folder.root))).toContain('a.js');
    },
  );
});

describe('large things', { timeout: LONG }, () => {
  it('a sparse file and a text file of 100 MB are skipped and said to be', async () => {
    await using folder = await tempFolder({ 'a.js': 'debugger;\n', 'sparse.js': '' });
    await truncate(join(folder.root, 'sparse.js'), 100 * 1024 * 1024);
    const handle = await open(join(folder.root, 'large.json'), 'w');
    const block = '{"id": 1, "name": "x"}\n'.repeat(45_600);
    for (let part = 0; part < 100; part += 1) await handle.write(block);
    await handle.close();
    const report = await reviewUntouched(folder.root, 30);
    expect(report.repository).toMatchObject({ fileCount: 1, skippedCount: 2 });
  });

  it('a file of one line of 900 KB, as script, table, page and JSON', async () => {
    const long = 'a'.repeat(900_000);
    await using folder = await tempFolder({
      'a.js': `export const a = '${long}';`,
      'b.csv': `id,name\n1,${long}\n`,
      'c.md': `# ${long}`,
      'd.json': JSON.stringify([{ id: 1, name: long }]),
      'e.py': `a = '${long}'`,
      'f.yml': `a: ${long}`,
      'g.sql': `CREATE TABLE a (${long});`,
      'ok.js': 'debugger;\n',
    });
    expect(pathsOf(await reviewUntouched(folder.root))).toContain('ok.js');
  });

  it('a file with one line of 5 MB is left out', async () => {
    await using folder = await tempFolder({
      'long.js': `a('${'x'.repeat(5_000_000)}')`,
      'a.js': 'debugger;\n',
    });
    const report = await reviewUntouched(folder.root);
    expect(report.repository.skippedCount).toBe(1);
  });

  it('folders nested 300 deep are cut off and said to be', async () => {
    await using folder = await tempFolder({ 'a.js': 'debugger;\n' });
    const deep = Array.from({ length: 300 }, () => 'd').join('/');
    await writeFiles(folder.root, { [`${deep}/a.js`]: 'debugger;\n' });
    const report = await reviewUntouched(folder.root);
    expect(report.repository.isTruncated).toBe(true);
    expect(pathsOf(report)).toContain('a.js');
  });
});

describe('odd entries and names', { timeout: LONG }, () => {
  it('links in a circle and out of the folder are not followed', async () => {
    await using outside = await tempFolder({ 'secret.js': 'debugger;\n' });
    await using folder = await tempFolder({ 'a/a.js': 'debugger;\n' });
    await symlink('..', join(folder.root, 'a', 'up'));
    await symlink('self', join(folder.root, 'self'));
    await symlink(outside.root, join(folder.root, 'out'));
    await symlink(join(outside.root, 'secret.js'), join(folder.root, 'secret.js'));
    const report = await reviewUntouched(folder.root);
    expect(report.repository).toMatchObject({ fileCount: 1, skippedCount: 4 });
    expect(new Set(pathsOf(report))).toEqual(new Set(['a/a.js']));
  });

  it('a pipe and a socket are not opened', async () => {
    await using folder = await tempFolder({ 'a.js': 'debugger;\n' });
    execFileSync('mkfifo', [join(folder.root, 'pipe.js')]);
    const server = createServer().listen(join(folder.root, 'socket.js'));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const report = await reviewUntouched(folder.root);
      expect(report.repository).toMatchObject({ fileCount: 1, skippedCount: 2 });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('names with spaces, line breaks, quotes, options and odd bytes; text that is not UTF-8', async () => {
    const names = [
      'with space.js',
      'line\nbreak.js',
      '--option.js',
      '-rf.js',
      '$(touch x).js',
      "it's.js",
      '\u001b[31mred.js',
      '`a`.js',
      '%s.js',
      'ünï/cödé.js',
      '...js',
      '<script>.js',
    ];
    await using folder = await tempFolder(Object.fromEntries(names.map((name) => [name, 'debugger;\n'])));
    await writeFile(
      Buffer.concat([Buffer.from(`${folder.root}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.js')]),
      'debugger;\n',
    );
    await writeFile(
      join(folder.root, 'invalid.js'),
      Buffer.concat([Buffer.from('debugger; // '), Buffer.from([0xc3, 0x28, 0xff])]),
    );
    const runner = createProgramRunner({ root: folder.root, allow: ['git'] });
    await runner.run({ command: 'git', args: ['init', '-q'] });
    await runner.run({ command: 'git', args: ['add', '-A'] });
    await runner.run({
      command: 'git',
      args: ['-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '-q', '-m', 'Start'],
    });
    const report = await reviewUntouched(folder.root);
    for (const name of [...names, 'invalid.js']) expect(pathsOf(report)).toContain(name);
    expect(report.repository.skippedCount).toBe(1);
    expect(existsSync(join(folder.root, 'x'))).toBe(false);
  });

  const isRoot = process.getuid?.() === 0;
  const canDrop = !isRoot || existsSync('/usr/bin/setpriv');
  it.skipIf(!canDrop)(
    `an unreadable file and folder are skipped and said to be${canDrop ? '' : ' (root reads all, and there is no setpriv to become another)'}`,
    async () => {
      await using out = await tempFolder();
      await using folder = await tempFolder({
        'a.js': 'debugger;\n',
        'locked.js': 'debugger;\n',
        'd/b.js': 'debugger;\n',
      });
      await chmod(folder.root, 0o755);
      await chmod(out.root, 0o777);
      await chmod(join(folder.root, 'locked.js'), 0);
      await chmod(join(folder.root, 'd'), 0);
      const before = isRoot ? await digestTree(folder.root) : undefined;
      const script = `
        import { review } from '${new URL('../../src/cli/review.ts', import.meta.url).href}';
        import { createLogger } from '${new URL('../../src/observability/logger.ts', import.meta.url).href}';
        const report = await review({ root: process.argv[1], allowExecute: false, gateSeverity: 'error',
          logger: createLogger({ level: 'silent' }), signal: new AbortController().signal, onEvent() {} });
        console.log(JSON.stringify({ repository: report.repository, states: report.agents.map(({ status }) => status) }));`;
      const node = [process.execPath, '--input-type=module', '-e', script, folder.root];
      const [command, ...args] = isRoot
        ? ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...node]
        : node;
      const { stdout, stderr } = await run(command as string, args, {
        env: { ...process.env, HOME: '/nonexistent' },
      });
      expect(stderr).toBe('');
      const { repository, states } = JSON.parse(stdout) as { repository: object; states: string[] };
      expect(repository).toMatchObject({ fileCount: 1, skippedCount: 2 });
      for (const state of states) expect(HONEST).toContain(state);
      if (isRoot) expect(await digestTree(folder.root)).toBe(before);
      await chmod(join(folder.root, 'd'), 0o755);
    },
  );
});

describe('folders that mean harm', { timeout: LONG }, () => {
  it('nothing that git could be told to run is run', async () => {
    await using outside = await tempFolder();
    const trap = join(outside.root, 'ran');
    const program = join(outside.root, 'trap.sh');
    await writeFile(program, `#!/bin/sh\necho "$0 $*" >> '${trap}'\ncat\n`, { mode: 0o755 });
    await using folder = await tempFolder();
    const author = { name: 'Ada', email: 'ada@example.com' };
    const files = {
      'a.js': '// TODO it\ndebugger;\n',
      '.gitattributes': '* diff=evil filter=evil textconv=evil\n',
    };
    await createRepository(createProgramRunner({ root: folder.root, allow: ['git'] }), folder.root, [
      { message: 'Start', time: Date.UTC(2025, 0, 10), author, files },
      { message: 'Next', time: Date.UTC(2025, 9, 10), author, files: { 'b.js': 'export const b = 1;\n' } },
    ]);
    const settings = [
      'core.fsmonitor',
      'core.pager',
      'core.editor',
      'core.sshCommand',
      'diff.external',
      'diff.evil.textconv',
      'diff.evil.command',
      'filter.evil.clean',
      'filter.evil.smudge',
      'filter.evil.process',
      'gpg.program',
      'pager.log',
      'pager.blame',
      'alias.log',
      'core.askPass',
      'credential.helper',
      'uploadpack.packObjectsHook',
    ];
    for (const name of settings) {
      const value = name.startsWith('alias') ? `!${program}` : program;
      execFileSync('git', ['-C', folder.root, 'config', name, value], { env: GIT_ENV });
    }
    execFileSync('git', ['-C', folder.root, 'config', 'log.showSignature', 'true'], { env: GIT_ENV });
    for (const hook of [
      'post-checkout',
      'pre-commit',
      'post-index-change',
      'reference-transaction',
      'fsmonitor-watchman',
    ]) {
      await writeFiles(folder.root, { [`.git/hooks/${hook}`]: `#!/bin/sh\n${program} ${hook}\n` });
      await chmod(join(folder.root, '.git/hooks', hook), 0o755);
    }
    await writeFile(join(folder.root, 'a.js'), '// TODO it\ndebugger; // changed\n');
    const report = await reviewUntouched(folder.root);
    expect(existsSync(trap)).toBe(false);
    expect(report.repository.git).toMatchObject({ commitCount: 2 });
    expect(pathsOf(report)).toContain('a.js');
  });

  it('names like members of objects break nothing', async () => {
    const odd = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const dependencies = '"__proto__": "1", "constructor": "1", "toString": "1"';
    await using folder = await tempFolder({
      'package.json': `{ "name": "__proto__", "scripts": { "__proto__": "x", "constructor": "y" }, "dependencies": { ${dependencies} } }`,
      ...Object.fromEntries(
        odd.map((name) => [`${name}.js`, `import a from '${name}';\nexport const ${name} = a;\n`]),
      ),
      'table.csv': '__proto__,constructor\n1,2\n1,2\n',
      'README.md': '# __proto__\n\n`npm run constructor` [a](#__proto__) [b](__proto__)\n',
    });
    await reviewUntouched(folder.root);
  });

  it('code that nests 100,000 deep in each language', async () => {
    const deep = 100_000;
    await using folder = await tempFolder({
      'a.js': '('.repeat(deep) + ')'.repeat(deep),
      'b.json': '['.repeat(deep) + ']'.repeat(deep),
      'c.md': '> '.repeat(deep),
      'd.yml': '['.repeat(deep),
      'package.json': `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
      'e.py': '('.repeat(deep),
      'f.sql': `SELECT ${'('.repeat(deep)}`,
      'tsconfig.json': '['.repeat(deep),
      '.github/workflows/a.yml': `a: ${'{a: '.repeat(deep)}`,
      'docker-compose.yml': `a: ${'['.repeat(deep)}`,
      'ok.js': 'debugger;\n',
    });
    expect(pathsOf(await reviewUntouched(folder.root, 90))).toContain('ok.js');
  });

  it('a folder that vanishes during the review ends it honestly', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_none, index) => [
        `d${index % 10}/f${index}.js`,
        `export const a${index} = ${index};\n`,
      ]),
    );
    await using folder = await tempFolder(files);
    let removal: Promise<void> | undefined;
    const report = await reviewFolder(folder.root, {
      onEvent: (event) => {
        if (event.type === 'agent-reported') removal ??= rm(folder.root, { recursive: true, force: true });
      },
    });
    await removal;
    expect(removal).toBeDefined();
    expect(report.agents).toHaveLength(9);
    for (const { status, reason } of report.agents) if (status !== 'done') expect(reason).toMatch(/\S/);
  });

  it.each([
    ['is not there', 'missing', /no folder at .*missing/i],
    ['is a file', 'file.txt', /folder.*file\.txt/i],
  ])('a PATH that %s: exit code 2 and one clear line', async (_what, name, text) => {
    await using folder = await tempFolder({ 'file.txt': 'a\n' });
    const ended = await runMain([join(folder.root, name), '--out', join(folder.root, 'out')]);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(text);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(join(folder.root, 'out'))).toBe(false);
  });
});
