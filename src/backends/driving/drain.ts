/** Lets work in hand come to its end before a backend stops. */
import type { Alarms } from './alarms.ts';

/** Who knows when no function works any more: {@link Drainable.whenQuiet} returns the promise and its undo. */
export interface Drainable {
  readonly alarms: Alarms;
  whenQuiet(): { readonly quiet: Promise<void>; undo(): void };
}

/** Resolves when no function works any more, `drainMs` later at the latest; Infinity waits without end. */
export async function drain(driver: Drainable, drainMs: number): Promise<void> {
  const { quiet, undo } = driver.whenQuiet();
  const { promise: isTime, resolve } = Promise.withResolvers<void>();
  const alarm = drainMs === Infinity ? undefined : driver.alarms.set(drainMs, resolve);
  await Promise.race([quiet, isTime]);
  driver.alarms.cancel(alarm);
  undo();
}
