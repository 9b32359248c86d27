/**
 * A process that works on flows until it is killed: it loads everything, says `warm`, waits for a line of terms as JSON and
 * says `ready`. Each line that follows is a flow to hand in: it says `submitted FLOW ID`. It ends with its input; with
 * `killAt` at the end of its flow, when it says `writes COUNT`.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentContext } from '../../../src/contracts/agent.ts';
import type { EffectContext, Reconciliation } from '../../../src/contracts/effect.ts';
import type { ModelClient } from '../../../src/contracts/model.ts';
import type { TaskJson, TaskOutcome } from '../../../src/contracts/task.ts';
import type { AnyTool } from '../../../src/contracts/tool.ts';
import { BaseAgent, Orchestrator } from '../../../src/index.ts';
import { countSqliteWrites } from '../kill-at-write.ts';
import { createFlow, type Kind } from './flow.ts';
import { type FlowTerms, TOKENS } from './flow-terms.ts';
import { openBackend } from './open-backend.ts';
import type { Sight } from './outside.ts';

const [backendName = 'sqlite'] = process.argv.slice(2);
if (backendName === 'dbos') {
  await import('../../../src/backends/dbos/index.ts');
  await import('@dbos-inc/dbos-sdk');
} else await import('../../../src/backends/sqlite/index.ts');

// Whoever is killed keeps nothing for the next one otherwise.
flushCompileCache();
console.log('warm');
process.stdin.on('end', () => process.exit());
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const terms = JSON.parse((await lines.next()).value ?? '') as FlowTerms;
const { url, log, steps, holdMs = 30, recognises = false, killAt } = terms;
const counter = killAt === undefined ? undefined : countSqliteWrites(killAt);

const hold = (): Promise<void> => sleep(Math.random() * holdMs);
const note = (what: Sight['what'], key: string, name: string): void =>
  appendFileSync(log, `${JSON.stringify({ what, key, name })}\n`);

async function post({ idempotencyKey, signal }: EffectContext, name: string, repeats = 'happen') {
  const held = `${Math.random() * holdMs},${Math.random() * holdMs}`;
  const response = await fetch(`${url}/effects/${encodeURIComponent(idempotencyKey)}`, {
    method: 'POST',
    headers: { 'x-name': name, 'x-hold': held, 'x-repeats': recognises ? 'once' : repeats },
    signal,
  });
  await response.json();
  return name;
}

async function askServer({ idempotencyKey }: EffectContext, name: string): Promise<Reconciliation> {
  const response = await fetch(`${url}/effects/${encodeURIComponent(idempotencyKey)}`, {
    headers: { 'x-name': name },
  });
  const { happened } = (await response.json()) as { happened: boolean };
  return happened ? { state: 'happened', receipt: name } : { state: 'absent' };
}

function readFile({ idempotencyKey }: EffectContext, name: string): Reconciliation {
  note('asked', idempotencyKey, name);
  const happened = readFileSync(log, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Sight)
    .some(({ what, key }) => what === 'happened' && key === idempotencyKey);
  return happened ? { state: 'happened', receipt: name } : { state: 'absent' };
}

/** Something that this process does by itself, seen in the file. */
async function write({ idempotencyKey }: Pick<EffectContext, 'idempotencyKey'>, name: string) {
  note('requested', idempotencyKey, name);
  await hold();
  note('happened', idempotencyKey, name);
  await hold();
  return name;
}

interface ToolInput {
  readonly name: string;
}

const toolOf = (policy: 'retry' | 'reconcile'): AnyTool => ({
  name: policy,
  description: 'Changes the outside world.',
  sideEffects: 'external',
  onUnfinished: policy,
  input: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } },
  execute: ({ name }: ToolInput, context) => post(context, name, policy === 'retry' ? 'once' : 'happen'),
  reconcile: ({ name }: ToolInput, context) => askServer(context, name),
});

const model: ModelClient = {
  info: {
    family: 'test',
    model: 'test',
    functionCalling: false,
    jsonOutput: false,
    structuredOutput: false,
    contextWindow: 1000,
    maxTokens: 10,
  },
  create: async ([message]) => {
    const name = String(message?.content);
    await write({ idempotencyKey: name }, name);
    const usage = { promptTokens: TOKENS - 2, completionTokens: 2 };
    return { content: name, finishReason: 'stop', usage, cached: false };
  },
  async *createStream(messages) {
    yield await this.create(messages);
  },
  countTokens: () => TOKENS,
  close: async () => undefined,
};

const WAYS: Readonly<Record<Kind, (name: string, context: AgentContext) => Promise<unknown>>> = {
  retry: (name, { tools }) => tools.call('retry', { name }),
  reconcile: (name, { tools }) => tools.call('reconcile', { name }),
  file: (name, { effect }) =>
    effect('write', {
      operation: 'Write a line',
      input: { name },
      onUnfinished: 'reconcile',
      perform: (context) => write(context, name),
      reconcile: async (context) => readFile(context, name),
    }),
  ask: (name, { effect }) =>
    effect('pay', { operation: 'Pay', input: { name }, perform: (context) => post(context, name) }),
  step: (name, { step }) => step('note', (context) => write(context, name)),
  model: async (name, context) =>
    (await context.model?.create([{ type: 'user', content: name, source: 'user' }]))?.content,
};

class Doer extends BaseAgent {
  constructor() {
    super({ name: 'Doer', description: 'Does.', capabilities: ['coding'], taskTypes: ['data'] });
  }
  override async handleTask({ title, description }: TaskJson, context: AgentContext): Promise<TaskOutcome> {
    return { success: true, output: String(await WAYS[title as Kind](description, context)) };
  }
}

const orchestrator = new Orchestrator({
  backend: await openBackend(terms.backend),
  tools: [toolOf('retry'), toolOf('reconcile')],
  model,
  budget: { tenant: { toolCalls: 1e9, modelCalls: 1e9, tokens: 1e9 } },
  concurrency: 6,
});
orchestrator.registerAgent(new Doer());

async function work(): Promise<void> {
  await orchestrator.start();
  console.log('ready');
  for await (const flow of lines) {
    const id = await orchestrator.submitWorkflow(createFlow(flow, steps));
    console.log(`submitted ${flow} ${id}`);
    if (killAt === undefined) continue;
    await orchestrator.waitForWorkflow(id);
    await orchestrator.shutdown();
    console.log(`writes ${counter?.writes ?? 0}`);
    process.exit();
  }
}

work().catch((error: { code?: string }) => {
  // Its database has gone away.
  if (error.code !== 'storage-failed') throw error;
  console.log('storage-failed');
  process.exit(1);
});
