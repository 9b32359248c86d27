import { describe, expect, it } from 'vitest';
import type { AgentContext, AgentContract, AgentMessage, AgentResponse } from '../../src/contracts/agent.ts';
import { ConversationManager } from '../../src/conversation/conversation-manager.ts';
import type { SequentialOptions } from '../../src/conversation/sequential.ts';
import type { JsonValue } from '../../src/shared/json.ts';
import { seededIds } from '../../src/testing/seeded.ts';

type Speak = (message: AgentMessage) => Partial<AgentResponse> | Promise<Partial<AgentResponse>>;

function speaker(name: string, speak: Speak): AgentContract {
  return {
    name,
    description: `${name} speaks.`,
    capabilities: [],
    taskTypes: [],
    handleTask: async () => ({ success: true }),
    processMessage: async (message) => ({
      agentName: name,
      content: '',
      success: true,
      artifacts: [],
      metadata: {},
      timestamp: message.timestamp,
      needsCorrection: false,
      correctionReason: null,
      ...(await speak(message)),
    }),
  };
}

/** Posts the findings of a list, one a turn, skipping those that others posted; then passes. */
function holder(name: string, findings: readonly string[]): AgentContract {
  return speaker(name, ({ metadata }) => {
    const posted = metadata['posted'] as readonly string[];
    const next = findings.find((finding) => !posted.includes(finding));
    if (next === undefined) return { metadata: { pass: true } };
    return {
      content: `See ${next}.`,
      metadata: { citations: [{ artifactId: `${name}-artifact`, findingId: next }] },
    };
  });
}

function setUp(agents: readonly AgentContract[], overrides: Partial<SequentialOptions> = {}) {
  const manager = new ConversationManager({ ids: seededIds() });
  const conversation = manager.createConversation({
    topic: 'What is wrong?',
    participants: agents.map(({ name }) => name),
  });
  const options: SequentialOptions = {
    agents,
    contextFor: async () => ({}) as AgentContext,
    step: (_key, work) => work(),
    signal: new AbortController().signal,
    now: () => 0,
    ...overrides,
  };
  return { manager, conversation, options };
}

describe('a sequential conversation', () => {
  it('goes on while somebody posts and ends when all pass', async () => {
    const { manager, conversation, options } = setUp([holder('A', ['f1', 'f2']), holder('B', ['f3'])]);
    await manager.run(conversation.id, options);
    expect(conversation.status).toBe('completed');
    expect(conversation.stopReason).toBe('all-passed');
    expect(conversation.turns.map(({ agent, isPass }) => `${agent}${isPass ? ' passes' : ''}`)).toEqual([
      'A',
      'B',
      'A',
      'B passes',
      'A passes',
      'B passes',
    ]);
  });

  it('posts a finding once, whoever else holds it', async () => {
    const { manager, conversation, options } = setUp([holder('A', ['shared']), holder('B', ['shared'])]);
    await manager.run(conversation.id, options);
    expect(
      conversation.turns.flatMap(({ references }) => references.map(({ findingId }) => findingId)),
    ).toEqual(['shared']);
  });

  it('takes words without a reference as a post the first time and as a pass when repeated', async () => {
    const { manager, conversation, options } = setUp([speaker('Parrot', () => ({ content: 'Hello!' }))]);
    await manager.run(conversation.id, options);
    expect(conversation.turns.map(({ isPass }) => isPass)).toEqual([false, true]);
  });

  it('counts a repeated reference as a pass even when the agent does not say so', async () => {
    const citations: JsonValue = [{ artifactId: 'a', findingId: 'f' }];
    const { manager, conversation, options } = setUp([
      speaker('Stubborn', () => ({ content: 'Again!', metadata: { citations } })),
    ]);
    await manager.run(conversation.id, options);
    expect(conversation.turns.map(({ isPass }) => isPass)).toEqual([false, true]);
  });

  it('ends at the limit of rounds when somebody always has something new', async () => {
    let count = 0;
    const chatty = speaker('Chatty', () => ({ content: `Thought ${++count}` }));
    const { manager, conversation, options } = setUp([chatty], { maxRounds: 3 });
    await manager.run(conversation.id, options);
    expect(conversation.stopReason).toBe('max-rounds');
    expect(conversation.turns).toHaveLength(3);
  });

  it('ends when the given condition says so, with its words', async () => {
    const { manager, conversation, options } = setUp([holder('A', ['f1', 'f2', 'f3'])], {
      isOver: (turns) => (turns.length === 2 ? 'Two are enough.' : undefined),
    });
    await manager.run(conversation.id, options);
    expect([conversation.stopReason, conversation.stopDetail]).toEqual(['terminated', 'Two are enough.']);
  });

  it('fails with the error of an agent that throws, and keeps what was said', async () => {
    const broken = speaker('Broken', () => {
      throw new Error('I lost my voice.');
    });
    const { manager, conversation, options } = setUp([holder('A', ['f1']), broken]);
    await manager.run(conversation.id, options);
    expect([conversation.status, conversation.stopReason, conversation.stopDetail]).toEqual([
      'failed',
      'failed',
      'I lost my voice.',
    ]);
    expect(conversation.turns).toHaveLength(1);
  });

  it('is cancelled by the signal, and rejects with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('Enough.');
    const { manager, conversation, options } = setUp([holder('A', ['f1', 'f2', 'f3'])], {
      signal: controller.signal,
      onTurn: () => controller.abort(reason),
    });
    await expect(manager.run(conversation.id, options)).rejects.toBe(reason);
    expect(conversation.status).toBe('cancelled');
    expect(conversation.turns).toHaveLength(1);
  });

  it('is cancelled by its owner while it goes on, and resolves', async () => {
    const { manager, conversation, options } = setUp([holder('A', ['f1', 'f2', 'f3'])]);
    await manager.run(conversation.id, {
      ...options,
      onTurn: () => manager.endConversation(conversation.id, 'Lunch.'),
    });
    expect([conversation.status, conversation.stopDetail]).toEqual(['cancelled', 'Lunch.']);
  });

  it('does each turn as a step of its own, so that a restart repeats none', async () => {
    const journal = new Map<string, JsonValue>();
    let asked = 0;
    const counting = speaker('Counting', () => ({ content: `Turn ${++asked}` }));
    const run = async (maxRounds: number) => {
      const { manager, conversation, options } = setUp([counting], {
        maxRounds,
        step: async (key, work) => {
          if (!journal.has(key)) journal.set(key, await work());
          return journal.get(key) as JsonValue;
        },
      });
      await manager.run(conversation.id, options);
      return conversation;
    };
    await run(2);
    const resumed = await run(3);
    expect(asked).toBe(3);
    expect(resumed.turns.map(({ content }) => content)).toEqual(['Turn 1', 'Turn 2', 'Turn 3']);
  });
});

