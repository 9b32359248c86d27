/** What an interpreted workflow needs from whoever runs it. */
import type { AgentResponse } from '../contracts/agent.ts';
import type { ApprovalDecision, ApprovalRequest } from '../contracts/approval.ts';
import type { RunContext } from '../contracts/backend.ts';
import type { OrchestratorEventBody } from '../contracts/events.ts';
import type { JsonValue } from '../shared/json.ts';
import type { Clock } from '../shared/time.ts';
import type { AgentActionStepConfig, ConversationStepConfig } from './workflow-types.ts';

export interface WorkflowServices {
  readonly clock: Clock;
  /** The names under which the two run functions are registered, and their queues. */
  readonly names: {
    readonly taskFunction: string;
    readonly taskQueue: string;
    readonly workflowFunction: string;
    readonly workflowQueue: string;
  };
  /** Runs a conversation to its end, each turn a step under `key`, and returns it as JSON. */
  converse(
    context: RunContext,
    key: string,
    config: ConversationStepConfig,
    signal: AbortSignal,
  ): Promise<JsonValue>;
  /** Gives one agent one message and returns its answer, a step under `key`. */
  ask(
    context: RunContext,
    key: string,
    config: AgentActionStepConfig,
    signal: AbortSignal,
  ): Promise<AgentResponse>;
  /** Asks a person and waits. */
  approve(context: RunContext, request: ApprovalRequest): Promise<ApprovalDecision>;
  emit(runId: string, body: OrchestratorEventBody): void;
}

/** The names that are used unless somebody has a reason for others. */
export const RUN_NAMES = {
  taskFunction: 'task',
  taskQueue: 'tasks',
  workflowFunction: 'workflow',
  workflowQueue: 'workflows',
} as const;

/** Signals by which a workflow is paused and resumed. */
export const PAUSE_SIGNAL = 'workflow-pause';
export const RESUME_SIGNAL = 'workflow-resume';
