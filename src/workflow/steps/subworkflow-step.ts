/** A step that is a workflow: it sees the inputs it is given and nothing else. */
import { evaluateAll } from '../expressions.ts';
import { runGroup, timeoutOf } from '../group.ts';
import type { StepRunner } from '../step-runner.ts';
import type { SubworkflowStepConfig } from '../workflow-types.ts';

export const runSubworkflowStep: StepRunner = async (step, context) => {
  const { scope, key, inputRuns } = context;
  const { workflow, inputs } = step.config as unknown as SubworkflowStepConfig;
  const given = inputs === undefined ? scope.inputs : await evaluateAll(inputs, scope);
  const outer = { outputs: {}, steps: {}, inputRuns: [...inputRuns] };
  return runGroup(key, { workflow, inputs: given, outer }, context, timeoutOf(step));
};
