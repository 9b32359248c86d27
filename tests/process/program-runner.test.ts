import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgramRunner } from '../../src/process/program-runner.ts';
import { SKILL_PROGRAMS } from '../../src/process/skill-programs.ts';
import { createBench, createFolder } from './support.ts';

describe('what a run gives back', () => {
  it('tells the exit code, both outputs and evidence with a digest of the output', async () => {
    using bench = createBench();
    const result = await bench.node(
      'process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3',
    );
    expect(result).toMatchObject({
      exitCode: 3,
      terminationSignal: null,
      stdout: 'out',
      stderr: 'err',
      truncated: false,
      timedOut: false,
      sandbox: 'process',
    });
    expect(result.evidence).toEqual({
      type: 'command',
      argv: result.argv,
      exitCode: 3,
      outputDigest: `sha256:${createHash('sha256').update('out').digest('hex')}`,
      tool: 'node',
      durationMs: result.durationMs,
      sandbox: 'process',
    });
  });

  it('tells the signal that ended a program', async () => {
    using bench = createBench();
    const result = await bench.node('process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)');
    expect(result).toMatchObject({ exitCode: null, terminationSignal: 'SIGKILL', timedOut: false });
  });

  it('sends input to standard input and closes it', async () => {
    using bench = createBench();
    const result = await bench.runner.run({ command: 'cat', input: 'Grüße\n'.repeat(50_000) });
    expect(result.stdout).toBe('Grüße\n'.repeat(50_000));
  });

  it('gives an empty standard input when there is none', async () => {
    using bench = createBench();
    expect(await bench.runner.run({ command: 'cat' })).toMatchObject({ exitCode: 0, stdout: '' });
  });

  it('does not mind a program that never reads its input', async () => {
    using bench = createBench();
    const result = await bench.node('process.exit(0)', { input: 'x'.repeat(2_000_000) });
    expect(result).toMatchObject({ exitCode: 0, timedOut: false });
  });

  it('decodes characters that were written in pieces', async () => {
    using bench = createBench();
    const script = `
      const bytes = Buffer.from('añ€😀'.repeat(20));
      let index = 0;
      const next = () => { if (index < bytes.length) process.stdout.write(bytes.subarray(index, ++index), () => setImmediate(next)); };
      next();`;
    expect((await bench.node(script)).stdout).toBe('añ€😀'.repeat(20));
  });

  it('shows bytes that are no UTF-8 as replacement characters', async () => {
    using bench = createBench();
    expect((await bench.node('process.stdout.write(Buffer.from([0x61, 0xff, 0x62]))')).stdout).toBe(
      'a\ufffdb',
    );
  });

  it('runs many programs at once without mixing their outputs', async () => {
    using bench = createBench();
    const results = await Promise.all(Array.from({ length: 12 }, (_, index) => bench.shell(`echo ${index}`)));
    expect(results.map((result) => result.stdout)).toEqual(
      Array.from({ length: 12 }, (_, index) => `${index}\n`),
    );
  });
});

