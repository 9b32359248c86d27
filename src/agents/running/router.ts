/** Chooses the agent for a task, and says why. */
import type { AgentCapability, AgentContract } from '../../contracts/agent.ts';
import { type TaskJson, TaskType } from '../../contracts/task.ts';
import { checkOneOf } from '../../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../../shared/errors.ts';

/** The capability that does a type of task when no agent lists the type itself. */
const CAPABILITY_FOR: Readonly<Record<TaskType, AgentCapability>> = {
  planning: 'planning',
  development: 'coding',
  bug_fix: 'coding',
  feature: 'coding',
  testing: 'testing',
  security_review: 'security_analysis',
  documentation: 'documentation',
  code_review: 'code_review',
  research: 'research',
  architecture: 'system_design',
  devops: 'devops',
  data: 'data_modeling',
};

/** An agent that could do a task, with the reason. */
export interface Route {
  readonly agent: AgentContract;
  readonly reason: string;
}

/**
 * All agents for a task, best first: the assigned one alone, else those that list the type (the more specialised first),
 * else those with the capability. Ties go to the one registered first.
 */
export function findRoutes(
  task: Pick<TaskJson, 'taskType' | 'assignedAgent'>,
  agents: readonly AgentContract[],
): readonly Route[] {
  if (typeof task !== 'object' || task === null || Array.isArray(task))
    throw new InvalidArgumentError('task', 'a Task or an object with taskType and assignedAgent', task);
  checkOneOf('task.taskType', task.taskType, Object.values(TaskType));
  if ((task.assignedAgent ?? null) !== null) {
    const agent = agents.find(({ name }) => name === task.assignedAgent);
    return agent === undefined ? [] : [{ agent, reason: `The task is assigned to ${agent.name}.` }];
  }
  const byType = agents
    .filter(({ taskTypes }) => taskTypes.includes(task.taskType))
    .sort((a, b) => a.taskTypes.length - b.taskTypes.length)
    .map((agent): Route => ({ agent, reason: `${agent.name} takes ${task.taskType} tasks.` }));
  if (byType.length > 0) return byType;
  const capability = CAPABILITY_FOR[task.taskType];
  return agents
    .filter(({ capabilities }) => capabilities.includes(capability))
    .map((agent) => ({
      agent,
      reason: `No agent lists ${task.taskType} tasks; ${agent.name} has the capability ${capability}.`,
    }));
}

/** The best route. Throws `no-agent`, naming what was needed and what is registered. */
export function routeTask(
  task: Pick<TaskJson, 'id' | 'taskType' | 'assignedAgent'>,
  agents: readonly AgentContract[],
): Route {
  const [best] = findRoutes(task, agents);
  if (best !== undefined) return best;
  const registered = agents.map(({ name }) => name).join(', ') || 'none';
  const need =
    task.assignedAgent === null ? `an agent for ${task.taskType} tasks` : `the agent ${task.assignedAgent}`;
  throw new OrchestratorError('no-agent', `Task ${task.id} needs ${need}; registered: ${registered}.`, {
    details: { taskId: task.id, taskType: task.taskType, assignedAgent: task.assignedAgent, registered },
  });
}
