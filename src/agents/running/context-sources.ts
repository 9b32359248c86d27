/** What all agents' contexts of one owner draw on. */
import type { AdapterContract } from '../../contracts/adapter.ts';
import type { AgentContract } from '../../contracts/agent.ts';
import type { AgentMemory } from '../../contracts/memory.ts';
import type { ModelClient } from '../../contracts/model.ts';
import type { AnyTool } from '../../contracts/tool.ts';
import type { Workspace } from '../../contracts/workspace.ts';
import type { Budget } from '../../llm/budget/budget.ts';
import { KnowledgeBase } from '../../memory/knowledge-base.ts';
import { MemoryStore } from '../../memory/memory-store.ts';
import type { Logger } from '../../observability/logger.ts';
import { Tracer } from '../../observability/tracer.ts';
import type { Clock } from '../../shared/time.ts';
import type { ContextSources } from './agent-context.ts';
import { WorkspacePool } from './workspace-pool.ts';

export interface SourceOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly tenant: string;
  readonly tracer?: Tracer;
  /** @default an empty one */
  readonly knowledge?: KnowledgeBase;
  /** Makes the memory of an agent that has none of its own. @default a `MemoryStore` for each agent */
  readonly memory?: (agent: AgentContract) => AgentMemory;
  readonly adapters?: readonly AdapterContract[];
  /** Further adapters, as there are at the time. @default none */
  readonly moreAdapters?: () => readonly AdapterContract[];
  readonly tools?: readonly AnyTool[];
  readonly model?: ModelClient | undefined;
  /** @default none: nothing is limited */
  readonly budget?: Budget | undefined;
  readonly allowExecute?: boolean;
  readonly workspace?: string | Workspace | undefined;
}

/** An agent's own memory wins; otherwise one is made when it is first needed and kept. */
export function contextSources(options: SourceOptions): ContextSources {
  const { clock, adapters = [], moreAdapters = () => [], tools = [], allowExecute = false } = options;
  const makeMemory =
    options.memory ?? ((agent: AgentContract) => new MemoryStore({ owner: agent.name, clock }));
  const pool = new WorkspacePool(options.workspace);
  const memories = new Map<AgentContract, AgentMemory>();
  return {
    logger: options.logger,
    tracer: options.tracer ?? new Tracer({ clock }),
    clock,
    knowledge: options.knowledge ?? new KnowledgeBase({ clock }),
    adapters: () => new Map([...adapters, ...moreAdapters()].map((adapter) => [adapter.name, adapter])),
    tools,
    model: options.model,
    budget: options.budget,
    allowExecute,
    tenant: options.tenant,
    memoryFor(agent) {
      const own = (agent as { readonly memory?: AgentMemory }).memory;
      const memory = own ?? memories.get(agent) ?? makeMemory(agent);
      memories.set(agent, memory);
      return memory;
    },
    workspaceFor: (rootRunId) => pool.for(rootRunId),
  };
}
