import { describe, expect, it } from 'vitest';
import { KnowledgeBase } from '../../src/memory/knowledge-base.ts';
import { isCostlyMarkdown } from '../../src/shared/costly-markdown.ts';

describe('costly Markdown', () => {
  it.each([
    ['emphasis without end', '*a_ '.repeat(20_000)],
    ['brackets without end', '['.repeat(50_000)],
    ['backticks without end', '` '.repeat(8_000)],
  ])('is %s', async (_what, text) => {
    expect(isCostlyMarkdown(text)).toBe(true);
    const started = performance.now();
    const report = await new KnowledgeBase().ingest({ path: 'a.md', text, language: 'markdown' });
    expect(report.added).toEqual(['a.md']);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('is not a long page of ordinary paragraphs, lists and links', () => {
    const page = Array.from(
      { length: 3000 },
      (_, index) => `* **Item ${index}** with \`code\` and [a link](a.md).\n\n`,
    ).join('');
    expect(isCostlyMarkdown(page)).toBe(false);
    expect(isCostlyMarkdown(page.replaceAll('\n\n', '\n'))).toBe(false);
  });
});
