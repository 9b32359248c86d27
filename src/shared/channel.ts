/** A buffer between one who pushes and one who iterates: an async iterable that ends when closed. */

/** Items pushed before the reader asks are kept, in order. One reader at a time. */
export class Channel<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = [];
  readonly #onReturn: () => void;
  #waiting: ((result: IteratorResult<T>) => void) | undefined;
  #isClosed = false;

  /** `onReturn` is called once, when the reader stops or the channel is closed. */
  constructor(onReturn: () => void = () => undefined) {
    this.#onReturn = onReturn;
  }

  push(item: T): void {
    if (this.#isClosed) return;
    if (this.#waiting === undefined) {
      this.#items.push(item);
      return;
    }
    this.#waiting({ value: item, done: false });
    this.#waiting = undefined;
  }

  /** Lets the reader take what is left, then ends. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting?.({ value: undefined, done: true });
    this.#waiting = undefined;
    this.#onReturn();
  }

  next(): Promise<IteratorResult<T>> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve({ value: item, done: false });
    if (this.#isClosed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<IteratorResult<T>> {
    this.#items.length = 0;
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
