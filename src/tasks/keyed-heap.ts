/** A heap of items by a number that is fixed when they are pushed; four children a node, numbers apart from items. */

/**
 * Gives the item with the smallest key, among equal keys the one with the smallest tie-breaker. Numbers are kept in
 * arrays of their own, so that finding a place reads neighbouring memory only and large heaps stay fast.
 */
export class KeyedHeap<T> {
  readonly #keys: number[] = [];
  readonly #ties: number[] = [];
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: T, key: number, tie: number): void {
    const keys = this.#keys;
    const ties = this.#ties;
    const items = this.#items;
    let index = items.length;
    items.push(item);
    keys.push(key);
    ties.push(tie);
    while (index > 0) {
      const parent = (index - 1) >> 2;
      const above = keys[parent] as number;
      if (above < key || (above === key && (ties[parent] as number) < tie)) break;
      keys[index] = above;
      ties[index] = ties[parent] as number;
      items[index] = items[parent] as T;
      index = parent;
    }
    keys[index] = key;
    ties[index] = tie;
    items[index] = item;
  }

  /** The first item; undefined when empty. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Takes the first item out; undefined when empty. */
  pop(): T | undefined {
    const top = this.#items[0];
    const item = this.#items.pop();
    const key = this.#keys.pop();
    const tie = this.#ties.pop();
    if (this.#items.length > 0) this.#sink(item as T, key as number, tie as number);
    return top;
  }

  /** Puts an item in the place of the top one, then lower until it fits. */
  #sink(item: T, key: number, tie: number): void {
    const keys = this.#keys;
    const ties = this.#ties;
    const items = this.#items;
    const size = items.length;
    let index = 0;
    for (let first = 1; first < size; first = 4 * index + 1) {
      let child = first;
      let least = keys[first] as number;
      const end = Math.min(first + 4, size);
      for (let other = first + 1; other < end; other += 1) {
        const candidate = keys[other] as number;
        if (candidate > least || (candidate === least && (ties[other] as number) > (ties[child] as number)))
          continue;
        child = other;
        least = candidate;
      }
      if (key < least || (key === least && tie < (ties[child] as number))) break;
      keys[index] = least;
      ties[index] = ties[child] as number;
      items[index] = items[child] as T;
      index = child;
    }
    keys[index] = key;
    ties[index] = tie;
    items[index] = item;
  }
}
