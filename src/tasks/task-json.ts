/** A task's JSON: written from a task; read, with each member checked, as a journal, a file or another process has it. */
import type { RetryState, TaskJson, TaskResult, TaskStatus } from '../contracts/task.ts';
import { checkInteger, checkObject, checkOneOf } from '../shared/check.ts';
import { describe, InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { checkOptionalText, checkTime, type TaskInit } from './task-fields.ts';
import { checkTaskResult } from './task-result.ts';
import { TASK_STATUSES } from './task-transitions.ts';

/** The version of the JSON form that this package writes and reads. */
const SCHEMA_VERSION = 1;

/** What changes in a task's life. Times are milliseconds since the epoch. */
export interface TaskProgress {
  status: TaskStatus;
  parentTaskId: string | null;
  assignedAgent: string | null;
  updatedAt: number;
  startedAt: number | null;
  completedAt: number | null;
  result: TaskResult | null;
  correctionCount: number;
  retryState: RetryState;
}

/** Splits a task's JSON into what it is made of, which the constructor checks, and where it stands, checked here. */
export function readTaskJson(json: unknown): { init: TaskInit & { id: string }; progress: TaskProgress } {
  const task = checkObject('task', json) as Record<keyof TaskJson, unknown>;
  checkSchemaVersion('task', task.schemaVersion);
  const id = checkOptionalText('task.id', task.id);
  if (id === null) throw new InvalidArgumentError('task.id', 'a non-empty string', task.id);
  const progress: TaskProgress = {
    status: checkOneOf('task.status', task.status, TASK_STATUSES),
    parentTaskId: checkOptionalText('task.parentTaskId', task.parentTaskId),
    assignedAgent: checkOptionalText('task.assignedAgent', task.assignedAgent),
    updatedAt: checkTime('task.updatedAt', task.updatedAt),
    startedAt: timeOrNull('task.startedAt', task.startedAt),
    completedAt: timeOrNull('task.completedAt', task.completedAt),
    result: task.result === null ? null : checkTaskResult('task.result', task.result),
    correctionCount: checkInteger('task.correctionCount', task.correctionCount),
    retryState: readRetryState('task.retryState', task.retryState),
  };
  const {
    title,
    description,
    taskType,
    priority,
    subtasks,
    dependencies,
    createdAt,
    metadata,
    maxCorrections,
  } = task;
  const { parentTaskId, assignedAgent, retryConfig, tenant } = task;
  const init = {
    id,
    title,
    description,
    taskType,
    priority,
    parentTaskId,
    subtasks,
    assignedAgent,
    dependencies,
  };
  // The constructor checks every member, so that there is one place that knows what a task may be made of.
  return {
    init: { ...init, createdAt, metadata, maxCorrections, retryConfig, tenant } as TaskInit & { id: string },
    progress,
  };
}

/** What {@link writeTaskJson} reads of a task: members that are named as in JSON, with dates for times. */
type TaskView = Omit<TaskJson, 'schemaVersion' | keyof TaskTimes> & TaskTimes;

interface TaskTimes {
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
}

/** A task as JSON. */
export function writeTaskJson(task: TaskView): TaskJson {
  return {
    schemaVersion: SCHEMA_VERSION,
    id: task.id,
    title: task.title,
    description: task.description,
    taskType: task.taskType,
    priority: task.priority,
    status: task.status,
    parentTaskId: task.parentTaskId,
    subtasks: task.subtasks,
    assignedAgent: task.assignedAgent,
    dependencies: task.dependencies,
    createdAt: task.createdAt.toISOString(),
    updatedAt: task.updatedAt.toISOString(),
    startedAt: task.startedAt?.toISOString() ?? null,
    completedAt: task.completedAt?.toISOString() ?? null,
    result: task.result,
    metadata: task.metadata,
    correctionCount: task.correctionCount,
    maxCorrections: task.maxCorrections,
    retryConfig: task.retryConfig,
    retryState: task.retryState,
    tenant: task.tenant,
  };
}

/** Refuses JSON of another schema version, with `schema-mismatch`. */
export function checkSchemaVersion(what: string, version: unknown): void {
  if (version === SCHEMA_VERSION) return;
  const isNewer = typeof version === 'number' && version > SCHEMA_VERSION;
  throw new OrchestratorError(
    'schema-mismatch',
    isNewer
      ? `This ${what} was written by a newer version of the package: its schema is ${version}, the newest known here is ${SCHEMA_VERSION}.`
      : `Expected the JSON of a ${what} with schemaVersion ${SCHEMA_VERSION}, got ${describe(version)}.`,
    { details: { expected: SCHEMA_VERSION, got: typeof version === 'number' ? version : null } },
  );
}

function readRetryState(name: string, value: unknown): RetryState {
  const { attempt, lastError, nextRetryAt } = checkObject(name, value);
  if (lastError !== null && typeof lastError !== 'string') {
    throw new InvalidArgumentError(`${name}.lastError`, 'a string or null', lastError);
  }
  const time = timeOrNull(`${name}.nextRetryAt`, nextRetryAt);
  return {
    attempt: checkInteger(`${name}.attempt`, attempt),
    lastError,
    nextRetryAt: time === null ? null : new Date(time).toISOString(),
  };
}

function timeOrNull(name: string, value: unknown): number | null {
  return value === null ? null : checkTime(name, value);
}
