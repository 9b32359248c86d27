/** A step's time limit as a signal, for work that is no run of its own. */
import { mergeSignals } from '../shared/abort.ts';
import { deadline } from '../shared/time.ts';
import type { StepContext } from './step-runner.ts';
import type { WorkflowStep } from './workflow-step.ts';

/** Does `work` with the run's signal and, where the step has a limit, that of its deadline. */
export async function underDeadline<T>(
  { name, timeoutSeconds }: WorkflowStep,
  { run, services }: StepContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutSeconds === null) return work(run.signal);
  const limit = deadline(services.clock, timeoutSeconds * 1000, `Step ${name}`);
  try {
    return await work(mergeSignals(run.signal, limit.signal));
  } catch (error) {
    // What the work threw may be any sign of the abort; its cause is the limit.
    limit.signal.throwIfAborted();
    throw error;
  } finally {
    limit.clear();
  }
}
