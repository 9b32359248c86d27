/** Where tasks are handed in: each becomes one run of the backend, however often it is handed in. */
import type { Backend, RunInfo, RunOutcome } from '../contracts/backend.ts';
import type { OrchestratorEventBody } from '../contracts/events.ts';
import { PRIORITY_RANK, type TaskJson, type TaskResult } from '../contracts/task.ts';
import { InvalidArgumentError, OrchestratorError, toError } from '../shared/errors.ts';
import { type JsonValue, toJsonValue } from '../shared/json.ts';
import { findCycle } from '../tasks/find-cycle.ts';
import { resultOfOutcome } from '../tasks/run-result.ts';
import { Task } from '../tasks/task.ts';
import type { TaskInit } from '../tasks/task-fields.ts';
import { RUN_NAMES } from '../workflow/workflow-services.ts';
import type { ResolvedOptions } from './orchestrator-options.ts';
import { TaskTracker } from './task-tracker.ts';

type DeskOptions = Pick<ResolvedOptions, 'backend' | 'tenant' | 'clock' | 'ids' | 'logger'>;

export class TaskDesk {
  readonly tracker: TaskTracker;
  readonly #options: DeskOptions;
  readonly #backend: Backend;
  readonly #emit: (runId: string, body: OrchestratorEventBody) => void;
  readonly #onCreated: (task: TaskJson) => Promise<void>;
  readonly #submissions = new Map<string, Promise<void>>();
  /** Handed to the backend and not yet told of. */
  readonly #arriving = new Map<string, Task>();

  /** `onCreated` is waited for before a task is handed to the backend. */
  constructor(
    options: DeskOptions,
    emit: (runId: string, body: OrchestratorEventBody) => void,
    onCreated: (task: TaskJson) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#options = options;
    this.#backend = options.backend;
    this.#emit = emit;
    this.#onCreated = onCreated;
    this.tracker = new TaskTracker(options.clock);
  }

  /** The task itself, or a new one from plain fields. Throws `invalid-argument` and `tenant-mismatch`. */
  entity(task: Task | TaskInit): Task {
    const { tenant, clock, ids } = this.#options;
    if (task instanceof Task) return this.#ownTenant(task);
    if (typeof task !== 'object' || task === null)
      throw new InvalidArgumentError('task', 'a Task or an object with title and description', task);
    return this.#ownTenant(new Task({ tenant, ...task }, { clock, ids }));
  }

  /** Hands one in; handing it in again gives the first handing-in. */
  submit(task: Task): Promise<void> {
    const known = this.#submissions.get(task.id);
    if (known !== undefined) return known;
    const submission = this.#submit(task);
    this.#submissions.set(task.id, submission);
    submission.catch(() => this.#submissions.delete(task.id));
    return submission;
  }

  /** Checks the whole batch, then hands it in so that each task comes after those it depends on. */
  async submitAll(tasks: readonly Task[]): Promise<void> {
    const ordered = inDependencyOrder(tasks);
    await this.#checkDependencies(tasks);
    for (const task of ordered) await this.submit(task);
  }

  async #checkDependencies(tasks: readonly Task[]): Promise<void> {
    const batch = new Set(tasks.map(({ id }) => id));
    for (const task of tasks) {
      for (const id of task.dependencies) {
        if (batch.has(id) || (await this.run(id)) !== undefined) continue;
        throw new OrchestratorError(
          'unknown-dependency',
          `Task ${task.id} depends on ${id}, which is neither in this batch nor known.`,
          {
            details: { taskId: task.id, dependency: id },
          },
        );
      }
    }
  }

