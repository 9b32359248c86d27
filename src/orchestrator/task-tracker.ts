/** Keeps a caller's `Task` objects true to what the backend says of their runs. */
import { type TaskJson, type TaskResult, TaskStatus } from '../contracts/task.ts';
import type { Clock } from '../shared/time.ts';
import type { Task } from '../tasks/task.ts';

export class TaskTracker {
  readonly #tasks = new Map<string, Task>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The object that a caller handed in, while its run goes on. */
  get(taskId: string): Task | undefined {
    return this.#tasks.get(taskId);
  }

  track(task: Task): void {
    this.#tasks.set(task.id, task);
    this.#adopt(task, { status: TaskStatus.QUEUED });
  }

  started(taskId: string, agent: string): void {
    const task = this.#tasks.get(taskId);
    const startedAt = task?.startedAt?.toISOString() ?? this.#now();
    if (task !== undefined)
      this.#adopt(task, { status: TaskStatus.IN_PROGRESS, assignedAgent: agent, startedAt });
  }

  retrying(taskId: string, attempt: number, delayMs: number, lastError: string): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) return;
    const nextRetryAt = new Date(this.#clock.now() + delayMs).toISOString();
    this.#adopt(task, { status: TaskStatus.RETRYING, retryState: { attempt, lastError, nextRetryAt } });
  }

  /** Writes the end into the object and lets go of it. */
  ended(taskId: string, status: TaskJson['status'], result: TaskResult): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) return;
    this.#tasks.delete(taskId);
    this.#adopt(task, {
      status,
      result,
      completedAt: this.#now(),
      retryState: { ...task.retryState, nextRetryAt: null },
    });
  }

  #adopt(task: Task, change: Partial<TaskJson>): void {
    task.adopt({ ...task.toJSON(), ...change, updatedAt: this.#now() });
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
