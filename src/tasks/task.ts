/**
 * A task: a unit of work with a type, a priority, dependencies and retries. What it is made of stays as given; where it
 * is in its life moves only along the transition table, and each move is told to those who watch.
 */
import {
  type RetryConfig,
  type RetryState,
  type TaskJson,
  type TaskOutcome,
  type TaskPriority,
  type TaskResult,
  TaskStatus,
  type TaskType,
} from '../contracts/task.ts';
import {
  checkClock,
  checkFunction,
  checkObject,
  checkOneOf,
  checkSet,
  checkString,
} from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError, toError } from '../shared/errors.ts';
import { type IdSource, randomIds } from '../shared/ids.ts';
import type { JsonObject } from '../shared/json.ts';
import { nextDelayMs } from '../shared/retry.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { checkMetadata, checkOptionalText, resolveTaskFields, type TaskInit } from './task-fields.ts';
import { readTaskJson, type TaskProgress, writeTaskJson } from './task-json.ts';
import { PLAIN_SUCCESS, toFailedResult, toTaskResult } from './task-result.ts';
import { checkTransition, isTerminalStatus, TASK_STATUSES } from './task-transitions.ts';

/** Where a task gets its time and its id from. */
export interface TaskOptions {
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default randomIds */
  readonly ids?: IdSource;
  /** For the jitter of retries. @default Math.random */
  readonly random?: () => number;
}

/** Hears each move of a task, after it is made. */
export type TaskWatcher = (task: Task, from: TaskStatus, to: TaskStatus) => void;

const NO_WATCHERS: readonly TaskWatcher[] = [];
const NO_OPTIONS: TaskOptions = Object.freeze({});

const FRESH: RetryState = Object.freeze({ attempt: 0, lastError: null, nextRetryAt: null });

/**
 * A task and where it stands. The constructor throws {@link InvalidArgumentError} for a bad member; a move that the
 * table doesn't allow throws `illegal-transition`.
 *
 * @example
 * const task = new Task({ title: 'Add log-in', description: 'With a password', taskType: TaskType.FEATURE });
 * task.updateStatus(TaskStatus.IN_PROGRESS);
 * task.complete({ success: true, output: 'done' });
 * task.status; // 'completed'
 */
export class Task {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly taskType: TaskType;
  readonly priority: TaskPriority;
  /** Ids of the tasks that must complete first. */
  readonly dependencies: readonly string[];
  readonly maxCorrections: number;
  readonly retryConfig: RetryConfig;
  readonly tenant: string;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #createdAt: number;
  #metadata: JsonObject;
  #subtasks: readonly string[];
  #parent: Task | undefined;
  #progress: TaskProgress;
  #watchers: readonly TaskWatcher[] = NO_WATCHERS;

