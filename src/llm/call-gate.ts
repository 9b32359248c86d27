/** Lets calls through in the order in which they came, as fast as limits allow: at once, in a minute, and tokens in a minute. */
import { checkInteger, checkKeys } from '../shared/check.ts';
import type { Clock } from '../shared/time.ts';

/** What may pass. Minutes are sliding: no span of 60 s has more. */
export interface CallLimits {
  /** Calls at once. @default Infinity */
  readonly concurrency?: number;
  /** @default Infinity */
  readonly requestsPerMinute?: number;
  /** Prompt and answer together: what a call may take at most is set aside, then what it took counts. @default Infinity */
  readonly tokensPerMinute?: number;
}

interface Passed {
  readonly at: number;
  tokens: number;
}

interface Waiting {
  readonly tokens: number;
  readonly pass: () => void;
}

const MINUTE = 60_000;

export class CallGate {
  readonly #clock: Clock;
  readonly #limits: Required<CallLimits>;
  readonly #waiting: Waiting[] = [];
  #passed: Passed[] = [];
  #open = 0;
  #clearTimer: (() => void) | undefined;

  constructor(limits: CallLimits, clock: Clock) {
    checkKeys('limits', limits, ['concurrency', 'requestsPerMinute', 'tokensPerMinute']);
    const { concurrency = Infinity, requestsPerMinute = Infinity, tokensPerMinute = Infinity } = limits;
    this.#limits = { concurrency, requestsPerMinute, tokensPerMinute };
    for (const [name, limit] of Object.entries(this.#limits))
      if (limit !== Infinity) checkInteger(name, limit, 1);
    this.#clock = clock;
  }

  /** Resolves when the call may go, with what must be called when it is over. Rejects with the signal's reason. */
  enter(tokens: number, signal: AbortSignal | undefined): Promise<(used: number | undefined) => void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal?.reason as Error);
        this.#admit();
      };
      const entry: Waiting = {
        tokens,
        pass: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(this.#take(tokens));
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(entry);
      this.#admit();
    });
  }

  #take(tokens: number): (used: number | undefined) => void {
    const passed: Passed = { at: this.#clock.now(), tokens };
    this.#passed.push(passed);
    this.#open += 1;
    let isOver = false;
    return (used) => {
      if (isOver) return;
      isOver = true;
      this.#open -= 1;
      if (used !== undefined) passed.tokens = used;
      this.#admit();
    };
  }

  #admit(): void {
    this.#clearTimer?.();
    this.#clearTimer = undefined;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const wait = this.#wait(first.tokens);
      if (wait > 0) {
        // What ends a call looks again; only time has to be waited for.
        if (wait !== Infinity) this.#clearTimer = this.#clock.after(wait, () => this.#admit());
        return;
      }
      this.#waiting.shift();
      first.pass();
    }
  }

  /** Milliseconds until a call of so many tokens may go; Infinity when another one must end first. */
  #wait(tokens: number): number {
    const { concurrency, requestsPerMinute, tokensPerMinute } = this.#limits;
    if (this.#open >= concurrency) return Infinity;
    const now = this.#clock.now();
    this.#passed = this.#passed.filter(({ at }) => at + MINUTE > now);
    let requests = this.#passed.length;
    let used = this.#passed.reduce((sum, passed) => sum + passed.tokens, 0);
    // One that is larger than the limit goes when nothing else has gone.
    const fits = (): boolean =>
      requests < requestsPerMinute && (requests === 0 || used + tokens <= tokensPerMinute);
    if (fits()) return 0;
    for (const passed of this.#passed) {
      requests -= 1;
      used -= passed.tokens;
      if (fits()) return passed.at + MINUTE - now;
    }
    return Infinity;
  }
}
