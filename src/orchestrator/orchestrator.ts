/**
 * The one object that an application holds: agents are registered with it, work is given to it, and it drives that work
 * over its backend.
 */

import type { ContextSources } from '../agents/running/agent-context.ts';
import { AgentRegistry, agentsIn } from '../agents/running/agent-registry.ts';
import { contextSources } from '../agents/running/context-sources.ts';
import { ParkedRuns } from '../agents/running/parked-runs.ts';
import { findRoutes, type Route } from '../agents/running/router.ts';
import type { AgentCapability, AgentContract, AgentResponse } from '../contracts/agent.ts';
import type { Approval } from '../contracts/approval.ts';
import { EVENT_TYPES, type OrchestratorEvent, type OrchestratorEventBody } from '../contracts/events.ts';
import type { TaskJson, TaskResult } from '../contracts/task.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { PluginManager } from '../plugins/plugin-manager.ts';
import type { Approvals, DecisionOptions } from '../security/approvals/backend-approvals.ts';
import { abortReason, raceSignal } from '../shared/abort.ts';
import { cancelledBy } from '../shared/cancelled-by.ts';
import { checkInteger, checkObject, checkOneOf, checkText } from '../shared/check.ts';
import { errorToJson, InvalidArgumentError, OrchestratorError, toError } from '../shared/errors.ts';
import type { ScheduleTiming } from '../tasks/schedule-timing.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskInit } from '../tasks/task-fields.ts';
import type { Workflow } from '../workflow/workflow.ts';
import { WorkflowRuns } from '../workflow/workflow-runs.ts';
import { RUN_NAMES } from '../workflow/workflow-services.ts';
import type { WorkflowResult } from '../workflow/workflow-types.ts';
import { EventLog } from './event-log.ts';
import { LastResults } from './last-results.ts';
import { type ConversationInit, MessageDesk } from './message-desk.ts';
import type { MessageInit } from './messaging.ts';
import { openApprovals } from './open-approvals.ts';
import { type OrchestratorOptions, type ResolvedOptions, resolveOptions } from './orchestrator-options.ts';
import { countRuns, type OrchestratorStatus } from './orchestrator-status.ts';
import { registerFunctions } from './register-functions.ts';
import { runStream } from './run-stream.ts';
import { openSchedules } from './schedules/open-schedules.ts';
import type { ScheduledWork } from './schedules/scheduled-work.ts';
import type { ScheduleHandle, Schedules } from './schedules/schedules.ts';
import { shutDown } from './shut-down.ts';
import { TaskDesk } from './task-desk.ts';
import { resolveWait, type WaitOptions } from './wait-options.ts';
import { wakeParked } from './wake-parked.ts';

/**
 * Runs a team of agents over tasks, workflows and conversations. Failed work resolves with `success: false` and a stop
 * reason; misuse throws a typed error.
 *
 * @example
 * const orchestrator = new Orchestrator({ workspace: '.' });
 * orchestrator.registerAgent(new SecurityAgent());
 * const result = await orchestrator.runTask({ title: 'Review', description: 'Find secrets', taskType: 'security_review' });
 * console.log(result.output);
 * await orchestrator.shutdown();
 */