  async #submit(task: Task): Promise<void> {
    const { tenant } = this.#options;
    const known = await this.#backend.store.get(task.id, tenant);
    if (known !== undefined) {
      // Nothing waits for its end here, which would otherwise let go of it.
      this.#submissions.delete(task.id);
      return;
    }
    if (task.isTerminal()) {
      throw new OrchestratorError(
        'illegal-transition',
        `Task ${task.id} has already ended as ${task.status}; make a new task to do it again.`,
        {
          details: { taskId: task.id, status: task.status },
        },
      );
    }
    await this.#onCreated(task.toJSON());
    this.#arriving.set(task.id, task);
    try {
      await this.#backend.submit(RUN_NAMES.taskFunction, this.#inputOf(task), {
        id: task.id,
        queue: RUN_NAMES.taskQueue,
        tenant,
        priority: PRIORITY_RANK[task.priority],
        dependencies: task.dependencies,
      });
      this.announce(task.id);
    } finally {
      this.#arriving.delete(task.id);
    }
    void this.#watch(task.id);
  }

  /** Tells that a task was taken in, before anything else is told of it: its run may begin before `submit` returns. */
  announce(taskId: string): void {
    const task = this.#arriving.get(taskId);
    if (task === undefined) return;
    this.#arriving.delete(taskId);
    this.tracker.track(task);
    this.#emit(taskId, { type: 'task-submitted', title: task.title });
  }

  /** The run's input: what the task is, without where it stands. */
  #inputOf(task: Task): JsonValue {
    return toJsonValue({
      ...task.toJSON(),
      status: 'pending',
      tenant: this.#options.tenant,
      result: null,
      startedAt: null,
      completedAt: null,
    });
  }

  /** Waits for the end, whoever asks for it, so that the task object and the listeners hear of it. */
  async #watch(taskId: string): Promise<void> {
    try {
      const outcome = await this.#backend.store.result(taskId, this.#options.tenant);
      const result = resultOfOutcome(outcome);
      this.tracker.ended(taskId, outcome.status, result);
      if (outcome.status === 'cancelled') {
        this.#emit(taskId, {
          type: 'task-cancelled',
          stopReason: result.stopReason,
          errorMessage: result.errorMessage ?? '',
        });
      }
    } catch (error) {
      // The backend was stopped before the run ended; a durable one takes the run up again at the next start.
      this.#options.logger.debug(
        { taskId, reason: toError(error).message },
        'the watch on a task ended before the task did',
      );
    } finally {
      this.#submissions.delete(taskId);
    }
  }

  /** A run of this tenant, if there is one. */
  run(runId: string): Promise<RunInfo | undefined> {
    return this.#backend.store.get(runId, this.#options.tenant);
  }

  /** Waits for a run's end. */
  outcome(
    runId: string,
    options: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<RunOutcome> {
    return this.#backend.store.result(runId, this.#options.tenant, options);
  }

  /** Waits for a task's end. */
  async result(
    taskId: string,
    options: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<TaskResult> {
    return resultOfOutcome(await this.outcome(taskId, options));
  }

  #ownTenant(task: Task): Task {
    const { tenant } = this.#options;
    if (task.tenant === tenant || task.tenant === 'default') return task;
    throw new OrchestratorError(
      'tenant-mismatch',
      `Task ${task.id} is of tenant ${task.tenant}; this orchestrator works for ${tenant}.`,
      {
        details: { taskId: task.id, expected: tenant, got: task.tenant },
      },
    );
  }
}

/** Each task after its dependencies within the batch. Throws `dependency-cycle`, naming the path. */
function inDependencyOrder(tasks: readonly Task[]): readonly Task[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const cycle = findCycle(
    new Map(tasks.map((task) => [task.id, task.dependencies.filter((id) => byId.has(id))])),
  );
  if (cycle !== undefined) {
    throw new OrchestratorError(
      'dependency-cycle',
      `These tasks wait for each other: ${cycle.join(' > ')}.`,
      { details: { path: [...cycle] } },
    );
  }
  const left = new Map(tasks.map((task) => [task.id, task.dependencies.filter((id) => byId.has(id)).length]));
  const dependents = new Map<string, Task[]>();
  for (const task of tasks) {
    for (const id of task.dependencies) {
      const waiting = dependents.get(id) ?? [];
      waiting.push(task);
      dependents.set(id, waiting);
    }
  }
  const ordered = tasks.filter(({ id }) => left.get(id) === 0);
  for (const { id } of ordered) {
    for (const dependent of dependents.get(id) ?? []) {
      const count = (left.get(dependent.id) ?? 0) - 1;
      left.set(dependent.id, count);
      if (count === 0) ordered.push(dependent);
    }
  }
  return ordered;
}