  constructor(init: TaskInit, options: TaskOptions = NO_OPTIONS) {
    const { clock, ids, random } = resolveTaskOptions(options);
    const fields = resolveTaskFields(init);
    this.title = fields.title;
    this.description = fields.description;
    this.taskType = fields.taskType;
    this.priority = fields.priority;
    this.dependencies = fields.dependencies;
    this.maxCorrections = fields.maxCorrections;
    this.retryConfig = fields.retryConfig;
    this.tenant = fields.tenant;
    this.id = checkOptionalText('task.id', init.id) ?? ids('task');
    if (fields.dependencies.includes(this.id)) {
      throw new InvalidArgumentError(
        'task.dependencies',
        `ids other than its own "${this.id}"`,
        init.dependencies,
      );
    }
    this.#clock = clock;
    this.#random = random;
    this.#createdAt = fields.createdAt ?? clock.now();
    this.#metadata = fields.metadata;
    this.#subtasks = fields.subtasks;
    this.#progress = {
      status: TaskStatus.PENDING,
      parentTaskId: fields.parentTaskId,
      assignedAgent: fields.assignedAgent,
      updatedAt: this.#createdAt,
      startedAt: null,
      completedAt: null,
      result: null,
      correctionCount: 0,
      retryState: FRESH,
    };
  }

  /** Makes a task again from its JSON. Throws `schema-mismatch` for JSON of another schema version. */
  static fromJSON(json: unknown, options: TaskOptions = {}): Task {
    const { init, progress } = readTaskJson(json);
    const task = new Task(init, options);
    task.#progress = progress;
    return task;
  }

  get status(): TaskStatus {
    return this.#progress.status;
  }
  get parentTaskId(): string | null {
    return this.#progress.parentTaskId;
  }
  /** Ids of its subtasks. */
  get subtasks(): readonly string[] {
    return this.#subtasks;
  }
  get assignedAgent(): string | null {
    return this.#progress.assignedAgent;
  }
  get createdAt(): Date {
    return new Date(this.#createdAt);
  }
  get updatedAt(): Date {
    return new Date(this.#progress.updatedAt);
  }
  /** When it first went in progress. */
  get startedAt(): Date | null {
    return dateOrNull(this.#progress.startedAt);
  }
  /** When it ended: completed, failed or cancelled. */
  get completedAt(): Date | null {
    return dateOrNull(this.#progress.completedAt);
  }
  get result(): TaskResult | null {
    return this.#progress.result;
  }
  get metadata(): JsonObject {
    return this.#metadata;
  }
  get correctionCount(): number {
    return this.#progress.correctionCount;
  }
  get retryState(): RetryState {
    return this.#progress.retryState;
  }

  /** True when all dependencies are among the completed. */
  canStart(completedTaskIds: ReadonlySet<string>): boolean {
    checkSet('completedTaskIds', completedTaskIds);
    return this.dependencies.every((id) => completedTaskIds.has(id));
  }

  /** True once completed, failed or cancelled. */
  isTerminal(): boolean {
    return isTerminalStatus(this.status);
  }

  /** True while a further failure with this error would be retried. */
  canRetry(error?: unknown): boolean {
    return this.#nextDelay(error) !== undefined;
  }

  /** True while further corrections are left. */
  needsMoreCorrections(): boolean {
    return this.correctionCount < this.maxCorrections;
  }

  /** Moves to another status. Throws `illegal-transition`, with the allowed ones, when the table doesn't hold it. */
  updateStatus(status: TaskStatus): void {
    this.#move(checkOneOf('status', status, TASK_STATUSES));
  }

  /** Puts it in progress, by an agent if one is named. */
  start(agent?: string): void {
    const assignedAgent = agent === undefined ? this.assignedAgent : checkOptionalText('agent', agent);
    this.#move(TaskStatus.IN_PROGRESS, { assignedAgent });
  }

  /** Ends it well. A failed outcome is refused: use {@link Task.fail} or {@link Task.recordFailure}. */
  complete(outcome?: TaskOutcome): void {
    const result =
      outcome === undefined ? PLAIN_SUCCESS : toTaskResult(checkObject('outcome', outcome) as TaskOutcome);
    if (!result.success) throw new InvalidArgumentError('outcome.success', 'true', result.success);
    this.#move(TaskStatus.COMPLETED, { result });
  }

  /** Ends it badly, without a retry. Takes a message, anything thrown, or a failed outcome. */
  fail(cause?: unknown): void {
    this.#move(TaskStatus.FAILED, {
      result: isOutcome(cause) ? failedOutcome(cause) : toFailedResult(cause),
    });
  }

  /** Ends it unfinished. */
  cancel(
    reason = 'Cancelled.',
    stopReason: 'cancelled' | 'dependency-failed' | 'timed-out' = 'cancelled',
  ): void {
    checkString('reason', reason);
    checkOneOf('stopReason', stopReason, ['cancelled', 'dependency-failed', 'timed-out']);
    this.#move(TaskStatus.CANCELLED, { result: toFailedResult(reason, stopReason) });
  }

  /**
   * Notes a failure: the task goes to `retrying` while its retry config allows, otherwise to `failed`. Returns whether
   * it will be retried; `retryState.nextRetryAt` says when.
   */
  recordFailure(error?: unknown): boolean {
    const delay = this.#nextDelay(error);
    const lastError = error === undefined || error === null ? null : messageOf(error);
    const { attempt } = this.retryState;
    if (delay === undefined) {
      const stopReason =
        attempt > 0 && attempt >= this.retryConfig.maxRetries ? 'retries-exhausted' : 'failed';
      const result = toFailedResult(error, stopReason);
      this.#move(TaskStatus.FAILED, { result, retryState: { attempt, lastError, nextRetryAt: null } });
      return false;
    }
    const nextRetryAt = new Date(this.#clock.now() + delay).toISOString();
    this.#move(TaskStatus.RETRYING, { retryState: { attempt: attempt + 1, lastError, nextRetryAt } });
    return true;
  }

  /** Sets a retrying task back to pending; the count of its attempts stays. */
  resetForRetry(): void {
    this.#move(TaskStatus.PENDING, { retryState: { ...this.retryState, nextRetryAt: null } });
  }

  /** Asks for a correction and counts it. Throws `limit-reached` when none is left. */
  requestCorrection(): void {
    if (!this.needsMoreCorrections()) {
      throw new OrchestratorError(
        'limit-reached',
        `Task "${this.id}" has used its ${this.maxCorrections} corrections.`,
        {
          details: { taskId: this.id, maxCorrections: this.maxCorrections },
        },
      );
    }
    this.#move(TaskStatus.NEEDS_CORRECTION, { correctionCount: this.correctionCount + 1 });
  }

  /** Names the agent that is to do it, or takes the name away with null. */
  assignTo(agent: string | null): void {
    this.#progress = {
      ...this.#progress,
      assignedAgent: checkOptionalText('agent', agent),
      updatedAt: this.#clock.now(),
    };
  }

  /** Adds or replaces entries of the metadata. */
  updateMetadata(entries: JsonObject): void {
    this.#metadata = { ...this.#metadata, ...checkMetadata('entries', checkObject('entries', entries)) };
    this.#progress = { ...this.#progress, updatedAt: this.#clock.now() };
  }

  /**
   * Makes another task a part of this one. Throws `already-exists` when it is a part of a third, `tenant-mismatch`
   * when it is another tenant's, and `dependency-cycle` when it would become its own ancestor.
   */
  addSubtask(subtask: Task): void {
    if (!(subtask instanceof Task)) throw new InvalidArgumentError('subtask', 'a Task', subtask);
    const details = { taskId: this.id, subtaskId: subtask.id };
    if (subtask.tenant !== this.tenant) {
      const text = `Task "${subtask.id}" of tenant "${subtask.tenant}" can't be a subtask in tenant "${this.tenant}".`;
      throw new OrchestratorError('tenant-mismatch', text, { details });
    }
    if (subtask.parentTaskId !== null && subtask.parentTaskId !== this.id) {
      const text = `Task "${subtask.id}" is already a subtask of "${subtask.parentTaskId}".`;
      throw new OrchestratorError('already-exists', text, { details });
    }
    for (let ancestor: Task | undefined = this; ancestor !== undefined; ancestor = ancestor.#parent) {
      if (ancestor.id !== subtask.id && ancestor.parentTaskId !== subtask.id) continue;
      throw new OrchestratorError('dependency-cycle', `Task "${subtask.id}" can't be a subtask of itself.`, {
        details,
      });
    }
    if (!this.#subtasks.includes(subtask.id)) this.#subtasks = [...this.#subtasks, subtask.id];
    subtask.#parent = this;
    subtask.#progress = { ...subtask.#progress, parentTaskId: this.id };
    this.#progress = { ...this.#progress, updatedAt: this.#clock.now() };
  }

  /**
   * Takes over where the same task stands elsewhere, as a backend that ran it reports it. The table is not asked: the
   * moves in between were made there. Throws when the JSON is another task's.
   */
  adopt(json: TaskJson): void {
    const { init, progress } = readTaskJson(json);
    if (init.id !== this.id) throw new InvalidArgumentError('json.id', `"${this.id}"`, init.id);
    const from = this.status;
    this.#progress = progress;
    this.#metadata = checkMetadata('json.metadata', init.metadata);
    this.#subtasks = init.subtasks ?? this.#subtasks;
    if (from !== progress.status) this.#tell(from, progress.status);
  }

  /** Hears each move from now on; returns the undo. */
  watch(watcher: TaskWatcher): () => void {
    this.#watchers = [...this.#watchers, checkFunction<TaskWatcher>('watcher', watcher)];
    return () => {
      const index = this.#watchers.indexOf(watcher);
      if (index >= 0) this.#watchers = this.#watchers.toSpliced(index, 1);
    };
  }

  /** The task as plain data; `Task.fromJSON` reads it back. */
  toJSON(): TaskJson {
    return writeTaskJson(this);
  }

  #nextDelay(error: unknown): number | undefined {
    return nextDelayMs(this.retryConfig, this.retryState.attempt + 1, error, { random: this.#random });
  }

  /** The only place where the status changes. */
  #move(to: TaskStatus, change?: Partial<TaskProgress>): void {
    const from = this.#progress.status;
    checkTransition(this.id, from, to);
    const progress = this.#progress;
    Object.assign(progress, change);
    progress.status = to;
    progress.updatedAt = this.#clock.now();
    if (to === TaskStatus.IN_PROGRESS) progress.startedAt ??= progress.updatedAt;
    if (isTerminalStatus(to)) progress.completedAt = progress.updatedAt;
    this.#tell(from, to);
  }

  #tell(from: TaskStatus, to: TaskStatus): void {
    for (const watcher of this.#watchers) watcher(this, from, to);
  }
}

/** Fills in the defaults. What is a default is not checked: tasks are made by the hundred thousand. */
function resolveTaskOptions(options: TaskOptions): Required<TaskOptions> {
  if (options !== NO_OPTIONS) checkObject('options', options);
  const { clock = systemClock, ids = randomIds, random = Math.random } = options;
  if (clock !== systemClock) checkClock('clock', clock);
  return { clock, ids: checkFunction('ids', ids), random: checkFunction('random', random) };
}

function isOutcome(value: unknown): value is TaskOutcome {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { success?: unknown }).success === 'boolean'
  );
}

function failedOutcome(outcome: TaskOutcome): TaskResult {
  if (outcome.success) throw new InvalidArgumentError('outcome.success', 'false', outcome.success);
  return toTaskResult(outcome);
}

function messageOf(error: unknown): string {
  return typeof error === 'string' ? error : toError(error).message;
}

function dateOrNull(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
