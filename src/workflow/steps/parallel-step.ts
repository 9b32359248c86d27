/** A step that holds steps: all start at once unless they depend on each other. */
import { groupOf, runGroup, timeoutOf } from '../group.ts';
import type { StepRunner } from '../step-runner.ts';
import type { ParallelStepConfig } from '../workflow-types.ts';

export const runParallelStep: StepRunner = async (step, context) => {
  const { scope, inputRuns, key } = context;
  const { concurrency } = step.config as unknown as ParallelStepConfig;
  const input = {
    workflow: groupOf(step).toJSON(),
    inputs: scope.inputs,
    outer: { outputs: scope.outputs, steps: scope.steps, inputRuns: [...inputRuns] },
    ...(concurrency === undefined ? {} : { concurrency }),
  };
  return runGroup(key, input, context, timeoutOf(step));
};
