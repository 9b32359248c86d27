/** Builds what an agent may use, with every call of a model or a tool made a step of the run. */

import type { AdapterContract } from '../../contracts/adapter.ts';
import type { AgentContext, AgentContract, AgentEvent } from '../../contracts/agent.ts';
import type { AskApproval } from '../../contracts/approval.ts';
import type { AgentMemory, KnowledgeReader } from '../../contracts/memory.ts';
import type { ModelClient } from '../../contracts/model.ts';
import type { ProgramRunner } from '../../contracts/program.ts';
import type { TaskResult } from '../../contracts/task.ts';
import type { AnyTool } from '../../contracts/tool.ts';
import type { Workspace } from '../../contracts/workspace.ts';
import type { Budget } from '../../llm/budget/budget.ts';
import { budgetedModel, tellExceeded } from '../../llm/budget/budgeted-model.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Tracer } from '../../observability/tracer.ts';
import { mergeSignals } from '../../shared/abort.ts';
import { checkText } from '../../shared/check.ts';
import type { Clock } from '../../shared/time.ts';
import { checkEffect } from './check-effect.ts';
import { durableAdapters } from './durable-adapters.ts';
import { durableModel } from './durable-model.ts';
import { durableTools } from './durable-tools.ts';
import { performEffect } from './perform-effect.ts';
import type { StepFunction } from './step-function.ts';
import type { CallWatch } from './tell-calls.ts';
import { UsageMeter } from './usage-meter.ts';

/** What all contexts of one orchestrator draw on. */
export interface ContextSources {
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly knowledge: KnowledgeReader;
  /** Those there are now: plugins may add some. */
  adapters(): ReadonlyMap<string, AdapterContract>;
  readonly tools: readonly AnyTool[];
  readonly model: ModelClient | undefined;
  /** Undefined: nothing is limited. */
  readonly budget: Budget | undefined;
  readonly allowExecute: boolean;
  readonly tenant: string;
  memoryFor(agent: AgentContract): AgentMemory;
  /** The same snapshot for all runs that belong to one root run. */
  workspaceFor(
    rootRunId: string,
  ): Promise<{ readonly workspace: Workspace | undefined; readonly runner: ProgramRunner }>;
}

/** What is particular to one piece of work. */
export interface ContextRequest {
  readonly agent: AgentContract;
  readonly runId: string;
  readonly rootRunId: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly step: StepFunction;
  /** Steps that all attempts share. @default `step` */
  readonly once?: StepFunction;
  /** Asks a person. @default nobody can be asked */
  readonly ask?: AskApproval | undefined;
  readonly inputs: Readonly<Record<string, TaskResult>>;
  readonly meter?: UsageMeter;
  readonly emit: (event: AgentEvent) => void;
}

/** One agent's context for one piece of work. */
export async function buildContext(sources: ContextSources, request: ContextRequest): Promise<AgentContext> {
  const { agent, step, meter = new UsageMeter() } = request;
  const model = ownModel(agent) ?? sources.model;
  const { workspace, runner } = await sources.workspaceFor(request.rootRunId);
  const { budget } = sources;
  let logger: Logger | undefined;
  const watch: CallWatch = { clock: sources.clock, tell: request.emit };
  const once = request.once ?? step;
  const host = { step, once, attempt: request.attempt, ask: request.ask, tell: request.emit };
  const owner = { runId: request.rootRunId, agent: agent.name };
  const paid = (client: ModelClient): ModelClient =>
    budget === undefined ? client : budgetedModel(client, budget, owner, sources.clock, request.emit);
  const payTool = async (): Promise<void> => {
    await budget?.reserve(owner, { toolCalls: 1 }).catch((error: unknown) => {
      tellExceeded(error, request.emit);
      throw error;
    });
  };
  return {
    signal: request.signal,
    // Made when it is first used: most agents log nothing.
    get logger() {
      logger ??= sources.logger.child({ agent: agent.name, runId: request.runId });
      return logger;
    },
    tracer: sources.tracer,
    clock: sources.clock,
    // A journalled call is not paid again: the budget stands inside the step.
    model: model === undefined ? undefined : durableModel(paid(model), step, meter, watch),
    tools: durableTools(sources.tools, host, meter, watch, payTool),
    budget: budget?.view(owner) ?? { lines: () => Promise.resolve([]) },
    memory: sources.memoryFor(agent),
    knowledge: sources.knowledge,
    // A copy: what an agent does to it stays with it.
    adapters: durableAdapters(sources.adapters(), host, watch),
    workspace,
    runner: boundTo(runner, request.signal),
    policy: { allowExecute: sources.allowExecute },
    inputs: request.inputs,
    tenant: sources.tenant,
    run: { id: request.runId, attempt: request.attempt },
    step: (key, work) => step(`step:${checkText('key', key)}`, work),
    effect: (key, effect) => performEffect(host, `effect:${checkText('key', key)}`, checkEffect(effect)),
    ask: request.ask,
    emit: (event) => {
      if (!isToldAlready(event)) request.emit(event);
    },
  };
}

/**
 * A tool loop tells of its calls, for whoever runs it without a context. Here the calls themselves are told, of a loop or
 * not: what the loop says of them besides would be said twice. Its whole texts, its notes and calls it refused are news.
 */
function isToldAlready(event: AgentEvent): boolean {
  switch (event?.type) {
    case 'model-text':
      return event.isPiece;
    case 'model-answered':
    case 'tool-started':
      return true;
    case 'tool-finished':
      return event.outcome === 'done' || event.outcome === 'failed';
    default:
      return false;
  }
}

/** Programs end with the work that started them, whether or not the agent hands its signal on. */
function boundTo(runner: ProgramRunner, signal: AbortSignal): ProgramRunner {
  return {
    run: (program) => runner.run({ ...program, signal: mergeSignals(program.signal, signal) }),
    which: (command) => runner.which(command),
  };
}

function ownModel(agent: AgentContract): ModelClient | undefined {
  return (agent as { readonly model?: ModelClient }).model;
}
