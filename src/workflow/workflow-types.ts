/** What workflows are made of, as data. */
import type { TaskPriority, TaskType } from '../contracts/task.ts';
import type { ErrorJson } from '../shared/errors.ts';
import type { JsonObject, JsonValue } from '../shared/json.ts';

/** What steps can do. */
export const WorkflowStepType = {
  TASK: 'task',
  AGENT_ACTION: 'agent_action',
  CONVERSATION: 'conversation',
  CONDITION: 'condition',
  PARALLEL: 'parallel',
  LOOP: 'loop',
  WAIT: 'wait',
  APPROVAL: 'approval',
  SUBWORKFLOW: 'subworkflow',
} as const;
/** What a step does. */
export type WorkflowStepType = (typeof WorkflowStepType)[keyof typeof WorkflowStepType];

/** The types that this version carries out; a workflow with another one is refused. */
export const SUPPORTED_STEP_TYPES = [
  'task',
  'agent_action',
  'conversation',
  'condition',
  'parallel',
  'loop',
  'wait',
  'approval',
  'subworkflow',
] as const satisfies readonly WorkflowStepType[];

/** The stations of a workflow. */
export const WorkflowStatus = {
  PENDING: 'pending',
  RUNNING: 'running',
  PAUSED: 'paused',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;
/** Where a workflow is. */
export type WorkflowStatus = (typeof WorkflowStatus)[keyof typeof WorkflowStatus];

/** What a failed step means, by name. */
export const FAILURE_POLICIES = ['fail', 'continue', 'skip-dependents'] as const;
/**
 * What a failed step means. `fail`: the workflow fails and starts no further step. `continue`: dependents run as if it
 * had completed. `skip-dependents`: what depends on it, directly or not, is skipped and the rest goes on. `{ step }`: the
 * workflow fails, and before it ends the named step makes good what was done; it runs in no other case.
 */
export type OnFailure = (typeof FAILURE_POLICIES)[number] | { readonly step: string };

/**
 * Of a `task` step. Texts may hold `${CEL}`, which is filled in once, over `inputs` and over the `outputs` and `steps` of
 * what this step depends on, near or far.
 */
export interface TaskStepConfig {
  readonly title: string;
  readonly description: string;
  /** @default 'development' */
  readonly taskType?: TaskType;
  /** @default 'medium' */
  readonly priority?: TaskPriority;
  /** The agent's name. @default chosen by the task's type */
  readonly agent?: string;
  /** Values for `task.metadata.inputs`, each a CEL expression. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Further metadata of the task. */
  readonly metadata?: JsonObject;
}

/** Of a `parallel` step: steps of its own, all started at once unless they depend on each other. */
export interface ParallelStepConfig {
  readonly steps: readonly JsonObject[];
  /** Steps at work at once. @default no limit */
  readonly concurrency?: number;
}

/** Of a `condition` step: a CEL expression, and the names of the steps that run only when it is true or false. */
export interface ConditionStepConfig {
  readonly expression: string;
  readonly then?: readonly string[];
  readonly else?: readonly string[];
}

/** Of a `conversation` step. */
export interface ConversationStepConfig {
  /** May hold `${CEL}`. */
  readonly topic: string;
  readonly participants: readonly string[];
  /** @default 10 */
  readonly maxRounds?: number;
}

/** Of an `agent_action` step: one message to one agent. The output is its answer. */
export interface AgentActionStepConfig {
  /** The agent's name. */
  readonly agent: string;
  /** May hold `${CEL}`. */
  readonly message: string;
}

/** Of an `approval` step: a person decides. The output is `{ approved, by, note, answer, isExpired }`; a rejected step has failed. */
export interface ApprovalStepConfig {
  /** May hold `${CEL}`. */
  readonly title: string;
  /** What the decision is about; its texts may hold `${CEL}`. @default null */
  readonly payload?: JsonValue;
  /** @default it waits as long as it takes */
  readonly timeoutSeconds?: number;
  /** What it means when nobody decided in time. @default 'reject' */
  readonly onTimeout?: 'reject' | 'approve';
}

/**
 * Of a `loop` step: steps of its own, done again and again, one round after the other. Exactly one of `times`, `forEach`
 * and `while`. In a round `inputs.index` counts from 0, `inputs.item` is the item of `forEach`, and `inputs.last` is what
 * the round before gave. The output lists what the rounds gave.
 */
export interface LoopStepConfig {
  readonly steps: readonly JsonObject[];
  readonly times?: number;
  /** CEL that gives a list. */
  readonly forEach?: string;
  /** CEL that is looked at before each round. */
  readonly while?: string;
  /** More rounds fail the step with `limit-reached`. @default 100 */
  readonly maxRounds?: number;
}

/** Of a `subworkflow` step: a workflow of its own, which sees only the inputs that it is given. */
export interface SubworkflowStepConfig {
  readonly workflow: WorkflowJson;
  /** Each a CEL expression. @default the inputs of the workflow around it */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** Of a `wait` step. */
export interface WaitStepConfig {
  readonly seconds: number;
}

/** A step in JSON. */
export interface WorkflowStepJson {
  readonly id: string;
  readonly name: string;
  readonly stepType: WorkflowStepType;
  readonly config: JsonObject;
  readonly dependencies: readonly string[];
  readonly timeoutSeconds: number | null;
  readonly maxRetries: number;
  readonly onFailure: OnFailure;
  readonly condition: string | null;
}

/** A workflow in JSON. */
export interface WorkflowJson {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly steps: readonly WorkflowStepJson[];
}

export const STEP_STATUSES = ['completed', 'failed', 'skipped', 'cancelled'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** How a step ended. */
export interface StepResult {
  readonly stepId: string;
  readonly name: string;
  readonly stepType: WorkflowStepType;
  readonly status: StepStatus;
  readonly output: JsonValue;
  readonly errorMessage: string | null;
  readonly error: ErrorJson | null;
  /** Why it was skipped or ended badly: `condition-false`, `dependency-failed`, `timed-out` … */
  readonly stopReason: string;
  /** The run that did it, where there is one. */
  readonly runId: string | null;
  readonly executionTimeMs: number;
}

/** How a workflow ended. */
export interface WorkflowResult {
  readonly workflowId: string;
  readonly success: boolean;
  readonly status: WorkflowStatus;
  /** By step name: the outputs of completed steps. */
  readonly outputs: Readonly<Record<string, JsonValue>>;
  /** By step id, in the order in which they ended. */
  readonly stepResults: Readonly<Record<string, StepResult>>;
  readonly errorMessage: string | null;
  readonly executionTimeMs: number;
}
