/** Marks a promise as looked after: a run that was cancelled may never come back to it. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
