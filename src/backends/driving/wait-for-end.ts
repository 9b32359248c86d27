/** Waits for the end of a run as a caller asks for it, with a time limit and a signal; leaves nothing behind. */
import type { RunOutcome } from '../../contracts/backend.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import type { Alarms } from './alarms.ts';

/** Who wants to hear of the end of a run. */
export interface Watch {
  readonly ended: (outcome: RunOutcome) => void;
  /** The backend stops: nobody will tell any more. */
  readonly stopped?: (reason: OrchestratorError) => void;
}

export interface EndWait {
  readonly id: string;
  readonly alarms: Alarms;
  /** @default no limit */
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** How the run stood or stands, for the error of a wait that took too long. Begins with its punctuation. */
  readonly standing: () => string;
  /** Begins to watch, and returns the undo. It may tell at once. */
  readonly watch: (watch: Required<Watch>) => () => void;
}

/** Rejects with `timed-out`, the signal's reason, or why the backend stopped. */
export function waitForEnd({ id, alarms, timeoutMs, signal, standing, watch }: EndWait): Promise<RunOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<RunOutcome>();
  let isOver = false;
  let unwatch = (): void => undefined;
  const close = (): void => {
    isOver = true;
    unwatch();
    alarms.cancel(alarm);
    signal?.removeEventListener('abort', onAbort);
  };
  const fail = (reason: Error): void => {
    close();
    reject(reason);
  };
  const onAbort = (): void => fail(signal?.reason as Error);
  let alarm: ReturnType<Alarms['set']> | undefined;
  unwatch = watch({
    ended: (outcome) => {
      close();
      resolve(outcome);
    },
    stopped: fail,
  });
  // Another process may have ended it since it was looked at.
  if (isOver) return promise;
  if (timeoutMs !== undefined)
    alarm = alarms.set(timeoutMs, () => {
      const message = `Run "${id}" did not end in ${timeoutMs} ms${standing()}`;
      fail(
        new OrchestratorError('timed-out', message, { retryable: true, details: { runId: id, timeoutMs } }),
      );
    });
  signal?.addEventListener('abort', onAbort, { once: true });
  return promise;
}
