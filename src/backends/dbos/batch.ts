/** Puts what is asked for at the same time into one statement. */

export interface BatchOptions<Item, Result> {
  /** Sends them all; gives a result for each, in order. */
  readonly send: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Items with the same key are never sent together, and in the order in which they came. @default none have */
  readonly keyOf?: (item: Item) => string;
  /** Statements under way at once. */
  readonly width: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** One statement holds no more. */
const LONGEST = 400;

export class Batch<Item, Result> {
  readonly #options: BatchOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  readonly #keys = new Set<string>();
  #underWay = 0;
  #isScheduled = false;

  constructor(options: BatchOptions<Item, Result>) {
    this.#options = options;
  }

  /** True when all that was asked for is done. */
  get isIdle(): boolean {
    return this.#underWay === 0 && this.#waiting.length === 0;
  }

  add(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, resolve, reject });
    this.#schedule();
    return promise;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#underWay >= this.#options.width || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    // What other callers ask for in this turn comes along.
    setImmediate(() => {
      this.#isScheduled = false;
      const some = this.#next();
      if (some.length > 0) void this.#send(some);
      this.#schedule();
    });
  }

  #next(): readonly Waiting<Item, Result>[] {
    const { keyOf } = this.#options;
    if (keyOf === undefined) return this.#waiting.splice(0, LONGEST);
    const taken: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const seen = new Set<string>();
    for (const waiting of this.#waiting) {
      const key = keyOf(waiting.item);
      if (taken.length >= LONGEST || seen.has(key) || this.#keys.has(key)) left.push(waiting);
      else taken.push(waiting);
      seen.add(key);
    }
    this.#waiting = left;
    return taken;
  }

  async #send(some: readonly Waiting<Item, Result>[]): Promise<void> {
    const { send, keyOf } = this.#options;
    const keys = keyOf === undefined ? [] : some.map(({ item }) => keyOf(item));
    for (const key of keys) this.#keys.add(key);
    this.#underWay += 1;
    try {
      const results = await send(some.map(({ item }) => item));
      for (const [index, { resolve }] of some.entries()) resolve(results[index] as Result);
    } catch (error) {
      for (const { reject } of some) reject(error);
    } finally {
      for (const key of keys) this.#keys.delete(key);
      this.#underWay -= 1;
      this.#schedule();
    }
  }
}
