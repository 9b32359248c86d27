/** Which runner carries out which type of step. */
import type { StepRunner } from '../step-runner.ts';
import type { SUPPORTED_STEP_TYPES } from '../workflow-types.ts';
import { runAgentActionStep } from './agent-action-step.ts';
import { runApprovalStep } from './approval-step.ts';
import { runConditionStep } from './condition-step.ts';
import { runConversationStep } from './conversation-step.ts';
import { runLoopStep } from './loop-step.ts';
import { runParallelStep } from './parallel-step.ts';
import { runSubworkflowStep } from './subworkflow-step.ts';
import { runTaskStep } from './task-step.ts';
import { runWaitStep } from './wait-step.ts';

export const STEP_RUNNERS: Readonly<Record<(typeof SUPPORTED_STEP_TYPES)[number], StepRunner>> = {
  task: runTaskStep,
  agent_action: runAgentActionStep,
  conversation: runConversationStep,
  condition: runConditionStep,
  parallel: runParallelStep,
  loop: runLoopStep,
  wait: runWaitStep,
  approval: runApprovalStep,
  subworkflow: runSubworkflowStep,
};
