// The other types of plugin: a hook and an observer look on, an evaluator judges, storage keeps, an adapter opens a door.
import type { AdapterContract, EvaluationContract, PluginContract } from 'autogen-orchestrator';
import { BaseAgent, MemoryBackend, Orchestrator, PluginType } from 'autogen-orchestrator';

const told: string[] = [];
const plugin = (pluginType: PluginType, does: object): PluginContract => ({
  metadata: { name: pluginType, version: '1.0.0', description: 'For this example.', pluginType },
  ...does,
});

const clock = {
  name: 'clock',
  execute: async () => ({ data: 'noon' }),
  disconnect: async () => void told.push('the door was closed'),
} as unknown as AdapterContract;

const polite: EvaluationContract = {
  name: 'polite',
  criteria: ['It says please.'],
  evaluate: async (content) => {
    const passed = String(content).includes('please');
    const judged = { passed, score: passed ? 1 : 0, needsCorrection: !passed };
    return { evaluatorName: 'polite', ...judged, findings: [], correctionSuggestions: [], metadata: {} };
  },
};

const agent = new BaseAgent({ name: 'Asker', description: 'Asks.', capabilities: [], taskTypes: ['data'] });
agent.handleTask = async (task, { adapters }) => {
  const time = (await adapters.get('clock')?.execute('read', {}))?.data;
  return {
    success: true,
    output: task.metadata['correction'] ? `Come at ${time}, please` : `Come at ${time}`,
  };
};

const backend = new MemoryBackend();
const orchestrator = new Orchestrator({
  plugins: [
    plugin(PluginType.HOOK, { onTaskCompleted: () => void told.push('a hook was waited for') }),
    plugin(PluginType.OBSERVER, {
      onEvent: ({ type }: { type: string }) => void (type.startsWith('task-') && told.push(type)),
    }),
    plugin(PluginType.EVALUATOR, { evaluators: () => [polite] }),
    plugin(PluginType.STORAGE, { backend: () => backend }),
    plugin(PluginType.ADAPTER, { adapters: () => [clock] }),
  ],
});
orchestrator.registerAgent(agent);
const id = await orchestrator.submitTask({ title: 'Ask', description: 'Ask.', taskType: 'data' });
await orchestrator.start();
console.log((await orchestrator.waitFor(id)).output);
console.log((await backend.store.get(id, 'default'))?.status);
await orchestrator.shutdown();
console.log(told.join(', '));

// Prints:
// Come at noon, please
// completed
// task-submitted, task-started, a hook was waited for, task-completed, the door was closed
