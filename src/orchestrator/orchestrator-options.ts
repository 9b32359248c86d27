/** What a caller may set on an orchestrator, and what it makes of it. */

import { checkParts } from '../agents/running/check-parts.ts';
import { FURTHER_LIMITS, resolveQueueOptions } from '../backends/driving/queue-limits.ts';
import { MemoryBackend } from '../backends/memory/index.ts';
import type { OrchestratorConfig } from '../config/load-config.ts';
import type { AdapterContract } from '../contracts/adapter.ts';
import type { AgentContract } from '../contracts/agent.ts';
import type { Backend, QueueOptions } from '../contracts/backend.ts';
import type { BudgetOptions } from '../contracts/budget.ts';
import type { EvaluationContract } from '../contracts/evaluation.ts';
import type { AgentMemory } from '../contracts/memory.ts';
import type { ModelClient } from '../contracts/model.ts';
import type { PluginContract, StorageProvider } from '../contracts/plugin.ts';
import type { AnyTool } from '../contracts/tool.ts';
import type { Workspace } from '../contracts/workspace.ts';
import { Budget } from '../llm/budget/budget.ts';
import { resolveBudget } from '../llm/budget/budget-options.ts';
import { modelFromConfig } from '../llm/model-from-config.ts';
import { KnowledgeBase } from '../memory/knowledge-base.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import { createLogger, type Logger } from '../observability/logger.ts';
import { MetricsCollector } from '../observability/metrics.ts';
import { Tracer } from '../observability/tracer.ts';
import { checkPlugin, readMetadata } from '../plugins/check-plugin.ts';
import { type PluginLimits, resolvePluginLimits } from '../plugins/plugin-limits.ts';
import { checkBoolean, checkInteger, checkKeys, checkListOf, checkText } from '../shared/check.ts';
import { errorToJson, OrchestratorError } from '../shared/errors.ts';
import { type IdSource, randomIds } from '../shared/ids.ts';
import { type Clock, systemClock } from '../shared/time.ts';

/** All have defaults. */
export interface OrchestratorOptions {
  /** Where runs are kept and driven. @default a new memory backend: nothing outlives the process */
  readonly backend?: Backend;
  /** What `loadConfig` gave: its endpoint becomes the `model`, its level the logger's, where these are not given. @default none */
  readonly config?: OrchestratorConfig;
  /** The model of agents that have none of their own; `shutdown` closes it. @default the endpoint of `config`, else none: skills only */
  readonly model?: ModelClient;
  /** What work may use up, by run, agent, tenant and day. @default for a run 2,000,000 tokens, 500 calls of models, 2,000 of tools */
  readonly budget?: BudgetOptions;
  /** The folder that the work is about. @default none */
  readonly workspace?: string | Workspace;
  /** Makes an agent's memory. @default a `MemoryStore` for each agent */
  readonly memory?: (agent: AgentContract) => AgentMemory;
  /** Shared by all agents. @default an empty one */
  readonly knowledge?: KnowledgeBase;
  /** Doors to outside systems, found by name in an agent's context. @default [] */
  readonly adapters?: readonly AdapterContract[];
  /** Functions that agents may call. @default [] */
  readonly tools?: readonly AnyTool[];
  /** `allowExecute`: whether programs of the workspace (its tests, its scripts) may run. @default { allowExecute: false } */
  readonly policy?: { readonly allowExecute?: boolean };
  /** Judge each task's output; what does not pass is corrected, `maxCorrections` times at most. @default [] */
  readonly evaluators?: readonly EvaluationContract[];
  /** Started in the order of their dependencies with the orchestrator, stopped in reverse. @default [] */
  readonly plugins?: readonly PluginContract[];
  /** How long plugins may take, and how much they may give back. */
  readonly pluginLimits?: PluginLimits;
  /** Tasks at work at once. @default 4 */
  readonly concurrency?: number;
  /** Further limits of the queue of tasks: rates, waiting runs, ageing, limits by tenant. @default none */
  readonly taskQueue?: Omit<QueueOptions, 'concurrency'>;
  /** Whose work this is. Tasks of another tenant are refused. @default 'default' */
  readonly tenant?: string;
  /** @default warnings and worse, on standard error */
  readonly logger?: Logger;
  readonly metrics?: MetricsCollector;
  readonly tracer?: Tracer;
  readonly clock?: Clock;
  readonly ids?: IdSource;
}

