/** Closes several things at once and waits for none without end. */
import { raceSignal } from './abort.ts';
import { type Clock, deadline } from './time.ts';

/** Something to close; `what` names it in errors. */
export interface Closing {
  readonly what: string;
  close(): Promise<unknown>;
}

/** What has not closed by then is left behind. */
const LONGEST_CLOSE_MS = 5_000;

/** Closes all, whatever becomes of the others. Never rejects: errors, `timed-out` after 5 s among them, come back. */
export async function closeAll(clock: Clock, closings: readonly Closing[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(closings.map((closing) => closeOne(clock, closing)));
  return settled
    .filter((outcome) => outcome.status === 'rejected')
    .map(({ reason }: { reason: unknown }) => reason);
}

async function closeOne(clock: Clock, closing: Closing): Promise<void> {
  const { signal, clear } = deadline(clock, LONGEST_CLOSE_MS, `Closing ${closing.what}`);
  try {
    await raceSignal((async () => closing.close())(), signal);
  } finally {
    clear();
  }
}
