import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  readonly attempts: number;
  readonly baseDelayMs: number;
}

/** Calls `action` until it succeeds; waits longer each time, with jitter so that callers spread out. */
export async function retry<T>(action: () => Promise<T>, { attempts, baseDelayMs }: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (attempt >= attempts) throw error;
      const jitter = Math.random() * baseDelayMs;
      await sleep(baseDelayMs * 2 ** (attempt - 1) + jitter);
    }
  }
}
