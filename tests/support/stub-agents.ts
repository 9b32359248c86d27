import { BaseAgent } from '../../src/agents/base-agent.ts';
import type { AgentContext } from '../../src/contracts/agent.ts';
import type { TaskJson, TaskOutcome, TaskType } from '../../src/contracts/task.ts';

/** An agent whose work the test gives. It takes every type of task named. */
export class WorkingAgent extends BaseAgent {
  readonly seen: TaskJson[] = [];
  readonly #work: (task: TaskJson, context: AgentContext) => Promise<TaskOutcome> | TaskOutcome;

  constructor(
    work: (task: TaskJson, context: AgentContext) => Promise<TaskOutcome> | TaskOutcome = () => ({
      success: true,
      output: 'done',
    }),
    { name = 'Worker', taskTypes = ['development'] as readonly TaskType[] } = {},
  ) {
    super({ name, description: `${name} works.`, capabilities: ['coding'], taskTypes });
    this.#work = work;
  }

  override async handleTask(task: TaskJson, context: AgentContext): Promise<TaskOutcome> {
    this.seen.push(task);
    return this.#work(task, context);
  }
}

/** Fields of a task that {@link WorkingAgent} takes. */
export const WORK = { description: 'Something to do.', taskType: 'development' } as const;
