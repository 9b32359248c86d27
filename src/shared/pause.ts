/** A wait that ends early, with the signal's reason, when the signal aborts. */
import { raceSignal } from './abort.ts';
import type { Clock } from './time.ts';

/** Waits so many milliseconds. */
export async function pause(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let clear = (): void => undefined;
  const waited = new Promise<void>((resolve) => {
    clear = clock.after(milliseconds, resolve);
  });
  try {
    await raceSignal(waited, signal);
  } finally {
    clear();
  }
}
