// Plugins: one brings an agent, one changes results, and neither knows the other.
import type { TaskJson, TaskOutcome, TaskResult } from 'autogen-orchestrator';
import { BaseAgent, Orchestrator, Plugin, PluginType, ProcessorPlugin, TaskType } from 'autogen-orchestrator';

class Greeter extends BaseAgent {
  constructor() {
    super({ name: 'Greeter', description: 'Greets.', capabilities: [], taskTypes: [TaskType.DOCUMENTATION] });
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
  agents(): readonly BaseAgent[] {
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

const orchestrator = new Orchestrator({ plugins: [new Loud(), new GreeterPlugin()] });
const task = { title: 'world', description: 'Say hello.', taskType: TaskType.DOCUMENTATION };
console.log((await orchestrator.runTask(task)).output);
orchestrator.plugins.disable('loud');
console.log((await orchestrator.runTask(task)).output);
console.log(orchestrator.plugins.listPlugins().map(({ name, state }) => `${name} ${state}`));
await orchestrator.shutdown();

// Prints:
// HELLO, WORLD!
// Hello, world
// [ 'greeter started', 'loud disabled' ]
