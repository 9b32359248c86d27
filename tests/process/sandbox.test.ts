import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgramRunner } from '../../src/process/program-runner.ts';
import { createBench, createFolder, isAlive, noSandboxReason, numberIn, processesWith } from './support.ts';

/** A test that needs a sandbox that works; elsewhere it is reported as skipped, with the reason. */
function sandboxed(title: string, test: () => Promise<void>): void {
  it(title, async (context) => {
    context.skip(noSandboxReason !== undefined, noSandboxReason);
    await test();
  });
}

describe('a sandboxed program', () => {
  sandboxed('runs, in the root, under its own name, and the result says so', async () => {
    using bench = createBench({ sandbox: 'required' });
    const result = await bench.node('process.stdout.write(process.cwd()); process.exitCode = 5');
    expect(result).toMatchObject({ exitCode: 5, stdout: bench.path, sandbox: 'bwrap' });
    expect(result.evidence).toMatchObject({ sandbox: 'bwrap', tool: 'node' });
    expect(result.argv[0]).toBe('node');
  });

  sandboxed('sees no users, no homes and nothing of /etc but what linking takes', async () => {
    using bench = createBench({ sandbox: 'required' });
    const result = await bench.shell('ls -A /etc; cat /etc/passwd; ls /root /home');
    expect(
      result.stdout
        .split('\n')
        .filter((name) => name !== '')
        .sort(),
    ).toEqual(['alternatives', 'ld.so.cache'].filter((name) => existsSync(`/etc/${name}`)));
    expect(result.stderr).toMatch(/\/etc\/passwd/);
  });

  sandboxed('reads and writes the root but no file beside it', async () => {
    using outside = createFolder({ 'secret.txt': 'hush' });
    using bench = createBench({ sandbox: 'required' });
    bench.write('in.txt', 'inside');
    symlinkSync(join(outside.path, 'secret.txt'), join(bench.path, 'link.txt'));
    const result = await bench.shell(
      `cat in.txt; echo made > out.txt; cat link.txt; cat ${outside.path}/secret.txt; echo x > ${outside.path}/new`,
    );
    expect(result.stdout).toBe('inside');
    expect(readFileSync(join(bench.path, 'out.txt'), 'utf8')).toBe('made\n');
    expect(existsSync(join(outside.path, 'new'))).toBe(false);
  });

  sandboxed('can not write to the system, nor to the root when that is read-only', async () => {
    using bench = createBench({ sandbox: 'required', rootAccess: 'read-only' });
    const result = await bench.shell('touch /usr/planted; touch planted; echo x > /tmp/mine && echo scratch');
    expect(result.stdout).toBe('scratch\n');
    expect(result.stderr.match(/Read-only file system/g)).toHaveLength(2);
  });

  sandboxed('can not plant a hook in the repository', async () => {
    using bench = createBench({ sandbox: 'required' });
    bench.write('.git/HEAD', 'ref: refs/heads/main\n');
    const result = await bench.shell('cat .git/HEAD; mkdir .git/hooks');
    expect(result.stdout).toBe('ref: refs/heads/main\n');
    expect(existsSync(join(bench.path, '.git/hooks'))).toBe(false);
  });

  sandboxed('reaches no network unless the request says so', async () => {
    using bench = createBench({ sandbox: 'required' });
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const script = `require('net').connect(${port}, '127.0.0.1').on('data', (d) => process.stdout.write(d)).on('error', (e) => process.stdout.write(e.code))`;
    try {
      expect((await bench.node(script)).stdout).toBe('ECONNREFUSED');
      expect((await bench.node(script, { network: true })).stdout).toBe('hello');
    } finally {
      server.close();
    }
  });

  sandboxed('gets only the variables it was given', async () => {
    using bench = createBench({ sandbox: 'required' });
    const { stdout } = await bench.runner.run({ command: 'env', env: { MINE: 'two words' } });
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['AUTOGEN_ORCHESTRATOR_JOB', 'HOME', 'LANG', 'MINE', 'PATH', 'PWD']);
    expect(stdout).toContain('MINE=two words\n');
    expect(stdout).toContain('HOME=/tmp\n');
  });

  sandboxed('sees no other process and has no capabilities', async () => {
    using bench = createBench({ sandbox: 'required' });
    const result = await bench.shell('ls /proc | grep -c "^[0-9]*$"; grep CapEff /proc/self/status');
    expect(Number(result.stdout.split('\n')[0])).toBeLessThan(8);
    expect(result.stdout).toMatch(/CapEff:\s+0{16}/);
  });

  sandboxed('is ended with everything in it, even what hides its environment', async () => {
    using bench = createBench({ sandbox: 'required' });
    const seconds = `${20_000 + Math.floor(performance.now() * 1_000)}.${process.pid}`;
    const result = await bench.shell(
      `env -i setsid sleep ${seconds} & env -i setsid sleep ${seconds} & sleep ${seconds}`,
      { timeoutMs: 500 },
    );
    expect(result).toMatchObject({ timedOut: true, sandbox: 'bwrap' });
    expect(processesWith(seconds)).toEqual([]);
  });

  sandboxed('is gone within 300 ms of an abort', async () => {
    using bench = createBench({ sandbox: 'required' });
    const controller = new AbortController();
    const running = bench.shell('echo 1 > started; sleep 100', { signal: controller.signal });
    await numberIn(join(bench.path, 'started'));
    const before = processesWith(bench.path);
    expect(before.length).toBeGreaterThan(0);
    const started = performance.now();
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(performance.now() - started).toBeLessThan(300);
    // The kernel takes a killed namespace apart on its own: a process without memory may still be listed for a moment.
    await expect.poll(() => before.filter(isAlive), { timeout: 500, interval: 5 }).toEqual([]);
  });

  sandboxed('may write a file no larger than the limit', async () => {
    using bench = createBench({ sandbox: 'required', limits: { fileBytes: 10_000 } });
    const result = await bench.shell('head -c 50000 /dev/zero > big; wc -c < big');
    expect(Number(result.stdout.trim())).toBe(10_000);
  });

  sandboxed('that runs node can start a worker and WebAssembly under the memory limit', async () => {
    using bench = createBench({ sandbox: 'required' });
    const script = `
      new WebAssembly.Memory({ initial: 16, maximum: 256 });
      new (require('worker_threads').Worker)('require("worker_threads").parentPort.postMessage("up")', { eval: true })
        .on('message', (text) => process.stdout.write(text));`;
    expect(await bench.node(script)).toMatchObject({ exitCode: 0, stdout: 'up' });
  });

  sandboxed('that was installed outside of the system folders is still found', async () => {
    using installation = createFolder();
    installation.write('lib/message', 'from the library');
    installation.write(
      'bin/tool',
      '#!/bin/sh\ncat "$(dirname "$(readlink -f "$0")")/../lib/message"\n',
      0o755,
    );
    using links = createFolder();
    symlinkSync(join(installation.path, 'bin/tool'), join(links.path, 'tool'));
    using folder = createFolder();
    for (const place of [`${installation.path}/bin`, links.path]) {
      const path = `${place}:/usr/bin:/bin`;
      const runner = createProgramRunner({ root: folder.path, allow: ['tool'], path, sandbox: 'required' });
      expect(await runner.run({ command: 'tool' })).toMatchObject({
        stdout: 'from the library',
        sandbox: 'bwrap',
      });
    }
  });

  sandboxed('may read the paths that the owner adds', async () => {
    using extra = createFolder({ 'data.txt': 'shared' });
    using bench = createBench({ sandbox: 'required', readOnly: [extra.path] });
    const result = await bench.shell(`cat ${extra.path}/data.txt; echo x > ${extra.path}/data.txt`);
    expect(result.stdout).toBe('shared');
    expect(result.stderr).toContain('Read-only file system');
  });
});

