/** Who works on this file: a lease for each process, renewed by heartbeats; what a dead one held is given back. */
import type { JsonValue } from '../../shared/json.ts';
import { givenUp, type RunRow } from '../driving/run-row.ts';
import type { Database } from './database.ts';
import type { Ending, Endings } from './endings.ts';

export interface WorkersOptions {
  readonly database: Database;
  readonly endings: Endings;
  readonly leaseMs: number;
  /** Workers that a run may lose in a row without finishing a step. */
  readonly maxLosses: number;
}

/** A run remembers this many of the workers it lost. */
const HISTORY_LENGTH = 20;

export class Workers {
  readonly #options: WorkersOptions;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  join(id: string, names: string, now: number): void {
    this.#options.database.run(
      'INSERT INTO workers (id, pid, started_at, lease_until, functions) VALUES (?, ?, ?, ?, ?)',
      id,
      process.pid,
      now,
      now + this.#options.leaseMs,
      names,
    );
  }

  /** Whether others still take it for alive. */
  isKnown(id: string): boolean {
    return this.#options.database.get('SELECT 1 FROM workers WHERE id = ?', id) !== undefined;
  }

  /** Renews the lease. False when it ran out and another process has taken the runs over. */
  renew(id: string, now: number): boolean {
    const { database, leaseMs } = this.#options;
    return database.run('UPDATE workers SET lease_until = ? WHERE id = ?', now + leaseMs, id) === 1;
  }

  /** Gives the runs of workers whose lease has run out back to all. Tells what had to be ended, as it was lost too often. */
  reclaim(now: number): readonly Ending[] {
    const { database } = this.#options;
    if (database.get('SELECT 1 FROM workers WHERE lease_until < ?', now) === undefined) return [];
    return database.transaction(() => {
      const dead = database.all<{ id: string }>(
        'DELETE FROM workers WHERE lease_until < ? RETURNING id',
        now,
      );
      return dead.flatMap(({ id }) =>
        database
          .all<RunRow>('SELECT * FROM runs WHERE owner = ?', id)
          .flatMap((run) => this.#takeBack(run, now)),
      );
    });
  }

  /** Goodbye: what this worker held goes to the others at once, and counts as no loss. */
  leave(id: string): void {
    const { database } = this.#options;
    database.transaction(() => {
      for (const run of database.all<RunRow>('SELECT * FROM runs WHERE owner = ?', id)) this.release(run, id);
      database.run('DELETE FROM workers WHERE id = ?', id);
    });
  }

  /** Lets go of one run: an open one queues again for anybody, an ended one frees its slot. */
  release({ seq, token }: Pick<RunRow, 'seq' | 'token'>, worker: string): void {
    this.#options.database.run(
      `UPDATE runs SET owner = NULL, slot = 0, token = token + 1,
         status = CASE WHEN completed_at IS NULL THEN 'queued' ELSE status END
       WHERE seq = ? AND owner = ? AND (completed_at IS NOT NULL OR token = ?)`,
      seq,
      worker,
      token,
    );
  }

  #takeBack(run: RunRow, now: number): readonly Ending[] {
    const { database, endings, maxLosses } = this.#options;
    const owner = run.owner ?? '';
    this.release(run, owner);
    // One that slept or waited did not bring its worker down.
    if (run.completed_at !== null || run.status !== 'running') return [];
    const losses = run.losses + 1;
    const history = [...(JSON.parse(run.history) as JsonValue[]), { worker: owner, lostAt: now }].slice(
      -HISTORY_LENGTH,
    );
    database.run(
      'UPDATE runs SET losses = ?, history = ? WHERE seq = ?',
      losses,
      JSON.stringify(history),
      run.seq,
    );
    if (losses < maxLosses) return [];
    const error = givenUp(run.id, losses, history);
    return endings.end({ seq: run.seq, status: 'failed', outputText: 'null', error });
  }
}
