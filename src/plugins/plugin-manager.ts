/** Keeps plugins: registers, starts in order, asks them, and stops them in reverse. One that fails is isolated and reported. */
import type { AdapterContract } from '../contracts/adapter.ts';
import type { AgentContract } from '../contracts/agent.ts';
import type { EvaluationContract } from '../contracts/evaluation.ts';
import type { OrchestratorEvent } from '../contracts/events.ts';
import {
  type AdapterProvider,
  type AgentProvider,
  type EvaluatorProvider,
  HOOK_NAMES,
  type HookName,
  type Hooks,
  type Observer,
  type PluginContract,
  type PluginHost,
  PluginType,
  type Processor,
  type StorageProvider,
} from '../contracts/plugin.ts';
import type { TaskJson, TaskResult } from '../contracts/task.ts';
import { type Logger, silentLogger } from '../observability/logger.ts';
import {
  checkClock,
  checkJson,
  checkListOf,
  checkMethods,
  checkObject,
  checkOneOf,
  checkText,
} from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { type JsonObject, type JsonValue, toJsonValue } from '../shared/json.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { Task } from '../tasks/task.ts';
import { checkTaskResult, toTaskResult } from '../tasks/task-result.ts';
import { readMetadata } from './check-plugin.ts';
import { plainOutput } from './plain-output.ts';
import { PluginCalls } from './plugin-calls.ts';
import { isAsked, newEntry, type PluginEntry, type PluginStatus, statusOf } from './plugin-entry.ts';
import { type PluginLimits, resolvePluginLimits } from './plugin-limits.ts';
import { startOrder } from './start-order.ts';
import { versionFits } from './version-fits.ts';

export interface PluginManagerOptions {
  /** Registered at once. @default [] */
  readonly plugins?: readonly PluginContract[];
  /** @default no log */
  readonly logger?: Logger;
  readonly tenant?: string;
  /** The version that `engine` ranges are checked against. @default '0.1.0' */
  readonly libraryVersion?: string;
  /** How long plugins may take, and how much they may give back. */
  readonly limits?: PluginLimits;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Hears of every failure of a plugin. */
  readonly onFailure?: (plugin: string, error: OrchestratorError) => void;
}

export class PluginManager implements PluginHost {
  readonly #entries = new Map<string, PluginEntry>();
  readonly #logger: Logger;
  readonly #tenant: string;
  readonly #libraryVersion: string;
  readonly #limits: Required<PluginLimits>;
  readonly #calls: PluginCalls;
  #order: readonly string[] = [];
  /** Aborts when all are stopped; undefined while none are to be started. */
  #period: AbortController | undefined;
  /** Starts and stops take turns: none finds a plugin half started. */
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(options: PluginManagerOptions = {}) {
    checkObject('options', options);
    const {
      logger = silentLogger,
      tenant = 'default',
      libraryVersion = '0.1.0',
      onFailure = () => undefined,
      clock = systemClock,
    } = options;
    const plugins = checkListOf(
      'plugins',
      options.plugins === undefined ? [] : options.plugins,
      [],
      'a plugin',
    );
    this.#logger = logger;
    this.#tenant = tenant;
    this.#libraryVersion = libraryVersion;
    this.#limits = resolvePluginLimits('limits', options.limits);
    this.#calls = new PluginCalls({ clock: checkClock('clock', clock), logger, onFailure });
    for (const plugin of plugins) this.#add(plugin, {});
  }

  /** Takes a plugin in; once the manager has started, the plugin starts at once. Rejects with `already-exists` or `invalid-argument`. */
  async register(plugin: PluginContract, configuration: JsonObject = {}): Promise<void> {
    this.#add(plugin, configuration);
    if (this.#period !== undefined) await this.startAll();
  }

  #add(plugin: PluginContract, configuration: JsonObject): void {
    const metadata = readMetadata(plugin);
    const { name } = metadata;
    if (this.#entries.has(name)) {
      throw new OrchestratorError('already-exists', `There is already a plugin ${name}.`, {
        details: { plugin: name },
      });
    }
    this.#entries.set(name, newEntry(plugin, metadata, settingsOf(configuration)));
  }

