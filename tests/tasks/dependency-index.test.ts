import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DependencyIndex } from '../../src/tasks/dependency-index.ts';
import { findCycle } from '../../src/tasks/find-cycle.ts';

describe('DependencyIndex', () => {
  it('releases a dependent when the last of its dependencies completes', () => {
    const index = new DependencyIndex();
    expect(index.add('a', [])).toBe(true);
    expect(index.add('b', [])).toBe(true);
    expect(index.add('c', ['a', 'b', 'a'])).toBe(false);
    expect(index.complete('a')).toEqual([]);
    expect(index.waitingFor('c')).toEqual(['b']);
    expect(index.complete('b')).toEqual(['c']);
    expect(index.isReady('c')).toBe(true);
    expect(index.complete('b')).toEqual([]);
  });

  it('is ready at once when everything it needs is completed', () => {
    const index = new DependencyIndex();
    index.add('a', []);
    index.complete('a');
    expect(index.add('b', ['a'])).toBe(true);
  });

  it('takes dependencies that are added later', () => {
    const index = new DependencyIndex();
    expect(index.add('late', ['early'])).toBe(false);
    expect(index.has('early')).toBe(false);
    expect(index.size).toBe(1);
    index.add('early', []);
    expect(index.complete('early')).toEqual(['late']);
  });

  it('fails all that depend on a failure, nearest first, each once', () => {
    const index = new DependencyIndex();
    index.add('a', []);
    index.add('b', ['a']);
    index.add('c', ['a', 'b']);
    index.add('d', ['c']);
    index.add('free', []);
    expect(index.fail('a')).toEqual(['b', 'c', 'd']);
    expect(index.fail('a')).toEqual([]);
    expect(index.hasFailed('d')).toBe(true);
    expect(index.hasFailed('free')).toBe(false);
    expect(index.complete('b')).toEqual([]);
  });

  it('does not release what has failed by itself', () => {
    const index = new DependencyIndex();
    index.add('a', []);
    index.add('b', ['a']);
    expect(index.fail('b')).toEqual([]);
    expect(index.complete('a')).toEqual([]);
    expect(index.isReady('b')).toBe(false);
  });

  it('refuses an id twice', () => {
    const index = new DependencyIndex();
    index.add('a', []);
    expect(() => index.add('a', [])).toThrow(expect.objectContaining({ code: 'already-exists' }));
  });

  it('forgets an id; who waits for it goes on waiting until one of that name completes', () => {
    const index = new DependencyIndex();
    index.add('a', []);
    index.add('b', ['a']);
    expect(index.remove('a')).toBe(true);
    expect(index.remove('a')).toBe(false);
    expect(index.has('a')).toBe(false);
    expect(index.isReady('b')).toBe(false);
    index.add('a', []);
    expect(index.complete('a')).toEqual(['b']);
  });

  it('forgets a dependent, which is then not released', () => {
    const index = new DependencyIndex();
    index.add('a', []);
    index.add('b', ['a']);
    index.remove('b');
    expect(index.complete('a')).toEqual([]);
    expect(index.size).toBe(1);
  });

  it('walks a chain of 100,000 without running out of stack', () => {
    const index = new DependencyIndex();
    const ids = Array.from({ length: 100_000 }, (_, position) => `n${position}`);
    for (const [position, id] of ids.entries()) index.add(id, position === 0 ? [] : [`n${position - 1}`]);
    expect(index.fail('n0')).toHaveLength(99_999);
    expect(
      findCycle(new Map(ids.map((id, position) => [id, [`n${(position + 1) % ids.length}`]]))),
    ).toHaveLength(100_001);
  });
});

describe('findCycle', () => {
  const edgesOf = (edges: Record<string, string[]>) => new Map(Object.entries(edges));

  it('gives the path of a circle, its first node at both ends', () => {
    expect(findCycle(edgesOf({ start: ['a'], a: ['b'], b: ['c'], c: ['a'] }))).toEqual(['a', 'b', 'c', 'a']);
    expect(findCycle(edgesOf({ a: ['a'] }))).toEqual(['a', 'a']);
  });

  it('finds none in a diamond or in edges that lead outside', () => {
    expect(findCycle(edgesOf({ a: ['b', 'c'], b: ['d'], c: ['d'], d: ['elsewhere'] }))).toBeUndefined();
  });

  it('agrees with repeated removal of nodes without edges, on any graph; what it finds is a real path', () => {
    const graph = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(graph, (targets) => {
        const edges = new Map(targets.map((each, node) => [`${node}`, each.map(String)]));
        const left = new Map(edges);
        for (let changed = true; changed; ) {
          changed = false;
          for (const [node, each] of left) {
            if (each.some((target) => left.has(target))) continue;
            left.delete(node);
            changed = true;
          }
        }
        const path = findCycle(edges);
        expect(path === undefined).toBe(left.size === 0);
        for (const [position, node] of (path ?? []).slice(0, -1).entries()) {
          expect(edges.get(node)).toContain(path?.[position + 1]);
        }
        expect(path?.[0]).toBe(path?.at(-1));
      }),
    );
  });
});
