/** The durable function that interprets a workflow. */
import type { RunFunction } from '../contracts/backend.ts';
import { toJsonValue } from '../shared/json.ts';
import { interpretWorkflow } from './interpreter.ts';
import type { WorkflowInput } from './workflow-input.ts';
import type { WorkflowServices } from './workflow-services.ts';

/** Completes with a `WorkflowResult`, also when steps failed. Register it as `services.names.workflowFunction`. */
export function createWorkflowFunction(services: WorkflowServices): RunFunction {
  return async (context, input) =>
    toJsonValue(await interpretWorkflow(context, input as unknown as WorkflowInput, services));
}
