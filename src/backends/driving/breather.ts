/** Lets the event loop have its turn now and then where much is done in a row that needs none: timers and sockets wait. */

export class Breather {
  readonly #every: number;
  #left: number;

  /** A turn after each so many calls. */
  constructor(every: number) {
    this.#every = every;
    this.#left = every;
  }

  /** Mostly undefined: go on. Else wait for it: the event loop has had its turn then. */
  next(): Promise<void> | undefined {
    this.#left -= 1;
    if (this.#left > 0) return undefined;
    this.#left = this.#every;
    return new Promise((resolve) => setImmediate(resolve));
  }
}
