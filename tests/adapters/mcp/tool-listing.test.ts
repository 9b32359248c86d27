import { describe, expect, it } from 'vitest';
import { resultData } from '../../../src/adapters/mcp/result-data.ts';
import { listTools } from '../../../src/adapters/mcp/tool-listing.ts';
import { ToolPins } from '../../../src/adapters/mcp/tool-pins.ts';

const tool = (name: string, more: object = {}) => ({
  name,
  description: 'Does it.',
  inputSchema: { type: 'object' },
  ...more,
});

/** A server that lists these pages. */
const lister = (...pages: readonly (readonly unknown[])[]) => ({
  listTools: async ({ cursor = '0' }: { cursor?: string }) => {
    const next = Number(cursor) + 1;
    return {
      tools: pages[Number(cursor)] ?? [],
      ...(next < pages.length ? { nextCursor: String(next) } : {}),
    };
  },
});
const list = (...pages: readonly (readonly unknown[])[]) =>
  listTools(lister(...pages), 'test', { timeout: 1000 });

describe('the list of tools of a server', () => {
  it('is read page by page', async () => {
    expect([...(await list([tool('a')], [tool('b')], [tool('c')])).keys()]).toEqual(['a', 'b', 'c']);
  });

  it('is refused when it has no end', async () => {
    let page = 0;
    const endless = {
      listTools: async () => {
        page += 1;
        return { tools: [tool(`t${page}`)], nextCursor: 'more' };
      },
    };
    await expect(listTools(endless, 'test', { timeout: 1000 })).rejects.toMatchObject({
      code: 'limit-reached',
    });
    expect(page).toBeLessThan(100);
  });

  it.each([
    ['a name twice', [tool('a'), tool('a')]],
    ['no name', [tool('')]],
    ['no schema', [tool('a', { inputSchema: 'any' })]],
    [
      'a schema that is too long',
      [tool('a', { inputSchema: { type: 'object', title: 'x'.repeat(60_000) } })],
    ],
    ['something that is no tool', ['a']],
  ])('is refused with %s', async (_, tools) => {
    await expect(list(tools)).rejects.toMatchObject({ code: 'limit-reached', details: { adapter: 'test' } });
  });

  it('knows a tool by all that a model is told of it', async () => {
    const digests = await Promise.all(
      [
        tool('a'),
        tool('a', { description: 'Else.' }),
        tool('a', { inputSchema: { type: 'object', required: ['x'] } }),
      ].map(async (one) => (await list([one])).get('a')?.digest),
    );
    expect(new Set(digests).size).toBe(3);
    const same = await list([{ inputSchema: { type: 'object' }, description: 'Does it.', name: 'a' }]);
    expect(same.get('a')?.digest).toBe(digests[0]);
  });
});

describe('pins', () => {
  it('refuse a tool that went away and came back as another', async () => {
    const pins = new ToolPins(undefined);
    pins.see(await list([tool('a'), tool('b')]));
    pins.see(await list([tool('b')]));
    expect(pins.changes).toMatchObject([{ tool: 'a', change: 'removed', found: null }]);
    expect(() => pins.require('test', 'a')).toThrow(expect.objectContaining({ code: 'tool-changed' }));
    pins.see(await list([tool('a', { description: 'Else.' }), tool('b')]));
    expect(pins.changes).toMatchObject([{ tool: 'a', change: 'changed' }]);
    pins.repin();
    expect(pins.require('test', 'a').description).toBe('Else.');
  });
});

describe('what a tool gave', () => {
  it('is text and JSON, each within its limit', () => {
    expect(
      resultData(
        {
          content: [
            { type: 'text', text: 'one' },
            { type: 'text', text: 'two' },
          ],
        },
        100,
      ),
    ).toEqual({
      text: 'one\ntwo',
      structured: null,
      isCut: false,
    });
    expect(resultData({ content: [], structuredContent: { a: 1 } }, 100)).toEqual({
      text: '{"a":1}',
      structured: { a: 1 },
      isCut: false,
    });
    expect(resultData({ content: [], structuredContent: { a: 'x'.repeat(200) } }, 100)).toEqual({
      text: '',
      structured: null,
      isCut: true,
    });
  });

  it('names what is no text', () => {
    const { text } = resultData(
      {
        content: [
          { type: 'resource_link', uri: 'file:///a' },
          { type: 'resource', resource: { uri: 'file:///b', text: 'inside' } },
          { type: 'resource', resource: { uri: 'file:///c', blob: 'AAAA' } },
          { type: 'audio', mimeType: 'audio/wav', data: 'AAAA' },
          { type: 'unheard-of' },
          'nothing',
        ],
      },
      10_000,
    );
    expect(text.split('\n').map((line) => line.replace(/sha256:.*/, '…]'))).toEqual([
      '[file:///a]',
      '[file:///b]',
      'inside',
      '[file:///c, not text]',
      '[audio audio/wav, 3 bytes, …]',
      '[unheard-of]',
      '',
    ]);
  });
});
