import { describe, expect, it } from 'vitest';
import { markdownStyle } from '../../../src/skills/docs/markdown-style.ts';
import { placesOf, reviewFolder } from '../../support/skill-context.ts';

const hints = async (text: string, path = 'a.md'): Promise<string[]> =>
  placesOf(await reviewFolder(markdownStyle, { [path]: text }));

describe('markdown-style', () => {
  it('hints at a heading that skips a level', async () => {
    expect(await hints('# A\n\n### B\n')).toEqual(['heading-level-skipped a.md:3']);
  });

  it('hints at two headings of one name under one heading', async () => {
    expect(await hints('# A\n\n## Use\n\nx\n\n## Use\n')).toEqual(['duplicate-heading a.md:7']);
  });

  it('hints once at code without a language on a page where other code has one', async () => {
    const page = '# A\n\n```js\na();\n```\n\n```\nconst a = 1;\n```\n\n```\nfoo(1);\n```\n';
    expect(await hints(page)).toEqual(['fence-without-language a.md:7']);
  });

  it('hints at a command without a language', async () => {
    const page = '```js\na();\n```\n\n```\ncurl -H "A: $B" https://a.example/b\n```\n';
    expect(await hints(page)).toEqual(['fence-without-language a.md:5']);
  });

  it.each([
    ['levels that go up by several', '# A\n\n## B\n\n### C\n\n# D\n'],
    ['a page that begins lower', '### A\n\n### B\n'],
    ['a title in HTML above', '<h1>A</h1>\n\n### B\n'],
    ['a heading of the same name elsewhere', '# A\n\n## B\n\n### Use\n\n## C\n\n### Use\n'],
    ['pages that name no language at all', '```\nconst a = 1;\n```\n\n```\nb();\n```\n'],
    ['output without a language', '```js\na();\n```\n\n```\nListening on port 1\n├── src\n```\n'],
    ['indented code', '```js\na();\n```\n\n    const a = 1;\n'],
    ['headings in code', '# A\n\n```md\n### B\n```\n'],
  ])('says nothing about %s', async (_what, text) => {
    expect(await hints(text)).toEqual([]);
  });

  it('says nothing about repeated headings of a changelog, or of test data', async () => {
    expect(await hints('# Log\n\n## Fixed\n\n## Fixed\n', 'CHANGELOG.md')).toEqual([]);
    const { status } = await reviewFolder(markdownStyle, { 'tests/fixtures/a.md': '# A\n\n### B\n' });
    expect(status).toBe('not-applicable');
  });

  it('gathers a hint that fits everywhere', async () => {
    const { findings, data } = await reviewFolder(markdownStyle, { 'a.md': '# A\n\n### B\n\n'.repeat(30) });
    expect(findings.filter(({ rule }) => rule === 'heading-level-skipped')).toHaveLength(6);
    expect(data['counts']).toMatchObject({ skipped: 30 });
  });

  it('is not applicable without a page', async () => {
    expect((await reviewFolder(markdownStyle, { 'a.txt': 'a\n' })).status).toBe('not-applicable');
  });
});
