/** Tasks as data: the constants, the JSON form and the result. The class that guards transitions is `tasks/task.ts`. */
import type { ErrorJson } from '../shared/errors.ts';
import type { JsonObject, JsonValue } from '../shared/json.ts';
import type { Artifact } from './artifact.ts';

/** The kinds of work. */
export const TaskType = {
  PLANNING: 'planning',
  DEVELOPMENT: 'development',
  TESTING: 'testing',
  SECURITY_REVIEW: 'security_review',
  DOCUMENTATION: 'documentation',
  CODE_REVIEW: 'code_review',
  BUG_FIX: 'bug_fix',
  FEATURE: 'feature',
  RESEARCH: 'research',
  ARCHITECTURE: 'architecture',
  DEVOPS: 'devops',
  DATA: 'data',
} as const;
/** What kind of work a task is. */
export type TaskType = (typeof TaskType)[keyof typeof TaskType];

/** The priorities, least urgent first. */
export const TaskPriority = { LOW: 'low', MEDIUM: 'medium', HIGH: 'high', CRITICAL: 'critical' } as const;
/** How urgent a task is. */
export type TaskPriority = (typeof TaskPriority)[keyof typeof TaskPriority];

/** A priority as a number, higher is more urgent: low 0 to critical 3. */
export const PRIORITY_RANK: Readonly<Record<TaskPriority, number>> = {
  low: 0,
  medium: 1,
  high: 2,
  critical: 3,
};

/** The stations of a task's life. */
export const TaskStatus = {
  PENDING: 'pending',
  QUEUED: 'queued',
  IN_PROGRESS: 'in_progress',
  UNDER_REVIEW: 'under_review',
  NEEDS_CORRECTION: 'needs_correction',
  RETRYING: 'retrying',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;
/** Where a task is in its life. */
export type TaskStatus = (typeof TaskStatus)[keyof typeof TaskStatus];

/** How the wait between attempts can grow. */
export const RetryStrategy = {
  NONE: 'none',
  IMMEDIATE: 'immediate',
  LINEAR: 'linear',
  EXPONENTIAL: 'exponential',
} as const;
/** How the wait grows between attempts. */
export type RetryStrategy = (typeof RetryStrategy)[keyof typeof RetryStrategy];

/** Whether, when and how often a failed task is tried again. */
export interface RetryConfig {
  /** @default 'exponential' */
  readonly strategy: RetryStrategy;
  /** Further attempts after the first. @default 3 */
  readonly maxRetries: number;
  /** @default 1 */
  readonly baseDelaySeconds: number;
  /** @default 60 */
  readonly maxDelaySeconds: number;
  /** Retry only when the error contains one of these, in any case; empty means always. @default [] */
  readonly retryOnErrors: readonly string[];
  /** Share of each delay that is random, 0 to 1. @default 0 */
  readonly jitter: number;
}

/** How far a task's retries have come. */
export interface RetryState {
  /** Retries so far. */
  readonly attempt: number;
  /** The last error's message. */
  readonly lastError: string | null;
  /** When the next attempt may start, in ISO 8601, or null. */
  readonly nextRetryAt: string | null;
}

/** Why work ended. `completed` is the only one that goes with success. */
export const STOP_REASONS = [
  'completed',
  'failed',
  'cancelled',
  'timed-out',
  'dependency-failed',
  'not-applicable',
  'unavailable',
  'retries-exhausted',
  'no-agent',
  'limit-reached',
  'budget-exceeded',
  'condition-false',
] as const;
/** Why work ended. */
export type StopReason = (typeof STOP_REASONS)[number];

/** What was used up. Zero where nothing was measured, since nothing was used. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
  /** What the model calls cost, as far as their clients know prices; left out where none does. */
  readonly cost?: number;
}

/** Nothing used. */
export const NO_USAGE: Usage = { promptTokens: 0, completionTokens: 0, modelCalls: 0, toolCalls: 0 };

/** How a task ended. */
export interface TaskResult {
  readonly success: boolean;
  readonly output: JsonValue;
  readonly artifacts: readonly Artifact[];
  readonly errorMessage: string | null;
  readonly error: ErrorJson | null;
  readonly executionTimeMs: number;
  readonly metadata: JsonObject;
  readonly retryable: boolean;
  readonly stopReason: StopReason;
  readonly usage: Usage;
}

/** What an agent returns: `success` and whatever else it has to say; the rest is filled in. */
export type TaskOutcome = Pick<TaskResult, 'success'> & Partial<TaskResult>;

/** A task in JSON. Times are ISO 8601 in UTC. */
export interface TaskJson {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly taskType: TaskType;
  readonly priority: TaskPriority;
  readonly status: TaskStatus;
  readonly parentTaskId: string | null;
  /** Ids of its subtasks. */
  readonly subtasks: readonly string[];
  readonly assignedAgent: string | null;
  /** Ids of tasks that must complete first. */
  readonly dependencies: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly result: TaskResult | null;
  readonly metadata: JsonObject;
  readonly correctionCount: number;
  readonly maxCorrections: number;
  readonly retryConfig: RetryConfig;
  readonly retryState: RetryState;
  readonly tenant: string;
}
