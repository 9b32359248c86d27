// A workflow: a task, two tasks in parallel over its output, a condition, and the branch that the condition takes.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts with variables are what this shows
import { BaseAgent, type TaskJson, type TaskOutcome, Workflow, WorkflowEngine } from 'autogen-orchestrator';

class Desk extends BaseAgent {
  constructor() {
    super({ name: 'Desk', description: 'Edits.', capabilities: ['coding'], taskTypes: ['development'] });
  }
  override async handleTask({ title, description }: TaskJson): Promise<TaskOutcome> {
    if (title === 'count') return { success: true, output: description.split(' ').length };
    if (title === 'shout') return { success: true, output: description.toUpperCase() };
    return { success: true, output: description };
  }
}

/** A step that is a task, named by its title. What stands in braces after a dollar sign is CEL, over inputs and outputs. */
function taskStep(title: string, description: string, ...dependencies: string[]) {
  return { id: title, name: title, stepType: 'task', config: { title, description }, dependencies } as const;
}

const workflow = new Workflow({
  name: 'texts',
  steps: [
    taskStep('read', '${inputs.text}'),
    {
      id: 'work',
      name: 'work',
      stepType: 'parallel',
      config: { steps: [taskStep('count', '${outputs.read}'), taskStep('shout', '${outputs.read}')] },
      dependencies: ['read'],
    },
    {
      id: 'is-long',
      name: 'is-long',
      stepType: 'condition',
      // biome-ignore lint/suspicious/noThenProperty: it names a branch; nobody awaits it
      config: { expression: 'outputs.work.count > 3.0', then: ['shorten'], else: ['publish'] },
      dependencies: ['work'],
    },
    taskStep('shorten', 'shorter: ${outputs.work.shout}', 'is-long'),
    taskStep('publish', 'as it is: ${outputs.work.shout}', 'is-long'),
  ],
});

const engine = new WorkflowEngine();
engine.registerAgent(new Desk());
const result = await engine.execute(workflow, { text: 'work in small steps' });
for (const { name, status, output } of Object.values(result.stepResults)) console.log(name, status, output);
await engine.close();

// Prints:
// read completed work in small steps
// work completed { count: 4, shout: 'WORK IN SMALL STEPS' }
// is-long completed true
// publish skipped null
// shorten completed shorter: WORK IN SMALL STEPS
