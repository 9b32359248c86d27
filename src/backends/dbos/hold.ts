/** This process's hold on one run: the tokens it writes with, and what happens when they are no longer good. */
import { OrchestratorError } from '../../shared/errors.ts';
import type { Held } from '../driving/holds.ts';
import { RunExecution, type SlotHost } from '../driving/run-execution.ts';
import { lostRun, type RunRow } from '../driving/run-row.ts';

export class Hold implements Held {
  readonly seq: number;
  readonly runId: string;
  readonly tenant: string;
  readonly token: number;
  /** The id of this attempt in DBOS. */
  readonly workflow: string;
  readonly execution: RunExecution;
  /** DBOS's token of this execution; empty until it has begun. */
  claim = '';
  #reason: OrchestratorError | undefined;
  /** False once it was dropped: the row is somebody else's to change. */
  isOurs = true;
  hasReturned = false;
  isSuspended = false;
  isQueued = false;

  constructor({ seq, id, tenant, token }: RunRow, workflow: string, host: SlotHost) {
    this.seq = seq;
    this.runId = id;
    this.tenant = tenant;
    this.token = token;
    this.workflow = workflow;
    this.execution = new RunExecution(host);
  }

  isInterrupted(): boolean {
    return this.#reason !== undefined;
  }

  /** Ends all waits and tells the function. */
  interrupt(reason: OrchestratorError): void {
    this.#reason ??= reason;
    this.execution.abort(this.#reason);
  }

  /** The tokens are stale: someone else has the run, or has ended it. */
  lost(): OrchestratorError {
    return lostRun(this.runId);
  }

  /** Writes; when that fails the run goes no further here, since what it did next could not be remembered. */
  async guard<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (
        OrchestratorError.isInstance(error) &&
        (error.code === 'stopped' || error.code === 'storage-failed')
      )
        this.interrupt(error);
      throw error;
    }
  }
}
