// Tasks with priorities, a dependency and a retry: the critical one first, the dependent one last, the flaky one twice.

import type { TaskJson, TaskOutcome } from 'autogen-orchestrator';
import { BaseAgent, Orchestrator, Task, TaskPriority, TaskType } from 'autogen-orchestrator';

const order: string[] = [];

class Worker extends BaseAgent {
  constructor() {
    super({
      name: 'Worker',
      description: 'Does what it is told.',
      capabilities: ['coding'],
      taskTypes: [TaskType.DEVELOPMENT],
    });
  }

  override async handleTask(task: TaskJson): Promise<TaskOutcome> {
    order.push(task.title);
    if (task.title === 'deploy' && order.filter((title) => title === 'deploy').length === 1)
      throw new Error('connection timeout');
    return { success: true, output: `${task.title} done` };
  }
}

const fields = { description: 'An example.', taskType: TaskType.DEVELOPMENT };
const build = new Task({ title: 'build', ...fields, priority: TaskPriority.LOW });
const fix = new Task({ title: 'fix', ...fields, priority: TaskPriority.CRITICAL });
const deploy = new Task({
  title: 'deploy',
  ...fields,
  dependencies: [build.id, fix.id],
  retryConfig: { strategy: 'linear', maxRetries: 2, baseDelaySeconds: 0.05, retryOnErrors: ['timeout'] },
});

const orchestrator = new Orchestrator({ concurrency: 1 });
orchestrator.registerAgent(new Worker());
await orchestrator.submitTasks([deploy, build, fix]);
await orchestrator.start();
const result = await orchestrator.waitFor(deploy.id);
console.log(order.join(', '));
console.log(`${deploy.status}: ${result.output} after ${deploy.retryState.attempt} retry`);
await orchestrator.shutdown();

// Prints:
// fix, build, deploy, deploy
// completed: deploy done after 1 retry
