import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AgentContext } from '../../src/contracts/agent.ts';
import type { EvaluationContract } from '../../src/contracts/evaluation.ts';
import type { CreateResult } from '../../src/contracts/model.ts';
import type { AnyTool } from '../../src/contracts/tool.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import type { OrchestratorOptions } from '../../src/orchestrator/orchestrator-options.ts';
import { ScriptedModel } from '../../src/testing/scripted-model.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

const opened: Orchestrator[] = [];

function orchestratorWith(agents: readonly WorkingAgent[], options: OrchestratorOptions = {}): Orchestrator {
  const orchestrator = new Orchestrator({ logger: silentLogger, ...options });
  orchestrator.registerAgents(agents);
  opened.push(orchestrator);
  return orchestrator;
}

afterEach(async () => {
  for (const orchestrator of opened.splice(0)) await orchestrator.shutdown();
});

const QUESTION = [{ type: 'user', content: 'What is six times seven?', source: 'test' }] as const;

/** Asks the model of a context, which must have one. */
function asked({ model }: AgentContext): Promise<CreateResult> {
  if (model === undefined) throw new Error('There is no model in this context.');
  return model.create(QUESTION);
}

describe('a model in an agent’s context', () => {
  it('answers, and what it used is in the result', async () => {
    const model = new ScriptedModel(['42']);
    const agent = new WorkingAgent(async (_task, context) => {
      const { content } = await asked(context);
      return { success: true, output: String(content) };
    });
    const result = await orchestratorWith([agent], { model }).runTask({ title: 'Ask', ...WORK });
    expect(result.output).toBe('42');
    expect(result.usage).toMatchObject({ modelCalls: 1, completionTokens: 1 });
    expect(result.usage.promptTokens).toBeGreaterThan(0);
    model.assertDone();
  });

  it('is asked again in a second attempt, and the usage of both adds up', async () => {
    const model = new ScriptedModel(['nonsense', '42']);
    const agent = new WorkingAgent(async (_task, context) => {
      const { content } = await asked(context);
      if (content !== '42') throw new Error('That is wrong.');
      return { success: true };
    });
    const result = await orchestratorWith([agent], { model }).runTask({
      title: 'Ask',
      ...WORK,
      retryConfig: { strategy: 'immediate' },
    });
    expect(result).toMatchObject({ success: true, usage: { modelCalls: 2 } });
  });

  it('streams pieces, then the whole', async () => {
    const model = new ScriptedModel(['Six times seven is 42.']);
    const items: unknown[] = [];
    const agent = new WorkingAgent(async (_task, context) => {
      for await (const item of context.model?.createStream(QUESTION) ?? []) items.push(item);
      return { success: true };
    });
    await orchestratorWith([agent], { model }).runTask({ title: 'Stream', ...WORK });
    expect(items.slice(0, -1)).toEqual(['Six ', 'times ', 'seven ', 'is ', '42.']);
    expect(items.at(-1)).toMatchObject({
      content: 'Six times seven is 42.',
      finishReason: 'stop',
      cached: false,
    });
  });

  it('fails the task with its own error', async () => {
    const model = new ScriptedModel([]);
    const agent = new WorkingAgent(async (_task, context) => {
      await context.model?.create(QUESTION);
      return { success: true };
    });
    const result = await orchestratorWith([agent], { model }).runTask({ title: 'Ask', ...WORK });
    expect(result).toMatchObject({ success: false, error: { code: 'unexpected-call' } });
  });

  it('of the agent’s own comes before the orchestrator’s', async () => {
    const own = new ScriptedModel(['mine']);
    const agent = Object.assign(
      new WorkingAgent(async (_task, context) => ({
        success: true,
        output: String((await asked(context)).content),
      })),
      { model: own },
    );
    const result = await orchestratorWith([agent], { model: new ScriptedModel([]) }).runTask({
      title: 'Ask',
      ...WORK,
    });
    expect(result.output).toBe('mine');
  });
});

describe('tools in an agent’s context', () => {
  const add: AnyTool = {
    name: 'add',
    description: 'Adds two numbers.',
    sideEffects: 'none',
    input: z.object({ a: z.number(), b: z.number() }),
    execute: async ({ a, b }: { a: number; b: number }) => a + b,
  };
  const useTool = (name: string, input: unknown) =>
    new WorkingAgent(async (_task, { tools }) => ({ success: true, output: await tools.call(name, input) }));

  it('do their work and are counted', async () => {
    const result = await orchestratorWith([useTool('add', { a: 40, b: 2 })], { tools: [add] }).runTask({
      title: 'Add',
      ...WORK,
    });
    expect(result).toMatchObject({ output: 42, usage: { toolCalls: 1 } });
  });

  it.each([
    [
      'of an unknown name',
      'multiply',
      { a: 1, b: 2 },
      'not-found',
      /There is no tool "multiply"; there are: add/,
    ],
    [
      'with bad input',
      'add',
      { a: 'one', b: 2 },
      'schema-mismatch',
      /The input of tool add does not fit its schema: a: /,
    ],
  ])('%s are refused with a typed error', async (_what, name, input, code, message) => {
    const result = await orchestratorWith([useTool(name, input)], { tools: [add] }).runTask({
      title: 'Add',
      ...WORK,
    });
    expect(result).toMatchObject({ success: false, error: { code } });
    expect(result.errorMessage).toMatch(message);
  });

  it('refuse another input under a call that was made', async () => {
    const agent = new WorkingAgent(async (_task, { tools }) => {
      const first = await tools.call('add', { a: 1, b: 1 }, { callId: 'same' });
      const again = await tools.call('add', { a: 1, b: 1 }, { callId: 'same' });
      const error = await tools
        .call('add', { a: 2, b: 2 }, { callId: 'same' })
        .catch((caught: { code: string }) => caught.code);
      return { success: true, output: [first, again, error as string] };
    });
    const result = await orchestratorWith([agent], { tools: [add] }).runTask({ title: 'Add', ...WORK });
    expect(result.output).toEqual([2, 2, 'journal-mismatch']);
  });
});

