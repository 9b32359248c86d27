/** A step that is a conversation: each turn is journalled. */
import { mergeSignals } from '../../shared/abort.ts';
import { deadline } from '../../shared/time.ts';
import { fillIn } from '../expressions.ts';
import { type StepRunner, succeeded } from '../step-runner.ts';
import type { ConversationStepConfig } from '../workflow-types.ts';

export const runConversationStep: StepRunner = async (step, { run, services, scope }) => {
  const config = step.config as unknown as ConversationStepConfig;
  const filled = { ...config, topic: await fillIn(config.topic, scope) };
  const limit =
    step.timeoutSeconds === null
      ? undefined
      : deadline(services.clock, step.timeoutSeconds * 1000, `Conversation ${step.name}`);
  try {
    const conversation = await services.converse(
      run,
      `step:${step.id}`,
      filled,
      mergeSignals(run.signal, limit?.signal),
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
  } finally {
    limit?.clear();
  }
};
