/** A binary heap: the smallest item is always at hand, pushing and popping cost log n. */

/**
 * Keeps items so that the one that `compare` puts first can be taken. `compare` must not change its mind about two
 * items while they are inside. Items are told apart by identity; the same item may not be pushed twice.
 *
 * @example
 * const heap = new BinaryHeap<number>((a, b) => a - b);
 * heap.push(3);
 * heap.push(1);
 * heap.pop(); // 1
 */
export class BinaryHeap<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #items: T[] = [];
  /** Items removed while inside: they are skipped when they come to the top. */
  readonly #removed = new Set<T>();

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  /** How many items are inside. */
  get size(): number {
    return this.#items.length - this.#removed.size;
  }

  push(item: T): void {
    if (this.#removed.size > 0 && this.#removed.has(item)) this.#sweep();
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  /** The first item, or undefined when empty. */
  peek(): T | undefined {
    this.#dropRemovedTop();
    return this.#items[0];
  }

  /** Takes the first item out; undefined when empty. */
  pop(): T | undefined {
    this.#dropRemovedTop();
    return this.#takeTop();
  }

  /**
   * Removes an item that is inside. Constant time on average: the item is only marked, and swept out once half of the
   * heap is marked. The caller must know that the item is inside.
   */
  remove(item: T): void {
    this.#removed.add(item);
    if (this.#removed.size > 32 && this.#removed.size * 2 > this.#items.length) this.#sweep();
  }

  /** Removes everything. */
  clear(): void {
    this.#items.length = 0;
    this.#removed.clear();
  }

  /** The items in no particular order. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (const item of this.#items) if (!this.#removed.has(item)) yield item;
  }

  #dropRemovedTop(): void {
    if (this.#removed.size === 0) return;
    while (this.#items.length > 0 && this.#removed.delete(this.#items[0] as T)) this.#takeTop();
  }

  #takeTop(): T | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (items.length > 0 && last !== undefined) {
      items[0] = last;
      this.#sink(0);
    }
    return top;
  }

  /** Rebuilds the heap without the marked items, in linear time. */
  #sweep(): void {
    const kept = this.#items.filter((item) => !this.#removed.has(item));
    this.#removed.clear();
    this.#items.length = 0;
    for (const item of kept) this.#items.push(item);
    for (let index = (this.#items.length >> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  #rise(start: number): void {
    const items = this.#items;
    const item = items[start] as T;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = items[parent] as T;
      if (this.#compare(item, above) >= 0) break;
      items[index] = above;
      index = parent;
    }
    items[index] = item;
  }

  #sink(start: number): void {
    const items = this.#items;
    const size = items.length;
    const item = items[start] as T;
    let index = start;
    for (let child = 2 * index + 1; child < size; child = 2 * index + 1) {
      if (child + 1 < size && this.#compare(items[child + 1] as T, items[child] as T) < 0) child += 1;
      const below = items[child] as T;
      if (this.#compare(item, below) <= 0) break;
      items[index] = below;
      index = child;
    }
    items[index] = item;
  }
}
