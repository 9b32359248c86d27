/** What a plugin is: something that an application adds to its orchestrator without changing it. */
import type { Logger } from '../observability/logger.ts';
import type { JsonObject, JsonValue } from '../shared/json.ts';
import type { AdapterContract } from './adapter.ts';
import type { AgentContract, AgentMessage } from './agent.ts';
import type { Backend } from './backend.ts';
import type { EvaluationContract } from './evaluation.ts';
import type { OrchestratorEvent } from './events.ts';
import type { AgentMemory } from './memory.ts';
import type { TaskJson, TaskResult } from './task.ts';

export const PluginType = {
  AGENT: 'agent',
  ADAPTER: 'adapter',
  EVALUATOR: 'evaluator',
  PROCESSOR: 'processor',
  HOOK: 'hook',
  STORAGE: 'storage',
  OBSERVER: 'observer',
} as const;
/** What a plugin adds. */
export type PluginType = (typeof PluginType)[keyof typeof PluginType];

/** Who a plugin is and what it needs. */
export interface PluginMetadata {
  /** Unique among the plugins of one orchestrator. */
  readonly name: string;
  /** A version after Semantic Versioning, such as `1.4.0`. */
  readonly version: string;
  readonly description: string;
  readonly pluginType: PluginType;
  readonly author?: string;
  /** Plugins that must be started before it: name to version range, such as `{ metrics: '^1.0.0' }`. @default {} */
  readonly dependencies?: Readonly<Record<string, string>>;
  /** Versions of this library that it works with, such as `>=0.1.0 <2.0.0`. @default any */
  readonly engine?: string;
}

/** What a plugin is given when it starts. */
export interface PluginContext {
  readonly logger: Logger;
  /** What `configure` or the caller set for it. */
  readonly configuration: JsonObject;
  readonly tenant: string;
}

/** The part that all plugins share. Everything but `metadata` is optional. */
export interface PluginContract {
  readonly metadata: PluginMetadata;
  /**
   * Called once, after those it depends on. One that rejects or takes too long is isolated: it adds nothing, and the rest
   * goes on. One that comes up after it was given up is shut down.
   */
  initialize?(context: PluginContext): Promise<void> | void;
  /** Called once, before those it depends on and after the calls in hand. Not waited for without end. */
  shutdown?(): Promise<void> | void;
  /** Does what the plugin does when it is asked by name. */
  execute?(input: JsonObject): Promise<JsonValue> | JsonValue;
}

/** Of an `agent` plugin: agents to register. */
export interface AgentProvider {
  agents(): readonly AgentContract[];
}
/** Of an `adapter` plugin: adapters to offer to agents. */
export interface AdapterProvider {
  adapters(): readonly AdapterContract[];
}
/** Of an `evaluator` plugin: judges of each task's output. */
export interface EvaluatorProvider {
  evaluators(): readonly EvaluationContract[];
}
/**
 * Of a `processor` plugin: changes what goes in and what comes out. It gets copies, and what it returns is copied. One
 * that throws, takes too long or returns what is no task or result is left out of that task.
 */
export interface Processor {
  /** Before an agent sees the task. What it returns takes the task's place; with another id, tenant or dependencies it is refused. */
  processTask?(task: TaskJson): Promise<TaskJson> | TaskJson;
  /** After the agent is done. What it returns takes the result's place. */
  processResult?(result: TaskResult, task: TaskJson): Promise<TaskResult> | TaskResult;
}
/** Of a `hook` plugin: called and waited for at each point. One that throws or takes too long is reported and the work goes on. */
export interface Hooks {
  onTaskCreated?(task: TaskJson): Promise<void> | void;
  onTaskStarted?(task: TaskJson, agent: string): Promise<void> | void;
  onTaskCompleted?(task: TaskJson, result: TaskResult): Promise<void> | void;
  onTaskFailed?(task: TaskJson, result: TaskResult): Promise<void> | void;
  onMessageSent?(message: AgentMessage): Promise<void> | void;
}
export const HOOK_NAMES = [
  'onTaskCreated',
  'onTaskStarted',
  'onTaskCompleted',
  'onTaskFailed',
  'onMessageSent',
] as const satisfies readonly (keyof Hooks)[];
export type HookName = (typeof HOOK_NAMES)[number];

/** Of a `storage` plugin: where runs or memories are kept. */
export interface StorageProvider {
  /** Taken when the orchestrator is given no backend of its own. */
  backend?(): Backend;
  /** Taken for agents that have no memory of their own. */
  memory?(agent: AgentContract): AgentMemory;
}
/** Of an `observer` plugin: hears every event, never changes the work. */
export interface Observer {
  onEvent(event: OrchestratorEvent): void;
}

/** Points at which the library asks plugins. */
export interface PluginHost {
  /** Calls a hook of every enabled hook plugin, in the order of their start. Never rejects. */
  triggerHook<N extends HookName>(name: N, ...parameters: Parameters<NonNullable<Hooks[N]>>): Promise<void>;
  processTask(task: TaskJson): Promise<TaskJson>;
  processResult(result: TaskResult, task: TaskJson): Promise<TaskResult>;
}
