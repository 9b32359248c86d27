import { describe, expect, it } from 'vitest';
import { MemoryState } from '../../src/backends/memory/memory-state.ts';
import { KnowledgeCategory } from '../../src/contracts/memory.ts';
import type { StatePort, StateRecord } from '../../src/contracts/state.ts';
import { KnowledgeBase } from '../../src/memory/knowledge-base.ts';
import { MemoryStore } from '../../src/memory/memory-store.ts';
import type { Logger } from '../../src/observability/logger.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { seededIds } from '../../src/testing/seeded.ts';

/** A state port over another that fails while `isBroken`, and counts writes. */
class UnreliableState implements StatePort {
  readonly #inner = new MemoryState();
  isBroken = false;
  writes = 0;

  get(key: string): Promise<StateRecord | undefined> {
    return this.#inner.get(key);
  }

  async put(key: string, value: Parameters<StatePort['put']>[1], version: number): Promise<StateRecord> {
    if (this.isBroken) throw new Error('The disk is full.');
    this.writes += 1;
    return this.#inner.put(key, value, version);
  }

  list(prefix?: string): Promise<readonly StateRecord[]> {
    return this.#inner.list(prefix);
  }

  async delete(key: string, version: number): Promise<void> {
    if (this.isBroken) throw new Error('The disk is full.');
    this.writes += 1;
    await this.#inner.delete(key, version);
  }
}

function world() {
  const clock = new ManualClock();
  const state = new UnreliableState();
  const ids = seededIds();
  const memory = (options: object = {}) =>
    MemoryStore.open(state, { owner: 'DevAgent', clock, ids, ...options });
  const knowledge = (options: object = {}) =>
    KnowledgeBase.open(state, { owner: 'shared', clock, ids, ...options });
  return { clock, state, memory, knowledge };
}

const LONG = { memoryType: 'long_term' } as const;

