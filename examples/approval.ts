// A workflow that waits for a person before it goes on, over a restart if need be.

import { BaseAgent, Orchestrator, type TaskJson, type TaskOutcome, Workflow } from 'autogen-orchestrator';

class Releaser extends BaseAgent {
  constructor() {
    super({ name: 'Releaser', description: 'Releases.', capabilities: ['devops'], taskTypes: ['devops'] });
  }
  override async handleTask(task: TaskJson): Promise<TaskOutcome> {
    return { success: true, output: `${task.description} is out` };
  }
}

const workflow = new Workflow({ name: 'release' });
const ask = workflow.addStep({
  name: 'ask',
  stepType: 'approval',
  config: {
    title: 'Release ${inputs.version}?',
    payload: { version: '${inputs.version}' },
    timeoutSeconds: 86_400,
  },
});
workflow.addStep({
  name: 'release',
  stepType: 'task',
  config: { title: 'Release', description: '${outputs.ask.answer.version}', taskType: 'devops' },
  dependencies: [ask.id],
});

// With a SqliteBackend another process may decide, and this one may be killed meanwhile.
const orchestrator = new Orchestrator();
orchestrator.registerAgent(new Releaser());
orchestrator.on('approval-requested', async ({ approval }) => {
  console.log(approval.title, JSON.stringify(approval.payload));
  const { id, payloadDigest } = approval;
  await orchestrator.approve(id, { by: 'Ada', answer: { version: '2.0.1' }, payloadDigest });
});
const result = await orchestrator.runWorkflow(workflow, { version: '2.0.0' });
console.log(result.outputs['release']);
await orchestrator.shutdown();

// Prints:
// Release 2.0.0? {"version":"2.0.0"}
// 2.0.1 is out
