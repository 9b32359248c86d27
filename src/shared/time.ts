/** Time as something that is passed in: a program takes {@link systemClock}, a test takes a manual one. */
import { OrchestratorError } from './errors.ts';

/** Reads the time and waits. All times are milliseconds since the epoch. */
export interface Clock {
  /** Now, in milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once after `milliseconds`; the returned function takes that back. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The longest delay Node's timers can hold; longer ones are taken in parts. */
const LONGEST_TIMER = 2_147_483_647;

/** The real clock. Its timers keep the process alive while somebody waits on them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    let timer: NodeJS.Timeout;
    const arm = (left: number): void => {
      timer =
        left > LONGEST_TIMER
          ? setTimeout(() => arm(left - LONGEST_TIMER), LONGEST_TIMER)
          : setTimeout(callback, left);
    };
    arm(Math.max(0, milliseconds));
    return () => clearTimeout(timer);
  },
};

/** A signal that aborts with a typed `timed-out` error after a while; `clear` ends the wait. */
export function deadline(
  clock: Clock,
  milliseconds: number,
  what: string,
): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  const clear = clock.after(milliseconds, () => {
    controller.abort(
      new OrchestratorError('timed-out', `${what} did not finish in ${milliseconds} ms.`, {
        retryable: true,
        details: { milliseconds },
      }),
    );
  });
  return { signal: controller.signal, clear };
}
