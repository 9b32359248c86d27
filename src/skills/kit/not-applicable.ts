/** What a skill returns when there is nothing to do it on, which it saw only while it worked. */
import type { Evidence } from '../../contracts/artifact.ts';

/** An output without figures: what was not worked out is left out, as when `available` says so beforehand. */
export function notApplicable(reason: string, evidence: readonly Evidence[] = []) {
  return { status: 'not-applicable' as const, reason, summary: reason, data: {} as never, evidence };
}