  /**
   * Stops a plugin, after the calls it has in hand, and lets it go; returns whether there was one. Refuses while another
   * started one depends on it.
   */
  async unregister(name: string): Promise<boolean> {
    checkText('name', name);
    return this.#inTurn(async () => {
      const entry = this.#entries.get(name);
      if (entry === undefined) return false;
      const dependent = [...this.#entries.values()].find(
        ({ state, metadata }) => state === 'started' && Object.hasOwn(metadata.dependencies ?? {}, name),
      );
      if (dependent !== undefined) {
        throw new OrchestratorError(
          'illegal-transition',
          `Plugin ${name} can't go: ${dependent.metadata.name} depends on it.`,
          { details: { plugin: name } },
        );
      }
      await this.#stop(entry);
      this.#order = this.#order.filter((one) => one !== name);
      return this.#entries.delete(name);
    });
  }

  get(name: string): PluginContract | undefined {
    return this.#entries.get(checkText('name', name))?.plugin;
  }

  getByType(pluginType: PluginType): readonly PluginContract[] {
    checkOneOf('pluginType', pluginType, Object.values(PluginType));
    return this.#inOrder().flatMap(({ plugin, metadata }) =>
      metadata.pluginType === pluginType ? plugin : [],
    );
  }

  /** Those that are asked: enabled, not failed, and with no call overdue. */
  getEnabled(): readonly PluginContract[] {
    return this.#asked().map(({ plugin }) => plugin);
  }

  /** Asks it again, also where a call is overdue. A plugin that failed is started anew. Rejects with `not-found`. */
  async enable(name: string): Promise<void> {
    const entry = this.#known(name);
    entry.isEnabled = true;
    entry.overdue.clear();
    if (entry.state === 'failed') await this.#anew(entry);
  }

  /** Asks it no more; it stays started. Throws `not-found`. */
  disable(name: string): void {
    this.#known(name).isEnabled = false;
  }

  /** Sets what a plugin is given when it starts. A started or failed one is started anew. Rejects with `not-found`. */
  async configure(name: string, configuration: JsonObject): Promise<void> {
    const entry = this.#known(name);
    entry.configuration = settingsOf(configuration);
    if (entry.state === 'started' || entry.state === 'failed' || entry.inHand.size > 0)
      await this.#anew(entry);
  }

  getStatus(name: string): PluginStatus {
    return statusOf(this.#known(name));
  }

  /** All, in the order of their start; those that have not started come last. */
  listPlugins(): readonly PluginStatus[] {
    return this.#inOrder().map(statusOf);
  }

  /** Starts what has not started, each after what it depends on. Never rejects: see {@link PluginManager.listPlugins}. */
  async startAll(): Promise<void> {
    if (this.#period === undefined) {
      this.#period = new AbortController();
      // A new start is a new chance.
      for (const entry of this.#entries.values()) if (entry.state === 'failed') entry.state = 'registered';
    }
    const { signal } = this.#period;
    await this.#inTurn(() => this.#startPending(signal));
  }

  async #startPending(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#entries.size === 0) return;
    const entries = [...this.#entries.values()];
    for (const entry of entries) if (entry.state === 'stopped') entry.state = 'registered';
    const fits = versionFits((await import('semver')).default);
    const { ordered, refused } = startOrder(
      entries.map(({ metadata }) => metadata),
      this.#libraryVersion,
      fits,
    );
    for (const [name, error] of refused) {
      const entry = this.#entries.get(name);
      if (entry?.state === 'registered') this.#calls.refuse(entry, error);
    }
    this.#order = ordered;
    for (const name of ordered) {
      const entry = this.#entries.get(name);
      if (entry?.state === 'registered' && !signal.aborted) await this.#start(entry, signal);
    }
  }

  /** Stops all, in the reverse of the order of their start. What is starting is given up. Never rejects. */
  async shutdownAll(): Promise<void> {
    this.#period?.abort(new OrchestratorError('stopped', 'The plugins were stopped.'));
    this.#period = undefined;
    await this.#inTurn(async () => {
      for (const name of [...this.#order].reverse()) {
        const entry = this.#entries.get(name);
        if (entry !== undefined) await this.#stop(entry);
      }
    });
  }

  /** Asks all enabled ones (of one type) to do what they do. A failure is a value of the answer, by plugin name. */
  async executeAll(
    input: JsonObject,
    { pluginType }: { readonly pluginType?: PluginType } = {},
  ): Promise<Readonly<Record<string, JsonValue>>> {
    checkJson('input', checkObject('input', input));
    if (pluginType !== undefined) checkOneOf('pluginType', pluginType, Object.values(PluginType));
    const { executeMs, maxOutputLength } = this.#limits;
    // A map: a plugin may have a name that every object knows.
    const answers = new Map<string, JsonValue>();
    for (const entry of this.#asked(pluginType)) {
      const { plugin, metadata } = entry;
      const answer = await this.#calls.ask(entry, 'execute', executeMs, async () => {
        if (typeof plugin.execute !== 'function') return { value: undefined };
        return {
          value: plainOutput(await plugin.execute(toJsonValue(input) as JsonObject), maxOutputLength),
        };
      });
      if (answer === undefined)
        answers.set(metadata.name, { error: { ...entry.error } as unknown as JsonValue });
      else if (answer.value !== undefined) answers.set(metadata.name, answer.value);
    }
    return Object.fromEntries(answers);
  }

  async triggerHook<N extends HookName>(
    name: N,
    ...parameters: Parameters<NonNullable<Hooks[N]>>
  ): Promise<void> {
    checkOneOf('name', name, HOOK_NAMES);
    for (const entry of this.#asked('hook')) {
      const hooks = entry.plugin as PluginContract & Hooks;
      await this.#calls.ask(entry, name, this.#limits.hookMs, () => {
        const hook = hooks[name] as ((...all: unknown[]) => Promise<void> | void) | undefined;
        // Each gets a copy: what a hook does to it, nobody sees.
        return hook?.apply(hooks, parameters.map(toJsonValue));
      });
    }
  }

  async processTask(task: TaskJson): Promise<TaskJson> {
    checkObject('task', task);
    let current = task;
    for (const entry of this.#asked('processor')) {
      const processor = entry.plugin as PluginContract & Processor;
      const { processMs, maxOutputLength } = this.#limits;
      const changed = await this.#calls.ask(entry, 'processTask', processMs, async () => {
        const answer = await processor.processTask?.(toJsonValue(current) as unknown as TaskJson);
        if (answer === undefined || answer === null) return undefined;
        return sameTask(task, plainOutput(answer, maxOutputLength));
      });
      current = changed ?? current;
    }
    return current;
  }

  async processResult(result: TaskResult, task: TaskJson): Promise<TaskResult> {
    checkObject('result', result);
    let current = result;
    for (const entry of this.#asked('processor')) {
      const processor = entry.plugin as PluginContract & Processor;
      const { processMs, maxOutputLength } = this.#limits;
      const changed = await this.#calls.ask(entry, 'processResult', processMs, async () => {
        const answer = await processor.processResult?.(
          toJsonValue(current) as unknown as TaskResult,
          toJsonValue(task) as unknown as TaskJson,
        );
        if (answer === undefined || answer === null) return undefined;
        const name = `the result of plugin ${entry.metadata.name}`;
        return toTaskResult(checkTaskResult(name, plainOutput(answer, maxOutputLength)));
      });
      current = changed ?? current;
    }
    return current;
  }

  /** Tells observers. What they throw is reported. */
  observe(event: OrchestratorEvent): void {
    checkObject('event', event);
    for (const entry of this.#asked('observer')) {
      const beganAt = performance.now();
      try {
        const observer = entry.plugin as PluginContract & Observer;
        const answer: unknown = observer.onEvent(toJsonValue(event) as unknown as OrchestratorEvent);
        // Nobody waits for an asynchronous observer, but what it throws must not end the process.
        if (typeof answer === 'object' && answer !== null)
          Promise.resolve(answer).catch((error: unknown) => this.#calls.fail(entry, error));
      } catch (error) {
        this.#calls.fail(entry, error);
      }
      this.#calls.checkBlocking(entry, 'onEvent', this.#limits.hookMs, performance.now() - beganAt);
    }
  }

  /** What started `agent` plugins give. */
  agents(): readonly AgentContract[] {
    const methods = ['handleTask', 'processMessage'] as const;
    return this.#collect('agent', methods, (plugin) => (plugin as PluginContract & AgentProvider).agents());
  }

  adapters(): readonly AdapterContract[] {
    const methods = ['disconnect'] as const;
    return this.#collect('adapter', methods, (plugin) =>
      (plugin as PluginContract & AdapterProvider).adapters(),
    );
  }

  evaluators(): readonly EvaluationContract[] {
    return this.#collect('evaluator', ['evaluate'], (plugin) =>
      (plugin as PluginContract & EvaluatorProvider).evaluators(),
    );
  }

  /** Storage plugins, whether started or not: where things are kept must be known before anything starts. */
  storage(): readonly StorageProvider[] {
    return this.getByType('storage') as readonly (PluginContract & StorageProvider)[];
  }

  /** Takes what each gives, or nothing of one that gives something else. */
  #collect<T extends object>(
    pluginType: PluginType,
    methods: readonly string[],
    collect: (plugin: PluginContract) => readonly T[],
  ): readonly T[] {
    const all: T[] = [];
    for (const entry of this.#asked(pluginType)) {
      try {
        const given = collect(entry.plugin);
        if (!Array.isArray(given)) throw new InvalidArgumentError(`${pluginType}s()`, 'an array', given);
        for (const [index, item] of given.entries()) {
          const name = `${pluginType}s()[${index}]`;
          checkMethods(name, item as T, methods, `an ${pluginType}`);
          if (pluginType !== 'evaluator') checkText(`${name}.name`, (item as { name?: unknown }).name);
          for (const list of pluginType === 'agent' ? ['capabilities', 'taskTypes'] : []) {
            const found = (item as Record<string, unknown>)[list];
            if (!Array.isArray(found)) throw new InvalidArgumentError(`${name}.${list}`, 'an array', found);
          }
        }
        all.push(...(given as readonly T[]));
      } catch (error) {
        this.#calls.fail(entry, error);
      }
    }
    return all;
  }

  /** Runs `work` after all turns before it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /** Stops what is started, and starts it again where the manager has started. */
  async #anew(entry: PluginEntry): Promise<void> {
    await this.#inTurn(async () => {
      if (entry.state === 'started') await this.#stop(entry);
      if (entry.state !== 'registered') entry.state = 'registered';
    });
    if (this.#period !== undefined) await this.startAll();
  }

  async #start(entry: PluginEntry, signal: AbortSignal): Promise<void> {
    const { plugin, metadata, configuration } = entry;
    const { name, dependencies = {} } = metadata;
    const broken = Object.keys(dependencies).find(
      (dependency) => this.#entries.get(dependency)?.state === 'failed',
    );
    if (broken !== undefined) {
      const why = `Plugin ${name} needs ${broken}, which failed to start.`;
      this.#calls.refuse(
        entry,
        new OrchestratorError('plugin-refused', why, { details: { plugin: name, dependency: broken } }),
      );
      return;
    }
    entry.overdue.clear();
    let started: Promise<void> | undefined;
    const initialize = (): Promise<void> => {
      started = (async () =>
        plugin.initialize?.({
          logger: this.#logger.child({ plugin: name }),
          configuration: toJsonValue(configuration) as JsonObject,
          tenant: this.#tenant,
        }))();
      return started;
    };
    try {
      await this.#calls.call(entry, 'initialize', this.#limits.initializeMs, initialize, signal);
      // One that held the process up has failed all the same.
      if (entry.state !== 'registered') return await this.#shutdown(entry);
      entry.state = 'started';
      entry.error = null;
    } catch (error) {
      entry.state = signal.aborted ? 'stopped' : 'failed';
      if (!signal.aborted) this.#calls.fail(entry, error);
      // One that comes up after it was given up must not keep what it opened.
      started?.then(
        () => (entry.state === 'failed' || entry.state === 'stopped' ? this.#shutdown(entry) : undefined),
        () => undefined,
      );
    }
  }

  async #stop(entry: PluginEntry): Promise<void> {
    if (entry.state !== 'started') return;
    entry.state = 'stopped';
    await this.#calls.settle(entry, this.#limits.shutdownMs);
    await this.#shutdown(entry);
  }

  async #shutdown(entry: PluginEntry): Promise<void> {
    await this.#calls.ask(entry, 'shutdown', this.#limits.shutdownMs, () => entry.plugin.shutdown?.());
  }

  #asked(pluginType?: PluginType): readonly PluginEntry[] {
    if (this.#entries.size === 0) return [];
    return this.#inOrder().filter(
      (entry) => isAsked(entry) && (pluginType === undefined || entry.metadata.pluginType === pluginType),
    );
  }

  #inOrder(): readonly PluginEntry[] {
    const placed = this.#order.map((name) => this.#entries.get(name)).filter((entry) => entry !== undefined);
    return [...new Set([...placed, ...this.#entries.values()])];
  }

  #known(name: string): PluginEntry {
    const entry = this.#entries.get(checkText('name', name));
    if (entry !== undefined) return entry;
    const known = [...this.#entries.keys()].join(', ') || 'none';
    throw new OrchestratorError('not-found', `There is no plugin ${name}; registered: ${known}.`, {
      details: { plugin: name, known },
    });
  }
}

function settingsOf(configuration: JsonObject): JsonObject {
  checkJson('configuration', checkObject('configuration', configuration));
  return toJsonValue(configuration) as JsonObject;
}

/** The task as a processor wants it. Which task it is and whose is not for a plugin to change. */
function sameTask(task: TaskJson, changed: JsonValue): TaskJson {
  checkObject('the task', changed);
  const { id, tenant, dependencies, schemaVersion } = task;
  const own = { id, tenant, dependencies, schemaVersion };
  for (const [member, value] of Object.entries(own)) {
    const other = (changed as JsonObject)[member];
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(value))
      throw new InvalidArgumentError(`task.${member}`, `left as it is: ${JSON.stringify(value)}`, other);
  }
  return Task.fromJSON({ ...(changed as object), ...own }).toJSON();
}
