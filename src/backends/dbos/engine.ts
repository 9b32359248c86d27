/** What executes runs, as the driver sees it: DBOS, with a supervisor over it. */
import type { RunRow } from '../driving/run-row.ts';

export interface Engine {
  /** This process, in this life. */
  readonly executorId: string;
  /** Resolves when the others have not given this process up. Rejects with `stopped` when they have. */
  guard(signal: AbortSignal): Promise<void>;
  /** The id in DBOS of the attempt that this row stands for. */
  workflowIdOf(row: RunRow): string;
  /**
   * Has the attempt executed; `body` gets the token that says this execution owns it. Resolves when it has begun.
   * Rejects when it can't.
   */
  execute(
    workflow: string,
    seq: number,
    token: number,
    body: (claim: string) => Promise<void>,
  ): Promise<void>;
}
