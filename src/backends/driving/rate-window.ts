/** The starts that a rate still counts: the newest ones, as many as its limit. */
import type { Rate } from './queue-limits.ts';

export class RateWindow {
  readonly rate: Rate;
  /** A ring once it is full: `#oldest` is the next to be written over. */
  readonly #starts: number[];
  #oldest = 0;

  /** Takes over what an earlier window knows. */
  constructor(rate: Rate, earlier?: RateWindow) {
    this.rate = rate;
    this.#starts = earlier === undefined ? [] : earlier.#inOrder().slice(-rate.limit);
  }

  /** From when on one more may start; -Infinity when nothing stands against it. */
  get opensAt(): number {
    if (this.#starts.length < this.rate.limit) return -Infinity;
    return (this.#starts[this.#oldest] as number) + this.rate.perMs;
  }

  /** From when on it counts nothing any more. */
  get emptyAt(): number {
    const newest = this.#starts.at(this.#oldest - 1);
    return newest === undefined ? -Infinity : newest + this.rate.perMs;
  }

  note(at: number): void {
    if (this.#starts.length < this.rate.limit) {
      this.#starts.push(at);
      return;
    }
    this.#starts[this.#oldest] = at;
    this.#oldest = (this.#oldest + 1) % this.rate.limit;
  }

  #inOrder(): number[] {
    return [...this.#starts.slice(this.#oldest), ...this.#starts.slice(0, this.#oldest)];
  }
}
