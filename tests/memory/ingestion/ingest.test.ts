import { mkdir, mkdtemp, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Embedder } from '../../../src/contracts/embedder.ts';
import { parseCitation } from '../../../src/memory/ingestion/citation.ts';
import { KnowledgeBase } from '../../../src/memory/knowledge-base.ts';
import { onePagePdf } from '../../support/one-page-pdf.ts';

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'ingest-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

const SHOP = {
  'README.md':
    '# Shop\n\nSells tea.\n\n## Payments\n\nCards are charged when the parcel leaves.\n\n### Refunds\n\nWithin thirty days.\n',
  'src/price.ts':
    "import { x } from './x.ts';\n\n/** Adds the tax. */\nexport function withTax(net: number): number {\n  return net * 1.2;\n}\n\nexport const CURRENCY = 'EUR';\n",
  'jobs/stock.py':
    'import os\n\n# Counts what is left.\ndef count_stock(path):\n    return len(os.listdir(path))\n\nclass Shelf:\n    pass\n',
  'page.html':
    '<html><head><title>T</title><script>steal()</script></head><body><h1>Delivery</h1><p>Parcels take <b>two</b> days.</p><p hidden>secret</p><h2>Abroad</h2><p>Ten days.</p></body></html>',
  'notes.txt': 'The cellar is damp.\n',
  'node_modules/x/index.js': 'ignored();\n',
  'ignored.log': 'ignored\n',
  '.gitignore': '*.log\n',
};

const titles = (base: KnowledgeBase): string[] =>
  base
    .search({ limit: 1000 })
    .map(({ title }) => title)
    .sort();

