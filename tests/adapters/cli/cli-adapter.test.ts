import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIAdapter } from 'autogen-orchestrator/adapters/cli';
import { describe, expect, it } from 'vitest';
import type { AdapterContract } from '../../../src/contracts/adapter.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';

function createDoor(options: Partial<ConstructorParameters<typeof CLIAdapter>[0]> = {}) {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'cli-adapter-test-')));
  const adapter = new CLIAdapter({
    enabled: true,
    allowedCommands: ['node', 'sh', 'cat'],
    workspace,
    ...options,
  });
  return { workspace, adapter, [Symbol.dispose]: () => rmSync(workspace, { recursive: true, force: true }) };
}

describe('CLIAdapter', () => {
  it('is closed unless it is opened', async () => {
    const adapter = new CLIAdapter({ allowedCommands: ['node'] });
    expect(adapter.status).toBe('disabled');
    for (const attempt of [
      adapter.execute('run', { command: 'node' }),
      adapter.connect(),
      adapter.healthCheck(),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'adapter-disabled' });
    }
    await adapter.disconnect();
    expect(adapter.status).toBe('disabled');
  });

  it('says what it is and what its operations change', () => {
    using door = createDoor();
    const contract: AdapterContract = door.adapter;
    expect(contract).toMatchObject({
      name: 'cli',
      type: 'cli',
      status: 'disconnected',
      operations: { run: 'external' },
    });
  });

  it('runs a program and tells how it went', async () => {
    using door = createDoor();
    const script =
      'process.stdin.on("data", (d) => process.stdout.write(d + process.env.MINE)); process.stderr.write("note")';
    const result = await door.adapter.execute('run', {
      command: 'node',
      args: ['-e', script],
      env: { MINE: '!' },
      input: 'hi',
    });
    expect(result).toMatchObject({ success: true, errorMessage: null, error: null });
    expect(result.data).toEqual({
      exitCode: 0,
      stdout: 'hi!',
      stderr: 'note',
      durationMs: expect.any(Number),
      truncated: false,
      timedOut: false,
      sandbox: 'process',
    });
    expect(result.metadata).toEqual({
      argv: ['node', '-e', script],
      outputDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(new Date(result.timestamp).toISOString()).toBe(result.timestamp);
  });

  it('connects by itself and can be disconnected', async () => {
    using door = createDoor();
    await door.adapter.execute('run', { command: 'sh', args: ['-c', 'true'] });
    expect(door.adapter.status).toBe('connected');
    await door.adapter.disconnect();
    expect(door.adapter.status).toBe('disconnected');
  });

  it('reports a program that fails, with the last line it complained with', async () => {
    using door = createDoor();
    const result = await door.adapter.execute('run', {
      command: 'sh',
      args: ['-c', 'echo some; echo first >&2; echo last >&2; exit 3'],
    });
    expect(result).toMatchObject({
      success: false,
      data: { exitCode: 3, stdout: 'some\n' },
      errorMessage: 'sh ended with exit code 3: last',
      error: { code: 'program-failed', retryable: false },
    });
  });

  it('reports a program that a signal ended', async () => {
    using door = createDoor();
    const result = await door.adapter.execute('run', { command: 'sh', args: ['-c', 'kill -9 $$'] });
    expect(result).toMatchObject({
      success: false,
      data: { exitCode: null },
      errorMessage: 'sh was ended by SIGKILL.',
    });
  });

  it('reports a program that was stopped by its time limit, even when it then ended well', async () => {
    using door = createDoor();
    const script =
      'process.on("SIGTERM", () => process.exit(0)); console.log("up"); setInterval(() => {}, 1000)';
    const result = await door.adapter.execute('run', {
      command: 'node',
      args: ['-e', script],
      timeoutMs: 800,
    });
    expect(result).toMatchObject({
      success: false,
      data: { timedOut: true },
      error: { code: 'timed-out', retryable: true },
    });
    expect(result.errorMessage).toMatch(/^node was stopped after \d+ ms/);
  });

  it('uses its own time limit and output limit where the operation names none', async () => {
    using door = createDoor({ timeoutMs: 150, maxOutputBytes: 3 });
    const slow = await door.adapter.execute('run', {
      command: 'sh',
      args: ['-c', 'sleep 20'],
      timeoutMs: undefined,
    });
    expect(slow.data?.timedOut).toBe(true);
    using wide = createDoor({ maxOutputBytes: 3 });
    const loud = await wide.adapter.execute('run', { command: 'sh', args: ['-c', 'echo 123456'] });
    expect(loud.data).toMatchObject({ stdout: '123', truncated: true });
  });

  it('reports a program that is not on the machine', async () => {
    using door = createDoor({ allowedCommands: ['no-such-program-here'] });
    const result = await door.adapter.execute('run', { command: 'no-such-program-here' });
    expect(result).toMatchObject({ success: false, data: null, error: { code: 'tool-missing' } });
  });

  it('reports that a required sandbox can not be had', async () => {
    const only = {
      sandbox: 'required',
      path: '/no/such/folder',
      allowedCommands: [process.execPath],
    } as const;
    using door = createDoor(only);
    const result = await door.adapter.execute('run', { command: process.execPath, args: ['-e', '0'] });
    expect(result).toMatchObject({ success: false, data: null, error: { code: 'sandbox-unavailable' } });
  });

  it('rejects what is not allowed', async () => {
    using door = createDoor();
    await expect(door.adapter.execute('run', { command: 'rm', args: ['-rf', '/'] })).rejects.toMatchObject({
      code: 'not-allowed',
    });
    await expect(
      door.adapter.execute('run', { command: 'node', env: { NODE_OPTIONS: '-r ./x' } }),
    ).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('rejects a working folder outside of the workspace', async () => {
    using door = createDoor();
    mkdirSync(join(door.workspace, 'in'));
    symlinkSync('/', join(door.workspace, 'in/out'));
    for (const cwd of ['..', '/', 'in/out']) {
      await expect(door.adapter.execute('run', { command: 'sh', cwd })).rejects.toMatchObject({
        code: 'path-escape',
      });
    }
    const inside = await door.adapter.execute('run', { command: 'sh', args: ['-c', 'pwd -P'], cwd: 'in' });
    expect(inside.data?.stdout).toBe(`${door.workspace}/in\n`);
  });

  it.each([
    ['an unknown operation', 'exec', { command: 'node' }, /`operation` to be one of run/],
    ['no parameters', 'run', undefined, /`parameters` to be a plain object/],
    ['a whole line of text', 'run', 'node -v', /`parameters` to be a plain object/],
    ['no command', 'run', { args: [] }, /`parameters.command` to be a non-empty string/],
    [
      'an unknown parameter',
      'run',
      { command: 'node', shell: true },
      /`parameters` to be an object of command, args/,
    ],
    [
      'a parameter that the owner alone decides',
      'run',
      { command: 'node', sandbox: 'none' },
      /`parameters` to be an object of command, args/,
    ],
    ['arguments of the wrong type', 'run', { command: 'node', args: [{}] }, /`args\[0\]` to be a string/],
  ])('rejects %s', async (_, operation, parameters, message) => {
    using door = createDoor();
    await expect(door.adapter.execute(operation, parameters)).rejects.toThrow(message);
  });

  it('rejects with the reason of the signal', async () => {
    using door = createDoor();
    const controller = new AbortController();
    const running = door.adapter.execute(
      'run',
      { command: 'sh', args: ['-c', 'sleep 30'] },
      { signal: controller.signal },
    );
    const reason = new Error('changed my mind');
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  it('tells which programs are there', async () => {
    using door = createDoor();
    const health = await door.adapter.healthCheck();
    expect(health).toMatchObject({
      success: true,
      data: { programs: { sh: expect.stringMatching(/\/sh$/) } },
    });
    using poor = createDoor({ allowedCommands: ['sh', 'no-such-program-here'] });
    expect(await poor.adapter.healthCheck()).toMatchObject({
      success: false,
      data: { programs: { 'no-such-program-here': null } },
      errorMessage: 'Not found: no-such-program-here.',
    });
  });

  it('dates its results by the clock that was given', async () => {
    using door = createDoor({ clock: new ManualClock(Date.UTC(2030, 5, 1)) });
    const result = await door.adapter.execute('run', { command: 'sh', args: ['-c', 'true'] });
    expect(result).toMatchObject({ timestamp: '2030-06-01T00:00:00.000Z', data: { durationMs: 0 } });
  });

  it.each([
    ['a list that is one text', { allowedCommands: 'node' }, /`allowedCommands` to be an array/],
    ['enabled as a text', { enabled: 'yes' }, /`enabled` to be true or false/],
    ['an empty workspace', { workspace: '' }, /`workspace` to be a non-empty string/],
  ])('refuses to be made with %s', (_, options, message) => {
    expect(() => new CLIAdapter(options as never)).toThrow(message);
  });
});