describe('what may run', () => {
  it('refuses a program that is not on the list', async () => {
    using bench = createBench();
    await expect(bench.runner.run({ command: 'ls' })).rejects.toMatchObject({
      code: 'not-allowed',
      message: 'The program ls is not on the list of allowed programs.',
    });
  });

  it('refuses the path of a program whose name is allowed', async () => {
    using bench = createBench();
    await expect(bench.runner.run({ command: '/bin/sh', args: ['-c', 'true'] })).rejects.toMatchObject({
      code: 'not-allowed',
    });
    await expect(bench.runner.run({ command: './node' })).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('runs an absolute path that is allowed as such', async () => {
    using folder = createFolder();
    const tool = folder.write('tool', '#!/bin/sh\necho "tool $1"\n', 0o755);
    const runner = createProgramRunner({ root: folder.path, allow: [tool] });
    expect((await runner.run({ command: tool, args: ['one'] })).stdout).toBe('tool one\n');
  });

  it('says that an allowed program is missing', async () => {
    using bench = createBench({ allow: ['no-such-program-here'] });
    expect(await bench.runner.which('no-such-program-here')).toBeUndefined();
    await expect(bench.runner.run({ command: 'no-such-program-here' })).rejects.toMatchObject({
      code: 'tool-missing',
      details: { command: 'no-such-program-here' },
    });
  });

  it('never finds a program inside the root, whichever way PATH leads there', async () => {
    using folder = createFolder();
    using elsewhere = createFolder();
    folder.write('bin/git', '#!/bin/sh\necho planted\n', 0o755);
    symlinkSync(join(folder.path, 'bin'), join(elsewhere.path, 'linked'));
    mkdirSync(join(elsewhere.path, 'single'));
    symlinkSync(join(folder.path, 'bin/git'), join(elsewhere.path, 'single/git'));
    const planted = [
      join(folder.path, 'bin'),
      '.',
      'bin',
      '',
      join(elsewhere.path, 'linked'),
      join(elsewhere.path, 'single'),
    ];
    const runner = createProgramRunner({
      root: folder.path,
      allow: ['git'],
      path: [...planted, process.env['PATH'] ?? ''].join(':'),
    });
    const result = await runner.run({ command: 'git', args: ['--version'] });
    expect(result.stdout).toMatch(/^git version \d/);
    expect(await runner.which('git')).not.toContain(folder.path);
  });

  it('keeps the entries that could be planted in out of the PATH that programs get', async () => {
    using folder = createFolder({ 'bin/x': '' });
    const runner = createProgramRunner({
      root: folder.path,
      allow: ['env'],
      path: `${folder.path}/bin:.:/usr/bin:/bin`,
    });
    const { stdout } = await runner.run({ command: 'env' });
    expect(stdout).toContain('PATH=/usr/bin:/bin\n');
  });

  it('looks a program up once, so that one planted later is not taken', async () => {
    using folder = createFolder();
    using first = createFolder();
    using second = createFolder();
    second.write('tool', '#!/bin/sh\necho right\n', 0o755);
    const runner = createProgramRunner({
      root: folder.path,
      allow: ['tool'],
      path: `${first.path}:${second.path}:/bin`,
    });
    expect((await runner.run({ command: 'tool' })).stdout).toBe('right\n');
    first.write('tool', '#!/bin/sh\necho wrong\n', 0o755);
    expect((await runner.run({ command: 'tool' })).stdout).toBe('right\n');
  });

  it('takes arguments as they are: no shell reads them', async () => {
    using bench = createBench();
    const args = [
      '$(touch planted)',
      '`touch planted`',
      '; touch planted',
      '*',
      '"',
      "'",
      '',
      '\n',
      '--',
      '%PATH%',
    ];
    const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    const result = await bench.runner.run({ command: 'node', args: ['-e', script, '--', ...args] });
    expect(JSON.parse(result.stdout)).toEqual(args);
    expect(existsSync(join(bench.path, 'planted'))).toBe(false);
  });

  it('reports a file that the system can not execute', async () => {
    using folder = createFolder();
    const broken = folder.write('broken', '#!/no/such/interpreter\n', 0o755);
    const runner = createProgramRunner({ root: folder.path, allow: [broken] });
    await expect(runner.run({ command: broken })).rejects.toMatchObject({ code: 'program-failed' });
  });

  it.each([
    ['a NUL in an argument', { command: 'node', args: ['a\0b'] }, /`args\[0\]` to be a string without NUL/],
    ['an argument that is no string', { command: 'node', args: [1] }, /`args\[0\]` to be a string/],
    ['arguments in one string', { command: 'node', args: '-v' }, /`args` to be an array of strings/],
    ['an empty command', { command: ' ' }, /`command` to be a non-empty string/],
    ['a time limit of 0', { command: 'node', timeoutMs: 0 }, /`timeoutMs` to be a whole number/],
    [
      'an unknown sandbox',
      { command: 'node', sandbox: 'docker' },
      /`sandbox` to be one of none, preferred, required/,
    ],
    ['a folder that is not there', { command: 'node', cwd: 'nowhere' }, /`cwd` to be an existing folder/],
    ['a variable with a bad name', { command: 'node', env: { 'A=B': '1' } }, /names of variables/],
    ['a NUL in a variable', { command: 'node', env: { A: 'x\0' } }, /`env.A` to be a string without NUL/],
  ])('refuses %s', async (_, request, message) => {
    using bench = createBench();
    await expect(bench.runner.run(request as never)).rejects.toThrow(message);
  });

  it.each([
    ['a relative path on the list', { allow: ['./tool'] }, /bare program names and absolute paths/],
    ['no list', { allow: undefined }, /`allow` to be an array/],
    ['a relative home', { home: 'home' }, /`home` to be an absolute path/],
    ['a negative grace', { killGraceMs: -1 }, /`killGraceMs` to be a whole number/],
  ])('refuses to be made with %s', (_, options, message) => {
    expect(() => createProgramRunner({ root: '/', allow: [], ...options } as never)).toThrow(message);
  });

  it('lists bare names for the built-in skills', () => {
    expect(SKILL_PROGRAMS).toContain('git');
    expect(SKILL_PROGRAMS.every((name) => /^[a-z0-9]+$/.test(name))).toBe(true);
    expect(SKILL_PROGRAMS).not.toContain('sh');
  });
});

describe('the environment', () => {
  it('is built from nothing', async () => {
    using bench = createBench();
    process.env['SECRET_OF_THE_PARENT'] = 'hush';
    try {
      const { stdout } = await bench.runner.run({ command: 'env', env: { MINE: 'yes' } });
      const names = stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0]);
      expect(names.sort()).toEqual(['AUTOGEN_ORCHESTRATOR_JOB', 'HOME', 'LANG', 'MINE', 'PATH']);
      expect(stdout).toContain('LANG=C.UTF-8');
    } finally {
      delete process.env['SECRET_OF_THE_PARENT'];
    }
  });

  it('gives each run a home of its own that is gone afterwards', async () => {
    using bench = createBench();
    const first = await bench.shell('echo x > "$HOME/.gitconfig"; echo "$HOME"');
    const second = await bench.shell('ls -A "$HOME"; echo "$HOME"');
    expect(second.stdout.trim()).not.toBe(first.stdout.trim());
    expect(second.stdout.trim().split('\n')).toHaveLength(1);
    expect(existsSync(first.stdout.trim())).toBe(false);
    expect(first.stdout.startsWith(tmpdir())).toBe(true);
  });

  it('takes a home that is given, and leaves it', async () => {
    using home = createFolder();
    using bench = createBench({ home: home.path, env: { OURS: '1' } });
    await bench.shell('echo "$OURS" > "$HOME/kept"');
    expect(readdirSync(home.path)).toEqual(['kept']);
  });

  it.each([
    ...[
      'LD_PRELOAD',
      'DYLD_INSERT_LIBRARIES',
      'NODE_OPTIONS',
      'BASH_ENV',
      'GIT_SSH_COMMAND',
      'GIT_EXTERNAL_DIFF',
      'PATH',
      'HOME',
    ],
    ...[
      'PYTHONSTARTUP',
      'npm_config_script_shell',
      'GIT_CONFIG_COUNT',
      'PERL5OPT',
      'BASH_FUNC_x',
      'RUSTC_WRAPPER',
    ],
  ])('refuses %s in a request', async (name) => {
    using bench = createBench();
    await expect(bench.runner.run({ command: 'env', env: { [name]: 'x' } })).rejects.toMatchObject({
      code: 'not-allowed',
      details: { variable: name },
    });
  });

  it('lets pass what only makes git safer, with that value alone', async () => {
    using bench = createBench();
    const result = await bench.runner.run({
      command: 'env',
      env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_DATE: '1 +0000' },
    });
    expect(result.stdout).toContain('GIT_CONFIG_GLOBAL=/dev/null');
    await expect(
      bench.runner.run({ command: 'env', env: { GIT_CONFIG_GLOBAL: './evil' } }),
    ).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });

  it('lets pass a refused name that the owner allows', async () => {
    using bench = createBench({ allowEnv: ['NODE_OPTIONS'] });
    const result = await bench.node('process.stdout.write(process.env.NODE_OPTIONS)', {
      env: { NODE_OPTIONS: '--no-warnings' },
    });
    expect(result.stdout).toBe('--no-warnings');
  });
});

