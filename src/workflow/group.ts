/** Steps within a step: they are a workflow of their own, interpreted in a child run, so that they are timed and cancelled as one. */
import { randomIds } from '../shared/ids.ts';
import { type JsonObject, toJsonValue } from '../shared/json.ts';
import { type StepContext, type StepOutcome, succeeded } from './step-runner.ts';
import { Workflow } from './workflow.ts';
import type { WorkflowInput } from './workflow-input.ts';
import type { WorkflowStep, WorkflowStepInit } from './workflow-step.ts';
import type { WorkflowResult } from './workflow-types.ts';

/** The inner steps as a workflow. Ids that are not given follow from the step's: they are the same after a crash. */
export function groupOf(step: WorkflowStep): Workflow {
  let count = 0;
  const ids = (prefix: string): string => {
    if (prefix !== 'step') return randomIds(prefix);
    count += 1;
    return `${step.id}.${count}`;
  };
  const steps = step.config['steps'] as unknown as readonly WorkflowStepInit[];
  return new Workflow({ id: `${step.id}.group`, name: step.name, steps }, { ids });
}

/** The workflow inside a step of any kind that has one. */
export function innerWorkflow(step: WorkflowStep): Workflow | undefined {
  if (step.stepType === 'parallel' || step.stepType === 'loop') return groupOf(step);
  return step.stepType === 'subworkflow' ? Workflow.fromJSON(step.config['workflow']) : undefined;
}

/** Interprets `input` in a child run under `key`; the output is what its steps gave, by name. */
export async function runGroup(
  key: string,
  input: WorkflowInput,
  { run, services }: StepContext,
  timeoutMs?: number,
): Promise<StepOutcome> {
  const { names } = services;
  const child = await run.child(key, names.workflowFunction, toJsonValue(input), {
    queue: names.workflowQueue,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const { status, output, error } = await child.outcome();
  const runId = child.id;
  if (status !== 'completed') {
    const stopReason = error?.code === 'timed-out' ? 'timed-out' : status;
    return { success: false, output: null, error, errorMessage: error?.message ?? status, stopReason, runId };
  }
  const result = output as unknown as WorkflowResult;
  const outputs = toJsonValue(result.outputs) as JsonObject;
  if (result.success) return succeeded(outputs, runId);
  return {
    success: false,
    output: outputs,
    error: null,
    errorMessage: result.errorMessage,
    stopReason: result.status,
    runId,
  };
}

/** A step's limit in milliseconds, as an option of a child. */
export function timeoutOf({ timeoutSeconds }: WorkflowStep): number | undefined {
  return timeoutSeconds === null ? undefined : Math.ceil(timeoutSeconds * 1000);
}
