/** Ends runs, and with each what can't go on without it, in one transaction. */
import type { RunOutcome } from '../../contracts/backend.ts';
import { errorToJson, type OrchestratorError } from '../../shared/errors.ts';
import { cancelledWith, dependencyFailed } from '../driving/run-row.ts';
import type { Database } from './database.ts';

export interface Ending {
  readonly seq: number;
  readonly status: RunOutcome['status'];
  readonly outputText: string;
  readonly error: OrchestratorError | null;
}

interface Affected {
  readonly seq: number;
  readonly id: string;
}

export class Endings {
  readonly #database: Database;
  readonly #now: () => number;

  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /**
   * Ends a run that is open, and those that must end with it. The worker that has a function in memory stays its owner
   * and keeps the slot until that has returned; its token is no longer good for writing.
   */
  end(first: Ending): readonly Ending[] {
    return this.#database.transaction(() => this.#endAll([first]));
  }

  /**
   * The same for one whose function has returned, told by the process that has it: its slot is free at once. Undefined,
   * and nothing has changed, when the token is no longer good.
   */
  endReturned(first: Ending, token: number): readonly Ending[] | undefined {
    return this.#database.transaction(() => {
      const more: Ending[] = [];
      if (!this.#endOne(first, more, token)) return undefined;
      return [first, ...this.#endAll(more)];
    });
  }

  cancellation(seq: number, error: OrchestratorError): Ending {
    return { seq, status: 'cancelled', outputText: 'null', error };
  }

  #endAll(endings: Ending[]): readonly Ending[] {
    const ended: Ending[] = [];
    // The list grows while it is walked.
    for (const ending of endings) if (this.#endOne(ending, endings)) ended.push(ending);
    return ended;
  }

  #endOne({ seq, status, outputText, error }: Ending, more: Ending[], token?: number): boolean {
    const database = this.#database;
    const now = this.#now();
    const errorText = error === null ? null : JSON.stringify(errorToJson(error));
    const ended = database.get<Affected>(
      `UPDATE runs SET status = ?, output = ?, error = ?, completed_at = ?, token = token + 1
         ${token === undefined ? '' : ', owner = NULL, slot = 0'}
       WHERE seq = ? AND completed_at IS NULL ${token === undefined ? '' : 'AND token = ?'} RETURNING seq, id`,
      status,
      outputText,
      errorText,
      now,
      seq,
      ...(token === undefined ? [] : [token]),
    );
    if (ended === undefined) return false;
    if (status === 'completed') this.#unblock(seq, now);
    else this.#cancelDependents(ended, more);
    if (status === 'cancelled') this.#cancelChildren(ended, more);
    return true;
  }

  #unblock(seq: number, now: number): void {
    this.#database.run(
      `UPDATE runs SET blockers = blockers - 1,
         status = CASE WHEN blockers = 1 AND ready_at <= ? AND status = 'waiting' THEN 'queued' ELSE status END
       WHERE seq IN (SELECT run FROM dependencies WHERE dependency = ?) AND completed_at IS NULL`,
      now,
      seq,
    );
  }

  #cancelDependents({ seq, id }: Affected, more: Ending[]): void {
    const dependents = this.#database.all<Affected>(
      `SELECT seq, id FROM runs WHERE seq IN (SELECT run FROM dependencies WHERE dependency = ?) AND completed_at IS NULL`,
      seq,
    );
    for (const dependent of dependents) {
      more.push(this.cancellation(dependent.seq, dependencyFailed(dependent.id, id)));
    }
  }

  #cancelChildren({ seq, id }: Affected, more: Ending[]): void {
    const children = this.#database.all<Affected>(
      'SELECT seq, id FROM runs WHERE parent = ? AND completed_at IS NULL',
      seq,
    );
    for (const child of children) {
      more.push(this.cancellation(child.seq, cancelledWith(child.id, id)));
    }
  }
}
