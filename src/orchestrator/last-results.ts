/** Remembers the last result of each agent, so that it can be asked about its work. */
import type { TaskResult } from '../contracts/task.ts';

export class LastResults {
  readonly #byAgent = new Map<string, { readonly taskId: string; readonly result: TaskResult }>();

  keep(agent: string, taskId: string, result: TaskResult): void {
    this.#byAgent.set(agent, { taskId, result });
  }

  /** By task id, as an agent's context offers them. */
  get inputs(): Readonly<Record<string, TaskResult>> {
    return Object.fromEntries([...this.#byAgent.values()].map(({ taskId, result }) => [taskId, result]));
  }
}