export class Orchestrator {
  readonly #options: ResolvedOptions;
  readonly #registry = new AgentRegistry();
  readonly #messages: MessageDesk;
  readonly #events: EventLog;
  readonly #desk: TaskDesk;
  readonly #plugins: PluginManager;
  readonly #workflows: WorkflowRuns;
  readonly #schedules: Schedules;
  readonly #approvals: Approvals;
  readonly #parked = new ParkedRuns();
  readonly #lastResults = new LastResults();
  readonly #sources: ContextSources;
  readonly #closing = new AbortController();
  #state: OrchestratorStatus['state'] = 'created';
  #plugging: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  /** Throws `invalid-argument` on a bad option. Opens nothing: {@link Orchestrator.start} does. */
  constructor(options: OrchestratorOptions = {}) {
    this.#options = resolveOptions(options);
    const { clock, tenant, backend } = this.#options;
    this.#events = new EventLog({ clock, tenant });
    this.#desk = new TaskDesk(
      this.#options,
      (runId, body) => this.#tell(runId, body),
      (task) => this.#plugins.triggerHook('onTaskCreated', task),
    );
    this.#plugins = new PluginManager({
      plugins: this.#options.plugins,
      limits: this.#options.pluginLimits,
      clock,
      logger: this.#options.logger,
      tenant,
      onFailure: (plugin, error) =>
        this.#tell(`plugin-${plugin}`, { type: 'plugin-failed', plugin, error: errorToJson(error) }),
    });
    this.#events.on('*', (event) => {
      if (event.type !== 'plugin-failed') this.#plugins.observe(event);
    });
    this.#sources = contextSources({ ...this.#options, moreAdapters: () => this.#plugins.adapters() });
    this.#workflows = new WorkflowRuns(backend, tenant);
    const emit = (runId: string, body: OrchestratorEventBody): void => this.#tell(runId, body);
    this.#approvals = openApprovals(this.#options, emit);
    this.#schedules = openSchedules({
      options: this.#options,
      desk: this.#desk,
      workflows: this.#workflows,
      prepare: () => this.#prepare(),
      emit,
    });
    this.#messages = new MessageDesk({
      options: this.#options,
      registry: this.#registry,
      sources: this.#sources,
      lastResults: this.#lastResults,
      closing: this.#closing.signal,
      ask: (run, request) => this.#approvals.ask(run, request),
      onSent: (message) => this.#plugins.triggerHook('onMessageSent', message),
      emit,
    });
    registerFunctions({
      options: this.#options,
      registry: this.#registry,
      sources: this.#sources,
      plugins: this.#plugins,
      approvals: this.#approvals,
      messages: this.#messages,
      parked: this.#parked,
      emit,
    });
  }

  /** The plugins: enable, disable, configure, and ask how they stand. Those registered later start at once. */
  get plugins(): PluginManager {
    return this.#plugins;
  }

  /** The schedules of this tenant: list, pause, resume, remove and trigger them. */
  get schedules(): Schedules {
    return this.#schedules;
  }

  /** Makes work come back at planned times, once in all processes; started orchestrators fire it. {@link Schedules.add} has the errors. */
  schedule(timing: ScheduleTiming, work: ScheduledWork): Promise<ScheduleHandle> {
    return this.#schedules.add(timing, work);
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

  /** Agents by name, in the order of registration. */
  get agents(): ReadonlyMap<string, AgentContract> {
    return this.#registry.byName;
  }

  /** Takes an agent in; runs that wait for one of its name go on. Throws `already-exists` on a name in use, `invalid-argument` on what is no agent. */
  registerAgent(agent: AgentContract): void {
    this.#registry.register(agent);
    this.#warnWithoutModel(agent);
    for (const runId of this.#parked.take(agent.name))
      void wakeParked(runId, agent.name, this.#options, this.#closing.signal);
  }

  /** Takes several in, from an array or a map by name. */
  registerAgents(agents: Iterable<AgentContract> | ReadonlyMap<string, AgentContract>): void {
    for (const agent of agentsIn(agents)) this.registerAgent(agent);
  }

  /** Lets an agent go; returns whether there was one of that name. Work it has in hand goes on. */
  unregisterAgent(name: string): boolean {
    return this.#registry.unregister(name);
  }

  /** Agents that could do a task, best first, each with the reason. */
  findAgentsForTask(task: Pick<TaskJson, 'taskType' | 'assignedAgent'>): readonly Route[] {
    return findRoutes(task, this.#registry.all);
  }

  /** Agents with a capability, in the order of registration. */
  getAgentsByCapability(capability: AgentCapability): readonly AgentContract[] {
    return this.#registry.withCapability(capability);
  }

  /** Starts the backend. Work that is waited for starts it by itself; twice is once. */
  async start(options: WaitOptions = {}): Promise<void> {
    const { signal } = resolveWait(options);
    this.#refuseWhenStopped();
    // One that failed is no start: the next call tries again.
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    await raceSignal(this.#starting, signal);
  }

  async #start(): Promise<void> {
    const { backend, concurrency, taskQueue } = this.#options;
    await backend.setQueue(RUN_NAMES.taskQueue, { ...taskQueue, concurrency });
    await this.#startPlugins();
    await backend.start();
    await this.#approvals.heal();
    await this.#schedules.start();
    // Not when it was shut down meanwhile.
    if (this.#state === 'created') this.#state = 'running';
  }

  /**
   * Hands a task in and returns its id. Once started, it runs as soon as dependencies, priority and concurrency let it.
   * Handing it in again changes nothing. Throws `tenant-mismatch`, `unknown-dependency`, `queue-full`.
   */
  async submitTask(task: Task | TaskInit, options: WaitOptions = {}): Promise<string> {
    const [id] = await this.submitTasks([task], options);
    return id as string;
  }

  /** Hands several in, in any order of dependencies; the batch is checked before the first goes in. Ids come in the given order. */
  async submitTasks(
    tasks: readonly (Task | TaskInit)[],
    options: WaitOptions = {},
  ): Promise<readonly string[]> {
    this.#refuseWhenStopped();
    resolveWait(options).signal?.throwIfAborted();
    if (!Array.isArray(tasks)) throw new InvalidArgumentError('tasks', 'an array of tasks', tasks);
    const entities = tasks.map((task: Task | TaskInit) => this.#desk.entity(task));
    await this.#startPlugins();
    await this.#desk.submitAll(entities);
    return entities.map(({ id }) => id);
  }

  /** Drives a task now: hands it in unless that was done, and waits for its result. Processed twice at once, it runs once. */
  async processTask(task: Task | TaskInit, options: WaitOptions = {}): Promise<TaskResult> {
    const wait = resolveWait(options);
    const id = await this.submitTask(task, wait);
    await this.start(wait);
    return this.waitFor(id, wait);
  }

  /** Hands a task in and waits for its result. Aborting `signal` cancels the task; the result says so. */
  async runTask(task: Task | TaskInit, options: WaitOptions = {}): Promise<TaskResult> {
    const { signal } = resolveWait(options);
    const id = await this.submitTask(task, options);
    await this.start();
    return cancelledBy(
      signal,
      (aborted) => this.#cancelOnAbort(id, aborted),
      () => this.waitFor(id),
    );
  }

  /** The result of a task that was handed in. Rejects with `not-found`, `timed-out` or the signal's reason. */
  async waitFor(
    taskId: string,
    options: WaitOptions & { readonly timeoutMs?: number } = {},
  ): Promise<TaskResult> {
    checkText('taskId', taskId);
    const wait = resolveWait(options);
    const { timeoutMs } = options;
    if (timeoutMs !== undefined) checkInteger('timeoutMs', timeoutMs, 0);
    return this.#desk.result(taskId, {
      ...wait,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  }

  /** Runs a workflow to its end. Failed steps resolve with `success: false`; aborting `signal` cancels it. Throws on a workflow that is not valid. */
  async runWorkflow(
    workflow: Workflow,
    inputs: object = {},
    options: WaitOptions = {},
  ): Promise<WorkflowResult> {
    const wait = resolveWait(options);
    return this.#workflows.result(await this.submitWorkflow(workflow, inputs), wait);
  }

  /** Starts a workflow and returns its run's id, for `stream`, `cancel` and `waitForWorkflow`. */
  async submitWorkflow(workflow: Workflow, inputs: object = {}): Promise<string> {
    this.#refuseWhenStopped();
    await this.start();
    return this.#workflows.submit(workflow, inputs);
  }

  /** The result of a workflow that was started. Aborting `signal` cancels it. */
  async waitForWorkflow(runId: string, options: WaitOptions = {}): Promise<WorkflowResult> {
    checkText('runId', runId);
    const wait = resolveWait(options);
    await this.start();
    return this.#workflows.result(runId, wait);
  }

  /** Ends a task or a workflow with all that it started. Resolves when its programs are gone. What has ended stays as it is. */
  async cancel(id: string, options: { readonly reason?: string } = {}): Promise<void> {
    checkObject('options', options);
    const reason = options.reason === undefined ? undefined : checkText('reason', options.reason);
    await this.#options.backend.cancel(checkText('id', id), this.#options.tenant, reason);
  }

  /** Makes a conversation among registered agents. Throws on a participant that is not registered. */
  createConversation(options: ConversationInit): Conversation {
    return this.#messages.createConversation(options);
  }

  /** Runs a conversation to its end. Aborting `signal` cancels it and rejects. */
  async runConversation(
    id: string,
    options: WaitOptions & { readonly maxRounds?: number } = {},
  ): Promise<Conversation> {
    this.#refuseWhenStopped();
    const { signal } = resolveWait(options);
    await this.#startPlugins();
    return this.#messages.runConversation(id, options.maxRounds, signal);
  }

  /** Asks one agent and returns its answer. Throws `not-found`; an agent that fails answers with `success: false`. */
  async sendMessage(message: MessageInit, options: WaitOptions = {}): Promise<AgentResponse> {
    this.#refuseWhenStopped();
    const { signal } = resolveWait(options);
    await this.#startPlugins();
    return this.#messages.send(message, signal);
  }

  /** Asks all agents but the sender at once; answers come in the order of registration. */
  async broadcastMessage(
    message: Omit<MessageInit, 'recipient'>,
    options: WaitOptions = {},
  ): Promise<readonly AgentResponse[]> {
    this.#refuseWhenStopped();
    const { signal } = resolveWait(options);
    await this.#startPlugins();
    return this.#messages.broadcast(message, signal);
  }

  /** Hears events of one type, or of all with `'*'`. Returns the undo. A listener that throws never breaks the work. */
  on: EventLog['on'] = (type, listener) =>
    this.#events.on(checkOneOf('type', type, ['*', ...EVENT_TYPES]) as typeof type, listener);

  /**
   * The events of one task or workflow and of what it started, from the first kept one (or after position `after`) to
   * its end. The newest 10,000 are kept, for all runs together and for each reader: what one has missed is counted by an
   * event `events-lost`. Throws `not-found`.
   */
  async *stream(
    id: string,
    options: WaitOptions & { readonly after?: number } = {},
  ): AsyncGenerator<OrchestratorEvent, void, undefined> {
    checkText('id', id);
    const { signal } = resolveWait(options);
    const { after = 0 } = options;
    checkInteger('after', after, 0);
    const { tenant } = this.#options;
    const request = { id, tenant, after, signal, closing: this.#closing.signal };
    yield* runStream(this.#events, this.#desk, request);
  }

  /** How it stands. Counts the runs that the backend keeps. */
  async getStatus(): Promise<OrchestratorStatus> {
    const { backend, tenant } = this.#options;
    return {
      state: this.#state,
      tenant,
      agents: [...this.#registry.byName.keys()],
      runs: await countRuns(backend.store.list({ tenant })),
      activeConversations: this.#messages.activeConversations,
      eventPosition: this.#events.position,
    };
  }

  /**
   * Ends all work after `drainMs`, stops the backend, shuts agents and adapters down. What does not close in 5 s is
   * left behind with a warning. Rejects when the backend fails to stop, after the rest was closed. Twice is once.
   * @default drainMs 0
   */
  async shutdown(options: { readonly drainMs?: number } = {}): Promise<void> {
    checkObject('options', options);
    const drainMs = checkInteger('drainMs', options.drainMs ?? 0);
    this.#stopping ??= this.#stop(drainMs);
    await this.#stopping;
  }

  /** {@link Orchestrator.shutdown}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #stop(drainMs: number): Promise<void> {
    this.#state = 'stopped';
    await this.#starting?.catch(() => undefined);
    const parts = {
      options: this.#options,
      registry: this.#registry,
      plugins: this.#plugins,
      schedules: this.#schedules,
      closing: this.#closing,
    };
    try {
      await shutDown(parts, drainMs, (error) =>
        this.#options.logger.warn({ error: toError(error).message }, 'something failed while shutting down'),
      );
    } finally {
      this.#events.close();
    }
  }

  /** Plugins start before the first work, whether or not the backend has. */
  #startPlugins(): Promise<void> {
    this.#plugging ??= this.#plugIn().catch((error: unknown) => {
      this.#plugging = undefined;
      throw error;
    });
    return this.#plugging;
  }

  async #plugIn(): Promise<void> {
    await this.#plugins.startAll();
    for (const agent of this.#plugins.agents()) {
      if (!this.#registry.byName.has(agent.name)) this.registerAgent(agent);
    }
  }

  async #prepare(): Promise<void> {
    this.#refuseWhenStopped();
    await this.#startPlugins();
  }

  #warnWithoutModel(agent: AgentContract): void {
    const { enableAutogen = false, model } = agent as { enableAutogen?: boolean; model?: unknown };
    if (!enableAutogen || model !== undefined || this.#options.model !== undefined) return;
    this.#options.logger.warn(
      { agent: agent.name },
      'enableAutogen is set but there is no model: the agent uses its skills alone',
    );
  }

  #tell(runId: string, body: OrchestratorEventBody): void {
    if (body.type !== 'task-submitted') this.#desk.announce(runId);
    if (body.type === 'task-started') this.#desk.tracker.started(runId, body.agent);
    if (body.type === 'task-retrying')
      this.#desk.tracker.retrying(runId, body.attempt, body.delayMs, body.errorMessage);
    if (body.type === 'task-completed' || body.type === 'task-failed') {
      if (body.agent !== null) this.#lastResults.keep(body.agent, runId, body.result);
    }
    this.#events.emit(runId, body);
  }

  #cancelOnAbort(id: string, signal: AbortSignal): void {
    this.cancel(id, { reason: abortReason(signal) }).catch((error: unknown) => {
      this.#options.logger.warn({ id, error: toError(error).message }, 'a run could not be cancelled');
    });
  }

  #refuseWhenStopped(): void {
    if (this.#state !== 'stopped') return;
    throw new OrchestratorError('stopped', 'This orchestrator was shut down; make a new one.');
  }
}
