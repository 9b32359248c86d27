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
import { checkListOf, checkObject, checkOneOf, checkText } from '../shared/check.ts';
import { type ErrorJson, errorToJson, OrchestratorError } from '../shared/errors.ts';
import { type JsonObject, type JsonValue, toJsonValue } from '../shared/json.ts';
import { Task } from '../tasks/task.ts';
import { checkTaskResult } from '../tasks/task-result.ts';
import { checkPlugin } from './check-plugin.ts';
import { startOrder } from './start-order.ts';

export const PLUGIN_STATES = ['registered', 'started', 'disabled', 'failed', 'stopped'] as const;
/** `disabled`: registered, but not asked. `failed`: refused or broken while starting; it adds nothing. */
export type PluginState = (typeof PLUGIN_STATES)[number];

/** How a plugin stands. */
export interface PluginStatus {
  readonly name: string;
  readonly version: string;
  readonly pluginType: PluginType;
  readonly state: PluginState;
  /** Why it failed, or what it threw last. */
  readonly error: ErrorJson | null;
  /** How often it threw when it was asked. */
  readonly failureCount: number;
}

export interface PluginManagerOptions {
  /** Registered at once. @default [] */
  readonly plugins?: readonly PluginContract[];
  /** @default no log */
  readonly logger?: Logger;
  readonly tenant?: string;
  /** The version that `engine` ranges are checked against. @default '0.1.0' */
  readonly libraryVersion?: string;
  /** Hears of every failure of a plugin. */
  readonly onFailure?: (plugin: string, error: OrchestratorError) => void;
}

interface Entry {
  readonly plugin: PluginContract;
  state: PluginState;
  isEnabled: boolean;
  configuration: JsonObject;
  error: ErrorJson | null;
  failureCount: number;
  /** Where two ask for the start at once, both wait for the same one. */
  starting?: Promise<void> | undefined;
}

export class PluginManager implements PluginHost {
  readonly #entries = new Map<string, Entry>();
  readonly #logger: Logger;
  readonly #tenant: string;
  readonly #libraryVersion: string;
  readonly #onFailure: (plugin: string, error: OrchestratorError) => void;
  #order: readonly string[] = [];
  #isStarted = false;

