/** An agent's context for a test: in memory, with a still clock, and a record of what the agent told. */

import { buildContext } from '../agents/running/agent-context.ts';
import type { StepFunction } from '../agents/running/step-function.ts';
import { WorkspacePool } from '../agents/running/workspace-pool.ts';
import type { AgentContext, AgentContract, AgentEvent } from '../contracts/agent.ts';
import type { AgentMemory, KnowledgeReader } from '../contracts/memory.ts';
import type { ModelClient } from '../contracts/model.ts';
import type { TaskResult } from '../contracts/task.ts';
import type { AnyTool } from '../contracts/tool.ts';
import type { Workspace } from '../contracts/workspace.ts';
import { KnowledgeBase } from '../memory/knowledge-base.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import { silentLogger } from '../observability/logger.ts';
import { Tracer } from '../observability/tracer.ts';
import type { JsonValue } from '../shared/json.ts';
import type { Clock } from '../shared/time.ts';
import { ManualClock } from './manual-clock.ts';

/** All have defaults. */
export interface TestContextOptions {
  /** Whose context it is. @default an agent named TestAgent */
  readonly agent?: AgentContract;
  /** A folder or a workspace. @default none */
  readonly workspace?: string | Workspace;
  readonly model?: ModelClient;
  readonly tools?: readonly AnyTool[];
  readonly inputs?: Readonly<Record<string, TaskResult>>;
  readonly memory?: AgentMemory;
  readonly knowledge?: KnowledgeReader;
  readonly allowExecute?: boolean;
  readonly signal?: AbortSignal;
  /** @default a ManualClock */
  readonly clock?: Clock;
}

/** A context, and what was told and done through it. */
export interface TestContext {
  readonly context: AgentContext;
  /** What the agent emitted, in order. */
  readonly events: readonly AgentEvent[];
  /** Results of steps by key: hand them to another context to play a restart. */
  readonly journal: Map<string, JsonValue>;
}

/** The context that the orchestrator would build, with steps kept in a map. `journal` gives steps that were done before. */
export async function createTestContext(
  options: TestContextOptions = {},
  journal: Map<string, JsonValue> = new Map(),
): Promise<TestContext> {
  const { signal = new AbortController().signal, clock = new ManualClock(), agent = placeholder } = options;
  const events: AgentEvent[] = [];
  const pool = new WorkspacePool(options.workspace);
  const step: StepFunction = async (key, work) => {
    if (journal.has(key)) return journal.get(key) as Awaited<ReturnType<typeof work>>;
    const result = await work({ idempotencyKey: `test/${key}`, signal });
    journal.set(key, result);
    return result;
  };
  const context = await buildContext(
    {
      logger: silentLogger,
      tracer: new Tracer({ clock }),
      clock,
      knowledge: options.knowledge ?? new KnowledgeBase({ clock }),
      adapters: () => new Map(),
      tools: options.tools ?? [],
      model: options.model,
      budget: undefined,
      allowExecute: options.allowExecute ?? false,
      tenant: 'test',
      memoryFor: () => options.memory ?? new MemoryStore({ owner: agent.name, clock }),
      workspaceFor: (rootRunId) => pool.for(rootRunId),
    },
    {
      agent,
      runId: 'test',
      rootRunId: 'test',
      attempt: 1,
      signal,
      step,
      inputs: options.inputs ?? {},
      emit: (event) => events.push(event),
    },
  );
  return { context, events, journal };
}

const placeholder: AgentContract = {
  name: 'TestAgent',
  description: 'Stands in where a test needs no agent of its own.',
  capabilities: [],
  taskTypes: [],
  handleTask: () => Promise.resolve({ success: false, errorMessage: 'TestAgent does no tasks.' }),
  processMessage: () => Promise.reject(new Error('TestAgent answers no messages.')),
};
