import { Orchestrator } from 'autogen-orchestrator';
import { ManualClock, ScriptedModel } from 'autogen-orchestrator/testing';
import { describe, expect, it } from 'vitest';
import type { AdapterContract, AdapterResult } from '../../src/contracts/adapter.ts';
import type { AgentContext, AgentEvent } from '../../src/contracts/agent.ts';
import type { OrchestratorEvent } from '../../src/contracts/events.ts';
import type { CreateResult, ModelClient } from '../../src/contracts/model.ts';
import type { AnyTool } from '../../src/contracts/tool.ts';
import { runToolLoop } from '../../src/llm/loop/run-tool-loop.ts';
import { OrchestratorError } from '../../src/shared/errors.ts';
import type { JsonValue } from '../../src/shared/json.ts';
import { createTestContext } from '../../src/testing/create-test-context.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

const QUESTION = [{ type: 'user', content: 'Well?', source: 'user' }] as const;
const ANY = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
} as const;

function tool(name: string, execute: AnyTool['execute'], more: Partial<AnyTool> = {}): AnyTool {
  return { name, description: name, sideEffects: 'none', input: ANY, parameters: {}, execute, ...more };
}

/** A model that streams what the test hands out, piece by piece. */
function handedOut(pieces: AsyncIterable<string>): ModelClient {
  const model = new ScriptedModel([]);
  return Object.assign(model, {
    async *createStream(): AsyncIterable<string | CreateResult> {
      let content = '';
      for await (const piece of pieces) {
        content += piece;
        yield piece;
      }
      const usage = { promptTokens: 3, completionTokens: 2 };
      yield { content, finishReason: 'stop', usage, cached: false, cost: 0.25 };
    },
  });
}

async function read(stream: AsyncIterable<string | CreateResult>): Promise<string[]> {
  const pieces: string[] = [];
  for await (const item of stream) if (typeof item === 'string') pieces.push(item);
  return pieces;
}

const typesOf = (events: readonly AgentEvent[]): string[] => events.map(({ type }) => type);

describe('calls of a model', () => {
  it('are told as they begin and end, with usage, cost and reason', async () => {
    const priced = { content: 'Fine.', cost: 0.5, usage: { promptTokens: 7, completionTokens: 2 } };
    const { context, events } = await createTestContext({
      model: Object.assign(new ScriptedModel([]), {
        create: async () => ({ finishReason: 'stop', cached: false, ...priced }) as CreateResult,
      }),
    });
    await context.model?.create(QUESTION);
    expect(events).toEqual([
      { type: 'model-call-started', call: 'model#1', model: 'scripted' },
      {
        type: 'model-call-finished',
        call: 'model#1',
        model: 'scripted',
        ok: true,
        errorCode: null,
        cached: false,
        durationMs: 0,
        finishReason: 'stop',
        usage: { promptTokens: 7, completionTokens: 2 },
        cost: 0.5,
      },
    ]);
  });

  it('that fail are told with the code of what they failed with', async () => {
    const error = new OrchestratorError('model-failed', 'It is down.');
    const { context, events } = await createTestContext({ model: new ScriptedModel([error]) });
    await expect(context.model?.create(QUESTION)).rejects.toThrow('It is down.');
    expect(events[1]).toMatchObject({
      type: 'model-call-finished',
      ok: false,
      errorCode: 'model-failed',
      finishReason: null,
      usage: null,
    });
  });

  it('from the journal are told once, as cached', async () => {
    const model = new ScriptedModel(['Once.']);
    const first = await createTestContext({ model });
    await first.context.model?.create(QUESTION);
    const again = await createTestContext({ model }, first.journal);
    await again.context.model?.create(QUESTION);
    expect(again.events).toMatchObject([
      { type: 'model-call-finished', call: 'model#1', ok: true, cached: true, durationMs: 0 },
    ]);
  });
});

