import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinaryHeap } from '../../src/tasks/binary-heap.ts';
import { KeyedHeap } from '../../src/tasks/keyed-heap.ts';

interface Item {
  readonly key: number;
}

describe('BinaryHeap', () => {
  it('shows and gives the smallest, and undefined when empty', () => {
    const heap = new BinaryHeap<number>((a, b) => a - b);
    expect(heap.peek()).toBeUndefined();
    expect(heap.pop()).toBeUndefined();
    for (const value of [3, 1, 2]) heap.push(value);
    expect(heap.peek()).toBe(1);
    expect([heap.pop(), heap.pop(), heap.pop(), heap.pop()]).toEqual([1, 2, 3, undefined]);
  });

  it('takes an item again that was removed, under a new key', () => {
    const heap = new BinaryHeap<{ key: number }>((a, b) => a.key - b.key);
    const moved = { key: 1 };
    heap.push(moved);
    heap.push({ key: 2 });
    heap.remove(moved);
    expect(heap.size).toBe(1);
    moved.key = 3;
    heap.push(moved);
    expect([heap.pop()?.key, heap.pop()?.key, heap.size]).toEqual([2, 3, 0]);
    for (const key of [1, 2, 3]) heap.push({ key });
    heap.push(moved);
    heap.remove(moved);
    moved.key = 0;
    heap.push(moved);
    expect(heap.peek()).toBe(moved);
    expect([heap.pop()?.key, heap.pop()?.key, heap.pop()?.key, heap.pop()?.key, heap.pop()]).toEqual([
      0,
      1,
      2,
      3,
      undefined,
    ]);
  });

  it('is empty once cleared', () => {
    const heap = new BinaryHeap<number>((a, b) => a - b);
    heap.push(1);
    heap.clear();
    expect([heap.size, heap.pop()]).toEqual([0, undefined]);
  });

  it('does as a sorted list does, for any sequence of pushes, pops and removals', () => {
    const steps = fc.array(fc.oneof(fc.nat(20), fc.constant('pop'), fc.constant('remove')), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(steps, fc.nat(), (sequence, seed) => {
        const heap = new BinaryHeap<Item>((a, b) => a.key - b.key);
        let model: Item[] = [];
        for (const [index, step] of sequence.entries()) {
          if (typeof step === 'number') {
            const item = { key: step };
            heap.push(item);
            model.push(item);
          } else if (step === 'pop') {
            const item = heap.pop();
            expect(item?.key).toBe(model.length === 0 ? undefined : Math.min(...model.map(({ key }) => key)));
            model = model.filter((each) => each !== item);
          } else if (model.length > 0) {
            const item = model[(seed + index) % model.length] as Item;
            heap.remove(item);
            model = model.filter((each) => each !== item);
          }
          expect(heap.size).toBe(model.length);
        }
        expect(new Set(heap)).toEqual(new Set(model));
      }),
    );
  });
});

describe('KeyedHeap', () => {
  it('gives items by key, then by tie-breaker, for any pushes and pops', () => {
    const entry = fc.record({ key: fc.integer({ min: -5, max: 5 }), pop: fc.boolean() });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 200 }), (entries) => {
        const heap = new KeyedHeap<string>();
        const model: { key: number; tie: number; item: string }[] = [];
        const popBoth = (): void => {
          model.sort((a, b) => a.key - b.key || a.tie - b.tie);
          expect(heap.pop()).toBe(model.shift()?.item);
        };
        for (const [tie, { key, pop }] of entries.entries()) {
          heap.push(`item ${tie}`, key, tie);
          model.push({ key, tie, item: `item ${tie}` });
          if (pop) popBoth();
        }
        while (model.length > 0) popBoth();
        popBoth();
        expect(heap.size).toBe(0);
      }),
    );
  });
});
