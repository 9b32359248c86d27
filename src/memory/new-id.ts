/** An identifier that is not taken yet. */
import { OrchestratorError } from '../shared/errors.ts';
import type { IdSource } from '../shared/ids.ts';

const MOST_TRIES = 100_000;

/** Asks for ids until one is free: a source that counts begins anew over entries that were kept. */
export function newId(ids: IdSource, prefix: string, isTaken: (id: string) => boolean): string {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const id = ids(prefix);
    if (!isTaken(id)) return id;
  }
  throw new OrchestratorError(
    'already-exists',
    `The id source gave only taken ids for "${prefix}", ${MOST_TRIES} times.`,
  );
}
