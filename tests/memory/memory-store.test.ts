import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryType } from '../../src/contracts/memory.ts';
import type { MemoryStoreOptions } from '../../src/memory/memory-options.ts';
import { MemoryStore } from '../../src/memory/memory-store.ts';
import { InvalidArgumentError } from '../../src/shared/errors.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { seededIds } from '../../src/testing/seeded.ts';

const HOUR = 3_600_000;
const LONG = { memoryType: MemoryType.LONG_TERM } as const;

function make(options: Partial<MemoryStoreOptions> = {}) {
  const clock = new ManualClock();
  const memory = new MemoryStore({ owner: 'DevAgent', clock, ids: seededIds(), ...options });
  const contents = (query: Parameters<MemoryStore['search']>[0]) =>
    memory.search(query).map(({ content }) => content);
  return { clock, memory, contents };
}

describe('store and retrieve', () => {
  it('gives back what was stored, with defaults, and counts the use', async () => {
    const { clock, memory } = make();
    const id = memory.store('The build needs Node 24.');
    await clock.advance(1000);
    expect(memory.retrieve(id)).toEqual({
      id: 'memory-0001',
      content: 'The build needs Node 24.',
      memoryType: 'short_term',
      tags: [],
      source: null,
      context: {},
      importance: 0.5,
      accessCount: 1,
      createdAt: '2026-01-01T00:00:00.000Z',
      lastAccessedAt: '2026-01-01T00:00:01.000Z',
      expiresAt: '2026-01-02T00:00:00.000Z',
    });
    expect(memory.retrieve(id)?.accessCount).toBe(2);
    expect(memory.retrieve('unknown')).toBeUndefined();
  });

  it('keeps a copy that nobody can change', () => {
    const { memory } = make();
    const context = { files: ['a'] };
    const tags = ['x', 'x'];
    memory.store('text', { context, tags, ...LONG });
    const [entry] = memory.export().entries;
    if (entry === undefined) throw new Error('Nothing was stored.');
    context.files.push('b');
    tags.push('y');
    expect(entry).toMatchObject({ context: { files: ['a'] }, tags: ['x'], expiresAt: null });
    expect(() => (entry.tags as string[]).push('z')).toThrow(TypeError);
    expect(() => (entry.context['files'] as string[]).push('z')).toThrow(TypeError);
  });

  it.each<[string, (memory: MemoryStore) => unknown, RegExp]>([
    ['an empty content', (memory) => memory.store(' '), /`content`/],
    [
      'a content that is too long',
      (memory) => memory.store('x'.repeat(100_001)),
      /at most 100000 characters/,
    ],
    [
      'an unknown type',
      (memory) => memory.store('x', { memoryType: 'forever' as never }),
      /memoryType.*one of short_term/,
    ],
    ['an importance above 1', (memory) => memory.store('x', { importance: 1.1 }), /importance.*from 0 to 1/],
    [
      'an importance that is no number',
      (memory) => memory.store('x', { importance: Number.NaN }),
      /importance/,
    ],
    ['tags that are no texts', (memory) => memory.store('x', { tags: [1 as never] }), /tags\[0\]/],
    [
      'too many tags',
      (memory) => memory.store('x', { tags: Array.from({ length: 65 }, String) }),
      /at most 64/,
    ],
    [
      'a context that JSON cannot hold',
      (memory) => memory.store('x', { context: { big: 1n as never } }),
      /JSON can hold/,
    ],
    ['a search with a negative limit', (memory) => memory.search({ limit: -1 }), /limit/],
    ['a search for no text', (memory) => memory.search({ query: 3 as never }), /query/],
    ['no capacity', () => make({ maxShortTerm: 0 }), /maxShortTerm/],
    ['no owner', () => new MemoryStore({ owner: '' }), /owner/],
    ['a negative time to live', () => make({ shortTermTtlHours: -1 }), /shortTermTtlHours/],
  ])('refuses %s', (_, misuse, message) => {
    const { memory } = make();
    expect(() => misuse(memory)).toThrow(InvalidArgumentError);
    expect(() => misuse(memory)).toThrow(message);
    expect(memory.getStats().total).toBe(0);
  });
});

