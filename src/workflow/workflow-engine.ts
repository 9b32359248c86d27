/** Executes workflows over agents without an orchestrator; alone, it makes its own memory backend. */

import { buildContext, type ContextSources } from '../agents/running/agent-context.ts';
import { AgentRegistry } from '../agents/running/agent-registry.ts';
import { checkParts } from '../agents/running/check-parts.ts';
import { contextSources, type SourceOptions } from '../agents/running/context-sources.ts';
import { createTaskFunction } from '../agents/running/task-function.ts';
import { MemoryBackend } from '../backends/memory/index.ts';
import type { AgentContract } from '../contracts/agent.ts';
import type { Approval } from '../contracts/approval.ts';
import type { Backend } from '../contracts/backend.ts';
import { createLogger } from '../observability/logger.ts';
import { Approvals, type DecisionOptions } from '../security/approvals/backend-approvals.ts';
import {
  checkBoolean,
  checkInteger,
  checkKeys,
  checkObject,
  checkSignal,
  checkText,
} from '../shared/check.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { createAsk } from './ask-agent.ts';
import { type ConverseOptions, createConverse } from './converse.ts';
import type { Workflow } from './workflow.ts';
import { createWorkflowFunction } from './workflow-function.ts';
import { WorkflowRuns } from './workflow-runs.ts';
import { RUN_NAMES } from './workflow-services.ts';
import type { WorkflowResult, WorkflowStatus } from './workflow-types.ts';

/** All have defaults. */
export interface WorkflowEngineOptions extends Partial<Omit<SourceOptions, 'tenant'>> {
  /** A backend of its own; the engine registers its functions with it. @default a new memory backend */
  readonly backend?: Backend;
  /** Tasks at work at once. @default 4 */
  readonly concurrency?: number;
  /** @default 'default' */
  readonly tenant?: string;
}

const OPTIONS: readonly (keyof WorkflowEngineOptions)[] = [
  'backend',
  'concurrency',
  'tenant',
  'logger',
  'clock',
  'tracer',
  'knowledge',
  'memory',
  'adapters',
  'tools',
  'model',
  'allowExecute',
  'workspace',
];

/**
 * @example
 * const engine = new WorkflowEngine();
 * engine.registerAgent(new WordCounter());
 * const result = await engine.execute(workflow, { text: 'one two' });
 * await engine.close();
 */
export class WorkflowEngine {
  readonly #registry = new AgentRegistry();
  readonly #backend: Backend;
  readonly #clock: Clock;
  readonly #runs: WorkflowRuns;
  readonly #concurrency: number;
  readonly #approvals: Approvals;
  #starting: Promise<void> | undefined;

  constructor(options: WorkflowEngineOptions = {}) {
    checkKeys('options', options, OPTIONS);
    checkParts(options);
    const { clock = systemClock, tenant = 'default', logger = createLogger({ level: 'warn' }) } = options;
    if (options.allowExecute !== undefined) checkBoolean('allowExecute', options.allowExecute);
    this.#concurrency = checkInteger('concurrency', options.concurrency ?? 4, 1);
    this.#clock = clock;
    this.#backend = options.backend ?? new MemoryBackend({ clock });
    this.#runs = new WorkflowRuns(this.#backend, checkText('tenant', tenant));
    this.#approvals = new Approvals({ backend: this.#backend, clock, tenant });
    const sources = contextSources({ ...options, clock, tenant, logger });
    this.#register(sources);
  }

