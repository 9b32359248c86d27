/** This process's hold on one run: the token it writes with, and what happens when that is no longer good. */
import { OrchestratorError } from '../../shared/errors.ts';
import type { Alarm } from '../driving/alarms.ts';
import { RunExecution, type SlotHost } from '../driving/run-execution.ts';
import { lostRun, type RunRow } from '../driving/run-row.ts';
import type { Database } from './database.ts';

export class Hold {
  readonly seq: number;
  readonly runId: string;
  readonly tenant: string;
  readonly token: number;
  readonly execution: RunExecution;
  readonly #database: Database;
  #losses: number;
  #reason: OrchestratorError | undefined;
  /** False once it was dropped: the row is somebody else's to change. */
  isOurs = true;
  hasReturned = false;
  /** Rings when its time is up. */
  deadline: Alarm | undefined;
  isSuspended = false;
  /** It wants a slot to go on with. */
  isQueued = false;

  constructor(database: Database, { seq, id, tenant, token, losses }: RunRow, host: SlotHost) {
    this.#database = database;
    this.seq = seq;
    this.runId = id;
    this.tenant = tenant;
    this.token = token;
    this.#losses = losses;
    this.execution = new RunExecution(host);
  }

  isInterrupted(): boolean {
    return this.#reason !== undefined;
  }

  /** Why it was interrupted. */
  get reason(): OrchestratorError | undefined {
    return this.#reason;
  }

  /** Ends all waits and tells the function. */
  interrupt(reason: OrchestratorError): void {
    this.#reason ??= reason;
    this.execution.abort(this.#reason);
  }

  /** The token is stale: someone else has the run, or has ended it. */
  lost(): OrchestratorError {
    return lostRun(this.runId);
  }

  /** Writes; when that fails the run goes no further here, since what it did next could not be remembered. */
  guard<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (
        OrchestratorError.isInstance(error) &&
        (error.code === 'stopped' || error.code === 'storage-failed')
      )
        this.interrupt(error);
      throw error;
    }
  }

  /** Throws `stopped` when the run is no longer ours: this process may have been asleep. */
  confirm(): void {
    this.execution.throwIfOver();
    this.guard(() => {
      const { seq, token } = this;
      if (this.#database.get('SELECT 1 FROM runs WHERE seq = ? AND token = ?', seq, token) === undefined)
        throw this.lost();
    });
  }

  /** Something was finished: the run is not one that brings its workers down. */
  progressed(): void {
    if (this.#losses === 0) return;
    this.#losses = 0;
    this.#database.run('UPDATE runs SET losses = 0 WHERE seq = ? AND token = ?', this.seq, this.token);
  }
}