describe('forgetting', () => {
  it('never returns an expired entry, by any way', async () => {
    const { clock, memory } = make({ shortTermTtlHours: 2 });
    const id = memory.store('passing thought');
    const kept = memory.store('lasting thought', LONG);
    await clock.advance(2 * HOUR - 1);
    expect(memory.search({ query: 'thought' })).toHaveLength(2);
    await clock.advance(1);
    expect(memory.retrieve(id)).toBeUndefined();
    for (const found of [
      memory.search({ query: 'thought' }),
      memory.search({}),
      memory.getRecent(),
      memory.getImportant(),
      memory.export().entries,
    ]) {
      expect(found.map((entry) => entry.id)).toEqual([kept]);
    }
    expect(memory.getStats()).toMatchObject({ total: 1, shortTerm: 0 });
    expect([memory.promoteToLongTerm(id), memory.forget(id)]).toEqual([false, false]);
  });

  it('makes room for a short-term entry by the least important, then the oldest', () => {
    const { memory, contents } = make({ maxShortTerm: 3 });
    memory.store('low', { importance: 0.1 });
    memory.store('old', { importance: 0.5 });
    memory.store('new', { importance: 0.5 });
    memory.store('lasting', { ...LONG, importance: 0 });
    memory.store('next', { importance: 0 });
    expect(contents({}).sort()).toEqual(['lasting', 'new', 'next', 'old']);
    memory.store('last', { importance: 0.5 });
    memory.store('one more', { importance: 0.5 });
    expect(contents({}).sort()).toEqual(['last', 'lasting', 'new', 'one more']);
  });

  it('holds all other kinds within the other limit', () => {
    const { memory } = make({ maxLongTerm: 2 });
    for (const memoryType of ['episodic', 'semantic', 'procedural'] as const)
      memory.store(memoryType, { memoryType });
    memory.store('short');
    expect(memory.getStats().byType).toEqual({
      short_term: 1,
      long_term: 0,
      episodic: 0,
      semantic: 1,
      procedural: 1,
    });
  });

  it('forgets one entry, one kind or everything', () => {
    const { memory } = make();
    const id = memory.store('a');
    memory.store('b');
    memory.store('c', LONG);
    expect([memory.forget(id), memory.forget(id)]).toEqual([true, false]);
    expect(memory.clear('short_term')).toBe(1);
    expect(memory.getStats().total).toBe(1);
    expect(memory.clear()).toBe(1);
    expect(memory.search({ query: 'c' })).toEqual([]);
  });
});

describe('search', () => {
  it('ranks by text, and lets importance decide between equal texts', () => {
    const { memory, contents } = make();
    memory.store('Run the database migration before the release.', { importance: 0.2 });
    memory.store('Nothing about that, but the release is on Friday.', { importance: 1 });
    memory.store('The database migration takes a lock.', { importance: 0.1 });
    memory.store('The database migration takes a lock.', { importance: 0.9, tags: ['b'] });
    const found = memory.search({ query: 'database migration lock' });
    expect(found.map(({ importance }) => importance)).toEqual([0.9, 0.1, 0.2]);
    expect(contents({ query: 'nowhere' })).toEqual([]);
  });

  it('does not lift a poor match over a good one by importance', () => {
    const { memory, contents } = make();
    memory.store('login token expired while refreshing the session token', { importance: 0 });
    memory.store(
      'a long note about lunch, weather, trains and one token in passing, and more words after it',
      { importance: 1 },
    );
    expect(contents({ query: 'session token expired' })[0]).toContain('refreshing');
  });

  it('finds parts of compound names, beginnings, accents, slips and writing without spaces', () => {
    const { memory, contents } = make();
    memory.store('parseHTTPHeader fails on empty input');
    memory.store('Das Café schließt');
    memory.store('数据库迁移需要锁');
    memory.store('authentication middleware');
    expect(contents({ query: 'header' })).toEqual(['parseHTTPHeader fails on empty input']);
    expect(contents({ query: 'cafe' })).toEqual(['Das Café schließt']);
    expect(contents({ query: '迁移' })).toEqual(['数据库迁移需要锁']);
    expect(contents({ query: 'authen' })).toEqual(['authentication middleware']);
    expect(contents({ query: 'autentication' })).toEqual(['authentication middleware']);
  });

  it('filters by any tag, type and importance, and keeps to the limit', () => {
    const { memory, contents } = make();
    memory.store('one', { tags: ['a', 'b'], importance: 0.9 });
    memory.store('two', { tags: ['c'], importance: 0.8, ...LONG });
    memory.store('three', { importance: 0.1 });
    expect(contents({ tags: ['b', 'c'] })).toEqual(['one', 'two']);
    expect(contents({ memoryType: 'long_term' })).toEqual(['two']);
    expect(contents({ minImportance: 0.8, limit: 1 })).toEqual(['one']);
    expect(contents({ query: 'two', tags: ['a'] })).toEqual([]);
    expect(contents({ limit: 0 })).toEqual([]);
  });

  it('without a query lists the most important, then the newest, ten at most', async () => {
    const { clock, memory, contents } = make();
    for (let index = 0; index < 12; index += 1) {
      memory.store(`note ${index}`, { importance: index === 3 ? 0.9 : 0.5 });
      await clock.advance(1);
    }
    expect(contents({ query: '  ' })).toEqual(
      [3, 11, 10, 9, 8, 7, 6, 5, 4, 2].map((index) => `note ${index}`),
    );
  });

  it('does not count as a use', () => {
    const { memory } = make();
    memory.store('quiet');
    memory.search({ query: 'quiet' });
    expect(memory.search({ query: 'quiet' })[0]?.accessCount).toBe(0);
  });

  it('answers any text, a very long one too', () => {
    const { memory } = make();
    memory.store('something to find', { tags: ['a.b*c'] });
    expect(memory.search({ query: `${'word '.repeat(50_000)}` })).toEqual([]);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        (query) => memory.search({ query }).length <= 1,
      ),
    );
  });
});

