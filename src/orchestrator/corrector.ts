/** Puts a correction loop around an agent's work on a task, where evaluators are given. */
import type { AgentContext, AgentContract } from '../contracts/agent.ts';
import type { TaskOutcome } from '../contracts/task.ts';
import type { Task } from '../tasks/task.ts';

/** Does a task with an agent and improves the outcome. */
export type Corrector = (agent: AgentContract, task: Task, context: AgentContext) => Promise<TaskOutcome>;

/** The agent's outcome as it is. */
export const noCorrection: Corrector = (agent, task, context) => agent.handleTask(task.toJSON(), context);