describe('evaluators', () => {
  /** Passes once the text holds the word. */
  const mentions = (word: string): EvaluationContract => ({
    name: `mentions ${word}`,
    criteria: [`The text mentions ${word}.`],
    evaluate: async (content) => {
      const passed = String(content).includes(word);
      const findings = passed
        ? []
        : [
            {
              category: 'content',
              message: `It lacks ${word}.`,
              severity: 'error' as const,
              location: null,
              suggestion: word,
              evidence: [],
            },
          ];
      return {
        evaluatorName: `mentions ${word}`,
        passed,
        score: passed ? 1 : 0.2,
        findings,
        needsCorrection: !passed,
        correctionSuggestions: [word],
        metadata: {},
      };
    },
  });

  it('send the output back to the agent with their findings until it passes', async () => {
    const agent = new WorkingAgent((task) => {
      const correction = task.metadata['correction'] as
        | { output: string; suggestions: readonly string[] }
        | undefined;
      return {
        success: true,
        output:
          correction === undefined ? 'draft' : `${correction.output} ${correction.suggestions.join(' ')}`,
      };
    });
    const result = await orchestratorWith([agent], {
      evaluators: [mentions('evidence'), mentions('limits')],
    }).runTask({ title: 'Write', ...WORK });
    expect(result).toMatchObject({
      success: true,
      output: 'draft evidence limits',
      metadata: { correction: { rounds: 2, stopReason: 'passed' } },
    });
    expect(agent.seen).toHaveLength(2);
  });

  it('end the task as failed when it never passes, with the best there was and the reason', async () => {
    const agent = new WorkingAgent(() => ({ success: true, output: 'the same' }));
    const result = await orchestratorWith([agent], { evaluators: [mentions('evidence')] }).runTask({
      title: 'Write',
      ...WORK,
    });
    expect(result).toMatchObject({
      success: false,
      output: 'the same',
      metadata: { correction: { stopReason: 'no-progress' } },
    });
    expect(result.errorMessage).toMatch(/did not pass its evaluators: no-progress/);
  });

  it('judge as often as the task allows', async () => {
    const agent = new WorkingAgent((task) => ({
      success: true,
      output: `version ${JSON.stringify(task.metadata).length}`,
    }));
    const result = await orchestratorWith([agent], { evaluators: [mentions('never')] }).runTask({
      title: 'Write',
      ...WORK,
      maxCorrections: 1,
    });
    expect(agent.seen.length).toBeLessThanOrEqual(2);
    expect(result.success).toBe(false);
  });
});

describe('messages', () => {
  const echo = (name: string): WorkingAgent =>
    Object.assign(new WorkingAgent(undefined, { name }), {
      processMessage: async (message: { content: string; timestamp: string }) => ({
        agentName: name,
        content: `${name} heard: ${message.content}`,
        success: true,
        artifacts: [],
        metadata: {},
        timestamp: message.timestamp,
        needsCorrection: false,
        correctionReason: null,
      }),
    });

  it('reach one agent, or all but the sender', async () => {
    const orchestrator = orchestratorWith([echo('A'), echo('B'), echo('C')]);
    expect((await orchestrator.sendMessage({ recipient: 'B', content: 'Hello' })).content).toBe(
      'B heard: Hello',
    );
    const answers = await orchestrator.broadcastMessage({ sender: 'A', content: 'Hi' });
    expect(answers.map(({ content }) => content)).toEqual(['B heard: Hi', 'C heard: Hi']);
  });

  it('get an answer that says so when an agent fails, and a typed error when it is unknown', async () => {
    const broken = Object.assign(new WorkingAgent(), {
      processMessage: async () => Promise.reject(new Error('No voice.')),
    });
    const silent = Object.assign(new WorkingAgent(undefined, { name: 'Silent' }), {
      processMessage: async () => undefined,
    });
    const orchestrator = orchestratorWith([broken, silent as never]);
    expect(await orchestrator.sendMessage({ recipient: 'Worker', content: 'Hello' })).toMatchObject({
      success: false,
      content: 'Worker could not answer: No voice.',
    });
    expect(await orchestrator.sendMessage({ recipient: 'Silent', content: 'Hello' })).toMatchObject({
      success: false,
    });
    await expect(orchestrator.sendMessage({ recipient: 'Nobody', content: 'Hello' })).rejects.toThrow(
      /no agent named Nobody; registered: Worker, Silent/,
    );
  });

  it('can be taken back by a signal', async () => {
    const reason = new Error('Never mind.');
    const orchestrator = orchestratorWith([echo('A')]);
    await expect(
      orchestrator.sendMessage({ recipient: 'A', content: 'Hello' }, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });

  it('make a conversation that ends when all pass', async () => {
    const orchestrator = orchestratorWith([echo('A'), echo('B')]);
    const conversation = orchestrator.createConversation({ topic: 'Hello', participants: ['A', 'B'] });
    await orchestrator.runConversation(conversation.id);
    expect(conversation.stopReason).toBe('all-passed');
    expect(conversation.turns.map(({ content }) => content)).toEqual([
      'A heard: Hello',
      'B heard: Hello',
      '',
      '',
    ]);
    expect(() => orchestrator.createConversation({ topic: 'Hello', participants: ['Z'] })).toThrow(
      /no agent named Z/,
    );
  });
});
