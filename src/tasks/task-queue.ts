/**
 * Tasks in the order in which they should be done: a plain, synchronous data structure. It listens to its tasks, so
 * that it is right whether they are moved through it or directly.
 */
import { PRIORITY_RANK, type TaskOutcome, TaskStatus } from '../contracts/task.ts';
import { checkClock, checkNumber, checkObject, checkOneOf, checkText } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { BinaryHeap } from './binary-heap.ts';
import { DependencyIndex } from './dependency-index.ts';
import { findCycle } from './find-cycle.ts';
import { KeyedHeap } from './keyed-heap.ts';
import { type Indexed, StatusIndex } from './status-index.ts';
import { Task } from './task.ts';
import { TASK_STATUSES } from './task-transitions.ts';

/** How a {@link TaskQueue} orders and reads the time. */
export interface TaskQueueOptions {
  /** A waiting task gains one priority for each such span, so that low ones are not starved; among those
   * that have come to the same priority the first added goes first. @default never */
  readonly agingSeconds?: number;
  /** Tells which retries are due. @default systemClock */
  readonly clock?: Clock;
}

interface Entry extends Indexed {
  readonly task: Task;
  /** Order of being added: decides among equals. */
  readonly sequence: number;
  /** Among the ready: not at all, waiting to be claimed, or left behind because the task moved on by itself. */
  place: 'out' | 'ready' | 'stale';
  /** Its place among the retrying, while it has one. */
  retry: Retry | undefined;
}

/** One wait for a retry. */
interface Retry {
  readonly entry: Entry;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
}

const RANKS: readonly number[] = Object.values(PRIORITY_RANK).sort((a, b) => b - a);

/**
 * A queue of tasks by priority, dependencies and age. Each operation on a task costs at most log n, plus what is due
 * to the tasks that it releases or cancels.
 *
 * @example
 * const queue = new TaskQueue();
 * queue.addTask(new Task({ id: 'build', title: 'Build', description: '' }));
 * queue.addTask(new Task({ title: 'Test', description: '', dependencies: ['build'] }));
 * queue.getNextTask()?.title; // 'Build', now in progress
 * queue.markCompleted('build');
 * queue.getNextTask()?.title; // 'Test'
 */
export class TaskQueue {
  readonly #agingMs: number | undefined;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #byStatus = new StatusIndex<TaskStatus, Entry>(TASK_STATUSES);
  readonly #dependencies = new DependencyIndex();
  /** The ready ones, a heap for each rank, most urgent first. With ageing ranks mix, in the first heap. */
  readonly #ready: readonly KeyedHeap<Entry>[] = RANKS.map(() => new KeyedHeap());
  readonly #retrying = new BinaryHeap<Retry>(compareRetries);
  #nextSequence = 0;

  constructor(options: TaskQueueOptions = {}) {
    checkObject('options', options);
    const { agingSeconds, clock = systemClock } = options;
    if (agingSeconds !== undefined) checkNumber('agingSeconds', agingSeconds, 0.001, 1e9);
    this.#agingMs = agingSeconds === undefined ? undefined : agingSeconds * 1000;
    this.#clock = checkClock('clock', clock);
  }