describe('a streamed text', () => {
  it('is told in pieces of 50 ms, while its reader has each piece at once', async () => {
    const clock = new ManualClock();
    const next: PromiseWithResolvers<string | undefined>[] = Array.from({ length: 4 }, () =>
      Promise.withResolvers(),
    );
    async function* pieces(): AsyncIterable<string> {
      for (const { promise } of next) {
        const piece = await promise;
        if (piece === undefined) return;
        yield piece;
      }
    }
    const { context, events } = await createTestContext({ model: handedOut(pieces()), clock });
    const reading = read((context.model as ModelClient).createStream(QUESTION));
    const texts = (): string[] =>
      events.flatMap((event) => (event.type === 'model-text-streamed' ? [event.text] : []));
    next[0]?.resolve('One ');
    await clock.advance(30);
    next[1]?.resolve('two ');
    await clock.advance(19);
    expect(texts()).toEqual([]);
    await clock.advance(1);
    expect(texts()).toEqual(['One two ']);
    next[2]?.resolve('three.');
    await clock.advance(10);
    next[3]?.resolve(undefined);
    expect(await reading).toEqual(['One ', 'two ', 'three.']);
    expect(texts()).toEqual(['One two ', 'three.']);
    expect(typesOf(events).at(-1)).toBe('model-call-finished');
    expect(clock.pendingTimers).toBe(0);
  });

  it('that is fast is told in pieces of 200 characters and more', async () => {
    async function* pieces(): AsyncIterable<string> {
      for (let index = 0; index < 10_000; index += 1) yield 'abcdefghi ';
    }
    const { context, events } = await createTestContext({ model: handedOut(pieces()) });
    expect(await read((context.model as ModelClient).createStream(QUESTION))).toHaveLength(10_000);
    const texts = events.flatMap((event) => (event.type === 'model-text-streamed' ? [event.text] : []));
    expect(texts).toHaveLength(500);
    expect(texts.join('')).toBe('abcdefghi '.repeat(10_000));
  });

  it('that breaks off leaves no timer, and what came is told', async () => {
    const clock = new ManualClock();
    async function* pieces(): AsyncIterable<string> {
      yield 'half';
      throw new OrchestratorError('model-failed', 'Broken off.');
    }
    const { context, events } = await createTestContext({ model: handedOut(pieces()), clock });
    await expect(read((context.model as ModelClient).createStream(QUESTION))).rejects.toThrow('Broken off.');
    expect(typesOf(events)).toEqual(['model-call-started', 'model-text-streamed', 'model-call-finished']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('calls of tools and adapters', () => {
  it('are told with a short preview that shows no secret', async () => {
    const seen: JsonValue[] = [];
    const { context, events } = await createTestContext({
      tools: [
        tool('send', async (input) => {
          seen.push(input as JsonValue);
          return 'sent';
        }),
      ],
    });
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const input = {
      to: 'sam',
      password: 'hunter2-hunter2',
      note: `use ${token}`,
      text: 'x'.repeat(5000),
      deep: { deep: { deep: { deep: 'er' } } },
      list: Array.from({ length: 1000 }, () => 'item'),
    };
    await context.tools.call('send', input);
    const [started, finished] = events;
    expect(started).toMatchObject({ type: 'tool-call-started', call: 'tool:send:#1', tool: 'send' });
    const { preview } = started as { preview: string };
    expect(preview.length).toBeLessThanOrEqual(200);
    expect(preview).toContain('"to":"sam"');
    expect(preview).toContain('[5000 characters]');
    expect(preview).not.toContain('hunter2');
    expect(preview).not.toContain('ghp_');
    expect(finished).toMatchObject({
      type: 'tool-call-finished',
      call: 'tool:send:#1',
      ok: true,
      cached: false,
    });
    expect(seen).toEqual([input]);
  });

  it('that throw are told as failed, and unknown ones not at all', async () => {
    const { context, events } = await createTestContext({
      tools: [tool('break', () => Promise.reject(new Error('No.')))],
    });
    await expect(context.tools.call('break', {})).rejects.toThrow('No.');
    await expect(context.tools.call('nothing', {})).rejects.toMatchObject({ code: 'not-found' });
    expect(events).toMatchObject([
      { type: 'tool-call-started', tool: 'break' },
      { type: 'tool-call-finished', tool: 'break', ok: false, errorCode: 'internal' },
    ]);
  });

  it('of an adapter count as failed when their result does', async () => {
    const result: AdapterResult = {
      success: false,
      data: null,
      errorMessage: 'Not there.',
      error: { name: 'Error', code: 'not-found', message: 'Not there.', retryable: false, details: {} },
      metadata: {},
      timestamp: '2026-01-01T00:00:00.000Z',
    };
    const told: AgentEvent[] = [];
    await runWith(
      async (context) => {
        const door = context.adapters.get('door');
        for (const operation of ['look', 'change'])
          expect(await door?.execute(operation, { id: 7 })).toMatchObject({ success: false });
        return { success: true };
      },
      {
        adapters: [doorOf(async () => result)],
      },
      told,
    );
    expect(told).toMatchObject([
      { type: 'adapter-call-started', adapter: 'door', operation: 'look', preview: '{"id":7}' },
      {
        type: 'adapter-call-finished',
        adapter: 'door',
        operation: 'look',
        ok: false,
        errorCode: 'not-found',
      },
      { type: 'adapter-call-started', adapter: 'door', operation: 'change' },
      {
        type: 'adapter-call-finished',
        adapter: 'door',
        operation: 'change',
        ok: false,
        errorCode: 'not-found',
      },
    ]);
  });

  it('that a tool loop makes are told once, with what only the loop knows', async () => {
    const told: AgentEvent[] = [];
    const model = new ScriptedModel([
      {
        functionCalls: [
          { name: 'add', arguments: { a: 1 } },
          { name: 'subtract', arguments: {} },
        ],
      },
      'It is done.',
    ]);
    await runWith(
      async (context) => {
        const { text } = await runToolLoop({
          model: context.model as ModelClient,
          messages: QUESTION,
          tools: context.tools,
          signal: context.signal,
          emit: (event) => context.emit(event),
        });
        return { success: true, output: text };
      },
      { model, tools: [tool('add', async () => 2)] },
      told,
    );
    expect(typesOf(told)).toEqual([
      'model-call-started',
      'model-call-finished',
      'tool-finished',
      'tool-call-started',
      'tool-call-finished',
      'model-call-started',
      'model-call-finished',
      'model-text',
    ]);
    expect(told[2]).toMatchObject({ tool: 'subtract', outcome: 'fault' });
  });
});

describe('effects whose end nobody saw', () => {
  it.each([
    ['ask', undefined, 'given-up'],
    ['retry', undefined, undefined],
    ['reconcile', { state: 'happened', receipt: 'done' }, 'happened'],
    ['reconcile', { state: 'absent' }, 'again'],
  ] as const)('are told, and what was decided: %s, %j', async (onUnfinished, found, outcome) => {
    const begun = Promise.withResolvers<void>();
    const first = await createTestContext();
    const effect = {
      operation: 'send a letter',
      onUnfinished,
      perform: () => {
        begun.resolve();
        // The process is gone before this ends.
        return new Promise<string>(() => undefined);
      },
      ...(found === undefined ? {} : { reconcile: async () => found }),
    };
    void first.context.effect('letter', effect);
    await begun.promise;
    const { context, events } = await createTestContext({}, first.journal);
    const again = context.effect('letter', { ...effect, perform: async () => 'done' });
    if (onUnfinished === 'ask') await expect(again).rejects.toMatchObject({ code: 'effect-unfinished' });
    else expect(await again).toBe('done');
    expect(events).toEqual([
      { type: 'effect-unfinished', operation: 'send a letter', policy: onUnfinished },
      ...(outcome === undefined ? [] : [{ type: 'effect-settled', operation: 'send a letter', outcome }]),
    ]);
  });
});

describe('limits', () => {
  it('are told where they are passed, and where the cheaper model steps in', async () => {
    const told: AgentEvent[] = [];
    const cheap = new ScriptedModel(['Cheap.'], { model: 'cheap', maxTokens: 10 });
    await runWith(
      async (context) => {
        await context.model?.create(QUESTION);
        await context.tools.call('note', {});
        await expect(context.tools.call('note', {})).rejects.toMatchObject({ code: 'budget-exceeded' });
        return { success: true };
      },
      {
        model: new ScriptedModel([], { model: 'dear', maxTokens: 100_000 }),
        tools: [tool('note', async () => 'noted')],
        budget: { run: { tokens: 1000, toolCalls: 1 }, degradeTo: cheap },
      },
      told,
    );
    expect(told).toMatchObject([
      { type: 'model-call-started', model: 'dear' },
      { type: 'budget-degraded', scope: 'run', unit: 'tokens', from: 'dear', to: 'cheap' },
      { type: 'model-call-finished', model: 'cheap', ok: true },
      { type: 'tool-call-started' },
      { type: 'tool-call-finished', ok: true },
      { type: 'tool-call-started' },
      { type: 'budget-exceeded', scope: 'run', unit: 'toolCalls', limit: 1, used: 1 },
      { type: 'tool-call-finished', ok: false, errorCode: 'budget-exceeded' },
    ]);
  });
});

describe('the end of an attempt', () => {
  it('is the end of what is told: nothing comes from work that goes on behind it, or after a cancel', async () => {
    const release = Promise.withResolvers<void>();
    const left: Promise<unknown>[] = [];
    const agent = new WorkingAgent(async (task, context) => {
      left.push(context.tools.call('wait', {}).catch(() => undefined));
      if (task.title === 'Left') return { success: true };
      await release.promise;
      context.emit({ type: 'progress', message: 'too late' });
      return { success: true };
    });
    const orchestrator = new Orchestrator({
      tools: [tool('wait', () => release.promise.then(() => 'waited'))],
    });
    orchestrator.registerAgent(agent);
    const events: OrchestratorEvent[] = [];
    orchestrator.on('*', (event) => events.push(event));
    await orchestrator.runTask({ title: 'Left', ...WORK });
    const id = await orchestrator.submitTask({ title: 'Cancelled', ...WORK });
    while (agent.seen.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const cancelled = orchestrator.cancel(id);
    release.resolve();
    await cancelled;
    await Promise.all(left);
    const types = events.map((event) => (event.type === 'agent-reported' ? event.event.type : event.type));
    expect(types).toEqual([
      'task-submitted',
      'task-started',
      'tool-call-started',
      'task-completed',
      'task-submitted',
      'task-started',
      'tool-call-started',
      'task-cancelled',
    ]);
    await orchestrator.shutdown();
  });
});

describe('the cost of a task', () => {
  it('is the sum over its calls and attempts, and is left out where nobody knows prices', async () => {
    const costs: (number | undefined)[] = [0.25, undefined, 0.5];
    const model = Object.assign(new ScriptedModel([]), {
      create: async (): Promise<CreateResult> => {
        const cost = costs.shift();
        const usage = { promptTokens: 10, completionTokens: 5 };
        return {
          content: 'Well.',
          finishReason: 'stop',
          cached: false,
          usage,
          ...(cost === undefined ? {} : { cost }),
        };
      },
    });
    const ask = async (context: AgentContext): Promise<{ success: boolean }> => {
      await context.model?.create(QUESTION);
      return { success: context.run.attempt === 3 };
    };
    const result = await runWith(ask, { model }, []);
    expect(result.usage).toEqual({
      promptTokens: 30,
      completionTokens: 15,
      modelCalls: 3,
      toolCalls: 0,
      cost: 0.75,
    });
    const free = await runWith(async () => ({ success: true }), { model }, []);
    expect(free.usage).not.toHaveProperty('cost');
  });
});

function doorOf(execute: AdapterContract['execute']): AdapterContract {
  return {
    name: 'door',
    type: 'api',
    status: 'connected',
    operations: { look: 'read', change: { sideEffects: 'write', onUnfinished: 'retry' } },
    connect: async () => undefined,
    disconnect: async () => undefined,
    execute,
    healthCheck: () => execute('look', {}),
  };
}

/** Does a task in an orchestrator of its own; `told` gets what its agent told. */
async function runWith(
  work: (context: AgentContext) => Promise<{ success: boolean; output?: string }>,
  options: ConstructorParameters<typeof Orchestrator>[0],
  told: AgentEvent[],
): ReturnType<Orchestrator['runTask']> {
  const failures: unknown[] = [];
  const orchestrator = new Orchestrator(options);
  orchestrator.registerAgent(
    new WorkingAgent(async (_task, context) => {
      try {
        return await work(context);
      } catch (error) {
        failures.push(error);
        throw error;
      }
    }),
  );
  orchestrator.on('agent-reported', ({ event }) => told.push(event));
  const result = await orchestrator.runTask({
    title: 'Work',
    ...WORK,
    retryConfig: { strategy: 'immediate' },
  });
  await orchestrator.shutdown();
  expect(failures).toEqual([]);
  return result;
}
