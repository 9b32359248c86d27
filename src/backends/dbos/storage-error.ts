/** PostgreSQL's failures as ours: what is wrong, in words, and whether trying again can help. */
import { OrchestratorError, toError } from '../../shared/errors.ts';

/** Why the database can't be used: `details.reason` of a `storage-failed` error. */
export type StorageFailure =
  | 'unreachable'
  | 'refused'
  | 'newer-schema'
  | 'foreign'
  | 'read-only'
  | 'full'
  | 'busy'
  | 'other';

const SENTENCES: Readonly<Record<StorageFailure, string>> = {
  unreachable: 'can not be reached: see whether PostgreSQL runs there; nothing that was finished is lost',
  refused: 'refuses this user, or has no database of that name: make it, or grant the user CREATE on it',
  'newer-schema': 'was written by a newer release; it was left as it is: update this package',
  foreign:
    'has tables of another program in our schema; it was left as it is: name another one in the option `schema`',
  'read-only': 'can not be written: it is a standby or read-only',
  full: 'can not grow: its disk is full; nothing that was finished is lost',
  busy: 'was locked for too long',
  other: 'gave an error',
};

const RETRYABLE: ReadonlySet<StorageFailure> = new Set(['unreachable', 'full', 'busy', 'read-only']);

/** SQLSTATE, or its class, and what Node says of a connection. */
const REASONS: Readonly<Record<string, StorageFailure>> = {
  '08': 'unreachable',
  '57P01': 'unreachable',
  '57P02': 'unreachable',
  '57P03': 'unreachable',
  '57P05': 'unreachable',
  '53300': 'unreachable',
  '28': 'refused',
  '3D': 'refused',
  '42501': 'refused',
  '25006': 'read-only',
  '53100': 'full',
  '53200': 'full',
  '40001': 'busy',
  '40P01': 'busy',
  '55P03': 'busy',
  '57014': 'busy',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EPIPE: 'unreachable',
  ETIMEDOUT: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOENT: 'unreachable',
};

/** The driver has no codes for these. */
const LOST_CONNECTION =
  /connection terminated|connection ended|timeout exceeded|query read timeout|not queryable/i;

export function storageFailure(where: string, reason: StorageFailure, cause?: unknown): OrchestratorError {
  const why = cause === undefined ? '' : ` (${toError(cause).message || String(codeOf(cause))})`;
  return new OrchestratorError('storage-failed', `The database ${where} ${SENTENCES[reason]}${why}.`, {
    retryable: RETRYABLE.has(reason),
    details: { reason },
    ...(cause !== undefined && { cause }),
  });
}

/** What kind of failure this is; undefined when it is none of the database's. */
export function reasonOf(error: unknown): StorageFailure | undefined {
  const code = codeOf(error);
  if (code !== undefined) {
    const known = REASONS[code] ?? REASONS[code.slice(0, 2)];
    if (known !== undefined) return known;
    if (/^[0-9A-Z]{5}$/.test(code)) return 'other';
  }
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return LOST_CONNECTION.test(toError(error).message) ? 'unreachable' : undefined;
}

/** Whether the same statement may go through a moment later. */
export function isPassing(error: unknown): boolean {
  const reason = reasonOf(error);
  return reason !== undefined && RETRYABLE.has(reason);
}

/** The SQLSTATE or system code of what was thrown. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
