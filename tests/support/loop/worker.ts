/**
 * A process that works on one task with a model until the task ends: `worker.ts FILE URL WAY`. WAY `ours`: one of the nine
 * agents. `own`: a subclass with a loop of its own. `ask`: ours, where a person must allow the tool; `approve` is the same
 * and allows whatever waits. It prints the result as JSON.
 */
import { z } from 'zod';
import { SqliteBackend } from '../../../src/backends/sqlite/index.ts';
import {
  type AgentContext,
  BaseAgent,
  defineTool,
  OpenAIModelClient,
  Orchestrator,
  ResearchAgent,
  runToolLoop,
  type TaskJson,
  type TaskOutcome,
} from '../../../src/index.ts';

const [file = '', url = '', way = 'ours'] = process.argv.slice(2);

const tool = (name: string, sideEffects: 'read' | 'external') =>
  defineTool({
    name,
    description: `Notes a number at ${name}.`,
    sideEffects,
    onUnfinished: 'retry',
    input: z.object({ n: z.number() }),
    execute: async ({ n }, { signal }) => {
      const response = await fetch(`${url}/tools/${name}-${n}`, { signal });
      return `${await response.text()} ${n}`;
    },
  });

class Own extends BaseAgent {
  constructor() {
    super({ name: 'Own', description: 'Works by itself.', capabilities: [], taskTypes: ['research'] });
  }
  override async handleTask(task: TaskJson, context: AgentContext): Promise<TaskOutcome> {
    if (context.model === undefined) return { success: false };
    const { text, stopReason, calls } = await runToolLoop({
      model: context.model,
      tools: context.tools,
      messages: [{ type: 'user', source: 'task', content: task.description }],
      policy: { write: 'allow' },
      ask: context.ask,
      signal: context.signal,
    });
    return { success: stopReason === 'completed', output: text, metadata: { calls: calls.length } };
  }
}

const orchestrator = new Orchestrator({
  backend: new SqliteBackend({ path: file, leaseMs: 600, pollMs: 50 }),
  model: new OpenAIModelClient({ model: 'played', baseURL: `${url}/v1` }),
  tools: [tool('look', 'read'), tool('write', 'external')],
});
orchestrator.registerAgent(
  way === 'own'
    ? new Own()
    : new ResearchAgent({
        enableAutogen: true,
        skills: [],
        toolPolicy: way === 'ours' ? { write: 'allow' } : {},
      }),
);
orchestrator.on('approval-requested', () => console.error('asked'));
if (way === 'approve') {
  await orchestrator.start();
  const [waiting] = await orchestrator.pendingApprovals();
  if (waiting === undefined) throw new Error('Nothing waits for an approval.');
  console.error(JSON.stringify(waiting.payload));
  await orchestrator.approve(waiting.id, { by: 'the test' });
}
const result = await orchestrator.runTask({
  id: 'task-1',
  title: 'Look and write',
  description: 'Look, then write.',
  taskType: 'research',
  retryConfig: { strategy: 'none' },
  createdAt: new Date(0),
});
console.log(JSON.stringify(result));
await orchestrator.shutdown();
