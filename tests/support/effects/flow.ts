/** A workflow of twenty steps in a row, each with one thing that the outside world sees. */
import { Workflow } from '../../../src/workflow/workflow.ts';

/**
 * What a step does. `retry` and `reconcile`: HTTP through a tool with that policy. `file`: a line in an append-only file,
 * reconciled by reading it. `ask`: HTTP, and a person is asked. `step`: a plain step. `model`: a call of the model.
 */
export const KINDS = ['retry', 'reconcile', 'file', 'step', 'ask', 'model'] as const;
export type Kind = (typeof KINDS)[number];

export const STEPS = 20;

/** The kind of the step with this number. Counts from 1 on. */
export function kindOf(step: number): Kind {
  return KINDS[(step - 1) % KINDS.length] as Kind;
}

/** What the outside world calls a step. */
export function nameOf(flow: string, step: number): string {
  return `${flow}/${step}`;
}

export function createFlow(flow: string, steps = STEPS): Workflow {
  const workflow = new Workflow({ name: flow });
  for (let step = 1; step <= steps; step += 1)
    workflow.addStep({
      id: `s${step}`,
      name: `s${step}`,
      stepType: 'task',
      config: { title: kindOf(step), description: nameOf(flow, step), taskType: 'data' },
      dependencies: step === 1 ? [] : [`s${step - 1}`],
      maxRetries: 0,
    });
  return workflow;
}
