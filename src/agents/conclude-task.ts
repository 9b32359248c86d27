/** Says how a task ended from the artifacts that it left: no success without something done. */
import type { Artifact, ArtifactStatus } from '../contracts/artifact.ts';
import type { StopReason, TaskJson, TaskOutcome } from '../contracts/task.ts';
import { isPlainObject } from '../shared/json.ts';

/** `needsModel`: the task's point is to write something new. `isModelMissing`: a model was wanted and there is none. */
export interface ConcludeOptions {
  readonly needsModel: boolean;
  readonly isModelMissing: boolean;
}

/** Success needs at least one artifact `done`, none `failed`, and a task that skills alone can do. */
export function concludeTask(
  agent: string,
  task: Pick<TaskJson, 'taskType'>,
  artifacts: readonly Artifact[],
  { needsModel, isModelMissing }: ConcludeOptions,
): TaskOutcome {
  const withStatus = (status: ArtifactStatus): readonly Artifact[] =>
    artifacts.filter((artifact) => artifact.status === status);
  const output = artifacts.map((artifact) => `${artifact.title}: ${artifact.summary}`).join('\n');
  const metadata = { agent, ...(isModelMissing ? { modelFallback: true } : {}) };
  const stop = (stopReason: StopReason, errorMessage: string, retryable: boolean): TaskOutcome => ({
    success: false,
    output,
    artifacts,
    metadata,
    stopReason,
    errorMessage,
    retryable,
  });
  const failed = withStatus('failed');
  if (failed.length > 0)
    return stop(
      'failed',
      failed.map((artifact) => `${artifact.skill}: ${artifact.reason ?? artifact.summary}`).join('; '),
      failed.every(isWorthAnother),
    );
  if (needsModel) {
    return stop(
      'unavailable',
      `A ${task.taskType} task asks ${agent} to write something new, which needs a model; its skills did the groundwork.`,
      false,
    );
  }
  if (withStatus('done').length > 0)
    return { success: true, output, artifacts, metadata, stopReason: 'completed' };
  const reasons = artifacts
    .map((artifact) => `${artifact.skill}: ${artifact.reason ?? artifact.summary}`)
    .join('; ');
  if (withStatus('unavailable').length > 0) return stop('unavailable', reasons, false);
  return stop(
    'not-applicable',
    reasons ||
      `${agent} has no skill for ${task.taskType} tasks; give it \`skills\`, or override \`handleTask\`.`,
    false,
  );
}

/** Errors of strangers are worth another attempt; ours say themselves. One that is not can't be saved by the others. */
function isWorthAnother({ data }: Artifact): boolean {
  const { error } = data;
  return !isPlainObject(error) || error['code'] === 'internal' || error['retryable'] === true;
}
