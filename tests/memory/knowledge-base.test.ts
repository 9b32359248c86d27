import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KnowledgeCategory } from '../../src/contracts/memory.ts';
import { KnowledgeBase } from '../../src/memory/knowledge-base.ts';
import type { KnowledgeBaseOptions } from '../../src/memory/knowledge-options.ts';
import { InvalidArgumentError } from '../../src/shared/errors.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { seededIds } from '../../src/testing/seeded.ts';

const { TECHNICAL, PATTERN, PROCESS } = KnowledgeCategory;

function make(options: KnowledgeBaseOptions = {}) {
  const clock = new ManualClock();
  const knowledge = new KnowledgeBase({ clock, ids: seededIds(), ...options });
  const titles = (query: Parameters<KnowledgeBase['search']>[0]) =>
    knowledge.search(query).map(({ title }) => title);
  return { clock, knowledge, titles };
}

describe('entries', () => {
  it('are added with defaults, and reading one counts a view', () => {
    const { knowledge } = make();
    const id = knowledge.add('Branches', 'Two days at most.', PROCESS);
    expect(knowledge.get(id)).toEqual({
      id: 'knowledge-0001',
      title: 'Branches',
      content: 'Two days at most.',
      category: 'process',
      tags: [],
      source: null,
      author: null,
      references: [],
      confidence: 1,
      viewCount: 1,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(knowledge.get(id)?.viewCount).toBe(2);
    expect(knowledge.get('unknown')).toBeUndefined();
  });

  it('change only in what is given, and are found by their new text alone', async () => {
    const { clock, knowledge, titles } = make();
    const id = knowledge.add('Old title', 'about tomatoes', TECHNICAL, {
      tags: ['a'],
      author: 'me',
      confidence: 0.4,
    });
    await clock.advance(1000);
    const updated = knowledge.update(id, { title: 'New title', content: 'about cucumbers', author: null });
    expect(updated).toMatchObject({ title: 'New title', tags: ['a'], author: null, confidence: 0.4 });
    expect(updated).toMatchObject({
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:01.000Z',
    });
    expect([titles({ query: 'cucumbers' }), titles({ query: 'tomatoes' })]).toEqual([['New title'], []]);
    expect(knowledge.update('unknown', { title: 'x' })).toBeUndefined();
  });

  it('are deleted for good', () => {
    const { knowledge, titles } = make();
    const id = knowledge.add('A', 'something', TECHNICAL);
    expect([knowledge.delete(id), knowledge.delete(id)]).toEqual([true, false]);
    expect(titles({ query: 'something' })).toEqual([]);
  });

  it('take a reference once, and are found by it', () => {
    const { knowledge, titles } = make();
    const id = knowledge.add('Status codes', 'Mean what they say.', TECHNICAL);
    expect(knowledge.addReference(id, 'RFC 9110')).toBe(true);
    expect(knowledge.addReference(id, 'RFC 9110')).toBe(true);
    expect(knowledge.addReference('unknown', 'RFC 9110')).toBe(false);
    expect(knowledge.get(id)?.references).toEqual(['RFC 9110']);
    expect(titles({ query: '9110' })).toEqual(['Status codes']);
  });

  it.each<[string, (knowledge: KnowledgeBase) => unknown, RegExp]>([
    ['no title', (knowledge) => knowledge.add('', 'x', TECHNICAL), /`title`/],
    ['no content', (knowledge) => knowledge.add('x', ' ', TECHNICAL), /`content`/],
    [
      'an unknown category',
      (knowledge) => knowledge.add('x', 'y', 'gossip' as never),
      /`category`.*one of technical/,
    ],
    [
      'a confidence above 1',
      (knowledge) => knowledge.add('x', 'y', TECHNICAL, { confidence: 2 }),
      /confidence/,
    ],
    [
      'a title that is too long',
      (knowledge) => knowledge.add('x'.repeat(501), 'y', TECHNICAL),
      /at most 500/,
    ],
    [
      'references that are no texts',
      (knowledge) => knowledge.add('x', 'y', TECHNICAL, { references: [''] }),
      /references\[0\]/,
    ],
    [
      'a change of the views',
      (knowledge) => knowledge.update('x', { viewCount: 9 } as never),
      /keys among title/,
    ],
    [
      'a search in an unknown category',
      (knowledge) => knowledge.search({ category: 'x' as never }),
      /category/,
    ],
    ['no room at all', () => make({ maxEntries: 0 }), /maxEntries/],
  ])('refuse %s', (_, misuse, message) => {
    const { knowledge } = make();
    expect(() => misuse(knowledge)).toThrow(InvalidArgumentError);
    expect(() => misuse(knowledge)).toThrow(message);
  });

  it('are refused when the base is full, and none is pushed out', () => {
    const { knowledge } = make({ maxEntries: 1 });
    const id = knowledge.add('A', 'first', TECHNICAL);
    expect(() => knowledge.add('B', 'second', TECHNICAL)).toThrow(
      expect.objectContaining({ code: 'limit-reached' }),
    );
    expect(knowledge.get(id)?.title).toBe('A');
  });
});

describe('search', () => {
  it('ranks by text, a title before a content, then by confidence', () => {
    const { knowledge, titles } = make();
    knowledge.add('Notes', 'caching is one of many words in here, beside others', TECHNICAL, {
      confidence: 1,
    });
    knowledge.add('Caching', 'how to keep results', TECHNICAL, { confidence: 0.2 });
    knowledge.add('Twin', 'retry with jitter', PATTERN, { confidence: 0.3, tags: ['weak'] });
    knowledge.add('Twin', 'retry with jitter', PATTERN, { confidence: 0.9, tags: ['sure'] });
    expect(titles({ query: 'caching' })).toEqual(['Caching', 'Notes']);
    expect(knowledge.search({ query: 'retry jitter' }).map(({ confidence }) => confidence)).toEqual([
      0.9, 0.3,
    ]);
  });

  it('filters by category, any tag and confidence, with or without a query', () => {
    const { knowledge, titles } = make();
    knowledge.add('A', 'queue', TECHNICAL, { tags: ['x'], confidence: 0.5 });
    knowledge.add('B', 'queue', PATTERN, { tags: ['y'], confidence: 0.8 });
    knowledge.add('C', 'queue', PATTERN, { tags: ['z'], confidence: 0.9 });
    expect(titles({ query: 'queue', category: PATTERN })).toEqual(['C', 'B']);
    expect(titles({ tags: ['x', 'y'] })).toEqual(['B', 'A']);
    expect(titles({ minConfidence: 0.8, limit: 1 })).toEqual(['C']);
  });

  it('does not count as a view', () => {
    const { knowledge } = make();
    knowledge.add('A', 'queue', TECHNICAL);
    expect(knowledge.search({ query: 'queue' })[0]?.viewCount).toBe(0);
    expect(knowledge.getPopular()[0]?.viewCount).toBe(0);
  });
});

describe('lists and figures', () => {
  it('list by category, tag, views and time', async () => {
    const { clock, knowledge } = make();
    const first = knowledge.add('A', 'x', TECHNICAL, { tags: ['t'] });
    await clock.advance(1);
    knowledge.add('B', 'x', PATTERN, { tags: ['t', 'u'] });
    await clock.advance(1);
    const titles = (entries: readonly { title: string }[]) => entries.map(({ title }) => title);
    expect(titles(knowledge.getByCategory(PATTERN))).toEqual(['B']);
    expect(titles(knowledge.getByTag('t'))).toEqual(['B', 'A']);
    knowledge.get(first);
    expect(titles(knowledge.getPopular(1))).toEqual(['A']);
    expect(titles(knowledge.getRecent())).toEqual(['B', 'A']);
    knowledge.update(first, { confidence: 0.5 });
    expect(titles(knowledge.getRecent(1))).toEqual(['A']);
    expect(knowledge.getStats()).toMatchObject({
      total: 2,
      totalViews: 1,
      averageConfidence: 0.75,
      tags: { t: 2, u: 1 },
    });
    expect(knowledge.getStats().byCategory).toMatchObject({ technical: 1, pattern: 1, domain: 0 });
  });
});

describe('the entries to start with', () => {
  it('are a dozen and more, sourced, and found by the questions they answer', () => {
    const knowledge = KnowledgeBase.createWithDefaults();
    const entries = knowledge.search({ limit: 100 });
    expect(entries.length).toBeGreaterThanOrEqual(12);
    for (const entry of entries) {
      expect(entry.references.length, entry.title).toBeGreaterThan(0);
      expect(entry.content.length, entry.title).toBeGreaterThan(200);
    }
    const first = (query: string) => knowledge.search({ query })[0]?.title;
    expect(first('how should passwords be stored')).toBe('Handling secrets');
    expect(first('which status code for a conflict')).toBe('Designing an HTTP API');
    expect(first('is this a breaking change in semantic versioning')).toBe(
      'Version numbers and breaking changes',
    );
    expect(first('rename a column without downtime')).toBe('Changing a database schema without downtime');
    expect(first('exponential backoff idempotency key')).toBe('Time-outs, retries and idempotency');
    expect(first('flaky test')).toBe('What to test, and at which level');
  });

  it('have fixed ids, so that a second import doubles nothing', () => {
    const knowledge = KnowledgeBase.createWithDefaults();
    const { total } = knowledge.getStats();
    knowledge.import(KnowledgeBase.createWithDefaults().export());
    expect(knowledge.getStats().total).toBe(total);
  });
});

describe('export and import', () => {
  const added = fc.record({
    title: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter((text) => text.trim() !== ''),
    content: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
      .filter((text) => text.trim() !== ''),
    category: fc.constantFrom(...Object.values(KnowledgeCategory)),
    tags: fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 4 }),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }).map((number) => number + 0),
  });

  it('hold everything over a trip through JSON, in order and in searches', () => {
    fc.assert(
      fc.property(fc.array(added, { maxLength: 12 }), fc.nat({ max: 11 }), (entries, viewed) => {
        const { knowledge } = make();
        const ids = entries.map(({ title, content, category, ...options }) =>
          knowledge.add(title, content, category, options),
        );
        knowledge.get(ids[viewed] ?? '');
        const exported = JSON.parse(JSON.stringify(knowledge.export())) as ReturnType<
          KnowledgeBase['export']
        >;
        const copy = make().knowledge;
        expect(copy.import(exported)).toBe(entries.length);
        expect(copy.export().entries).toEqual(exported.entries);
        const query = entries[0]?.content ?? 'x';
        expect(copy.search({ query })).toEqual(knowledge.search({ query }));
      }),
      { numRuns: 60 },
    );
  });

  it('merges what is there already: the last updated stands, with the most views', async () => {
    const { clock, knowledge } = make();
    const id = knowledge.add('A', 'old', TECHNICAL);
    knowledge.get(id);
    const before = knowledge.export();
    await clock.advance(1);
    knowledge.update(id, { content: 'new' });
    knowledge.import({ ...before, entries: [{ ...before.entries[0], viewCount: 9 }] });
    expect(knowledge.export().entries).toMatchObject([{ content: 'new', viewCount: 9 }]);
  });

  it('refuses a later version, a broken export and one that does not fit, and changes nothing', () => {
    const { knowledge } = make({ maxEntries: 1 });
    const many = KnowledgeBase.createWithDefaults().export();
    expect(() => knowledge.import({ ...many, schemaVersion: 2 })).toThrow(
      expect.objectContaining({ code: 'schema-mismatch' }),
    );
    expect(() => knowledge.import(many)).toThrow(expect.objectContaining({ code: 'limit-reached' }));
    expect(() =>
      knowledge.import({ schemaVersion: 1, entries: [{ ...many.entries[0], category: 'x' }] }),
    ).toThrow(/data\.entries\[0\]\.category/);
    expect(knowledge.getStats().total).toBe(0);
  });

  it('clears', () => {
    const knowledge = KnowledgeBase.createWithDefaults();
    expect(knowledge.clear()).toBeGreaterThan(0);
    expect(knowledge.search({ query: 'secrets' })).toEqual([]);
    expect(knowledge.clear()).toBe(0);
  });
});
