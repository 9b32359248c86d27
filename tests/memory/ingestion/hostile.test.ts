import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KnowledgeBase } from '../../../src/memory/knowledge-base.ts';
import { pagesPdf, pdfOf } from '../../support/pdf-of.ts';

const LONG = 120_000;

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'ingest-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

const contents = (base: KnowledgeBase): string =>
  base
    .search({ limit: 10_000 })
    .map(({ content }) => content)
    .join('\n');

/** Runs `work` and says for how long nothing else had a turn. */
async function longestBlockMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(longest, performance.now() - last);
}

describe('one document that is wrong', { timeout: LONG }, () => {
  it('by the length of its path is told alone, and the others are taken', async () => {
    const deep = `${Array.from({ length: 6 }, () => 'd'.repeat(200)).join('/')}/deep.md`;
    const base = new KnowledgeBase();
    const report = await base.ingest(
      await folderOf({ 'a.md': '# A\n\nFirst.', [deep]: '# Deep', 'z.md': 'Last.' }),
    );
    expect(report.added).toEqual(['a.md', 'z.md']);
    expect(report.skipped).toEqual([{ path: deep, reason: 'Its path is longer than 960 characters.' }]);
    const alone = await base.ingest({ path: 'x'.repeat(5_000), text: 'Something.' });
    expect(alone.skipped.map(({ reason }) => reason)).toEqual(['Its path is longer than 960 characters.']);
    expect((await base.ingest({ path: 'x'.repeat(960), text: 'Something.' })).added).toHaveLength(1);
  });

  it.each(['👩‍👩‍👧‍👦', '🇳🇴', 'é', '👍🏽'])('never ends in half a character: %s', async (character) => {
    const base = new KnowledgeBase();
    for (let shift = 0; shift < 12; shift += 1) {
      const text = `# ${'x'.repeat(shift)}${character.repeat(150)}\n\n${'y'.repeat(shift)}${character.repeat(1_000)}`;
      await base.ingest({ path: `${shift}.md`, text, language: 'markdown' });
    }
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    for (const { title, content } of base.search({ limit: 1_000 })) {
      expect(title.length).toBeLessThanOrEqual(200);
      for (const text of [title, content.split('\n').at(-1) as string])
        expect([...segmenter.segment(text)].at(-1)?.segment).toBe(character);
    }
  });

  it('by one character without end is cut all the same', async () => {
    const base = new KnowledgeBase();
    const text = `a${'\u0301'.repeat(20_000)}`;
    await base.ingest({ path: 'a.txt', text });
    expect(base.search({ limit: 100 }).reduce((sum, { content }) => sum + content.length, 0)).toBe(
      text.length,
    );
  });

  it.each([
    ['holds a NUL', 'a.md', '# A\n\0\0\0binary', 'binary'],
    ['is no text in any place', 'a.md', `# A\n${'\u0001\u0002\u0003'.repeat(4_000)}`, /It is no text/],
    ['is no UTF-8', 'a.md', Buffer.alloc(4_000, 0xff), /It is no text/],
    ['has 50 MB', 'a.md', Buffer.alloc(50_000_000, 'words '), 'too-large'],
    [
      'is a PDF of 60 MB',
      'a.pdf',
      Buffer.concat([Buffer.from('%PDF-1.4\n\0'), Buffer.alloc(60_000_000)]),
      /larger than 50000000/,
    ],
  ])('is skipped when it %s', async (_what, path, content, reason) => {
    const base = new KnowledgeBase();
    const report = await base.ingest(await folderOf({ [path]: content, 'b.md': 'Fine.' }));
    expect(report.added).toEqual(['b.md']);
    expect(report.skipped).toEqual([{ path, reason: expect.stringMatching(reason) }]);
  });

  it('is taken with a mark where a NUL stands far from its beginning', async () => {
    const base = new KnowledgeBase();
    await base.ingest(await folderOf({ 'a.md': `${'Words. '.repeat(2_000)}\0 and more` }));
    expect(contents(base)).toContain('\uFFFD and more');
    expect(contents(base)).not.toContain('\0');
  });

  it('is skipped when it is a text at hand of 50 MB', async () => {
    const report = await new KnowledgeBase().ingest({ path: 'a.md', text: 'words '.repeat(9_000_000) });
    expect(report.skipped).toEqual([{ path: 'a.md', reason: 'It is longer than 10000000 characters.' }]);
  });

  it.runIf(process.platform !== 'win32' && process.getuid?.() !== 0)(
    'is skipped when nobody may read it',
    async () => {
      const root = await folderOf({ 'a.md': 'A.', 'b.md': 'B.', 'c.pdf': pagesPdf({}) });
      await chmod(join(root, 'b.md'), 0);
      await chmod(join(root, 'c.pdf'), 0);
      const report = await new KnowledgeBase().ingest(root);
      expect(report.added).toEqual(['a.md']);
      expect(report.skipped.map(({ path, reason }) => [path, reason])).toEqual([
        ['b.md', 'unreadable'],
        ['c.pdf', 'unreadable'],
      ]);
    },
  );

  it.runIf(process.platform !== 'win32')(
    'is not waited for when it is a pipe, or followed as a link',
    async () => {
      const root = await folderOf({ 'real.pdf': pagesPdf({}) });
      await promisify(execFile)('mkfifo', [join(root, 'pipe.pdf')]);
      await symlink(join(root, 'real.pdf'), join(root, 'link.pdf'));
      const base = new KnowledgeBase();
      for (const [name, reason] of [
        ['pipe.pdf', 'special'],
        ['link.pdf', 'symlink'],
      ] as const)
        expect((await base.ingest(join(root, name))).skipped).toEqual([{ path: name, reason }]);
    },
  );

  it('is read as it was at one moment when it changes meanwhile', async () => {
    const root = await folderOf({ 'a.md': 'old '.repeat(100_000) });
    let isDone = false;
    const writing = (async () => {
      for (let turn = 0; !isDone; turn += 1) {
        await writeFile(join(root, '.next'), (turn % 2 === 0 ? 'new ' : 'old ').repeat(100_000));
        await rename(join(root, '.next'), join(root, 'a.md'));
      }
    })();
    const base = new KnowledgeBase();
    for (let turn = 0; turn < 5; turn += 1) {
      await base.ingest(join(root, 'a.md'));
      const words = new Set(contents(base).split(/\s+/));
      expect(words.has('old') && words.has('new')).toBe(false);
    }
    isDone = true;
    await writing;
  });
});

