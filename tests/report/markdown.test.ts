import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { toMarkdown } from '../../src/report/markdown.ts';
import { agentOf, artifactOf, finding, location, reportOf } from '../support/sample-report.ts';
import { HOSTILE, hostileReport, INVISIBLE } from './hostile-report.ts';

/** As GitHub reads it. */
function nodesOf(markdown: string): readonly Nodes[] {
  const all = (node: Nodes): readonly Nodes[] =>
    ['children' in node ? node.children.flatMap(all) : [], node].flat();
  return all(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
}

function textOf(nodes: readonly Nodes[]): string {
  // A break that nobody sees keeps addresses from becoming links.
  return nodes
    .map((node) => ('value' in node ? node.value : ''))
    .join('')
    .replaceAll('\u200b', '');
}

const withMessage = async (message: string): Promise<string> =>
  toMarkdown(await reportOf([agentOf([artifactOf([finding('a', 'error', { message })])])]));

describe('the report in Markdown', () => {
  it('says why a skill did not run, also where its summary speaks of something else', async () => {
    const missing = artifactOf([], {
      status: 'unavailable',
      summary: 'Three notes were found',
      reason: 'There is no git here',
    });
    const text = toMarkdown(await reportOf([agentOf([artifactOf([]), missing])]));
    expect(text).toContain('(unavailable)\n\nThere is no git here');
    expect(text).toContain('Not judged: SecurityAgent: some-skill could not run: There is no git here.');
  });

  it('makes no link, picture, HTML or heading of hostile text', async () => {
    const nodes = nodesOf(toMarkdown(await hostileReport()));
    const kinds = new Set(nodes.map(({ type }) => type));
    for (const kind of [
      'link',
      'image',
      'html',
      'definition',
      'footnoteReference',
      'code',
      'thematicBreak',
      'blockquote',
      'delete',
      'linkReference',
    ] as const)
      expect(kinds).not.toContain(kind);
    expect(nodes.filter(({ type }) => type === 'heading')).toHaveLength(1 + 3 + 3);
    expect(nodes.filter(({ type }) => type === 'table')).toHaveLength(1);
    expect(nodes.filter(({ type }) => type === 'listItem')).toHaveLength(HOSTILE.length + 2);
  });

  it.each(HOSTILE.map((text) => [text]))('shows %j as text', async (text) => {
    const shown = textOf(nodesOf(await withMessage(text)));
    const isCode = /(?<!`)`([^`]+)`(?!`)/g;
    expect(shown).toContain(text.replaceAll(/\s+/g, ' ').replaceAll(isCode, '$1'));
  });

  it('says once why an agent had nothing to do', async () => {
    const reason = 'There is no data file.';
    const artifact = artifactOf([], { status: 'not-applicable', reason, summary: reason });
    const agent = { name: 'DataAgent', status: 'not-applicable', reason: `data-profile: ${reason}` } as const;
    const markdown = toMarkdown(await reportOf([agentOf([artifact], agent)]));
    expect(markdown.split(reason)).toHaveLength(2);
    expect(toMarkdown(await reportOf([agentOf([], agent)]))).toContain(reason);
    const failed = agentOf([artifact], { ...agent, status: 'failed', reason: 'spawn ENOENT' });
    expect(toMarkdown(await reportOf([failed]))).toContain('spawn ENOENT');
  });

  it('keeps a command that is written as code whole, to be copied', async () => {
    const markdown = await withMessage('Run `npm install typescript@6 --save-dev` and see https://x.org.');
    expect(markdown).toContain('`npm install typescript@6 --save-dev`');
    const codes = nodesOf(markdown).flatMap((node) => (node.type === 'inlineCode' ? [node.value] : []));
    expect(codes).toContain('npm install typescript@6 --save-dev');
  });

  it.each([
    '1. one',
    '- item',
    '+ plus',
    '=====',
    '---',
    '> quote',
    '    code',
    '# h',
    '~~no~~',
    '$x$',
    '\\',
  ])('keeps the summary %j a paragraph', async (summary) => {
    const nodes = nodesOf(toMarkdown(await reportOf([agentOf([artifactOf([], { summary })])])));
    expect(
      nodes.filter(({ type }) => ['list', 'code', 'blockquote', 'delete', 'thematicBreak'].includes(type)),
    ).toEqual([]);
    expect(textOf(nodes)).toContain(summary.trim());
    expect(nodes.filter(({ type }) => type === 'heading')).toHaveLength(3);
  });

  it('calls nobody and links no address by itself', async () => {
    const markdown = await withMessage(
      'ask @everyone or a@example.com at www.example.com and https://example.com',
    );
    expect(nodesOf(markdown).filter(({ type }) => type === 'link')).toEqual([]);
    expect(markdown).not.toMatch(/@[a-z]/);
  });

  it('shows a path with backticks whole', async () => {
    const report = await reportOf([
      agentOf([artifactOf([finding('a', 'error', { location: location('a``b`.ts', 7) })])]),
    ]);
    const codes = nodesOf(toMarkdown(report)).filter(({ type }) => type === 'inlineCode');
    expect(codes.map((node) => ('value' in node ? node.value : ''))).toContain('a``b`.ts:7');
  });

  it('holds no control character and no mark of direction', async () => {
    const unseen = [...INVISIBLE].filter((character) => !/[a-h]/.test(character));
    const markdown = await withMessage(INVISIBLE);
    expect(unseen.filter((character) => markdown.includes(character))).toEqual([]);
    expect(unseen).toHaveLength(7);
  });

  it('lists the worst findings first and at most 40 of an artifact', async () => {
    const many = Array.from({ length: 1000 }, (_none, index) =>
      finding(`f${index}`, index === 999 ? 'critical' : 'info'),
    );
    const lines = toMarkdown(await reportOf([agentOf([artifactOf(many)])]))
      .split('\n')
      .filter((line) => line.startsWith('- '));
    expect(lines).toHaveLength(41);
    expect(lines[0]).toMatch(/^- \*\*critical\*\*/);
    expect(lines.at(-1)).toBe('- and 960 more in report.json');
  });

  it('stays small when a message is a megabyte', async () => {
    expect((await withMessage('x`'.repeat(500_000))).length).toBeLessThan(5000);
  });
});
