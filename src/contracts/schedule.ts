/** What is told of a schedule's planned times. */

/** What became of one planned time, or of several in a row. Times are ISO 8601. */
export interface ScheduleNote {
  /** `fired`: handed in as `runId`. `missed`: nothing was running. `skipped`: an earlier one was at work. `failed`: refused when it was handed in. */
  readonly outcome: 'fired' | 'missed' | 'skipped' | 'failed';
  /** Of several, the first. When it was triggered by hand, that time. */
  readonly plannedAt: string;
  /** Of several, the last; otherwise the same. */
  readonly lastPlannedAt: string;
  /** How many planned times this is about; at least so many when `isAtLeast`. */
  readonly count: number;
  readonly isAtLeast: boolean;
  readonly notedAt: string;
  readonly runId: string | null;
  readonly reason: string | null;
}