describe('promotion', () => {
  it('makes a short-term entry last', async () => {
    const { clock, memory } = make();
    const id = memory.store('keep this');
    expect(memory.promoteToLongTerm(id)).toBe(true);
    expect(memory.promoteToLongTerm(id)).toBe(false);
    await clock.advance(1000 * HOUR);
    expect(memory.retrieve(id)).toMatchObject({ memoryType: 'long_term', expiresAt: null, accessCount: 1 });
  });

  it('consolidates what is important or often used, and says what it did', async () => {
    const { clock, memory } = make();
    const expiring = memory.store('expiring', { importance: 1 });
    await clock.advance(24 * HOUR);
    const important = memory.store('important', { importance: 0.7 });
    const used = memory.store('used', { importance: 0.1 });
    memory.store('neither');
    for (let index = 0; index < 3; index += 1) memory.retrieve(used);
    // The one that expired went when the next was stored.
    expect(memory.consolidate()).toEqual({
      promoted: [used, important],
      evicted: [],
      expired: [],
      remaining: 1,
    });
    expect(memory.retrieve(expiring)).toBeUndefined();
    await clock.advance(24 * HOUR);
    expect(memory.consolidate()).toMatchObject({ promoted: [], expired: [expect.any(String)], remaining: 0 });
    expect(memory.getStats()).toMatchObject({ longTerm: 2, total: 2 });
  });

  it('keeps the best where the long-term memory is full, and names what had to go', () => {
    const { memory, contents } = make({ maxLongTerm: 2 });
    const poor = memory.store('poor', { ...LONG, importance: 0.1 });
    memory.store('good', { ...LONG, importance: 0.95 });
    memory.store('a', { importance: 0.8 });
    const best = memory.store('b', { importance: 0.9 });
    const { promoted, evicted } = memory.consolidate();
    expect(promoted).toEqual([best]);
    expect(evicted).toContain(poor);
    expect(contents({ memoryType: 'long_term' })).toEqual(['good', 'b']);
  });
});

describe('lists and figures', () => {
  it('list the newest and the most important', async () => {
    const { clock, memory } = make();
    memory.store('first', { importance: 0.9 });
    memory.store('same moment', { importance: 0.1 });
    await clock.advance(1);
    memory.store('last', { importance: 0.3 });
    expect(memory.getRecent(2).map(({ content }) => content)).toEqual(['last', 'same moment']);
    expect(memory.getImportant(2).map(({ content }) => content)).toEqual(['first', 'last']);
    expect(memory.getImportant(5, 0.5)).toHaveLength(1);
  });

  it('tell counts and means', () => {
    const { memory } = make();
    expect(memory.getStats()).toMatchObject({ total: 0, averageImportance: 0 });
    memory.retrieve(memory.store('a', { importance: 0.2 }));
    memory.store('b', { importance: 0.6, ...LONG });
    expect(memory.getStats()).toMatchObject({
      owner: 'DevAgent',
      total: 2,
      shortTerm: 1,
      longTerm: 1,
      averageImportance: 0.4,
      totalAccesses: 1,
    });
  });
});

