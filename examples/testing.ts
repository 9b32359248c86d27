// Testing an agent: a scripted model, a context without an orchestrator, and a restart played from the journal.
import assert from 'node:assert/strict';
import { type AgentContext, BaseAgent, Task, type TaskJson, type TaskOutcome } from 'autogen-orchestrator';
import { createTestContext, ScriptedModel } from 'autogen-orchestrator/testing';

class Translator extends BaseAgent {
  constructor() {
    super({
      name: 'Translator',
      description: 'Translates.',
      capabilities: ['documentation'],
      taskTypes: ['documentation'],
    });
  }
  override async handleTask(task: TaskJson, { model }: AgentContext): Promise<TaskOutcome> {
    if (model === undefined)
      return { success: false, stopReason: 'unavailable', errorMessage: 'needs a model' };
    const { content, cached } = await model.create([
      { type: 'user', source: 'user', content: task.description },
    ]);
    return { success: true, output: String(content), metadata: { cached } };
  }
}

const agent = new Translator();
const task = new Task({ title: 'Greet', description: 'Good day', taskType: 'documentation' }).toJSON();
const model = new ScriptedModel(['Guten Tag']);

const first = await createTestContext({ agent, model });
console.log(await agent.handleTask(task, first.context));

// The same journal again: the step is known, so the model is not asked a second time.
const second = await createTestContext({ agent, model }, first.journal);
console.log(await agent.handleTask(task, second.context));
assert.equal(model.requests.length, 1);
model.assertDone();

const { context } = await createTestContext({ agent });
console.log((await agent.handleTask(task, context)).errorMessage);

// Prints:
// { success: true, output: 'Guten Tag', metadata: { cached: false } }
// { success: true, output: 'Guten Tag', metadata: { cached: true } }
// needs a model
