/** A step that is a task: a child run on the bounded queue, with the results of earlier steps at hand. */

import { PRIORITY_RANK } from '../../contracts/task.ts';
import { toJsonValue } from '../../shared/json.ts';
import { resultOfOutcome } from '../../tasks/run-result.ts';
import { Task } from '../../tasks/task.ts';
import { evaluateAll, fillIn } from '../expressions.ts';
import { timeoutOf } from '../group.ts';
import { type StepRunner, succeeded } from '../step-runner.ts';
import type { TaskStepConfig } from '../workflow-types.ts';

export const runTaskStep: StepRunner = async (step, { run, services, scope, inputRuns, key }) => {
  const config = step.config as unknown as TaskStepConfig;
  const task = new Task({
    id: `${run.runId}/${key}`,
    title: await fillIn(config.title, scope),
    description: await fillIn(config.description, scope),
    ...(config.taskType === undefined ? {} : { taskType: config.taskType }),
    ...(config.priority === undefined ? {} : { priority: config.priority }),
    assignedAgent: config.agent ?? null,
    parentTaskId: run.runId,
    tenant: run.tenant,
    createdAt: new Date(await run.now(`${key}/created`)),
    retryConfig: step.maxRetries === 0 ? { strategy: 'none' } : { maxRetries: step.maxRetries },
    metadata: {
      ...config.metadata,
      inputs: await evaluateAll(config.inputs ?? {}, scope),
      inputRuns: [...inputRuns],
    },
  });
  const timeoutMs = timeoutOf(step);
  // Told first: the child may begin before its submission returns.
  services.emit(task.id, { type: 'task-submitted', title: task.title });
  const child = await run.child(key, services.names.taskFunction, toJsonValue(task), {
    queue: services.names.taskQueue,
    priority: PRIORITY_RANK[task.priority],
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const result = resultOfOutcome(await child.outcome());
  if (result.success) return succeeded(result.output, child.id);
  const { output, error, errorMessage, stopReason } = result;
  return {
    success: false,
    output,
    error,
    errorMessage: errorMessage ?? stopReason,
    stopReason,
    runId: child.id,
  };
};