describe('export and import', () => {
  const stored = fc.record({
    content: fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== ''),
    memoryType: fc.constantFrom(...Object.values(MemoryType)),
    tags: fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 4 }),
    importance: fc.double({ min: 0, max: 1, noNaN: true }).map((number) => number + 0),
    context: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue({ maxDepth: 2 })),
  });

  it('hold everything over a trip through JSON, whatever was stored and used', () => {
    fc.assert(
      fc.property(fc.array(stored, { maxLength: 15 }), fc.integer({ min: 0, max: 14 }), (entries, used) => {
        const { memory, clock } = make({ maxShortTerm: 5, maxLongTerm: 6 });
        const ids = entries.map(({ content, ...options }) => memory.store(content, options as object));
        memory.retrieve(ids[used] ?? '');
        const exported = JSON.parse(JSON.stringify(memory.export())) as ReturnType<MemoryStore['export']>;
        const copy = new MemoryStore({ owner: 'Other', clock, maxShortTerm: 5, maxLongTerm: 6 });
        expect(copy.import(exported)).toBe(exported.entries.length);
        expect(copy.export().entries).toEqual(exported.entries);
        expect(copy.getStats().byType).toEqual(memory.getStats().byType);
        for (const { id } of exported.entries.slice(0, 3)) expect(copy.forget(id)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('never holds more than its limits, whatever is done', async () => {
    const step = fc.record({
      kind: fc.constantFrom('store', 'promote', 'forget', 'wait', 'consolidate'),
      entry: stored,
      pick: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { memory, clock } = make({ maxShortTerm: 3, maxLongTerm: 4, shortTermTtlHours: 1 });
        const ids: string[] = [];
        for (const { kind, entry, pick } of steps) {
          const { content, ...options } = entry;
          const id = ids[pick % Math.max(1, ids.length)] ?? '';
          if (kind === 'store') ids.push(memory.store(content, options as object));
          else if (kind === 'promote') memory.promoteToLongTerm(id);
          else if (kind === 'forget') memory.forget(id);
          else if (kind === 'consolidate') memory.consolidate();
          else await clock.advance(HOUR / 4);
          const { shortTerm, longTerm, total } = memory.getStats();
          expect(shortTerm).toBeLessThanOrEqual(3);
          expect(longTerm).toBeLessThanOrEqual(4);
          expect(memory.search({ limit: 100 })).toHaveLength(total);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('merges what is there already: the last used stands', async () => {
    const { clock, memory } = make();
    const id = memory.store('shared', LONG);
    const before = memory.export();
    await clock.advance(1000);
    memory.retrieve(id);
    memory.import(before);
    expect(memory.export().entries).toMatchObject([
      { accessCount: 1, lastAccessedAt: '2026-01-01T00:00:01.000Z' },
    ]);
  });

  it('passes over what has expired and keeps to the limits', async () => {
    const { clock, memory } = make();
    for (let index = 0; index < 5; index += 1) memory.store(`note ${index}`, { importance: index / 10 });
    const exported = memory.export();
    const small = new MemoryStore({ owner: 'x', clock, maxShortTerm: 2 });
    expect(small.import(exported)).toBe(2);
    expect(small.getImportant().map(({ content }) => content)).toEqual(['note 4', 'note 3']);
    await clock.advance(24 * HOUR);
    expect(new MemoryStore({ owner: 'x', clock }).import(exported)).toBe(0);
  });

  it('refuses a later version, and a broken export as a whole, naming the place', () => {
    const { memory } = make();
    const entry = {
      ...make().memory.export(),
      id: 'm',
      content: 'c',
      memoryType: 'long_term',
      importance: 0.5,
    };
    const good = { ...entry, createdAt: '2026-01-01T00:00:00.000Z' };
    const load = (data: unknown) => () => memory.import(data);
    expect(load({ schemaVersion: 2, entries: [] })).toThrow(
      expect.objectContaining({ code: 'schema-mismatch' }),
    );
    expect(load({ schemaVersion: '1', entries: [] })).toThrow(/data\.schemaVersion/);
    expect(load({ schemaVersion: 1 })).toThrow(/data\.entries/);
    expect(load({ schemaVersion: 1, entries: [good, { ...good, importance: 7 }] })).toThrow(
      /data\.entries\[1\]\.importance/,
    );
    expect(load({ schemaVersion: 1, entries: [{ ...good, createdAt: 'yesterday' }] })).toThrow(
      /createdAt.*2026-01-31/,
    );
    expect(load('text')).toThrow(InvalidArgumentError);
    expect(memory.getStats().total).toBe(0);
    expect(memory.import({ schemaVersion: 1, entries: [good] })).toBe(1);
  });
});
