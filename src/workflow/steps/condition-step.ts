/** A step that decides: the steps named for the other outcome are not taken. */
import { isTrue } from '../expressions.ts';
import { type StepRunner, succeeded } from '../step-runner.ts';
import type { ConditionStepConfig } from '../workflow-types.ts';

export const runConditionStep: StepRunner = async (step, { run, scope, key }) => {
  const config = step.config as unknown as ConditionStepConfig;
  const decision = await run.step(key, () => isTrue(config.expression, scope));
  const notTaken = (decision ? config.else : config.then) ?? [];
  return { ...succeeded(decision), notTaken };
};
