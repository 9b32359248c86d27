import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { MCPAdapter, type MCPAdapterOptions } from '../../../src/adapters/mcp/index.ts';
import { OrchestratorError } from '../../../src/shared/errors.ts';
import { adapterConformance } from '../../../src/testing/index.ts';

const SERVER = fileURLToPath(new URL('../../support/mcp/server.ts', import.meta.url));
const open: MCPAdapter[] = [];

function adapterFor(mode = 'kind', options: Partial<MCPAdapterOptions> = {}): MCPAdapter {
  const adapter = new MCPAdapter({
    name: 'test',
    server: { command: process.execPath, args: [SERVER], env: { MODE: mode } },
    ...options,
  });
  open.push(adapter);
  return adapter;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((adapter) => adapter.disconnect()));
});

describe('an MCP server over standard input and output', () => {
  for (const { name, run } of adapterConformance({
    // What it can do is known once it is connected, so the cases get one that has seen its server.
    create: () => adapterFor(),
    works: { operation: 'add', parameters: { a: 1, b: 2 } },
    fails: { operation: 'fail', parameters: {} },
  }).filter(({ name }) => !name.startsWith('has a name')))
    it(`keeps the contract: ${name}`, () => run());

  it('calls tools, and tells failures of the server as results', async () => {
    const adapter = adapterFor();
    const sum = await adapter.execute('add', { a: 2, b: 40 });
    expect(sum).toMatchObject({ success: true, data: { text: '42', isCut: false } });
    const failed = await adapter.execute('fail', {});
    expect(failed).toMatchObject({ success: false, error: { code: 'adapter-failed' } });
    expect(failed.errorMessage).toContain('out of paper');
    const bad = await adapter.execute('add', { a: 'two' });
    expect(bad.success).toBe(false);
    expect(bad.errorMessage).toMatch(/number/i);
    const picture = await adapter.execute('picture', {});
    expect(picture.data?.text).toMatch(/^\[image image\/png, 3000 bytes, sha256:/);
  });

  it('takes every tool for one that changes something, unless told otherwise', async () => {
    const plain = adapterFor();
    await plain.connect();
    expect(plain.operations).toMatchObject({ add: 'external', send: 'external' });
    const trusting = adapterFor('kind', { trustAnnotations: true, effects: { send: 'write' } });
    await trusting.connect();
    expect(trusting.operations).toMatchObject({ add: 'read', send: 'write', hang: 'external' });
    expect(trusting.describe('add')).toMatchObject({
      description: 'Adds two numbers.',
      parameters: { required: ['a', 'b'] },
    });
  });

  it('gives the server no variable but the path and what it was told to', async () => {
    process.env['MCP_TEST_SECRET'] = 'secret';
    process.env['MCP_TEST_SHARED'] = 'shared';
    const adapter = adapterFor('kind', {
      server: {
        command: process.execPath,
        args: [SERVER],
        env: { MODE: 'kind' },
        inherit: ['MCP_TEST_SHARED'],
      },
    });
    const { data } = await adapter.execute('environment', {});
    delete process.env['MCP_TEST_SECRET'];
    delete process.env['MCP_TEST_SHARED'];
    const seen = JSON.parse(data?.text ?? '{}') as Record<string, string>;
    expect(new Set(Object.keys(seen))).toEqual(
      new Set(['AUTOGEN_ORCHESTRATOR_JOB', 'MCP_TEST_SHARED', 'MODE', 'PATH']),
    );
  });

  it('cuts a large result, and closes on one that is larger than any message may be', async () => {
    const adapter = adapterFor('kind', { maxResultCharacters: 1000, maxMessageBytes: 1_000_000 });
    const large = await adapter.execute('huge', { size: 500_000 });
    expect(large.data?.isCut).toBe(true);
    expect(large.data?.text.length).toBeLessThan(1300);
    expect(large.data?.text).toMatch(/^start [\s\S]* end$/);
    const huge = await adapter.execute('huge', { size: 5_000_000 });
    expect(huge).toMatchObject({ success: false, error: { code: 'adapter-failed' } });
    expect((await adapter.execute('add', { a: 1, b: 1 })).success).toBe(true);
  });

  it('gives up on a tool that hangs, and on one that is no longer wanted', async () => {
    const adapter = adapterFor('kind', { timeoutMs: 3000 });
    await adapter.connect();
    const hung = await adapter.execute('hang', {});
    expect(hung).toMatchObject({ success: false, error: { code: 'adapter-failed', retryable: false } });
    const controller = new AbortController();
    const waiting = adapter.execute('hang', {}, { signal: controller.signal });
    const reason = new OrchestratorError('cancelled', 'No longer wanted.');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it('gives up on a server that never answers', async () => {
    const adapter = adapterFor('mute', { timeoutMs: 500 });
    await expect(adapter.connect()).rejects.toMatchObject({ code: 'adapter-failed' });
    expect(adapter.status).toBe('error');
  });

  it('says what a server said that ended, and starts it again for the next call', async () => {
    const adapter = adapterFor();
    const crashed = await adapter.execute('crash', {});
    expect(crashed.success).toBe(false);
    expect(crashed.errorMessage).toContain('I am out of memory');
    expect((await adapter.execute('add', { a: 1, b: 1 })).data?.text).toBe('2');
  });

  it('says so when the program is not there', async () => {
    const adapter = adapterFor('kind', { server: { command: 'no-such-program-anywhere' } });
    const result = await adapter.execute('add', {});
    expect(result).toMatchObject({ success: false, error: { code: 'adapter-failed' } });
    expect(result.errorMessage).toContain('no-such-program-anywhere');
  });

  it('ends what the server has started', async () => {
    const adapter = adapterFor();
    const { data } = await adapter.execute('spawn', {});
    const id = Number(data?.text);
    expect(() => process.kill(id, 0)).not.toThrow();
    await adapter.disconnect();
    await expect.poll(() => isAlive(id)).toBe(false);
  });

  it('passes over lines that are no messages', async () => {
    expect((await adapterFor('noisy').execute('add', { a: 1, b: 2 })).data?.text).toBe('3');
  });

  it('refuses a server that offers more than any model could use', async () => {
    await expect(adapterFor('many').connect()).rejects.toMatchObject({ code: 'limit-reached' });
    await expect(adapterFor('wordy').connect()).rejects.toMatchObject({ code: 'limit-reached' });
  });
});

describe('pinned tools', () => {
  it('are refused once they change, until they are pinned again; new ones as well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcp-'));
    const calls = join(folder, 'calls');
    try {
      const adapter = adapterFor('kind', {
        server: { command: process.execPath, args: [SERVER], env: { MODE: 'kind', CALLS: calls } },
      });
      await adapter.execute('add', { a: 1, b: 2 });
      await adapter.execute('change', {});
      await expect
        .poll(() => adapter.changes.map(({ tool, change }) => `${tool} ${change}`).sort())
        .toEqual(['add changed', 'extra added']);
      await expect(adapter.execute('add', { a: 3, b: 4 })).rejects.toMatchObject({ code: 'tool-changed' });
      await expect(adapter.execute('extra', {})).rejects.toMatchObject({ code: 'tool-changed' });
      expect(adapter.describe('add')).toBeUndefined();
      expect(readFileSync(calls, 'utf8')).toBe('add 1 2\n');
      adapter.repin(['add']);
      expect((await adapter.execute('add', { a: 3, b: 4 })).data?.text).toBe('7');
      await expect(adapter.execute('extra', {})).rejects.toMatchObject({ code: 'tool-changed' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('hold over processes when they are kept', async () => {
    const first = adapterFor();
    await first.connect();
    const pins = first.pins;
    const changed = adapterFor('changed', { pins });
    await expect(changed.execute('add', { a: 1, b: 1 })).rejects.toMatchObject({
      code: 'tool-changed',
      details: { change: 'changed', tool: 'add', pinned: pins['add'] },
    });
    expect((await changed.execute('send', { note: 'hello' })).success).toBe(true);
    await expect(changed.execute('nothing', {})).rejects.toMatchObject({ code: 'not-found' });
  });
});

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return !readFileSync(`/proc/${id}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
