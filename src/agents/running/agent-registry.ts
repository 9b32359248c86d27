/** The agents of an orchestrator: by name, initialised once before their first work. */
import { AgentCapability, type AgentContract } from '../../contracts/agent.ts';
import { checkOneOf, checkText } from '../../shared/check.ts';
import { closeAll } from '../../shared/close-all.ts';
import { InvalidArgumentError, OrchestratorError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/time.ts';

export class AgentRegistry {
  readonly #agents = new Map<string, AgentContract>();
  readonly #prepared = new Map<AgentContract, Promise<void>>();

  get byName(): ReadonlyMap<string, AgentContract> {
    return this.#agents;
  }

  get all(): readonly AgentContract[] {
    return [...this.#agents.values()];
  }

  /** Throws `invalid-argument` on what is no agent, `already-exists` on a name in use. */
  register(agent: AgentContract): void {
    checkAgent(agent);
    if (this.#agents.has(agent.name)) {
      throw new OrchestratorError(
        'already-exists',
        `There is already an agent named ${agent.name}; give one of them another \`name\`.`,
        {
          details: { name: agent.name },
        },
      );
    }
    this.#agents.set(agent.name, agent);
  }

  /** Takes several in, from an array or a map by name. */
  registerAll(agents: Iterable<AgentContract> | ReadonlyMap<string, AgentContract>): void {
    for (const agent of agentsIn(agents)) this.register(agent);
  }

  /** Returns whether there was one. Work it has in hand goes on. */
  unregister(name: string): boolean {
    return this.#agents.delete(checkText('name', name));
  }

  withCapability(capability: AgentCapability): readonly AgentContract[] {
    checkOneOf('capability', capability, Object.values(AgentCapability));
    return this.all.filter(({ capabilities }) => capabilities.includes(capability));
  }

  /** Throws `not-found`, naming who is there. */
  get(name: string): AgentContract {
    const agent = this.#agents.get(checkText('name', name));
    if (agent !== undefined) return agent;
    const known = [...this.#agents.keys()].join(', ') || 'none';
    throw new OrchestratorError('not-found', `There is no agent named ${name}; registered: ${known}.`, {
      details: { name, known },
    });
  }

  /** Calls `initialize` once; a failed call is tried again by the next task. */
  prepare(agent: AgentContract): Promise<void> {
    const known = this.#prepared.get(agent);
    if (known !== undefined) return known;
    const preparing = (async () => agent.initialize?.())();
    this.#prepared.set(agent, preparing);
    preparing.catch(() => this.#prepared.delete(agent));
    return preparing;
  }

  /** Calls `shutdown` of every agent that was prepared. All are called; the errors come back, after 5 s at the latest. */
  async shutdown(clock: Clock): Promise<readonly unknown[]> {
    const agents = [...this.#prepared.keys()];
    this.#prepared.clear();
    return closeAll(
      clock,
      agents.map((agent) => ({ what: `the agent ${agent.name}`, close: async () => agent.shutdown?.() })),
    );
  }
}

/** The agents of an array or a map by name. Throws `invalid-argument` on anything else. */
export function agentsIn(
  agents: Iterable<AgentContract> | ReadonlyMap<string, AgentContract>,
): Iterable<AgentContract> {
  const list = agents instanceof Map ? agents.values() : agents;
  if (typeof (list as Iterable<AgentContract> | null | undefined)?.[Symbol.iterator] !== 'function') {
    throw new InvalidArgumentError('agents', 'an array or a map of agents', agents);
  }
  return list as Iterable<AgentContract>;
}

function checkAgent(agent: unknown): void {
  const candidate = agent as Partial<AgentContract> | null | undefined;
  if (typeof candidate !== 'object' || candidate === null)
    throw new InvalidArgumentError('agent', 'an agent', agent);
  checkText('agent.name', candidate.name);
  for (const method of ['handleTask', 'processMessage'] as const) {
    if (typeof candidate[method] !== 'function')
      throw new InvalidArgumentError(`agent.${method}`, 'a function', candidate[method]);
  }
  for (const list of ['capabilities', 'taskTypes'] as const) {
    if (!Array.isArray(candidate[list]))
      throw new InvalidArgumentError(`agent.${list}`, 'an array', candidate[list]);
  }
}
