/** Watches one attempt: ends it when the caller aborts, when nothing comes for too long, or when it takes too long in all. */
import type { Clock } from '../../shared/time.ts';
import { modelFailure } from './model-failure.ts';
import type { ModelTimeouts } from './openai-options.ts';

export class CallWatch {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #timeouts: ModelTimeouts;
  readonly #model: string;
  readonly #caller: AbortSignal | undefined;
  readonly #onAbort: () => void;
  readonly #clearTotal: () => void;
  #clearQuiet: () => void;
  #lastSign: number;
  #hasBegun = false;

  constructor(clock: Clock, timeouts: ModelTimeouts, model: string, caller: AbortSignal | undefined) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#model = model;
    this.#caller = caller;
    this.#onAbort = () => this.#controller.abort(caller?.reason);
    this.#lastSign = clock.now();
    if (caller?.aborted) this.#onAbort();
    caller?.addEventListener('abort', this.#onAbort, { once: true });
    this.#clearTotal = this.#limit(timeouts.totalMs, 'the whole answer');
    this.#clearQuiet = this.#limit(timeouts.firstByteMs, 'the first sign of an answer');
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The server has said something. */
  hasCome(): void {
    this.#lastSign = this.#clock.now();
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#clearQuiet();
    this.#watchIdle(this.#timeouts.idleMs);
  }

  /** Takes all timers and listeners away. */
  end(): void {
    this.#clearTotal();
    this.#clearQuiet();
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }

  /** Closes the connection of an answer that is no longer read. */
  cut(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** One timer for the whole stream: when it rings it looks how long ago the last piece came. */
  #watchIdle(milliseconds: number): void {
    const { idleMs } = this.#timeouts;
    this.#clearQuiet = this.#clock.after(milliseconds, () => {
      const quiet = this.#clock.now() - this.#lastSign;
      if (quiet >= idleMs) this.#expire(idleMs, 'the next piece of the answer');
      else this.#watchIdle(idleMs - quiet);
    });
  }

  #limit(milliseconds: number, what: string): () => void {
    return this.#clock.after(milliseconds, () => this.#expire(milliseconds, what));
  }

  #expire(milliseconds: number, what: string): void {
    const message = `${what} did not come in ${milliseconds} ms`;
    this.#controller.abort(modelFailure('timeout', { model: this.#model, message }));
  }
}