describe('the conversation manager', () => {
  const manager = () => new ConversationManager({ ids: seededIds() });

  it('finds conversations by id, by agent and by being open', () => {
    const all = manager();
    const first = all.createConversation({ topic: 'One', participants: ['A', 'B'] });
    const second = all.createConversation({ topic: 'Two', participants: ['B'] });
    expect(all.getConversation(first.id)).toBe(first);
    expect(all.getAgentConversations('B')).toEqual([first, second]);
    all.endConversation(first.id);
    expect(all.getActiveConversations()).toEqual([second]);
  });

  it('adds an agent once, and none after the end', () => {
    const all = manager();
    const conversation = all.createConversation({ topic: 'One' });
    all.addAgentToConversation(conversation.id, 'A');
    all.addAgentToConversation(conversation.id, 'A');
    expect(conversation.participants).toEqual(['A']);
    all.endConversation(conversation.id);
    expect(() => all.addAgentToConversation(conversation.id, 'B')).toThrow(
      /is cancelled and can't take another participant/,
    );
  });

  it.each([
    ['no topic', { topic: ' ' }, /Expected `topic` to be a non-empty string, got " " \(string\)/],
    ['a participant that is no name', { topic: 'T', participants: [''] }, /Expected `participants\[0\]`/],
    ['an unknown mode', { topic: 'T', mode: 'chaos' as never }, /Expected `mode` to be one of sequential/],
    [
      'a mode of a later version',
      { topic: 'T', mode: 'broadcast' as const },
      /'sequential' \(the other modes/,
    ],
  ])('refuses %s', (_what, options, message) => {
    expect(() => manager().createConversation(options)).toThrow(message);
  });

  it('refuses an id in use, an unknown conversation and a second end', () => {
    const all = manager();
    const { id } = all.createConversation({ topic: 'One', id: 'same' });
    expect(() => all.createConversation({ topic: 'Two', id: 'same' })).toThrow(/already a conversation same/);
    expect(() => all.endConversation('other')).toThrow(/no conversation other/);
    all.endConversation(id);
    expect(() => all.endConversation(id)).toThrow(/is cancelled and can't become cancelled/);
  });

  it('refuses to run without participants or with one that nobody registered', async () => {
    const { manager: all, options } = setUp([holder('A', [])]);
    const empty = all.createConversation({ topic: 'One' });
    await expect(all.run(empty.id, options)).rejects.toThrow(/at least one agent/);
    const stranger = all.createConversation({ topic: 'Two', participants: ['Z'] });
    await expect(all.run(stranger.id, options)).rejects.toThrow(/names of registered agents \(A\)/);
  });

  it('forgets the oldest ended conversations over its limit and never an open one', () => {
    const all = new ConversationManager({ ids: seededIds(), keepEnded: 1 });
    const open = all.createConversation({ topic: 'Open' });
    const ended = [1, 2, 3].map((number) => all.createConversation({ topic: `Ended ${number}` }));
    for (const { id } of ended) all.endConversation(id);
    all.createConversation({ topic: 'Newest' });
    expect(all.getConversation(open.id)).toBe(open);
    expect(ended.map(({ id }) => all.getConversation(id) !== undefined)).toEqual([false, false, true]);
  });

  it('goes to JSON with its turns and its end', async () => {
    const { manager: all, conversation, options } = setUp([holder('A', ['f1'])]);
    await all.run(conversation.id, options);
    expect(conversation.toJSON()).toMatchObject({
      schemaVersion: 1,
      status: 'completed',
      stopReason: 'all-passed',
      turns: [{ agent: 'A' }, { isPass: true }],
    });
  });
});
