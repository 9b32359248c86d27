import { afterEach, describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import { type AdapterContract, AdapterType } from '../../src/contracts/adapter.ts';
import type { EvaluationContract } from '../../src/contracts/evaluation.ts';
import type { OrchestratorEvent } from '../../src/contracts/events.ts';
import type { PluginContract, PluginType } from '../../src/contracts/plugin.ts';
import type { TaskJson, TaskResult } from '../../src/contracts/task.ts';
import { MemoryStore } from '../../src/memory/memory-store.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import type { OrchestratorOptions } from '../../src/orchestrator/orchestrator-options.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

const opened: Orchestrator[] = [];

function orchestratorWith(
  plugins: readonly PluginContract[],
  options: OrchestratorOptions = {},
): Orchestrator {
  const orchestrator = new Orchestrator({ logger: silentLogger, plugins, ...options });
  opened.push(orchestrator);
  return orchestrator;
}

afterEach(async () => {
  for (const orchestrator of opened.splice(0)) await orchestrator.shutdown();
});

const plugin = (pluginType: PluginType, does: object, name: string = pluginType): PluginContract =>
  ({
    metadata: { name, version: '1.0.0', description: `A plugin of type ${pluginType}.`, pluginType },
    ...does,
  }) as PluginContract;

const pluggedAgent = plugin('agent', {
  agents: () => [new WorkingAgent((task) => ({ success: true, output: `worked on ${task.title}` }))],
});

describe('a plugin', () => {
  it('of type agent adds agents that take tasks', async () => {
    const orchestrator = orchestratorWith([pluggedAgent]);
    expect((await orchestrator.runTask({ title: 'one', ...WORK })).output).toBe('worked on one');
    expect([...orchestrator.agents.keys()]).toEqual(['Worker']);
  });

  it('of type adapter opens a door to agents, and closes it at shutdown', async () => {
    const calls: string[] = [];
    const door = {
      name: 'bell',
      type: AdapterType.API,
      status: 'disconnected',
      operations: { ring: 'external' },
      execute: async () => void calls.push('ring'),
      disconnect: async () => void calls.push('disconnect'),
    } as unknown as AdapterContract;
    const orchestrator = orchestratorWith([plugin('adapter', { adapters: () => [door] })]);
    orchestrator.registerAgent(
      new WorkingAgent(async (_task, { adapters }) => {
        await adapters.get('bell')?.execute('ring', {});
        return { success: true };
      }),
    );
    await orchestrator.runTask({ title: 'Ring', ...WORK });
    await orchestrator.shutdown();
    expect(calls).toEqual(['ring', 'disconnect']);
  });

  it('of type evaluator judges what agents make', async () => {
    const strict: EvaluationContract = {
      name: 'strict',
      criteria: ['Nothing is good enough.'],
      evaluate: async () => ({
        evaluatorName: 'strict',
        passed: false,
        score: 0,
        findings: [],
        needsCorrection: false,
        correctionSuggestions: [],
        metadata: {},
      }),
    };
    const orchestrator = orchestratorWith([
      pluggedAgent,
      plugin('evaluator', { evaluators: () => [strict] }),
    ]);
    expect(await orchestrator.runTask({ title: 'one', ...WORK })).toMatchObject({
      success: false,
      metadata: { correction: { rounds: 1 } },
    });
    orchestrator.plugins.disable('evaluator');
    expect((await orchestrator.runTask({ title: 'two', ...WORK })).success).toBe(true);
  });

  it('of type processor changes the task before and the result after', async () => {
    const processor = plugin('processor', {
      processTask: (task: TaskJson) => ({ ...task, title: task.title.toUpperCase() }),
      processResult: (result: TaskResult) => ({ ...result, output: `${result.output}!` }),
    });
    const orchestrator = orchestratorWith([pluggedAgent, processor]);
    expect((await orchestrator.runTask({ title: 'one', ...WORK })).output).toBe('worked on ONE!');
  });

  it('of type processor that returns nonsense is left out and reported', async () => {
    const failures: string[] = [];
    const processor = plugin('processor', {
      processTask: () => ({ title: '' }),
      processResult: () => 'done',
    });
    const orchestrator = orchestratorWith([pluggedAgent, processor]);
    orchestrator.on('plugin-failed', ({ plugin: name, error }) => failures.push(`${name}: ${error.code}`));
    expect((await orchestrator.runTask({ title: 'one', ...WORK })).output).toBe('worked on one');
    expect(failures).toEqual(['processor: plugin-failed', 'processor: plugin-failed']);
  });

  it('of type hook is called, and waited for, at each point of a task and for each message', async () => {
    const told: string[] = [];
    const tell = (what: string) => async () => {
      await Promise.resolve();
      told.push(what);
    };
    const hooks = plugin('hook', {
      onTaskCreated: tell('created'),
      onTaskStarted: tell('started'),
      onTaskCompleted: tell('completed'),
      onTaskFailed: tell('failed'),
      onMessageSent: tell('sent'),
    });
    const orchestrator = orchestratorWith([hooks]);
    orchestrator.registerAgent(
      new WorkingAgent((task) => {
        told.push('working');
        return { success: task.title !== 'bad', retryable: false };
      }),
    );
    await orchestrator.runTask({ title: 'good', ...WORK });
    expect(told.splice(0)).toEqual(['created', 'started', 'working', 'completed']);
    await orchestrator.runTask({ title: 'bad', ...WORK });
    expect(told.splice(0)).toEqual(['created', 'started', 'working', 'failed']);
    await orchestrator.sendMessage({ recipient: 'Worker', content: 'Hello' });
    expect(told).toEqual(['sent']);
  });

  it('of type storage says where runs and memories are kept', async () => {
    const backend = new MemoryBackend();
    const owners: string[] = [];
    const storage = plugin('storage', {
      backend: () => backend,
      memory: (agent: { name: string }) => {
        owners.push(agent.name);
        return new MemoryStore({ owner: agent.name });
      },
    });
    const orchestrator = orchestratorWith([pluggedAgent, storage]);
    const id = await orchestrator.submitTask({ title: 'kept', ...WORK });
    await orchestrator.start();
    await orchestrator.waitFor(id);
    expect((await backend.store.get(id, 'default'))?.status).toBe('completed');
    expect(owners).toEqual(['Worker']);
  });

  it('of type observer hears every event and changes nothing by failing', async () => {
    const heard: OrchestratorEvent['type'][] = [];
    const observer = plugin('observer', {
      onEvent: ({ type }: OrchestratorEvent) => {
        heard.push(type);
        throw new Error('Blinded.');
      },
    });
    const orchestrator = orchestratorWith([pluggedAgent, observer]);
    expect((await orchestrator.runTask({ title: 'one', ...WORK })).success).toBe(true);
    expect(heard).toEqual(['task-submitted', 'task-started', 'task-completed']);
    expect(orchestrator.plugins.getStatus('observer').failureCount).toBe(3);
  });
});

describe('plugins of an orchestrator', () => {
  it('start with it in the order of their dependencies, and stop with it in reverse', async () => {
    const told: string[] = [];
    const named = (name: string, dependencies: Record<string, string>): PluginContract => ({
      ...plugin('hook', {
        onTaskCreated: () => undefined,
        initialize: () => void told.push(`+${name}`),
        shutdown: () => void told.push(`-${name}`),
      }),
      metadata: { name, version: '1.0.0', description: 'Ordered.', pluginType: 'hook', dependencies },
    });
    const orchestrator = orchestratorWith([named('b', { a: '^1.0.0' }), named('a', {})]);
    await orchestrator.start();
    await orchestrator.shutdown();
    expect(told).toEqual(['+a', '+b', '-b', '-a']);
  });

  it('that break while they start leave the rest at work', async () => {
    const broken = plugin(
      'agent',
      { agents: () => [], initialize: () => Promise.reject(new Error('No licence.')) },
      'broken',
    );
    const orchestrator = orchestratorWith([broken, pluggedAgent]);
    expect((await orchestrator.runTask({ title: 'one', ...WORK })).success).toBe(true);
    expect(orchestrator.plugins.getStatus('broken')).toMatchObject({
      state: 'failed',
      error: { message: 'Plugin broken failed: No licence.' },
    });
  });

  it('that never answer hold a task up no longer than their limit, and shutting down neither', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const failures: string[] = [];
    const orchestrator = orchestratorWith(
      [
        pluggedAgent,
        plugin('hook', { onTaskCreated: never, onTaskStarted: never, shutdown: never }),
        plugin('processor', { processTask: never, shutdown: never }),
        plugin('observer', { onEvent: never, shutdown: never }),
      ],
      { pluginLimits: { hookMs: 20, processMs: 20, shutdownMs: 20 } },
    );
    orchestrator.on('plugin-failed', ({ error }) => void failures.push(error.message));
    expect((await orchestrator.runTask({ title: 'one', ...WORK })).success).toBe(true);
    expect(failures).toEqual([
      'Plugin hook failed: onTaskCreated did not finish in 20 ms.',
      'Plugin processor failed: processTask did not finish in 20 ms.',
    ]);
    await orchestrator.shutdown();
    expect(failures.slice(2)).toHaveLength(3);
  });

  it('of type storage that break are named', () => {
    const broken = plugin('storage', {
      backend: () => {
        throw new Error('No disk.');
      },
    });
    expect(() => orchestratorWith([broken])).toThrow('Plugin storage failed: No disk.');
  });

  it('can be added while it runs', async () => {
    const orchestrator = orchestratorWith([pluggedAgent]);
    await orchestrator.start();
    await orchestrator.plugins.register(
      plugin('processor', { processResult: (result: TaskResult) => ({ ...result, output: 'changed' }) }),
    );
    expect((await orchestrator.runTask({ title: 'one', ...WORK })).output).toBe('changed');
  });

  it.each([
    ['something that is none', [{}], /`plugin\.metadata` to be a plain object/],
    ['two of one name', [pluggedAgent, pluggedAgent], /already a plugin agent/],
    ['no list', 'all', /`plugins` to be an array/],
  ])('are refused when they are %s', (_what, plugins, message) => {
    expect(() => new Orchestrator({ plugins: plugins as never, logger: silentLogger })).toThrow(message);
  });
});
