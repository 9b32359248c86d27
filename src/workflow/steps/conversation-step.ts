/** A step that is a conversation: each turn is journalled. */
import { fillIn } from '../expressions.ts';
import { type StepRunner, succeeded } from '../step-runner.ts';
import { underDeadline } from '../under-deadline.ts';
import type { ConversationStepConfig } from '../workflow-types.ts';

export const runConversationStep: StepRunner = async (step, context) => {
  const { run, services, scope, key } = context;
  const config = step.config as unknown as ConversationStepConfig;
  const filled = { ...config, topic: await fillIn(config.topic, scope) };
  const conversation = await underDeadline(step, context, (signal) =>
    services.converse(run, key, filled, signal),
  );
  const { status, stopDetail } = conversation as { status?: string; stopDetail?: string | null };
  if (status === 'completed') return succeeded(conversation);
  return {
    success: false,
    output: conversation,
    error: null,
    errorMessage: stopDetail ?? status ?? 'failed',
    stopReason: status ?? 'failed',
    runId: null,
  };
};