describe('a kept memory', () => {
  it('is there again after it was flushed, with its order, uses and searches', async () => {
    const { memory } = world();
    const first = await memory();
    const id = first.store('The deploy key rotates in May.', {
      ...LONG,
      tags: ['deploy'],
      context: { by: 'ops' },
    });
    first.store('Another note.');
    first.retrieve(id);
    await first.flush();
    const second = await memory();
    expect(second.export()).toEqual(first.export());
    expect(second.search({ query: 'deploy key' })[0]?.id).toBe(id);
  });

  it('is written by itself once the delay has passed, all changes at once', async () => {
    const { clock, state, memory } = world();
    const first = await memory({ writeDelayMs: 500 });
    const id = first.store('a');
    await clock.advance(400);
    for (let index = 0; index < 5; index += 1) first.retrieve(id);
    expect(state.writes).toBe(0);
    await clock.advance(100);
    expect(state.writes).toBe(1);
    expect((await memory()).export().entries).toMatchObject([{ accessCount: 5 }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('forgets in the state port what it forgets itself', async () => {
    const { clock, state, memory } = world();
    const first = await memory({ maxShortTerm: 2 });
    const forgotten = first.store('a');
    first.store('b');
    first.store('c', { importance: 0.9 });
    await first.flush();
    first.forget(forgotten);
    await first.flush();
    expect(await state.list('memory/')).toHaveLength(2);
    await clock.advance(24 * 3_600_000);
    expect((await memory()).getStats().total).toBe(0);
    expect(first.getStats().total).toBe(0);
    await first.flush();
    expect(await state.list('memory/')).toEqual([]);
  });

  it('gives no id twice, though its source begins anew', async () => {
    const { memory, knowledge } = world();
    for (let round = 0; round < 2; round += 1) {
      const [kept, base] = [await memory({ ids: seededIds() }), await knowledge({ ids: seededIds() })];
      kept.store(`note of round ${round}`);
      base.add(`Round ${round}`, 'text', KnowledgeCategory.DOMAIN);
      await Promise.all([kept.flush(), base.flush()]);
    }
    expect((await memory()).getStats().total).toBe(2);
    expect((await knowledge()).getStats().total).toBe(2);
    await expect(memory({ ids: () => 'memory-0001' }).then((kept) => kept.store('x'))).rejects.toMatchObject({
      code: 'already-exists',
    });
  });

  it('is one for each owner, whatever the name', async () => {
    const { clock, state } = world();
    const a = await MemoryStore.open(state, { owner: 'team/a', clock });
    const b = await MemoryStore.open(state, { owner: 'team', clock });
    a.store('of a');
    await a.flush();
    b.store('of b');
    await b.flush();
    const again = await MemoryStore.open(state, { owner: 'team', clock });
    expect(again.getRecent().map(({ content }) => content)).toEqual(['of b']);
  });

  it('merges with what another process wrote: the last used stands, uses are not lost', async () => {
    const { clock, memory } = world();
    const first = await memory();
    const id = first.store('shared', LONG);
    await first.flush();
    const second = await memory();
    await clock.advance(10);
    for (let index = 0; index < 3; index += 1) second.retrieve(id);
    await clock.advance(10);
    first.retrieve(id);
    await second.flush();
    await first.flush();
    const expected = { accessCount: 3, lastAccessedAt: '2026-01-01T00:00:00.020Z' };
    expect((await memory()).export().entries).toMatchObject([expected]);
    expect(first.export().entries).toMatchObject([expected]);
  });

  it('keeps an entry that another process used after it was forgotten here', async () => {
    const { clock, memory } = world();
    const first = await memory();
    const id = first.store('shared', LONG);
    const other = first.store('second', LONG);
    await first.flush();
    const second = await memory();
    first.forget(id);
    await clock.advance(1);
    second.retrieve(id);
    second.retrieve(other);
    await second.flush();
    await clock.advance(1);
    first.forget(other);
    await first.flush();
    expect((await memory()).export().entries.map((entry) => entry.id)).toEqual([id]);
    expect(first.retrieve(id)?.content).toBe('shared');
  });

  it('writes an entry anew that another process forgot and this one changed', async () => {
    const { clock, memory } = world();
    const first = await memory();
    const id = first.store('shared', LONG);
    await first.flush();
    const second = await memory();
    second.forget(id);
    await second.flush();
    await clock.advance(1);
    first.retrieve(id);
    await first.flush();
    expect((await memory()).retrieve(id)?.content).toBe('shared');
  });
});

describe('failing writes', () => {
  it('reject a flush, and nothing is lost', async () => {
    const { state, memory } = world();
    const first = await memory();
    first.store('a');
    first.store('b');
    state.isBroken = true;
    await expect(first.flush()).rejects.toThrow('The disk is full.');
    state.isBroken = false;
    await first.flush();
    expect((await memory()).getStats().total).toBe(2);
  });

  it('in the background are told and tried again later and later, then left to the next change', async () => {
    const { clock, state, memory } = world();
    const warnings: object[] = [];
    const logger: Logger = { ...silentLogger, warn: (fields) => void warnings.push(fields) };
    const first = await memory({ logger, writeDelayMs: 1000 });
    first.store('a');
    state.isBroken = true;
    await clock.advance(1000);
    expect(warnings).toMatchObject([{ unwritten: 1, error: { message: 'The disk is full.' } }]);
    await clock.advance(1999);
    expect(warnings).toHaveLength(1);
    await clock.advance(1);
    expect(warnings).toHaveLength(2);
    await clock.advance(1_000_000);
    expect(warnings).toHaveLength(6);
    expect(clock.pendingTimers).toBe(0);
    state.isBroken = false;
    first.store('b');
    await clock.advance(1000);
    expect((await memory()).getStats().total).toBe(2);
  });

  it('do not hold up those who stop waiting', async () => {
    const { state, memory } = world();
    const first = await memory();
    first.store('a');
    state.put = () => new Promise(() => undefined);
    await expect(first.flush({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('what can’t be opened', () => {
  it('is named: a record of a later release, a broken one, no state port', async () => {
    const { clock, memory } = world();
    const open = async (value: Parameters<StatePort['put']>[1]) => {
      const state = new MemoryState();
      await state.put('memory/x/m1', value, 0);
      return MemoryStore.open(state, { owner: 'x', clock });
    };
    await expect(open({ schemaVersion: 2, entry: {} })).rejects.toMatchObject({
      code: 'schema-mismatch',
      details: { found: 2 },
    });
    await expect(open({ schemaVersion: 1, entry: { id: 'm1' } })).rejects.toMatchObject({
      code: 'schema-mismatch',
      details: { key: 'memory/x/m1' },
    });
    const entry = {
      id: 'm2',
      content: 'c',
      memoryType: 'long_term',
      importance: 0.5,
      createdAt: '2026-01-01T00:00:00.000Z',
    };
    await expect(open({ schemaVersion: 1, entry })).rejects.toThrow(/does not hold a valid entry/);
    await expect(open({ schemaVersion: 1, entry: { ...entry, id: 'm1' } })).resolves.toBeInstanceOf(
      MemoryStore,
    );
    await expect(MemoryStore.open({} as StatePort, { owner: 'x' })).rejects.toThrow(
      /`state` to be a state port/,
    );
    await expect(memory({ writeDelayMs: -1 })).rejects.toThrow(/writeDelayMs/);
  });
});

describe('a kept knowledge base', () => {
  it('is there again, with changes, imports and deletions', async () => {
    const { clock, knowledge } = world();
    const first = await knowledge();
    first.import(KnowledgeBase.createWithDefaults({ clock }).export());
    const id = first.add('Ours', 'Two days at most.', KnowledgeCategory.CONVENTION);
    first.update(id, { content: 'One day at most.' });
    first.delete('knowledge-default-estimates');
    await first.flush();
    const second = await knowledge();
    expect([...second.export().entries].sort(byId)).toEqual([...first.export().entries].sort(byId));
    expect(second.search({ query: 'one day' })[0]?.title).toBe('Ours');
    second.clear();
    await second.flush();
    expect((await knowledge()).getStats().total).toBe(0);
  });

  it('merges with another process: the last updated stands', async () => {
    const { clock, knowledge } = world();
    const first = await knowledge();
    const id = first.add('T', 'one', KnowledgeCategory.DOMAIN);
    await first.flush();
    const second = await knowledge();
    await clock.advance(1);
    first.update(id, { content: 'two' });
    await clock.advance(1);
    second.update(id, { content: 'three' });
    await second.flush();
    await first.flush();
    expect(first.get(id)?.content).toBe('three');
    expect((await knowledge()).get(id)?.content).toBe('three');
  });

  it('is flushed where its scope ends', async () => {
    const { knowledge } = world();
    {
      await using base = await knowledge();
      base.add('T', 'one', KnowledgeCategory.DOMAIN);
    }
    expect((await knowledge()).getStats().total).toBe(1);
  });
});

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
