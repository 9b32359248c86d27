/** A step that holds steps: a child run of the interpreter, so that it is timed and cancelled as one. */
import { randomIds } from '../../shared/ids.ts';
import { toJsonValue } from '../../shared/json.ts';
import { type StepRunner, succeeded } from '../step-runner.ts';
import { Workflow } from '../workflow.ts';
import type { WorkflowInput } from '../workflow-input.ts';
import type { WorkflowStepInit } from '../workflow-step.ts';
import type { ParallelStepConfig, WorkflowResult } from '../workflow-types.ts';

export const runParallelStep: StepRunner = async (step, { run, services, scope, inputRuns }) => {
  const config = step.config as unknown as ParallelStepConfig;
  let count = 0;
  // Ids must be the same when the step is taken up again after a crash.
  const ids = (prefix: string): string => (prefix === 'step' ? `${step.id}.${++count}` : randomIds(prefix));
  const workflow = new Workflow(
    {
      id: `${step.id}.group`,
      name: step.name,
      steps: config.steps as unknown as readonly WorkflowStepInit[],
    },
    { ids },
  );
  const input: WorkflowInput = {
    workflow: workflow.toJSON(),
    inputs: scope.inputs,
    outer: { outputs: scope.outputs, steps: scope.steps, inputRuns: [...inputRuns] },
    ...(config.concurrency === undefined ? {} : { concurrency: config.concurrency }),
  };
  const child = await run.child(`step:${step.id}`, services.names.workflowFunction, toJsonValue(input), {
    queue: services.names.workflowQueue,
    ...(step.timeoutSeconds === null ? {} : { timeoutMs: Math.ceil(step.timeoutSeconds * 1000) }),
  });
  const { status, output, error } = await child.outcome();
  if (status !== 'completed') {
    const stopReason = error?.code === 'timed-out' ? 'timed-out' : status;
    return {
      success: false,
      output: null,
      error,
      errorMessage: error?.message ?? status,
      stopReason,
      runId: child.id,
    };
  }
  const result = output as unknown as WorkflowResult;
  if (result.success) return succeeded(toJsonValue(result.outputs), child.id);
  return {
    success: false,
    output: toJsonValue(result.outputs),
    error: null,
    errorMessage: result.errorMessage,
    stopReason: result.status,
    runId: child.id,
  };
};
