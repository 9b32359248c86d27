/** A step that waits, over a restart too. */
import { type StepRunner, succeeded } from '../step-runner.ts';
import type { WaitStepConfig } from '../workflow-types.ts';

export const runWaitStep: StepRunner = async (step, { run, key }) => {
  const { seconds } = step.config as unknown as WaitStepConfig;
  await run.sleep(key, seconds * 1000);
  return succeeded({ seconds });
};
