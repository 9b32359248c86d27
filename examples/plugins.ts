// Plugins: one brings an agent, one changes results, one counts events, each without touching the others.

import type { OrchestratorEvent, TaskJson, TaskOutcome, TaskResult } from 'autogen-orchestrator';
import {
  BaseAgent,
  ObserverPlugin,
  Orchestrator,
  Plugin,
  PluginType,
  ProcessorPlugin,
  TaskType,
} from 'autogen-orchestrator';

class Greeter extends BaseAgent {
  constructor() {
    super({
      name: 'Greeter',
      description: 'Greets.',
      capabilities: ['documentation'],
      taskTypes: ['documentation'],
    });
  }
  override async handleTask(task: TaskJson): Promise<TaskOutcome> {
    return { success: true, output: `Hello, ${task.title}` };
  }
}

class GreeterPlugin extends Plugin {
  readonly metadata = {
    name: 'greeter',
    version: '1.0.0',
    description: 'Brings the greeter.',
    pluginType: PluginType.AGENT,
  };
  agents() {
    return [new Greeter()];
  }
}

class Loud extends ProcessorPlugin {
  readonly metadata = {
    name: 'loud',
    version: '1.0.0',
    description: 'Shouts.',
    pluginType: PluginType.PROCESSOR,
    dependencies: { greeter: '^1.0.0' },
  };
  override processResult(result: TaskResult): TaskResult {
    return { ...result, output: `${String(result.output).toUpperCase()}!` };
  }
}

class Counter extends ObserverPlugin {
  readonly metadata = {
    name: 'counter',
    version: '1.0.0',
    description: 'Counts.',
    pluginType: PluginType.OBSERVER,
  };
  readonly seen: string[] = [];
  onEvent({ type }: OrchestratorEvent): void {
    this.seen.push(type);
  }
}

const counter = new Counter();
const orchestrator = new Orchestrator({ plugins: [new Loud(), counter, new GreeterPlugin()] });
const task = { title: 'world', description: 'Say hello.', taskType: TaskType.DOCUMENTATION };
console.log((await orchestrator.runTask(task)).output);
orchestrator.plugins.disable('loud');
console.log((await orchestrator.runTask(task)).output);
console.log(
  orchestrator.plugins
    .listPlugins()
    .map(({ name, state }) => `${name} ${state}`)
    .join(', '),
);
console.log(counter.seen.join(', '));
await orchestrator.shutdown();

// Prints:
// HELLO, WORLD!
// Hello, world
// greeter started, loud disabled, counter started
// task-submitted, task-started, task-completed, task-submitted, task-started, task-completed