/** The same with everything filled in. */
export interface ResolvedOptions
  extends Required<Omit<OrchestratorOptions, 'budget' | 'config' | 'model' | 'workspace' | 'policy'>> {
  readonly model: ModelClient | undefined;
  readonly budget: Budget;
  readonly workspace: string | Workspace | undefined;
  readonly allowExecute: boolean;
}

const KNOWN: readonly (keyof OrchestratorOptions)[] = [
  'backend',
  'budget',
  'config',
  'model',
  'workspace',
  'memory',
  'knowledge',
  'adapters',
  'tools',
  'policy',
  'evaluators',
  'plugins',
  'pluginLimits',
  'concurrency',
  'taskQueue',
  'tenant',
  'logger',
  'metrics',
  'tracer',
  'clock',
  'ids',
];

/** Fills in the defaults and checks each option. Throws {@link InvalidArgumentError}. */
export function resolveOptions(options: OrchestratorOptions): ResolvedOptions {
  checkKeys('options', options, KNOWN);
  checkParts(options);
  const { config } = options;
  const configured = config === undefined ? undefined : modelFromConfig(config);
  const clock = options.clock ?? systemClock;
  const ids = options.ids ?? randomIds;
  const policy = options.policy ?? {};
  checkKeys('policy', policy, ['allowExecute']);
  const plugins = checkListOf('plugins', options.plugins ?? [], [], 'a plugin').map(checkPlugin);
  const storage = plugins.filter(
    (plugin) => readMetadata(plugin).pluginType === 'storage',
  ) as readonly (PluginContract & StorageProvider)[];
  const plugged = <T>(ask: (provider: StorageProvider) => T | undefined): T | undefined =>
    storage.map((provider) => storedBy(provider, ask)).find((one) => one !== undefined);
  const backend =
    options.backend ?? plugged((provider) => provider.backend?.()) ?? new MemoryBackend({ clock, ids });
  const tenant = checkText('tenant', options.tenant ?? 'default');
  return {
    backend,
    budget: new Budget(() => backend.store.state(tenant), clock, resolveBudget(options.budget)),
    model: options.model ?? configured,
    workspace: options.workspace,
    memory:
      options.memory ??
      ((agent) =>
        plugged((provider) => provider.memory?.(agent)) ??
        new MemoryStore({ owner: agent.name, clock, ids })),
    knowledge: options.knowledge ?? new KnowledgeBase({ clock, ids }),
    adapters: options.adapters ?? [],
    tools: options.tools ?? [],
    allowExecute: checkBoolean('policy.allowExecute', policy.allowExecute ?? false),
    evaluators: checkListOf('evaluators', options.evaluators ?? [], ['evaluate'], 'an evaluator'),
    plugins,
    pluginLimits: resolvePluginLimits('pluginLimits', options.pluginLimits),
    concurrency: checkInteger('concurrency', options.concurrency ?? 4, 1),
    taskQueue: checkTaskQueue(options.taskQueue ?? {}),
    tenant,
    logger: options.logger ?? createLogger({ level: config?.logLevel ?? 'warn' }),
    metrics: options.metrics ?? new MetricsCollector(),
    tracer: options.tracer ?? new Tracer({ clock }),
    clock,
    ids,
  };
}

/** What a storage plugin gives. One that breaks is told by its name: what it was to keep has no other place. */
function storedBy<T>(provider: PluginContract & StorageProvider, ask: (provider: StorageProvider) => T): T {
  try {
    return ask(provider);
  } catch (cause) {
    const { name } = readMetadata(provider);
    throw new OrchestratorError('plugin-failed', `Plugin ${name} failed: ${errorToJson(cause).message}`, {
      details: { plugin: name },
      cause,
    });
  }
}

/** Wrong limits are told when the orchestrator is made, not when it starts. */
function checkTaskQueue(limits: Omit<QueueOptions, 'concurrency'>): Omit<QueueOptions, 'concurrency'> {
  checkKeys('taskQueue', limits, FURTHER_LIMITS);
  resolveQueueOptions(limits);
  return limits;
}