describe('the working folder', () => {
  it('is the root, or a folder in it', async () => {
    using bench = createBench();
    mkdirSync(join(bench.path, 'in/side'), { recursive: true });
    expect((await bench.shell('pwd -P')).stdout.trim()).toBe(bench.path);
    expect((await bench.shell('pwd -P', { cwd: 'in/side' })).stdout.trim()).toBe(join(bench.path, 'in/side'));
    expect((await bench.shell('pwd -P', { cwd: join(bench.path, 'in') })).stdout.trim()).toBe(
      join(bench.path, 'in'),
    );
  });

  it.each(['..', '../..', '/', '/etc', 'in/../..', '/no/such/place'])('can not be %s', async (cwd) => {
    using bench = createBench();
    mkdirSync(join(bench.path, 'in'));
    await expect(bench.shell('pwd', { cwd })).rejects.toMatchObject({ code: 'path-escape' });
  });

  it('can not be left through a link', async () => {
    using bench = createBench();
    using outside = createFolder();
    symlinkSync(outside.path, join(bench.path, 'link'));
    await expect(bench.shell('pwd', { cwd: 'link' })).rejects.toMatchObject({ code: 'path-escape' });
  });

  it('may be reached through a link that stays inside', async () => {
    using bench = createBench();
    mkdirSync(join(bench.path, 'real'));
    symlinkSync('real', join(bench.path, 'alias'));
    expect((await bench.shell('pwd -P', { cwd: 'alias' })).stdout.trim()).toBe(join(bench.path, 'real'));
  });

  it('is not taken for inside because its name begins alike', async () => {
    using bench = createBench();
    const sibling = `${bench.path}-sibling`;
    mkdirSync(sibling);
    try {
      await expect(bench.shell('pwd', { cwd: sibling })).rejects.toMatchObject({ code: 'path-escape' });
    } finally {
      rmdirSync(sibling);
    }
  });

  it('needs a root that exists', async () => {
    const runner = createProgramRunner({ root: '/no/such/root', allow: ['sh'] });
    await expect(runner.run({ command: 'sh' })).rejects.toThrow('Expected `root` to be an existing folder');
  });
});
