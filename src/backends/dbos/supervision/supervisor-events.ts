/** What a supervisor tells. */

/** Why an executor is no longer one. */
export type LossReason =
  /** The others have declared it dead. */
  | 'declared-dead'
  /** Its main thread did nothing for too long. */
  | 'blocked'
  /** The thread that beats has ended. */
  | 'thread-ended'
  /** It was stopped. */
  | 'stopped';

export type SupervisorEvent =
  /** This process is dead to the others: its runs are theirs. */
  | { readonly type: 'executor-lost'; readonly executorId: string; readonly reason: LossReason }
  /** This process goes on under another id. */
  | { readonly type: 'executor-relaunched'; readonly executorId: string; readonly previousId: string }
  /** This process has declared another one dead; `runs` of it are in their queues again. */
  | {
      readonly type: 'executor-buried';
      readonly executorId: string;
      readonly runs: number;
      readonly silentMs: number;
    }
  /** Runs that still named a dead executor are in their queues again. */
  | { readonly type: 'runs-swept'; readonly runs: number }
  /** Runs wait for executors of a version of which none lives. Told again while it lasts. */
  | { readonly type: 'version-missing'; readonly version: string; readonly runs: number }
  /** The database does not answer. Nobody can be declared dead meanwhile. */
  | { readonly type: 'database-away'; readonly message: string }
  | { readonly type: 'database-back' };