describe('ingesting a folder', () => {
  it('cuts Markdown by sections, code by symbols, HTML by what is seen, and leaves out what is ignored', async () => {
    const base = new KnowledgeBase();
    const report = await base.ingest(await folderOf(SHOP));
    expect(report.added).toEqual([
      '.gitignore',
      'README.md',
      'jobs/stock.py',
      'notes.txt',
      'page.html',
      'src/price.ts',
    ]);
    expect(titles(base)).toEqual(
      expect.arrayContaining([
        'Shop',
        'Shop › Payments',
        'Shop › Payments › Refunds',
        'src/price.ts › withTax',
        'src/price.ts › CURRENCY',
        'jobs/stock.py › count_stock',
        'jobs/stock.py › Shelf',
        'Delivery',
        'Delivery › Abroad',
        'notes.txt',
      ]),
    );
    const all = JSON.stringify(base.export());
    expect(all).not.toContain('steal');
    expect(all).not.toContain('secret');
    expect(base.search({ query: 'when are cards charged' })[0]?.title).toBe('Shop › Payments');
    expect(base.search({ query: 'withTax' })[0]?.content).toMatch(/^\/\*\* Adds the tax\. \*\//);
  });

  it('cites each piece by lines that hold it', async () => {
    const root = await folderOf(SHOP);
    const base = new KnowledgeBase();
    await base.ingest(root);
    for (const { source, content, title } of base.search({ limit: 1000 })) {
      const citation = parseCitation(source);
      expect(citation, title).toBeDefined();
      const { path, line, endLine } = citation as NonNullable<typeof citation>;
      const lines = (await readFile(join(root, path), 'utf8')).split('\n').slice(line - 1, endLine);
      if (path !== 'page.html') expect(lines.join('\n').trimEnd()).toBe(content);
      else expect(lines.join(' ')).toContain(content.split(' ')[0]);
    }
  });

  it('leaves what is the same, replaces what has changed and removes what is gone', async () => {
    const root = await folderOf(SHOP);
    const base = new KnowledgeBase();
    const first = await base.ingest(root);
    const again = await base.ingest(root);
    expect(again).toMatchObject({
      added: [],
      updated: [],
      removed: [],
      unchanged: first.added,
      entryCount: first.entryCount,
    });
    await writeFile(join(root, 'notes.txt'), 'The cellar is dry.\n');
    await unlink(join(root, 'page.html'));
    const third = await base.ingest(root);
    expect(third).toMatchObject({ added: [], updated: ['notes.txt'], removed: ['page.html'] });
    expect(titles(base)).not.toContain('Delivery');
    expect(base.search({ query: 'cellar' }).map(({ content }) => content)).toEqual(['The cellar is dry.']);
  });

  it('does not take away what was added by hand or from another folder', async () => {
    const base = new KnowledgeBase();
    base.add('By hand', 'Stays.', 'technical');
    await base.ingest(await folderOf({ 'other.md': '# Other\n\nText.\n' }));
    const root = await folderOf({ 'a.md': '# A\n\nText.\n' });
    await base.ingest(root);
    await unlink(join(root, 'a.md'));
    expect((await base.ingest(root)).removed).toEqual(['a.md']);
    expect(titles(base)).toEqual(['By hand', 'Other']);
  });

  it('never follows a link out of the folder', async () => {
    const outside = await folderOf({ 'outside.md': '# Outside\n', 'outside.pdf': onePagePdf('outside') });
    const root = await folderOf({ 'a.md': '# A\n' });
    await symlink(join(outside, 'outside.md'), join(root, 'link.md'));
    await symlink(join(outside, 'outside.pdf'), join(root, 'link.pdf'));
    const base = new KnowledgeBase();
    const { skipped } = await base.ingest(root);
    expect(skipped).toEqual(
      expect.arrayContaining([
        { path: 'link.md', reason: 'symlink' },
        { path: 'link.pdf', reason: 'symlink' },
      ]),
    );
    expect(titles(base)).toEqual(['A']);
  });
});

describe('ingesting one thing', () => {
  it('takes a document at hand', async () => {
    const base = new KnowledgeBase();
    const report = await base.ingest(
      { path: 'wiki/Tea', text: '# Tea\n\nGreen.\n\n# Coffee\n\nBlack.\n', language: 'markdown' },
      { category: 'domain', tags: ['wiki'] },
    );
    expect(report).toMatchObject({ added: ['wiki/Tea'], entryCount: 2 });
    expect(base.getByTag('wiki')).toHaveLength(2);
    expect(base.getByCategory('domain').map(({ source }) => source)).toContain('wiki/Tea#L1-L4');
  });

  it('reads a PDF by pages', async () => {
    const root = await folderOf({ 'manual.pdf': onePagePdf('Tea must be kept dry') });
    const base = new KnowledgeBase();
    await base.ingest(join(root, 'manual.pdf'));
    expect(base.search({ query: 'dry' })[0]).toMatchObject({
      title: 'manual.pdf › page 1',
      source: 'manual.pdf#L1-L1',
      content: 'Tea must be kept dry',
    });
  });

  it('skips a broken PDF and says why', async () => {
    const root = await folderOf({ 'broken.pdf': '%PDF-1.4\nnot really\0\0', 'a.md': '# A\n' });
    const base = new KnowledgeBase();
    const report = await base.ingest(root);
    expect(report.skipped.map(({ path }) => path)).toEqual(['broken.pdf']);
    expect(report.added).toEqual(['a.md']);
  });

  it.each([
    ['code that does not parse', 'broken.ts', 'export function (\n'],
    ['deep HTML', 'deep.html', `${'<div>'.repeat(20_000)}deep${'</div>'.repeat(20_000)}`],
    ['one long line', 'long.txt', 'word '.repeat(20_000)],
    ['nothing', 'empty.md', ''],
    ['odd line ends', 'odd.md', '# A\r\rtext\r\n# B\rmore'],
  ])('takes %s without a crash', async (_what, path, text) => {
    const base = new KnowledgeBase();
    const report = await base.ingest(await folderOf({ [path]: text }));
    expect(report.added).toEqual([path]);
    for (const { content } of base.search({ limit: 1000 })) expect(content.length).toBeLessThanOrEqual(4000);
  });

  it.each([
    ['a path that is not there', 'nowhere/at/all', {}, /a file, a folder or a document, got "nowhere/],
    ['a document without text', { path: 'a' }, {}, /`source\.text` to be a string/],
    ['an unknown category', 'x', { category: 'gossip' }, /`options\.category` to be one of technical/],
  ])('refuses %s', async (_what, source, options, message) => {
    await expect(new KnowledgeBase().ingest(source as never, options as never)).rejects.toThrow(message);
  });

  it('stops when it is told to', async () => {
    const reason = new Error('Enough.');
    const base = new KnowledgeBase();
    await expect(base.ingest(await folderOf(SHOP), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

describe('a line that is too long', () => {
  it('is cut, and nothing of it is lost', async () => {
    const base = new KnowledgeBase();
    const text = Array.from({ length: 4000 }, (_, index) => `w${index}`).join(' ');
    await base.ingest({ path: 'long.txt', text });
    const pieces = base.search({ limit: 1000 }).map(({ content }) => content);
    expect(pieces.reduce((sum, piece) => sum + piece.length, 0)).toBeGreaterThanOrEqual(
      text.length - pieces.length,
    );
    expect(pieces.some((piece) => piece.includes('w3999'))).toBe(true);
  });
});

describe('searching by meaning', () => {
  /** Two axes: drinks and money. */
  const AXES = [
    ['tea', 'coffee', 'drink', 'beverage'],
    ['price', 'cost', 'money', 'card'],
  ];
  const calls: number[] = [];
  const embedder: Embedder = {
    name: 'axes',
    dimensions: 2,
    embed: async (texts) => {
      calls.push(texts.length);
      return texts.map((text) =>
        AXES.map((words) => words.filter((word) => text.toLowerCase().includes(word)).length),
      );
    },
  };

  it('finds what no word of the query names, joins it with what a word names, and embeds each entry once', async () => {
    const base = new KnowledgeBase({ embedder });
    base.add('Green tea', 'Brewed at 80 degrees.', 'domain');
    base.add('Cards', 'A card is charged later.', 'domain');
    base.add('Beverage list', 'Printed weekly.', 'domain');
    calls.length = 0;
    const found = await base.searchSemantic({ query: 'coffee' });
    expect(found.map(({ title }) => title).sort()).toEqual(['Beverage list', 'Green tea']);
    const again = await base.searchSemantic({ query: 'beverage' });
    expect(again[0]?.title).toBe('Beverage list');
    expect(calls).toEqual([3, 1, 1]);
  });

  it('needs an embedder that keeps its word', async () => {
    await expect(new KnowledgeBase().searchSemantic({ query: 'tea' })).rejects.toThrow(
      /`embedder` to be given/,
    );
    const liar = new KnowledgeBase({ embedder: { ...embedder, dimensions: 3 } });
    liar.add('Tea', 'Green.', 'domain');
    await expect(liar.searchSemantic({ query: 'tea' })).rejects.toMatchObject({ code: 'model-failed' });
    expect(() => new KnowledgeBase({ embedder: {} as never })).toThrow(
      /an embedder \(with name, dimensions and embed\)/,
    );
  });
});
