/** A step that asks one agent one thing. */
import { toJsonValue } from '../../shared/json.ts';
import { fillIn } from '../expressions.ts';
import { type StepRunner, succeeded } from '../step-runner.ts';
import { underDeadline } from '../under-deadline.ts';
import type { AgentActionStepConfig } from '../workflow-types.ts';

export const runAgentActionStep: StepRunner = async (step, context) => {
  const { run, services, scope, key } = context;
  const { agent, message } = step.config as unknown as AgentActionStepConfig;
  const filled = await fillIn(message, scope);
  const answer = await underDeadline(step, context, (signal) =>
    services.ask(run, key, { agent, message: filled }, signal),
  );
  const output = toJsonValue(answer);
  if (answer.success) return succeeded(output);
  return {
    success: false,
    output,
    error: null,
    errorMessage: answer.content || `${agent} could not do it.`,
    stopReason: 'failed',
    runId: null,
  };
};