describe('links', () => {
  it('to folders are not entered, whether they go in a circle or out', async () => {
    const outside = await folderOf({ 'secret.md': 'Secret.' });
    const root = await folderOf({ 'docs/a.md': 'A.' });
    await symlink(root, join(root, 'docs/circle'));
    await symlink(outside, join(root, 'outside'));
    const base = new KnowledgeBase();
    const report = await base.ingest(root);
    expect(report.added).toEqual(['docs/a.md']);
    expect(report.skipped.map(({ path, reason }) => [path, reason])).toEqual([
      ['docs/circle', 'symlink'],
      ['outside', 'symlink'],
    ]);
    expect(contents(base)).toBe('A.');
  });
});

describe('stopping midway', () => {
  const sections = (count: number): string =>
    Array.from({ length: count }, (_, index) => `# Section ${index}\n\nWords of it.\n`).join('\n');

  it('leaves whole documents, and a second time takes the rest', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`f${String(index).padStart(2, '0')}.md`, sections(5)]),
    );
    const root = await folderOf(files);
    const base = new KnowledgeBase();
    const controller = new AbortController();
    let count = 0;
    const onFile = (): void => {
      count += 1;
      if (count === 10) controller.abort(new Error('Enough.'));
    };
    await expect(base.ingest(root, { signal: controller.signal, onFile })).rejects.toThrow('Enough.');
    expect(base.search({ limit: 1_000 })).toHaveLength(50);
    const report = await base.ingest(root);
    expect(report).toMatchObject({ entryCount: 150 });
    expect([report.unchanged.length, report.added.length]).toEqual([10, 20]);
  });

  it('in the middle of one document leaves the old version of it', async () => {
    const base = new KnowledgeBase();
    const path = 'a.md';
    await base.ingest({ path, text: '# Old\n\nOld words.', language: 'markdown' });
    const controller = new AbortController();
    const ingesting = base.ingest(
      { path, text: sections(1_500), language: 'markdown' },
      { signal: controller.signal },
    );
    // It is being put in as soon as there is more than there was.
    for (let turn = 0; turn < 100_000 && base.search({ limit: 10 }).length < 2; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('Enough.'));
    await expect(ingesting).rejects.toThrow('Enough.');
    expect(contents(base)).toContain('Old words.');
    expect(base.search({ limit: 10 })).toHaveLength(1);
    expect((await base.ingest({ path, text: sections(1_500), language: 'markdown' })).entryCount).toBe(1_500);
  });

  it('for want of room leaves nothing of what did not fit, and what was there', async () => {
    const base = new KnowledgeBase({ maxEntries: 5 });
    await base.ingest({ path: 'a.md', text: sections(3), language: 'markdown' });
    await expect(
      base.ingest({ path: 'b.md', text: sections(4), language: 'markdown' }),
    ).rejects.toMatchObject({ code: 'limit-reached' });
    expect(base.search({ limit: 100 }).map(({ source }) => source?.split('#')[0])).toEqual([
      'a.md',
      'a.md',
      'a.md',
    ]);
    // Five fit where the old three go.
    const report = await base.ingest({ path: 'a.md', text: sections(5), language: 'markdown' });
    expect(report).toMatchObject({ updated: ['a.md'], entryCount: 5 });
    expect(base.search({ limit: 100 })).toHaveLength(5);
  });

  it('by a crash is seen the next time: a document that is not whole is taken anew', async () => {
    const base = new KnowledgeBase();
    const document = { path: 'a.md', text: sections(4), language: 'markdown' };
    await base.ingest(document);
    const [entry] = base.search({ limit: 1 });
    base.delete(entry?.id as string);
    expect(await base.ingest(document)).toMatchObject({ updated: ['a.md'], entryCount: 4 });
    expect(await base.ingest(document)).toMatchObject({ unchanged: ['a.md'], entryCount: 4 });
  });
});

