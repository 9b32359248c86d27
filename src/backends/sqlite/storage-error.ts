/** SQLite's failures as ours: what is wrong with the file, in words, and whether trying again can help. */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OrchestratorError, toError } from '../../shared/errors.ts';

/** Why a file can't be read or written: `details.reason` of a `storage-failed` error. */
export type StorageFailure =
  | 'corrupt'
  | 'newer-schema'
  | 'foreign'
  | 'read-only'
  | 'full'
  | 'busy'
  | 'unreachable'
  | 'other';

const SENTENCES: Readonly<Record<StorageFailure, string>> = {
  corrupt: 'is damaged or no SQLite file; it was left as it is: restore a backup, or name another file',
  'newer-schema': 'was written by a newer release; it was left as it is: update this package',
  foreign: 'is a database of another program; it was left as it is: name another file',
  'read-only': 'can not be written: it or its folder is read-only',
  full: 'can not grow: its disk is full or a quota is used up; nothing that was finished is lost',
  busy: 'was locked by another process for too long',
  unreachable: 'can not be opened: its folder is closed to this user, or was taken away',
  other: 'gave an error',
};

/** SQLite's primary result codes. */
const REASONS: ReadonlyMap<number, StorageFailure> = new Map([
  [5, 'busy'],
  [6, 'busy'],
  [8, 'read-only'],
  [11, 'corrupt'],
  [13, 'full'],
  [14, 'unreachable'],
  [26, 'corrupt'],
]);

/** SQLite's `SQLITE_IOERR_WRITE`. */
const WRITE_FAILED = 778;

const RETRYABLE: ReadonlySet<StorageFailure> = new Set(['full', 'busy', 'read-only']);

export function storageFailure(path: string, reason: StorageFailure, cause?: unknown): OrchestratorError {
  const why = cause === undefined ? '' : ` (${toError(cause).message})`;
  const sentence = (reason === 'unreachable' ? whyUnreachable(path) : undefined) ?? SENTENCES[reason];
  return new OrchestratorError('storage-failed', `The file "${path}" ${sentence}${why}.`, {
    retryable: RETRYABLE.has(reason),
    details: { path, reason },
    ...(cause !== undefined && { cause }),
  });
}

/** SQLite says the same of all that it can't open. */
function whyUnreachable(path: string): string | undefined {
  const folder = dirname(resolve(path));
  if (!existsSync(folder))
    return `can not be opened: there is no folder "${folder}", or it is closed to this user; make it first`;
  return isFolder(path) ? 'can not be opened: it is a folder; name a file in it' : undefined;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** What SQLite threw as `storage-failed`; anything else as it is. */
export function asStorageError(path: string, error: unknown): unknown {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') return error;
  // A write that fails for a quota or a limit of sizes: SQLite calls only a full disk full.
  const reason = errcode === WRITE_FAILED ? 'full' : REASONS.get(errcode & 0xff);
  return storageFailure(path, reason ?? 'other', error);
}

/** Does something that the next tick does again, should the file be locked or its disk full. */
export function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!OrchestratorError.isInstance(error) || error.code !== 'storage-failed') throw error;
  }
}
