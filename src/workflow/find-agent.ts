/** Finds a registered agent by its name. */
import type { AgentContract } from '../contracts/agent.ts';
import { OrchestratorError } from '../shared/errors.ts';

/** Throws `not-found`, naming those there are. */
export function findAgent(agents: readonly AgentContract[], name: string): AgentContract {
  const agent = agents.find((one) => one.name === name);
  if (agent !== undefined) return agent;
  const known = agents.map((one) => one.name).join(', ') || 'none';
  throw new OrchestratorError('not-found', `There is no agent named ${name}; registered: ${known}.`, {
    details: { name },
  });
}