describe('a hostile document', { timeout: LONG }, () => {
  it.each([
    ['HTML of 100,000 levels', 'html', `${'<div>'.repeat(100_000)}words`],
    ['HTML of 100,000 open marks', 'html', `${'<p><b><i><a>'.repeat(25_000)}words`],
    ['HTML of 250,000 children', 'html', `${'<br>'.repeat(250_000)}words`],
    ['HTML of a million entities', 'html', `${'&amp;'.repeat(200_000)} words`],
    ['Markdown of 30,000 marks', 'markdown', `${'# a *b* `c` [d](e)\n\n'.repeat(5_000)}words`],
    ['code of 100,000 brackets', 'typescript', `${'['.repeat(100_000)} // words`],
  ])('is taken and holds nobody up: %s', async (_what, language, text) => {
    const base = new KnowledgeBase();
    let report: { readonly skipped: readonly unknown[]; readonly entryCount: number } | undefined;
    const blocked = await longestBlockMs(async () => {
      report = await base.ingest({ path: `a.${language}`, text, language });
    });
    expect(report).toMatchObject({ skipped: [], added: [`a.${language}`] });
    expect(report?.entryCount).toBeGreaterThan(0);
    expect(blocked).toBeLessThan(1_000);
  });

  it('that takes longer than it may is taken as plain text', async () => {
    const base = new KnowledgeBase();
    const text = `${'<p><b><i><a>'.repeat(80_000)}words`;
    await base.ingest({ path: 'a.html', text, language: 'html' }, { documentTimeoutMs: 1 });
    expect(contents(base)).toContain('<p><b><i><a>');
  });

  it('is told of when it has more pieces than are taken', async () => {
    const text = '# A\n\nb\n\n'.repeat(2_500);
    const report = await new KnowledgeBase().ingest({ path: 'a.md', text, language: 'markdown' });
    expect(report).toMatchObject({ truncated: ['a.md'], entryCount: 2_000 });
  });
});

describe('a PDF', { timeout: LONG }, () => {
  const ingested = async (pdf: Buffer, documentTimeoutMs = 60_000) => {
    const base = new KnowledgeBase();
    const root = await folderOf({ 'a.pdf': pdf });
    let report: Awaited<ReturnType<KnowledgeBase['ingest']>> | undefined;
    const blocked = await longestBlockMs(async () => {
      report = await base.ingest(root, { documentTimeoutMs });
    });
    expect(blocked).toBeLessThan(1_000);
    return { base, report };
  };

  it.each([
    ['whose table of contents is broken', pagesPdf({ isXrefBroken: true })],
    ['that promises a thousand million pages', pagesPdf({ promised: 1_000_000_000 })],
    [
      'that runs JavaScript when it is opened',
      pagesPdf({
        catalog: '/OpenAction << /S /JavaScript /JS (globalThis.hacked = 1; app.alert\\(1\\);) >>',
      }),
    ],
  ])('%s is read as far as it goes', async (_what, pdf) => {
    const { base, report } = await ingested(pdf);
    expect(report).toMatchObject({ added: ['a.pdf'], entryCount: 1 });
    expect(contents(base)).toBe('Hello');
    expect((globalThis as { hacked?: number }).hacked).toBeUndefined();
  });

  it.each([
    [
      'whose pages go in a circle',
      pdfOf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 100000 >>']),
      /circular/,
    ],
    [
      'of objects in each other without end',
      pdfOf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /A '.repeat(100_000)]),
      /Invalid/,
    ],
    ['that is none', Buffer.from(`%PDF-1.4\n\0${'<< /Type /Catalog >> '.repeat(10_000)}`), /Invalid PDF/],
  ])('%s is skipped, with why', async (_what, pdf, reason) => {
    const { report } = await ingested(pdf);
    expect(report?.skipped).toEqual([{ path: 'a.pdf', reason: expect.stringMatching(reason) }]);
  });

  it('that unpacks to a thousand times its size is given up, and the next one is read', async () => {
    const packed = deflateSync(deflateSync(Buffer.alloc(300_000_000, ' '), { level: 1 }));
    const bomb = pagesPdf({ content: packed, filter: '[/FlateDecode /FlateDecode]', pages: 3 });
    const root = await folderOf({ 'a.pdf': bomb, 'b.pdf': pagesPdf({}) });
    const report = await new KnowledgeBase().ingest(root, { documentTimeoutMs: 3_000 });
    expect(report.added).toEqual(['b.pdf']);
    expect(report.skipped).toEqual([
      { path: 'a.pdf', reason: expect.stringMatching(/takes (?:longer|more memory) to read/) },
    ]);
  });

  it('being read is left at once when the work is aborted', async () => {
    const root = await folderOf({ 'a.pdf': pagesPdf({ pages: 5_000 }) });
    const base = new KnowledgeBase();
    const signal = AbortSignal.timeout(500);
    const beganAt = performance.now();
    await expect(base.ingest(root, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - beganAt).toBeLessThan(5_000);
    expect(base.search({ limit: 10 })).toEqual([]);
  });
});
