/** Which status a task may have next. The one table that every move is checked against. */
import { TaskStatus } from '../contracts/task.ts';
import { OrchestratorError } from '../shared/errors.ts';

/** All statuses, in the order of a task's life. */
export const TASK_STATUSES: readonly TaskStatus[] = Object.values(TaskStatus);

/**
 * For each status the ones that may follow. From `pending` and `queued` a task may also end: it was done, or found
 * impossible, before anyone claimed it. `in_progress` goes back to `pending` or `queued` when a claim is given up.
 */
export const TASK_TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['queued', 'in_progress', 'retrying', 'completed', 'failed', 'cancelled'],
  queued: ['pending', 'in_progress', 'retrying', 'completed', 'failed', 'cancelled'],
  in_progress: [
    'pending',
    'queued',
    'under_review',
    'needs_correction',
    'retrying',
    'completed',
    'failed',
    'cancelled',
  ],
  under_review: ['needs_correction', 'retrying', 'completed', 'failed', 'cancelled'],
  needs_correction: ['in_progress', 'under_review', 'retrying', 'failed', 'cancelled'],
  retrying: ['pending', 'queued', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};

/** True for `completed`, `failed` and `cancelled`: nothing follows. */
export function isTerminalStatus(status: TaskStatus): boolean {
  return TASK_TRANSITIONS[status].length === 0;
}

/** Throws `illegal-transition`, with `from`, `to` and `allowed` in its details, unless `to` may follow `from`. */
export function checkTransition(taskId: string, from: TaskStatus, to: TaskStatus): void {
  const allowed = TASK_TRANSITIONS[from];
  if (allowed.includes(to)) return;
  const choice = allowed.length === 0 ? 'nothing, it is final' : allowed.join(', ');
  throw new OrchestratorError(
    'illegal-transition',
    `Task "${taskId}" can't go from ${from} to ${to}; allowed from ${from}: ${choice}.`,
    { details: { taskId, from, to, allowed } },
  );
}