describe('the level of isolation', () => {
  const brokenPath = (folder: ReturnType<typeof createFolder>): string => {
    folder.write(
      'bwrap',
      '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n',
      0o755,
    );
    return `${folder.path}:${process.env['PATH']}`;
  };

  it('fails closed when it is required, and says what failed', async () => {
    using tools = createFolder();
    using bench = createBench({ path: brokenPath(tools) });
    await expect(bench.shell('echo > ran', { sandbox: 'required' })).rejects.toMatchObject({
      code: 'sandbox-unavailable',
      details: { reason: expect.stringContaining('No permissions to create new namespace') },
    });
    expect(existsSync(join(bench.path, 'ran'))).toBe(false);
  });

  it('falls back where it is preferred, and the result says so', async () => {
    using tools = createFolder();
    using bench = createBench({ path: brokenPath(tools) });
    const result = await bench.shell('echo ran', { sandbox: 'preferred' });
    expect(result).toMatchObject({ stdout: 'ran\n', sandbox: 'process' });
    expect(result.evidence.sandbox).toBe('process');
  });

  it('is looked for once, by running it', async () => {
    using tools = createFolder();
    tools.write('bwrap', `#!/bin/sh\necho tried >> ${tools.path}/tries\nexit 1\n`, 0o755);
    using bench = createBench({ path: `${tools.path}:${process.env['PATH']}` });
    for (let round = 0; round < 3; round += 1) await bench.shell('true', { sandbox: 'preferred' });
    const tries = process.platform === 'linux' ? 'tried\n' : undefined;
    expect(
      existsSync(join(tools.path, 'tries')) ? readFileSync(join(tools.path, 'tries'), 'utf8') : undefined,
    ).toBe(tries);
  });

  it('names the missing program when there is no bubblewrap', async () => {
    using tools = createFolder();
    tools.write('sh', '#!/bin/sh\n', 0o755);
    using folder = createFolder();
    const runner = createProgramRunner({ root: folder.path, allow: ['sh'], path: tools.path });
    expect(await runner.probeSandbox()).toEqual({
      available: false,
      reason: expect.stringMatching(
        process.platform === 'linux' ? /^bwrap is not on the search path/ : /needs Linux/,
      ),
    });
  });

  it('can be raised by a request but not lowered', async () => {
    using tools = createFolder();
    using bench = createBench({ path: brokenPath(tools), sandbox: 'required' });
    await expect(bench.shell('true', { sandbox: 'none' })).rejects.toMatchObject({
      code: 'sandbox-unavailable',
    });
    await expect(bench.shell('true')).rejects.toMatchObject({ code: 'sandbox-unavailable' });
  });

  it('is not claimed for a root that holds the whole system: no program in it can be trusted', async () => {
    const runner = createProgramRunner({ root: '/', allow: ['/bin/sh', 'sh'] });
    expect(await runner.which('sh')).toBeUndefined();
    await expect(runner.run({ command: '/bin/sh', sandbox: 'required' })).rejects.toMatchObject({
      code: 'sandbox-unavailable',
    });
  });

  sandboxed('is not claimed when the sandbox breaks after it was tried', async () => {
    using tools = createFolder();
    const flag = join(tools.path, 'broken');
    const real = await createProgramRunner({ root: tools.path, allow: [] }).which('bwrap');
    const script = `#!/bin/sh\n[ -e ${flag} ] && { echo "bwrap: setting up uid map: Permission denied" >&2; exit 1; }\nexec ${real} "$@"\n`;
    tools.write('bwrap', script, 0o755);
    using bench = createBench({ path: `${tools.path}:${process.env['PATH']}`, sandbox: 'required' });
    expect(await bench.shell('echo fine')).toMatchObject({ stdout: 'fine\n', sandbox: 'bwrap' });
    tools.write('broken', '');
    await expect(bench.shell('echo fine')).rejects.toMatchObject({
      code: 'sandbox-unavailable',
      details: { reason: 'bwrap: setting up uid map: Permission denied' },
    });
  });
});