  /** How many tasks it holds, ended ones included. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Adds a task whose dependencies are already here. Throws `already-exists` for a known id and `unknown-dependency`
   * for an unknown one. A task with a failed or cancelled dependency is cancelled at once.
   */
  addTask(task: Task): void {
    this.#checkNew(task);
    for (const id of task.dependencies) if (!this.#entries.has(id)) throw unknownDependency(task, id);
    this.#add(task);
  }

  /**
   * Adds tasks that may depend on each other, in any order; all of them or, when one is refused, none. Throws as
   * {@link TaskQueue.addTask} does, and `dependency-cycle` with the `path` in its details.
   */
  addTasks(tasks: readonly Task[]): void {
    if (!Array.isArray(tasks)) throw new InvalidArgumentError('tasks', 'an array of tasks', tasks);
    const edges = new Map<string, readonly string[]>();
    for (const task of tasks) {
      this.#checkNew(task);
      if (edges.has(task.id)) throw alreadyExists(task.id);
      edges.set(task.id, task.dependencies);
    }
    for (const task of tasks) {
      for (const id of task.dependencies) {
        if (!edges.has(id) && !this.#entries.has(id)) throw unknownDependency(task, id);
      }
    }
    const path = findCycle(edges);
    if (path !== undefined) {
      throw new OrchestratorError(
        'dependency-cycle',
        `Tasks depend on each other in a circle: ${path.join(' → ')}.`,
        {
          details: { path },
        },
      );
    }
    for (const task of tasks) this.#add(task);
  }

  /** One task; undefined when it is unknown. */
  getTask(id: string): Task | undefined {
    return this.#entries.get(checkText('id', id))?.task;
  }

  /**
   * Claims the next task: the pending one of the highest priority whose dependencies are completed; among equals the
   * oldest, then the first added. It is `in_progress` when returned. Undefined when none is ready.
   */
  getNextTask(): Task | undefined {
    const entry = this.#takeReady();
    entry?.task.updateStatus(TaskStatus.IN_PROGRESS);
    return entry?.task;
  }

  /** Completes a task, which releases those that wait only for it. Throws `not-found` and `illegal-transition`. */
  markCompleted(id: string, outcome?: TaskOutcome): void {
    this.#entryOf(id).task.complete(outcome);
  }

  /**
   * Notes a failure, also of a task nobody claimed yet. Returns whether it will be retried; if not, the tasks that
   * depend on it are cancelled with `dependency-failed`. Throws `not-found` and `illegal-transition`.
   */
  markFailed(id: string, error?: unknown): boolean {
    return this.#entryOf(id).task.recordFailure(error);
  }

  /**
   * Cancels a task, and with `dependency-failed` all that depend on it. Returns false, and changes nothing, when it has
   * ended already. Throws `not-found`.
   */
  cancel(id: string, reason = 'Cancelled.'): boolean {
    const { task } = this.#entryOf(id);
    if (task.isTerminal()) return false;
    task.cancel(reason);
    return true;
  }

  /** Retrying tasks whose wait is over, the longest due first. */
  getTasksReadyForRetry(): readonly Task[] {
    const now = this.#clock.now();
    const due = [...this.#retrying].filter((retry) => retry.dueAt <= now);
    return due.sort(compareRetries).map(({ entry }) => entry.task);
  }

  /** Sets the tasks whose wait is over back to pending and returns their ids, the longest due first. */
  processRetries(): readonly string[] {
    const now = this.#clock.now();
    const ids: string[] = [];
    for (
      let next = this.#retrying.peek();
      next !== undefined && next.dueAt <= now;
      next = this.#retrying.peek()
    ) {
      this.#retrying.pop();
      next.entry.retry = undefined;
      next.entry.task.resetForRetry();
      ids.push(next.entry.task.id);
    }
    return ids;
  }

  /** When the next retry falls due, in milliseconds since the epoch: what a driver sleeps until. */
  get nextRetryAt(): number | undefined {
    return this.#retrying.peek()?.dueAt;
  }

  /** Tasks of one status, first added first. */
  getTasksByStatus(status: TaskStatus): readonly Task[] {
    checkOneOf('status', status, TASK_STATUSES);
    return this.#byStatus
      .list(status)
      .toSorted((a, b) => a.sequence - b.sequence)
      .map((entry) => entry.task);
  }

  /** Tasks that failed for good. */
  getFailedTasks(): readonly Task[] {
    return this.getTasksByStatus(TaskStatus.FAILED);
  }

  /** Tasks that wait for their retry. */
  getRetryingTasks(): readonly Task[] {
    return this.getTasksByStatus(TaskStatus.RETRYING);
  }

  /** All tasks, first added first. */
  getAllTasks(): readonly Task[] {
    return Array.from(this.#entries.values(), (entry) => entry.task);
  }

  #checkNew(task: Task): void {
    if (!(task instanceof Task)) throw new InvalidArgumentError('task', 'a Task', task);
    if (this.#entries.has(task.id)) throw alreadyExists(task.id);
  }

  #entryOf(id: string): Entry {
    const entry = this.#entries.get(checkText('id', id));
    if (entry !== undefined) return entry;
    throw new OrchestratorError('not-found', `There is no task "${id}" in this queue.`, {
      details: { taskId: id },
    });
  }

  #add(task: Task): void {
    const entry: Entry = { task, sequence: this.#nextSequence, place: 'out', retry: undefined, index: 0 };
    this.#nextSequence += 1;
    this.#entries.set(task.id, entry);
    this.#byStatus.add(entry, task.status);
    const isReady = this.#dependencies.add(task.id, task.dependencies);
    task.watch((_, from, to) => this.#onMove(entry, from, to));
    if (task.status !== TaskStatus.PENDING) this.#enter(entry, task.status);
    else if (isReady) this.#makeReady(entry);
    const failed = task.isTerminal()
      ? undefined
      : task.dependencies.find((id) => this.#dependencies.hasFailed(id));
    if (failed !== undefined) this.#cancelFor(entry, failed);
  }

  /** Hears every move of every task here. */
  #onMove(entry: Entry, from: TaskStatus, to: TaskStatus): void {
    this.#byStatus.move(entry, from, to);
    if (entry.place === 'ready') entry.place = 'stale';
    if (entry.retry !== undefined) {
      this.#retrying.remove(entry.retry);
      entry.retry = undefined;
    }
    this.#enter(entry, to);
  }

  /** Does what a status asks for: a place in a heap, the release of dependents, or their end. */
  #enter(entry: Entry, status: TaskStatus): void {
    const { id } = entry.task;
    if (status === TaskStatus.PENDING) {
      if (this.#dependencies.isReady(id)) this.#makeReady(entry);
    } else if (status === TaskStatus.RETRYING) {
      const { nextRetryAt } = entry.task.retryState;
      entry.retry = { entry, dueAt: nextRetryAt === null ? 0 : Date.parse(nextRetryAt) };
      this.#retrying.push(entry.retry);
    } else if (status === TaskStatus.COMPLETED) {
      for (const released of this.#dependencies.complete(id)) {
        const other = this.#entries.get(released);
        if (other?.task.status === TaskStatus.PENDING) this.#makeReady(other);
      }
    } else if (status === TaskStatus.FAILED || status === TaskStatus.CANCELLED) {
      for (const dependent of this.#dependencies.fail(id)) {
        const other = this.#entries.get(dependent);
        if (other !== undefined && !other.task.isTerminal()) this.#cancelFor(other, id);
      }
    }
  }

  #makeReady(entry: Entry): void {
    // One that was left behind is still where it belongs: its key never changes.
    if (entry.place === 'out') this.#pushReady(entry);
    entry.place = 'ready';
  }

  #pushReady(entry: Entry): void {
    const rank = PRIORITY_RANK[entry.task.priority];
    const createdAt = entry.task.createdAt.getTime();
    if (this.#agingMs === undefined) {
      (this.#ready[RANKS.indexOf(rank)] as KeyedHeap<Entry>).push(entry, createdAt, entry.sequence);
    } else {
      // After t milliseconds a task has priority rank + (t - createdAt) / aging. Two tasks age alike, so t cancels out
      // of any comparison: the order by createdAt - rank * aging holds at all times and the heap stays valid.
      const key = createdAt - rank * this.#agingMs;
      (this.#ready[0] as KeyedHeap<Entry>).push(entry, key, entry.sequence);
    }
  }

  #takeReady(): Entry | undefined {
    for (const heap of this.#ready) {
      for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
        const isReady = entry.place === 'ready';
        entry.place = 'out';
        if (isReady) return entry;
      }
    }
    return undefined;
  }

  #cancelFor(entry: Entry, dependency: string): void {
    const status = this.#entries.get(dependency)?.task.status ?? TaskStatus.FAILED;
    entry.task.cancel(`It depends on task "${dependency}", which is ${status}.`, 'dependency-failed');
  }
}

function compareRetries(a: Retry, b: Retry): number {
  return a.dueAt - b.dueAt || a.entry.sequence - b.entry.sequence;
}

function alreadyExists(id: string): OrchestratorError {
  return new OrchestratorError('already-exists', `Task "${id}" is already in the queue.`, {
    details: { taskId: id },
  });
}

function unknownDependency(task: Task, dependency: string): OrchestratorError {
  return new OrchestratorError(
    'unknown-dependency',
    `Task "${task.id}" depends on "${dependency}", which is not in the queue. Add it first, or both with addTasks.`,
    { details: { taskId: task.id, dependency } },
  );
}
