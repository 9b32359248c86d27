/** Puts a correction loop around an agent's work on a task, where evaluators are given. */
import type { AgentContext, AgentContract } from '../contracts/agent.ts';
import type { EvaluationContract } from '../contracts/evaluation.ts';
import type { TaskJson, TaskOutcome } from '../contracts/task.ts';
import { CorrectionLoop } from '../correction/correction-loop.ts';
import { toJsonValue } from '../shared/json.ts';
import type { Task } from '../tasks/task.ts';

/** Does a task with an agent and improves the outcome. */
export type Corrector = (agent: AgentContract, task: Task, context: AgentContext) => Promise<TaskOutcome>;

/** The agent's outcome as it is. */
const noCorrection: Corrector = (agent, task, context) => agent.handleTask(task.toJSON(), context);

/**
 * Judges each successful outcome. What does not pass goes back to the agent, `task.maxCorrections` times at most, with
 * the findings in `task.metadata.correction`. The best output is kept; one that never passed ends the task as failed.
 */
export function createCorrector(current: () => readonly EvaluationContract[]): Corrector {
  return async (agent, task, context) => {
    const evaluators = current();
    if (evaluators.length === 0) return noCorrection(agent, task, context);
    const json = task.toJSON();
    let outcome = await agent.handleTask(json, context);
    if (!outcome.success) return outcome;
    const loop = new CorrectionLoop({
      evaluators,
      maxIterations: task.maxCorrections + 1,
      clock: context.clock,
    });
    const judged = await loop.run(json, outcome.output ?? null, {
      signal: context.signal,
      correct: async (output, evaluation, { round, findings }) => {
        const correction = toJsonValue({
          round: round + 1,
          output,
          findings,
          suggestions: evaluation.correctionSuggestions,
        });
        const again: TaskJson = { ...json, metadata: { ...json.metadata, correction } };
        outcome = await agent.handleTask(again, withRound(context, round + 1));
        return outcome.output ?? null;
      },
    });
    context.signal.throwIfAborted();
    const metadata = toJsonValue({
      ...outcome.metadata,
      correction: {
        rounds: judged.totalIterations,
        score: judged.score,
        stopReason: judged.stopReason,
        status: judged.status,
      },
    }) as TaskJson['metadata'];
    const best = { ...outcome, output: judged.finalOutput, metadata };
    if (judged.success) return best;
    return {
      ...best,
      success: false,
      stopReason: 'failed',
      retryable: false,
      error: judged.error,
      errorMessage: `The output did not pass its evaluators: ${judged.stopReason} after ${judged.totalIterations} rounds, best score ${judged.score ?? 'none'}.`,
    };
  };
}

/** Steps of a later round are other steps. */
function withRound(context: AgentContext, round: number): AgentContext {
  return { ...context, step: (key, work) => context.step(`round#${round}/${key}`, work) };
}
