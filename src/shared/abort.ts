/** Small tools around `AbortSignal`: merge several, and give up waiting for work that does not listen. */
import { toError } from './errors.ts';

/** One signal out of several; `undefined` members are skipped. Without any, a signal that never aborts. */
export function mergeSignals(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const given = signals.filter((signal) => signal !== undefined);
  if (given.length === 1 && given[0] !== undefined) return given[0];
  return AbortSignal.any(given);
}

/** Why a signal was aborted, in words: a text is taken as it is, of an error its message. */
export function abortReason({ reason }: AbortSignal): string {
  return typeof reason === 'string' && reason.trim() !== '' ? reason : toError(reason).message || 'aborted';
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts. `work` goes on, unobserved. */
export function raceSignal<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) {
      work.catch(() => undefined);
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
