/** What every waiting method of the orchestrator takes. */
import { checkObject, checkSignal } from '../shared/check.ts';

/** What every waiting method takes. */
export interface WaitOptions {
  /** Ends the wait. It ends the work too where the method says so; otherwise use `cancel` for that. */
  readonly signal?: AbortSignal;
}

/** Checks the options and gives the signal, if there is one. Throws `invalid-argument`. */
export function resolveWait(options: WaitOptions): { readonly signal?: AbortSignal } {
  checkObject('options', options);
  const signal = checkSignal('signal', options.signal);
  return signal === undefined ? {} : { signal };
}
