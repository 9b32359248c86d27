// A budget stops work before it costs too much, and falls to a cheaper model first.

import {
  type AgentContext,
  BaseAgent,
  type ModelClient,
  Orchestrator,
  type TaskJson,
} from 'autogen-orchestrator';
import { ScriptedModel } from 'autogen-orchestrator/testing';

const question = [{ type: 'user', content: 'Go on.', source: 'user' }] as const;

class Writer extends BaseAgent {
  constructor() {
    super({ name: 'Writer', description: 'Writes.', capabilities: [], taskTypes: ['documentation'] });
  }
  override async handleTask(_task: TaskJson, context: AgentContext): Promise<{ success: boolean }> {
    for (let page = 1; page <= 20; page += 1) {
      const result = await context.model?.create(question);
      const [money] = (await context.budget.lines()).filter(({ unit }) => unit === 'cost');
      const who = result?.model ?? 'large';
      console.log(`page ${page} by ${who}, ${money?.used.toFixed(2)} of ${money?.limit}`);
    }
    return { success: true };
  }
}

/** A scripted model with a price for each token, and answers of ten tokens at most. */
function priced(name: string, price: number): ModelClient {
  const answers = Array.from({ length: 20 }, () => 'A page.');
  const model = new ScriptedModel(answers, { model: name, maxTokens: 10 });
  return Object.assign(model, {
    priceOf: (usage: { promptTokens: number; completionTokens: number }) =>
      (usage.promptTokens + usage.completionTokens) * price,
  });
}

const orchestrator = new Orchestrator({
  model: priced('large', 0.01),
  budget: { run: { cost: 0.5, modelCalls: 5 }, degradeTo: priced('small', 0.001) },
});
orchestrator.registerAgent(new Writer());
const result = await orchestrator.runTask({
  title: 'A book',
  description: 'Long.',
  taskType: 'documentation',
});
console.log(result.stopReason, '|', result.errorMessage);
await orchestrator.shutdown();

// Prints:
// page 1 by large, 0.16 of 0.5
// page 2 by large, 0.32 of 0.5
// page 3 by small, 0.34 of 0.5
// page 4 by small, 0.35 of 0.5
// page 5 by small, 0.37 of 0.5
// budget-exceeded | The budget of this run is used up: 5 of 5 modelCalls are used or set aside, and 1 more may be needed. Raise `budget.run.modelCalls` if that is meant to go on.
