import { afterEach, describe, expect, it } from 'vitest';
import { MCPAdapter, type MCPAdapterOptions } from '../../../src/adapters/mcp/index.ts';
import { type HttpTestServer, startHttpServer } from '../../support/mcp/http-server.ts';

const open: { close(): Promise<void> }[] = [];

async function serve(elsewhere?: string): Promise<HttpTestServer> {
  const server = await startHttpServer(elsewhere);
  open.push(server);
  return server;
}

function adapterFor(url: string, options: Partial<MCPAdapterOptions> = {}): MCPAdapter {
  const adapter = new MCPAdapter({
    name: 'web',
    server: { url, headers: { authorization: 'Bearer word' } },
    ...options,
  });
  open.unshift({ close: () => adapter.disconnect() });
  return adapter;
}

afterEach(async () => {
  for (const { close } of open.splice(0)) await close();
});

describe('an MCP server over streamable HTTP', () => {
  it('calls tools with the headers that were given, and takes leave', async () => {
    const server = await serve();
    const adapter = adapterFor(server.url);
    const { data } = await adapter.execute('add', { a: 20, b: 22 });
    expect(data?.text).toBe('42');
    expect(server.calls).toEqual(['add 20 22']);
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer word']),
    );
    await adapter.disconnect();
    expect(server.requests.at(-1)?.method).toBe('DELETE');
    expect(adapter.status).toBe('disconnected');
  });

  it('sees that tools change', async () => {
    const adapter = adapterFor((await serve()).url);
    await adapter.execute('change', {});
    await expect.poll(() => adapter.changes.map(({ tool }) => tool).sort()).toEqual(['add', 'extra']);
    await expect(adapter.execute('add', { a: 1, b: 1 })).rejects.toMatchObject({ code: 'tool-changed' });
  });

  it('reads no more than it was told to', async () => {
    const adapter = adapterFor((await serve()).url, { maxMessageBytes: 50_000, timeoutMs: 3000 });
    const huge = await adapter.execute('huge', { size: 2_000_000 });
    expect(huge).toMatchObject({ success: false });
  });

  it('takes no secret to another origin', async () => {
    const other = await serve();
    const server = await serve(other.url);
    await expect(adapterFor(server.url, { timeoutMs: 2000 }).connect()).rejects.toMatchObject({
      code: 'adapter-failed',
    });
    expect(other.requests).toEqual([]);
  });

  it('says so when nobody is there', async () => {
    const server = await startHttpServer();
    await server.close();
    const result = await adapterFor(server.url).execute('add', { a: 1, b: 1 });
    expect(result).toMatchObject({ success: false, error: { code: 'adapter-failed', retryable: true } });
  });
});
