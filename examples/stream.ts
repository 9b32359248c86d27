// Events of a run as an async iterable: what an agent tells while it works, until the run ends.
import {
  type AgentContext,
  BaseAgent,
  Orchestrator,
  type TaskJson,
  type TaskOutcome,
} from 'autogen-orchestrator';

class Baker extends BaseAgent {
  constructor() {
    super({ name: 'Baker', description: 'Bakes.', capabilities: ['coding'], taskTypes: ['development'] });
  }
  override async handleTask(task: TaskJson, context: AgentContext): Promise<TaskOutcome> {
    for (const message of ['mixed', 'baked']) context.emit({ type: 'progress', message });
    if (context.run.attempt === 1) throw new Error('the oven was cold');
    return { success: true, output: task.title };
  }
}

const orchestrator = new Orchestrator();
orchestrator.registerAgent(new Baker());
const taskId = await orchestrator.submitTask({
  title: 'Bread',
  description: 'A loaf.',
  retryConfig: { strategy: 'immediate' },
});
await orchestrator.start();
for await (const event of orchestrator.stream(taskId)) {
  if (event.type === 'agent-reported' && event.event.type === 'progress')
    console.log(event.position, event.event.message);
  else if (event.type === 'task-retrying') console.log(event.position, event.type, event.errorMessage);
  else console.log(event.position, event.type);
}
await orchestrator.shutdown();

// Prints:
// 1 task-submitted
// 2 task-started
// 3 mixed
// 4 baked
// 5 task-retrying the oven was cold
// 6 task-started
// 7 mixed
// 8 baked
// 9 task-completed
