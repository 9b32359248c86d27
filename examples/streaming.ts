// What an agent does, as it does it: its model's words, its tools, what they took. Nothing in the agent tells of it.
import {
  type AgentContext,
  type AgentEvent,
  BaseAgent,
  Orchestrator,
  type TaskJson,
  type TaskOutcome,
} from 'autogen-orchestrator';
import { ScriptedModel } from 'autogen-orchestrator/testing';
import { z } from 'zod';

class Teller extends BaseAgent {
  constructor() {
    super({ name: 'Teller', description: 'Tells.', capabilities: ['research'], taskTypes: ['research'] });
  }
  override async handleTask(task: TaskJson, { model, tools }: AgentContext): Promise<TaskOutcome> {
    const weather = await tools.call('weather', { city: task.title, apiKey: 'k-123456' });
    const talk = [{ type: 'user', content: `Tell of this: ${String(weather)}`, source: 'me' }] as const;
    let output = '';
    for await (const item of model?.createStream(talk) ?? [])
      if (typeof item !== 'string') output = String(item.content);
    return { success: true, output };
  }
}

const weather = {
  name: 'weather',
  description: 'The weather of a city.',
  sideEffects: 'read',
  input: z.object({ city: z.string(), apiKey: z.string() }),
  execute: async () => 'rain',
} as const;
const model = new ScriptedModel(['It rains in Porto. '.repeat(14).trim()]);
const orchestrator = new Orchestrator({ model, tools: [weather] });
orchestrator.registerAgent(new Teller());
const id = await orchestrator.submitTask({ title: 'Porto', description: 'Tell.', taskType: 'research' });
await orchestrator.start();
function show(event: AgentEvent): void {
  if (event.type === 'tool-call-started') console.log(event.type, event.tool, event.preview);
  else if (event.type === 'model-text-streamed') console.log(event.type, event.text.length, 'characters');
  else if (event.type === 'model-call-finished') console.log(event.type, event.finishReason, event.usage);
  else console.log(event.type);
}
for await (const event of orchestrator.stream(id)) {
  if (event.type === 'agent-reported') show(event.event);
  else console.log(event.position, event.type);
}
await orchestrator.shutdown();

// Prints:
// 1 task-submitted
// 2 task-started
// tool-call-started weather {"city":"Porto","apiKey":"[redacted]"}
// tool-call-finished
// model-call-started
// model-text-streamed 202 characters
// model-text-streamed 63 characters
// model-call-finished stop { promptTokens: 16, completionTokens: 67 }
// 9 task-completed
