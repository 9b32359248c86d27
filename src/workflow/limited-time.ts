/** Ends synchronous work that takes too long, also a regular expression that backtracks without end. */
import { createContext, runInContext } from 'node:vm';
import { OrchestratorError } from '../shared/errors.ts';

/** What `work` returns. Throws what it throws, or `timed-out` after `milliseconds` of the real clock. */
export function inLimitedTime<T>(work: () => T, milliseconds: number): T {
  // The context is no sandbox, just what lets V8 interrupt the thread.
  try {
    return runInContext('work()', createContext({ work }), { timeout: milliseconds }) as T;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new OrchestratorError('timed-out', `it took longer than ${milliseconds} ms`, {
      details: { milliseconds },
    });
  }
}
