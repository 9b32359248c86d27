// An agent of your own: extend BaseAgent, override handleTask.

import type { AgentContext, TaskJson, TaskOutcome } from 'autogen-orchestrator';
import { BaseAgent, Orchestrator, TaskType } from 'autogen-orchestrator';

class WordCounter extends BaseAgent {
  constructor() {
    super({
      name: 'WordCounter',
      description: 'Counts words.',
      capabilities: ['data_modeling'],
      taskTypes: [TaskType.DATA],
    });
  }

  override async handleTask(task: TaskJson, context: AgentContext): Promise<TaskOutcome> {
    const words = await context.step('count', async () => task.description.split(/\s+/).length);
    return { success: true, output: words };
  }
}

const orchestrator = new Orchestrator();
orchestrator.registerAgent(new WordCounter());
const result = await orchestrator.runTask({
  title: 'Count',
  description: 'one two three four',
  taskType: TaskType.DATA,
});
console.log(`${result.output} words, by ${result.metadata['agent']}`);
await orchestrator.shutdown();

// Prints:
// 4 words, by WordCounter
