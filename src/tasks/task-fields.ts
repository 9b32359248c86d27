/** What a task is made of: the options of its constructor, checked and filled in. */
import { type RetryConfig, TaskPriority, TaskType } from '../contracts/task.ts';
import {
  checkInteger,
  checkObject,
  checkOneOf,
  checkString,
  checkText,
  checkTextArray,
} from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import { type JsonObject, toJsonValue } from '../shared/json.ts';
import { DEFAULT_RETRY_CONFIG, resolveRetryConfig } from '../shared/retry.ts';

/** Whose a task is when nobody says. */
const DEFAULT_TENANT = 'default';

/** What a new task is told. Only `title` and `description` are required. */
export interface TaskInit {
  readonly title: string;
  readonly description: string;
  /** @default 'development' */
  readonly taskType?: TaskType;
  /** @default 'medium' */
  readonly priority?: TaskPriority;
  /** @default a new random id */
  readonly id?: string;
  readonly parentTaskId?: string | null;
  /** Ids of its subtasks. @default [] */
  readonly subtasks?: readonly string[];
  readonly assignedAgent?: string | null;
  /** Ids of the tasks that must complete first. @default [] */
  readonly dependencies?: readonly string[];
  /** @default now */
  readonly createdAt?: Date | string;
  /** Must be JSON. @default {} */
  readonly metadata?: JsonObject;
  /** @default 3 */
  readonly maxCorrections?: number;
  /** Missing fields take the defaults. */
  readonly retryConfig?: Partial<RetryConfig>;
  /** @default 'default' */
  readonly tenant?: string;
}

/** The same with everything present; times are milliseconds since the epoch. */
export interface TaskFields {
  readonly title: string;
  readonly description: string;
  readonly taskType: TaskType;
  readonly priority: TaskPriority;
  readonly parentTaskId: string | null;
  readonly subtasks: readonly string[];
  readonly assignedAgent: string | null;
  readonly dependencies: readonly string[];
  readonly createdAt: number | undefined;
  readonly metadata: JsonObject;
  readonly maxCorrections: number;
  readonly retryConfig: RetryConfig;
  readonly tenant: string;
}

/** Names of {@link TaskInit}'s members; anything else is a spelling mistake. */
const KNOWN = new Set([
  'title',
  'description',
  'taskType',
  'priority',
  'id',
  'parentTaskId',
  'subtasks',
  'assignedAgent',
  'dependencies',
  'createdAt',
  'metadata',
  'maxCorrections',
  'retryConfig',
  'tenant',
]);

const TASK_TYPES = Object.values(TaskType);
const TASK_PRIORITIES = Object.values(TaskPriority);
const NO_IDS: readonly string[] = Object.freeze([]);
const NO_METADATA: JsonObject = Object.freeze({});

/** Checks each member and fills in the defaults; the errors name the member as `task.…`. */
export function resolveTaskFields(init: TaskInit): TaskFields {
  checkObject('task', init);
  for (const key in init) {
    if (!KNOWN.has(key)) {
      throw new InvalidArgumentError('task', `an object without the unknown member "${key}"`, init);
    }
  }
  return {
    title: checkText('task.title', init.title),
    description: checkString('task.description', init.description),
    taskType: checkOneOf('task.taskType', init.taskType ?? TaskType.DEVELOPMENT, TASK_TYPES),
    priority: checkOneOf('task.priority', init.priority ?? TaskPriority.MEDIUM, TASK_PRIORITIES),
    parentTaskId: checkOptionalText('task.parentTaskId', init.parentTaskId),
    subtasks: checkIds('task.subtasks', init.subtasks),
    assignedAgent: checkOptionalText('task.assignedAgent', init.assignedAgent),
    dependencies: checkIds('task.dependencies', init.dependencies),
    createdAt: init.createdAt === undefined ? undefined : checkTime('task.createdAt', init.createdAt),
    metadata: checkMetadata('task.metadata', init.metadata),
    maxCorrections: checkInteger('task.maxCorrections', init.maxCorrections ?? 3),
    retryConfig:
      init.retryConfig === undefined
        ? DEFAULT_RETRY_CONFIG
        : resolveRetryConfig(init.retryConfig, 'task.retryConfig'),
    tenant: checkText('task.tenant', init.tenant ?? DEFAULT_TENANT),
  };
}

/** A text, or null for null and undefined. */
export function checkOptionalText(name: string, value: unknown): string | null {
  return value === undefined || value === null ? null : checkText(name, value);
}

/** A date or an ISO 8601 string, as milliseconds since the epoch. */
export function checkTime(name: string, value: unknown): number {
  const time =
    value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError(name, 'a valid Date or an ISO 8601 time', value);
  return time;
}

/** A JSON object, copied, so that later changes of the caller's object don't reach inside. */
export function checkMetadata(name: string, value: unknown): JsonObject {
  if (value === undefined) return NO_METADATA;
  const given = checkObject(name, value);
  try {
    return toJsonValue(given) as JsonObject;
  } catch {
    throw new InvalidArgumentError(name, 'an object that JSON can hold (no circles, no bigint)', value);
  }
}

function checkIds(name: string, value: unknown): readonly string[] {
  if (value === undefined) return NO_IDS;
  const ids = checkTextArray(name, value);
  return ids.length === 0 ? NO_IDS : Object.freeze([...new Set(ids)]);
}
