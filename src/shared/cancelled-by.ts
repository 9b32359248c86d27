/** Waits for work that a signal may end: aborting ends the work, and the wait goes on to what then becomes of it. */
export async function cancelledBy<T>(
  signal: AbortSignal | undefined,
  cancel: (signal: AbortSignal) => void,
  wait: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return wait();
  const onAbort = (): void => cancel(signal);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await wait();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
