/** Which runner carries out which type of step. */
import type { StepRunner } from '../step-runner.ts';
import type { SUPPORTED_STEP_TYPES } from '../workflow-types.ts';
import { runConditionStep } from './condition-step.ts';
import { runConversationStep } from './conversation-step.ts';
import { runParallelStep } from './parallel-step.ts';
import { runTaskStep } from './task-step.ts';
import { runWaitStep } from './wait-step.ts';

export const STEP_RUNNERS: Readonly<Record<(typeof SUPPORTED_STEP_TYPES)[number], StepRunner>> = {
  task: runTaskStep,
  parallel: runParallelStep,
  condition: runConditionStep,
  conversation: runConversationStep,
  wait: runWaitStep,
};
