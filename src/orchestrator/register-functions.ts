/** Registers what runs of a backend do: tasks and workflows, with what they need of the orchestrator. */
import type { ContextSources } from '../agents/running/agent-context.ts';
import type { AgentRegistry } from '../agents/running/agent-registry.ts';
import type { ParkedRuns } from '../agents/running/parked-runs.ts';
import { createTaskFunction } from '../agents/running/task-function.ts';
import type { OrchestratorEventBody } from '../contracts/events.ts';
import type { PluginManager } from '../plugins/plugin-manager.ts';
import type { Approvals } from '../security/approvals/backend-approvals.ts';
import { createAsk } from '../workflow/ask-agent.ts';
import { type ConverseOptions, createConverse } from '../workflow/converse.ts';
import { createWorkflowFunction } from '../workflow/workflow-function.ts';
import { RUN_NAMES } from '../workflow/workflow-services.ts';
import { createCorrector } from './corrector.ts';
import type { MessageDesk } from './message-desk.ts';
import type { ResolvedOptions } from './orchestrator-options.ts';

/** The parts of an orchestrator that its runs work with. */
export interface RunParts {
  readonly options: ResolvedOptions;
  readonly registry: AgentRegistry;
  readonly sources: ContextSources;
  readonly plugins: PluginManager;
  readonly approvals: Approvals;
  readonly messages: MessageDesk;
  readonly parked: ParkedRuns;
  emit(runId: string, body: OrchestratorEventBody): void;
}

/** To be called once for a backend and tenant, before the backend is started. */
export function registerFunctions({
  options: { backend, tenant, clock, evaluators, metrics },
  registry,
  sources,
  plugins,
  approvals,
  messages,
  parked,
  emit,
}: RunParts): void {
  backend.register(
    RUN_NAMES.taskFunction,
    createTaskFunction({
      sources,
      clock,
      agents: () => registry.all,
      prepare: (agent) => registry.prepare(agent),
      results: (runId, ofTenant) => backend.store.get(runId, ofTenant),
      correct: createCorrector(() => [...evaluators, ...plugins.evaluators()]),
      plugins,
      metrics,
      ask: (run, request) => approvals.ask(run, request),
      parked,
      emit,
    }),
    { tenant },
  );
  const speech: ConverseOptions = {
    clock,
    agents: () => registry.all,
    contextFor: (agent, run, signal, key) => messages.contextInRun(agent, run, signal, key),
  };
  backend.register(
    RUN_NAMES.workflowFunction,
    createWorkflowFunction({
      clock,
      names: RUN_NAMES,
      converse: createConverse(speech),
      ask: createAsk(speech),
      approve: (run, request) => approvals.ask(run, request),
      emit,
    }),
    { tenant },
  );
}