  #register(sources: ContextSources): void {
    const { clock, tenant } = sources;
    const agents = (): readonly AgentContract[] => this.#registry.all;
    const prepare = (agent: AgentContract): Promise<void> => this.#registry.prepare(agent);
    this.#backend.register(
      RUN_NAMES.taskFunction,
      createTaskFunction({
        sources,
        clock,
        agents,
        prepare,
        results: (id, tenant) => this.#backend.store.get(id, tenant),
        ask: (run, request) => this.#approvals.ask(run, request),
        emit: () => undefined,
      }),
      { tenant },
    );
    const speech: ConverseOptions = {
      clock,
      agents,
      contextFor: async (agent, run, signal, key) => {
        await prepare(agent);
        return buildContext(sources, {
          agent,
          runId: run.runId,
          rootRunId: run.runId,
          attempt: 1,
          signal,
          step: (name, work, options) => run.step(`${key}/${name}`, work, options),
          ask: (request) => this.#approvals.ask(run, { ...request, key: `${key}/${request.key}` }),
          inputs: {},
          emit: () => undefined,
        });
      },
    };
    this.#backend.register(
      RUN_NAMES.workflowFunction,
      createWorkflowFunction({
        clock,
        names: RUN_NAMES,
        converse: createConverse(speech),
        ask: createAsk(speech),
        approve: (run, request) => this.#approvals.ask(run, request),
        emit: () => undefined,
      }),
      { tenant },
    );
  }

  /** Questions that wait for a decision, the oldest first. */
  pendingApprovals(): Promise<readonly Approval[]> {
    return this.#approvals.pending();
  }

  /** Lets what waits go on. Rejects with `not-found`, `already-exists` when it was decided, `version-conflict` for another payload. */
  approve(id: string, options?: DecisionOptions): Promise<Approval> {
    return this.#approvals.decide(id, true, options);
  }

  /** Refuses what waits, with a reason; errors as in {@link approve}. */
  reject(id: string, options?: string | DecisionOptions): Promise<Approval> {
    return this.#approvals.decide(id, false, options);
  }

  /** Throws `already-exists` on a name in use, `invalid-argument` on what is no agent. */
  registerAgent(agent: AgentContract): void {
    this.#registry.register(agent);
  }

  /** From an array or a map by name, such as an orchestrator's `agents`. */
  registerAgents(agents: Iterable<AgentContract> | ReadonlyMap<string, AgentContract>): void {
    this.#registry.registerAll(agents);
  }

  /** Runs a workflow to its end. Failed steps resolve with `success: false`; aborting `signal` cancels it. Throws on a workflow that is not valid. */
  async execute(
    workflow: Workflow,
    inputs: object = {},
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<WorkflowResult> {
    checkObject('options', options);
    const signal = checkSignal('signal', options.signal);
    return this.#runs.result(await this.submit(workflow, inputs), { signal });
  }

  /** Starts a workflow and returns its run's id. */
  async submit(workflow: Workflow, inputs: object = {}): Promise<string> {
    // One that failed is no start: the next call tries again.
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    await this.#starting;
    return this.#runs.submit(workflow, inputs);
  }

  async #start(): Promise<void> {
    await this.#backend.setQueue(RUN_NAMES.taskQueue, { concurrency: this.#concurrency });
    await this.#backend.start();
  }

  /** Throws `not-found`, as the methods below do. */
  getWorkflowStatus(workflowId: string): Promise<WorkflowStatus> {
    return this.#runs.status(workflowId);
  }

  /** Undefined until it has ended. */
  getWorkflowResult(workflowId: string): Promise<WorkflowResult | undefined> {
    return this.#runs.resultIfEnded(workflowId);
  }

  /** Ends it with all that it started. */
  async cancelWorkflow(workflowId: string, reason?: string): Promise<void> {
    if (reason !== undefined) checkText('reason', reason);
    return this.#runs.cancel(workflowId, reason);
  }

  /** Holds it before its next step; steps at work go on. */
  pauseWorkflow(workflowId: string): Promise<void> {
    return this.#runs.pause(workflowId);
  }

  /** Lets a paused one go on. */
  resumeWorkflow(workflowId: string): Promise<void> {
    return this.#runs.resume(workflowId);
  }

  /** Ids of those that have not ended. */
  getRunningWorkflows(): Promise<readonly string[]> {
    return this.#runs.running();
  }

  /** Ends all work and stops the backend. */
  async close(): Promise<void> {
    await this.#backend.stop();
    await this.#registry.shutdown(this.#clock);
  }

  /** {@link WorkflowEngine.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
