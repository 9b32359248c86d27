import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import type { AgentContract } from '../../src/contracts/agent.ts';
import type { CreateResult, ModelClient } from '../../src/contracts/model.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import type { OrchestratorOptions } from '../../src/orchestrator/orchestrator-options.ts';
import { OrchestratorError } from '../../src/shared/errors.ts';
import { ScriptedModel } from '../../src/testing/scripted-model.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

const opened: Orchestrator[] = [];

function orchestratorWith(agent: AgentContract, options: OrchestratorOptions = {}): Orchestrator {
  const orchestrator = new Orchestrator({ logger: silentLogger, ...options });
  orchestrator.registerAgent(agent);
  opened.push(orchestrator);
  return orchestrator;
}

afterEach(async () => {
  for (const orchestrator of opened.splice(0)) await orchestrator.shutdown();
});

const ONCE = { title: 'Hostile', ...WORK, retryConfig: { strategy: 'none' } } as const;
const QUESTION = [{ type: 'user', content: 'Well?', source: 'user' }] as const;

/** A scripted model whose `create` is another. */
function modelThat(create: () => Promise<unknown>): ModelClient {
  const model = new ScriptedModel([]);
  return {
    info: model.info,
    create: create as ModelClient['create'],
    createStream: (messages, options) => model.createStream(messages, options),
    countTokens: (messages, options) => model.countTokens(messages, options),
    close: () => model.close(),
  };
}

/** Answers with whatever the test gives. */
class Speaker extends WorkingAgent {
  readonly #answer: () => unknown;

  constructor(answer: () => unknown) {
    super();
    this.#answer = answer;
  }

  override async processMessage(): Promise<never> {
    return (await this.#answer()) as never;
  }
}

describe('a model that returns nonsense', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no usage', { content: 'x' }],
    ['usage that is no number', { content: 'x', usage: { promptTokens: 'a', completionTokens: 1 } }],
    ['no content', { usage: { promptTokens: 1, completionTokens: 1 } }],
  ])('fails the call with `model-failed`: %s', async (_what, returned) => {
    const agent = new WorkingAgent(async (_task, { model }) => {
      const { content } = (await model?.create(QUESTION)) ?? ({} as CreateResult);
      return { success: true, output: String(content) };
    });
    const result = await orchestratorWith(agent, { model: modelThat(async () => returned) }).runTask(ONCE);
    expect(result).toMatchObject({ success: false, error: { code: 'model-failed' } });
    expect(result.usage).toEqual({ promptTokens: 0, completionTokens: 0, modelCalls: 0, toolCalls: 0 });
  });
});

describe('a call that an agent let go of', () => {
  it('ends nothing when it fails later', async () => {
    const unobserved: unknown[] = [];
    const onUnobserved = (reason: unknown): void => void unobserved.push(reason);
    process.on('unhandledRejection', onUnobserved);
    onTestFinished(() => void process.off('unhandledRejection', onUnobserved));
    const failing = Promise.withResolvers<never>();
    const agent = new WorkingAgent(async (_task, { model, tools }) => {
      void model?.create(QUESTION);
      void tools.call('missing', {});
      return { success: true };
    });
    const orchestrator = orchestratorWith(agent, { model: modelThat(() => failing.promise) });
    expect((await orchestrator.runTask(ONCE)).success).toBe(true);
    failing.reject(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(unobserved).toEqual([]);
  });
});

describe('an agent that never answers', () => {
  const never = (): unknown => new Promise(() => undefined);

  it('is waited for no longer than the signal allows', async () => {
    const orchestrator = orchestratorWith(new Speaker(never));
    const controller = new AbortController();
    const message = { recipient: 'Worker', content: 'Hello?' };
    const asked = orchestrator.sendMessage(message, { signal: controller.signal });
    const conversation = orchestrator.createConversation({ topic: 'Hello?', participants: ['Worker'] });
    const talk = orchestrator.runConversation(conversation.id, { signal: controller.signal });
    controller.abort(new Error('Enough.'));
    await expect(asked).rejects.toThrow('Enough.');
    await expect(talk).rejects.toThrow('Enough.');
    expect(conversation.status).toBe('cancelled');
  });

  it('does not outlast the orchestrator', async () => {
    const orchestrator = orchestratorWith(new Speaker(never));
    const asked = orchestrator.sendMessage({ recipient: 'Worker', content: 'Hello?' });
    const { id } = orchestrator.createConversation({ topic: 'Hello?', participants: ['Worker'] });
    const talk = orchestrator.runConversation(id);
    const ends = Promise.allSettled([asked, talk]);
    await orchestrator.shutdown();
    expect(await ends).toMatchObject([{ reason: { code: 'stopped' } }, { reason: { code: 'stopped' } }]);
  });
});

describe('an agent that answers nonsense', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no content', { metadata: {} }],
    ['no metadata', { content: 'x', metadata: null }],
  ])('fails the conversation with words that name it: %s', async (_what, answer) => {
    const orchestrator = orchestratorWith(new Speaker(() => answer));
    const { id } = orchestrator.createConversation({ topic: 'Hello?', participants: ['Worker'] });
    expect(await orchestrator.runConversation(id)).toMatchObject({
      status: 'failed',
      stopDetail: expect.stringContaining('Worker returned something that is no response'),
    });
  });
});

describe('a backend that fails to stop', () => {
  class Stubborn extends MemoryBackend {
    override async stop(): Promise<void> {
      await super.stop();
      throw new OrchestratorError('storage-failed', 'The last word could not be written.');
    }
  }

  it('keeps nothing else from being closed, and what it says is told', async () => {
    const closed: string[] = [];
    const model = {
      ...modelThat(() => Promise.resolve({})),
      close: async () => void closed.push('model'),
    };
    const agent = Object.assign(new WorkingAgent(), { shutdown: async () => void closed.push('agent') });
    const orchestrator = new Orchestrator({ logger: silentLogger, backend: new Stubborn(), model });
    orchestrator.registerAgent(agent);
    await orchestrator.runTask(ONCE);
    await expect(orchestrator.shutdown()).rejects.toMatchObject({ code: 'storage-failed' });
    expect(closed).toEqual(['agent', 'model']);
  });
});