  constructor(options: PluginManagerOptions = {}) {
    checkObject('options', options);
    const {
      logger = silentLogger,
      tenant = 'default',
      libraryVersion = '0.1.0',
      onFailure = () => undefined,
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
    this.#onFailure = onFailure;
    for (const plugin of plugins) this.#add(plugin, {});
  }

  /** Takes a plugin in; once the manager has started, the plugin starts at once. Rejects with `already-exists` or `invalid-argument`. */
  async register(plugin: PluginContract, configuration: JsonObject = {}): Promise<void> {
    this.#add(plugin, configuration);
    if (this.#isStarted) await this.startAll();
  }

  #add(plugin: PluginContract, configuration: JsonObject): void {
    const { name } = checkPlugin(plugin).metadata;
    if (this.#entries.has(name)) {
      throw new OrchestratorError('already-exists', `There is already a plugin ${name}.`, {
        details: { plugin: name },
      });
    }
    const settings = toJsonValue(checkObject('configuration', configuration)) as JsonObject;
    this.#entries.set(name, {
      plugin,
      state: 'registered',
      isEnabled: true,
      configuration: settings,
      error: null,
      failureCount: 0,
    });
  }

  /** Stops a plugin and lets it go; returns whether there was one. Refuses while another started one depends on it. */
  async unregister(name: string): Promise<boolean> {
    const entry = this.#entries.get(checkText('name', name));
    if (entry === undefined) return false;
    const dependent = [...this.#entries.values()].find(
      ({ state, plugin }) => state === 'started' && Object.hasOwn(plugin.metadata.dependencies ?? {}, name),
    );
    if (dependent !== undefined) {
      throw new OrchestratorError(
        'illegal-transition',
        `Plugin ${name} can't go: ${dependent.plugin.metadata.name} depends on it.`,
        { details: { plugin: name } },
      );
    }
    await this.#stop(entry);
    this.#order = this.#order.filter((one) => one !== name);
    return this.#entries.delete(name);
  }

  get(name: string): PluginContract | undefined {
    return this.#entries.get(checkText('name', name))?.plugin;
  }

  getByType(pluginType: PluginType): readonly PluginContract[] {
    checkOneOf('pluginType', pluginType, Object.values(PluginType));
    return this.#inOrder().flatMap(({ plugin }) => (plugin.metadata.pluginType === pluginType ? plugin : []));
  }

  /** Those that are asked: enabled and not failed. */
  getEnabled(): readonly PluginContract[] {
    return this.#inOrder().flatMap((entry) => (isAsked(entry) ? entry.plugin : []));
  }

  /** Asks it again. A plugin that failed is started anew. Rejects with `not-found`. */
  async enable(name: string): Promise<void> {
    const entry = this.#known(name);
    entry.isEnabled = true;
    if (entry.state === 'disabled') entry.state = 'started';
    if (entry.state === 'failed') entry.state = 'registered';
    if (this.#isStarted) await this.startAll();
  }

  /** Asks it no more; it stays started. Throws `not-found`. */
  disable(name: string): void {
    const entry = this.#known(name);
    entry.isEnabled = false;
    if (entry.state === 'started') entry.state = 'disabled';
  }

  /** Sets what a plugin is given when it starts. A started one is stopped and started anew. Rejects with `not-found`. */
  async configure(name: string, configuration: JsonObject): Promise<void> {
    const entry = this.#known(name);
    entry.configuration = toJsonValue(checkObject('configuration', configuration)) as JsonObject;
    if (entry.state !== 'started' && entry.state !== 'disabled') return;
    await this.#stop(entry);
    entry.state = 'registered';
    await this.startAll();
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
    this.#isStarted = true;
    if (this.#entries.size === 0) return;
    const { satisfies } = (await import('semver')).default;
    const all = [...this.#entries.values()].map(({ plugin }) => plugin.metadata);
    const { ordered, refused } = startOrder(all, this.#libraryVersion, (version, range) =>
      satisfies(version, range, { includePrerelease: true }),
    );
    for (const [name, error] of refused) {
      const entry = this.#entries.get(name);
      if (entry?.state === 'registered') this.#fail(entry, error, 'failed');
    }
    this.#order = ordered;
    for (const name of ordered) {
      const entry = this.#entries.get(name);
      if (entry?.state !== 'registered') continue;
      entry.starting ??= this.#start(entry).finally(() => {
        entry.starting = undefined;
      });
      await entry.starting;
    }
  }

  /** Stops all, in the reverse of the order of their start. Never rejects. */
  async shutdownAll(): Promise<void> {
    this.#isStarted = false;
    for (const name of [...this.#order].reverse()) {
      const entry = this.#entries.get(name);
      if (entry !== undefined) await this.#stop(entry);
    }
  }

  /** Asks all enabled ones (of one type) to do what they do. A failure is a value of the answer, by plugin name. */
  async executeAll(
    input: JsonObject,
    { pluginType }: { readonly pluginType?: PluginType } = {},
  ): Promise<Readonly<Record<string, JsonValue>>> {
    checkObject('input', input);
    if (pluginType !== undefined) checkOneOf('pluginType', pluginType, Object.values(PluginType));
    // A map: a plugin may have a name that every object knows.
    const answers = new Map<string, JsonValue>();
    for (const entry of this.#asked(pluginType)) {
      const { plugin } = entry;
      if (typeof plugin.execute !== 'function') continue;
      await this.#guard(entry, async () => {
        answers.set(plugin.metadata.name, toJsonValue(await plugin.execute?.(input)));
      });
      if (!answers.has(plugin.metadata.name))
        answers.set(plugin.metadata.name, { error: { ...entry.error } as unknown as JsonValue });
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
      const hook = hooks[name] as ((...all: unknown[]) => Promise<void> | void) | undefined;
      if (hook !== undefined) await this.#guard(entry, async () => hook.apply(hooks, parameters));
    }
  }

  async processTask(task: TaskJson): Promise<TaskJson> {
    checkObject('task', task);
    let current = task;
    for (const entry of this.#asked('processor')) {
      const processor = entry.plugin as PluginContract & Processor;
      await this.#guard(entry, async () => {
        const changed = (await processor.processTask?.(current)) ?? current;
        // Who a task is and whose is not for a plugin to change.
        const { id, tenant, dependencies, schemaVersion } = task;
        current = Task.fromJSON({ ...changed, id, tenant, dependencies, schemaVersion }).toJSON();
      });
    }
    return current;
  }

  async processResult(result: TaskResult, task: TaskJson): Promise<TaskResult> {
    checkObject('result', result);
    let current = result;
    for (const entry of this.#asked('processor')) {
      const processor = entry.plugin as PluginContract & Processor;
      await this.#guard(entry, async () => {
        const changed = toJsonValue((await processor.processResult?.(current, task)) ?? current);
        current = checkTaskResult(`the result of plugin ${entry.plugin.metadata.name}`, changed);
      });
    }
    return current;
  }

  /** Tells observers. What they throw is reported. */
  observe(event: OrchestratorEvent): void {
    checkObject('event', event);
    for (const entry of this.#asked('observer')) {
      try {
        const answer: unknown = (entry.plugin as PluginContract & Observer).onEvent(event);
        // Nobody waits for an asynchronous observer, but what it throws must not end the process.
        if (answer instanceof Promise) answer.catch((error: unknown) => this.#fail(entry, error));
      } catch (error) {
        this.#fail(entry, error);
      }
    }
  }

  /** What started `agent` plugins give. */
  agents(): readonly AgentContract[] {
    return this.#collect('agent', (plugin) => (plugin as PluginContract & AgentProvider).agents());
  }

  adapters(): readonly AdapterContract[] {
    return this.#collect('adapter', (plugin) => (plugin as PluginContract & AdapterProvider).adapters());
  }

  evaluators(): readonly EvaluationContract[] {
    return this.#collect('evaluator', (plugin) =>
      (plugin as PluginContract & EvaluatorProvider).evaluators(),
    );
  }

  /** Storage plugins, whether started or not: where things are kept must be known before anything starts. */
  storage(): readonly StorageProvider[] {
    return this.getByType('storage') as readonly (PluginContract & StorageProvider)[];
  }

  #collect<T>(pluginType: PluginType, collect: (plugin: PluginContract) => readonly T[]): readonly T[] {
    const all: T[] = [];
    for (const entry of this.#asked(pluginType)) {
      try {
        all.push(...collect(entry.plugin));
      } catch (error) {
        this.#fail(entry, error);
      }
    }
    return all;
  }

  async #start(entry: Entry): Promise<void> {
    const { plugin, configuration } = entry;
    const { name, dependencies = {} } = plugin.metadata;
    const broken = Object.keys(dependencies).find(
      (dependency) => this.#entries.get(dependency)?.state === 'failed',
    );
    if (broken !== undefined) {
      const why = `Plugin ${name} needs ${broken}, which failed to start.`;
      this.#fail(
        entry,
        new OrchestratorError('plugin-refused', why, { details: { plugin: name, dependency: broken } }),
        'failed',
      );
      return;
    }
    try {
      await plugin.initialize?.({
        logger: this.#logger.child({ plugin: name }),
        configuration,
        tenant: this.#tenant,
      });
      entry.state = entry.isEnabled ? 'started' : 'disabled';
      entry.error = null;
    } catch (error) {
      this.#fail(entry, error, 'failed');
    }
  }

  async #stop(entry: Entry): Promise<void> {
    if (entry.state !== 'started' && entry.state !== 'disabled') return;
    await this.#guard(entry, async () => entry.plugin.shutdown?.());
    entry.state = 'stopped';
  }

  async #guard(entry: Entry, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#fail(entry, error);
    }
  }

  #fail(entry: Entry, cause: unknown, state?: 'failed'): void {
    const { name } = entry.plugin.metadata;
    const error =
      OrchestratorError.isInstance(cause) && cause.code === 'plugin-refused'
        ? cause
        : new OrchestratorError(
            'plugin-failed',
            `Plugin ${name} failed: ${typeof cause === 'string' ? cause : errorToJson(cause).message}`,
            { cause, details: { plugin: name } },
          );
    entry.error = errorToJson(error);
    entry.failureCount += 1;
    if (state !== undefined) entry.state = state;
    this.#logger.error({ plugin: name, error: entry.error }, 'a plugin failed');
    this.#onFailure(name, error);
  }

  #asked(pluginType?: PluginType): readonly Entry[] {
    return this.#inOrder().filter(
      (entry) =>
        isAsked(entry) && (pluginType === undefined || entry.plugin.metadata.pluginType === pluginType),
    );
  }

  #inOrder(): readonly Entry[] {
    const placed = this.#order.map((name) => this.#entries.get(name)).filter((entry) => entry !== undefined);
    return [...placed, ...[...this.#entries.values()].filter((entry) => !placed.includes(entry))];
  }

  #known(name: string): Entry {
    const entry = this.#entries.get(checkText('name', name));
    if (entry !== undefined) return entry;
    const known = [...this.#entries.keys()].join(', ') || 'none';
    throw new OrchestratorError('not-found', `There is no plugin ${name}; registered: ${known}.`, {
      details: { plugin: name, known },
    });
  }
}

function isAsked({ isEnabled, state }: Entry): boolean {
  return isEnabled && state === 'started';
}

function statusOf({ plugin, state, error, failureCount }: Entry): PluginStatus {
  const { name, version, pluginType } = plugin.metadata;
  return { name, version, pluginType, state, error, failureCount };
}
