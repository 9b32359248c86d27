/** Calls again and again at an interval, as long as it is wanted. A tick that fails is told and does not end it. */
import type { Clock } from '../../shared/time.ts';

export interface TickerOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly tick: () => void;
  readonly isWanted: () => boolean;
}

export class Ticker {
  readonly #options: TickerOptions;
  #disarm: (() => void) | undefined;
  #isClosed = false;

  constructor(options: TickerOptions) {
    this.#options = options;
  }

  /** Makes sure that it goes. */
  start(): void {
    if (this.#disarm !== undefined || this.#isClosed) return;
    const { clock, intervalMs, tick, isWanted } = this.#options;
    this.#disarm = clock.after(intervalMs, () => {
      this.#disarm = undefined;
      if (!isWanted()) return;
      // Armed first: whatever this tick meets, there is a next one.
      this.start();
      tick();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#disarm?.();
    this.#disarm = undefined;
  }
}
