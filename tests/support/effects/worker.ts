/**
 * A process that runs one task with one effect, over and over until it ends: `worker.ts FILE URL POLICY PLAN RUN_ID WAY`.
 * WAY is how the agent does it: its own `effect`, a tool or an adapter. It prints the result as JSON when the task has ended.
 */

import { SqliteBackend } from '../../../src/backends/sqlite/index.ts';
import type { AdapterContract } from '../../../src/contracts/adapter.ts';
import type { AgentContext } from '../../../src/contracts/agent.ts';
import type { EffectContext, Reconciliation, UnfinishedPolicy } from '../../../src/contracts/effect.ts';
import type { AnyTool } from '../../../src/contracts/tool.ts';
import {
  AdapterStatus,
  AdapterType,
  BaseAgent,
  Orchestrator,
  type TaskJson,
  type TaskOutcome,
} from '../../../src/index.ts';

const [file = '', url = '', policy = 'ask', plan = 'done', runId = 'task-1', way = 'effect'] =
  process.argv.slice(2);
const onUnfinished = policy as UnfinishedPolicy;

async function pay({ idempotencyKey, signal }: EffectContext): Promise<string> {
  const response = await fetch(`${url}/effects/${encodeURIComponent(idempotencyKey)}`, {
    method: 'POST',
    headers: { 'x-plan': plan },
    signal,
  });
  return ((await response.json()) as { receipt: string }).receipt;
}

async function reconcile({ idempotencyKey }: EffectContext): Promise<Reconciliation> {
  const response = await fetch(`${url}/effects/${encodeURIComponent(idempotencyKey)}`);
  const { happened, receipt } = (await response.json()) as { happened: boolean; receipt: string };
  return happened
    ? { state: 'happened', receipt: way === 'adapter' ? resultOf(receipt) : receipt }
    : { state: 'absent' };
}

const tool: AnyTool = {
  name: 'pay',
  description: 'Pays.',
  sideEffects: 'external',
  onUnfinished,
  input: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } },
  execute: (_input, context) => pay(context),
  reconcile: (_input, context) => reconcile(context),
};

const resultOf = (data: string) => ({
  success: true,
  data,
  errorMessage: null,
  error: null,
  metadata: {},
  timestamp: new Date(0).toISOString(),
});

const adapter: AdapterContract = {
  name: 'bank',
  type: AdapterType.API,
  status: AdapterStatus.CONNECTED,
  operations: { pay: { sideEffects: 'external', onUnfinished } },
  connect: () => Promise.resolve(),
  disconnect: () => Promise.resolve(),
  execute: async (
    _operation,
    _parameters,
    { idempotencyKey = '', signal = new AbortController().signal } = {},
  ) => resultOf(await pay({ idempotencyKey, signal })),
  healthCheck: () => Promise.resolve(resultOf('fine')),
  reconcile: (_operation, _parameters, context) => reconcile(context),
};

class Payer extends BaseAgent {
  constructor() {
    super({ name: 'Payer', description: 'Pays.', capabilities: ['coding'], taskTypes: ['data'] });
  }
  override async handleTask(_task: TaskJson, context: AgentContext): Promise<TaskOutcome> {
    if (way === 'tool') return { success: true, output: await context.tools.call('pay', { amount: 10 }) };
    if (way === 'adapter') {
      const { data } = (await context.adapters.get('bank')?.execute('pay', { amount: 10 })) ?? {};
      return { success: true, output: String(data) };
    }
    const receipt = await context.effect('pay', {
      operation: 'Pay 10',
      input: { amount: 10 },
      onUnfinished,
      perform: pay,
      reconcile,
    });
    return { success: true, output: receipt };
  }
}

const orchestrator = new Orchestrator({
  backend: new SqliteBackend({ path: file, leaseMs: 600, pollMs: 50 }),
  tools: [tool],
  adapters: [adapter],
});
orchestrator.registerAgent(new Payer());
const result = await orchestrator.runTask({
  id: runId,
  title: 'Pay',
  description: 'Pay 10.',
  taskType: 'data',
  retryConfig: { strategy: 'none' },
  createdAt: new Date(0),
});
console.log(JSON.stringify(result));
await orchestrator.shutdown();
