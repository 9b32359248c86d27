/** What a key of a run's journal stands for, and the error when it is used for something else. */
import { OrchestratorError } from '../../shared/errors.ts';

export type JournalKind = 'step' | 'sleep' | 'signal' | 'child' | 'now';

/** What is known, or asked for, under a key. */
export interface JournalUse {
  readonly kind: JournalKind;
  readonly fingerprint: string | null;
}

/** True when both mean the same entry. */
export function isSameUse(one: JournalUse, other: JournalUse): boolean {
  return one.kind === other.kind && one.fingerprint === other.fingerprint;
}

/** `journal-mismatch`: the key was used for something else. */
export function journalMismatch(
  runId: string,
  key: string,
  known: JournalUse,
  asked: JournalUse,
): OrchestratorError {
  const expected = inWords(known);
  const got = inWords(asked);
  const message = `Run ${runId} has ${expected} under the key "${key}", not ${got}.`;
  return new OrchestratorError('journal-mismatch', message, { details: { runId, key, expected, got } });
}

function inWords({ kind, fingerprint }: JournalUse): string {
  return fingerprint === null ? `a ${kind}` : `a ${kind} with the fingerprint "${fingerprint}"`;
}
