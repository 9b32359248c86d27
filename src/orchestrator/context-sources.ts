/** What all agents' contexts of one orchestrator draw on, made from its options. */
import type { AgentContract } from '../contracts/agent.ts';
import type { AgentMemory } from '../contracts/memory.ts';
import type { ContextSources } from './agent-context.ts';
import type { ResolvedOptions } from './orchestrator-options.ts';
import { WorkspacePool } from './workspace-pool.ts';

/** An agent's own memory wins; otherwise one is made when it is first needed and kept. */
export function contextSources(options: ResolvedOptions): ContextSources {
  const pool = new WorkspacePool(options.workspace);
  const memories = new Map<AgentContract, AgentMemory>();
  return {
    logger: options.logger,
    tracer: options.tracer,
    clock: options.clock,
    knowledge: options.knowledge,
    adapters: new Map(options.adapters.map((adapter) => [adapter.name, adapter])),
    tools: options.tools,
    model: options.model,
    allowExecute: options.allowExecute,
    tenant: options.tenant,
    memoryFor(agent) {
      const own = (agent as { readonly memory?: AgentMemory }).memory;
      const memory = own ?? memories.get(agent) ?? options.memory(agent);
      memories.set(agent, memory);
      return memory;
    },
    workspaceFor: (rootRunId) => pool.for(rootRunId),
  };
}
