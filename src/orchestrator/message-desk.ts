/** Where agents are spoken to outside any task: single messages, and conversations among them. */
import { buildContext, type ContextSources } from '../agents/running/agent-context.ts';
import type { AgentRegistry } from '../agents/running/agent-registry.ts';
import { rootOf } from '../agents/running/root-run.ts';
import type { AgentContext, AgentContract, AgentMessage, AgentResponse } from '../contracts/agent.ts';
import type { ApprovalDecision, ApprovalRequest } from '../contracts/approval.ts';
import type { RunContext } from '../contracts/backend.ts';
import type { OrchestratorEventBody } from '../contracts/events.ts';
import type { Conversation, ConversationMode } from '../conversation/conversation.ts';
import { ConversationManager } from '../conversation/conversation-manager.ts';
import { mergeSignals } from '../shared/abort.ts';
import { checkInteger, checkObject, checkText, checkTextArray } from '../shared/check.ts';
import type { LastResults } from './last-results.ts';
import { deliver, type MessageInit, resolveMessage } from './messaging.ts';
import type { ResolvedOptions } from './orchestrator-options.ts';

/** How long a snapshot of the workspace serves messages. */
const MESSAGE_SNAPSHOT_MS = 60_000;

/** What a conversation is made of. */
export interface ConversationInit {
  readonly topic: string;
  /** Names of registered agents. @default [] */
  readonly participants?: readonly string[];
  /** @default 'sequential' */
  readonly mode?: ConversationMode;
  /** @default a new id */
  readonly id?: string;
}

/** What the desk works with. */
export interface MessageDeskServices {
  readonly options: Pick<ResolvedOptions, 'clock' | 'ids'>;
  readonly registry: AgentRegistry;
  readonly sources: ContextSources;
  readonly lastResults: LastResults;
  /** Aborts when the orchestrator is shut down. */
  readonly closing: AbortSignal;
  /** Asks a person, for a run. */
  ask(run: RunContext, request: ApprovalRequest): Promise<ApprovalDecision>;
  /** Waited for after a message was sent. */
  onSent(message: AgentMessage): Promise<void>;
  emit(runId: string, body: OrchestratorEventBody): void;
}

export class MessageDesk {
  readonly #services: MessageDeskServices;
  readonly #conversations: ConversationManager;

  constructor(services: MessageDeskServices) {
    this.#services = services;
    this.#conversations = new ConversationManager({ ids: services.options.ids });
  }

  /** How many conversations are created or going on. */
  get activeConversations(): number {
    return this.#conversations.getActiveConversations().length;
  }

  /** Throws `not-found` on a participant that is not registered. */
  createConversation(init: ConversationInit): Conversation {
    const { participants = [] } = checkObject('options', init);
    for (const name of checkTextArray('participants', participants)) this.#services.registry.get(name);
    return this.#conversations.createConversation(init);
  }

  /** Runs a conversation to its end. Aborting `signal` cancels it and rejects. */
  runConversation(
    id: string,
    maxRounds: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Conversation> {
    const { registry, options, closing } = this.#services;
    return this.#conversations.run(checkText('id', id), {
      agents: registry.all,
      contextFor: (agent) => this.#context(agent, id, signal),
      step: (_key, work) => work(),
      signal: mergeSignals(signal, closing),
      now: () => options.clock.now(),
      ...(maxRounds === undefined ? {} : { maxRounds: checkInteger('maxRounds', maxRounds, 1) }),
    });
  }

  /** Asks the recipient. Throws `not-found`; an agent that fails answers with `success: false`. */
  async send(message: MessageInit, signal: AbortSignal | undefined): Promise<AgentResponse> {
    const resolved = this.#resolve(message);
    return this.#deliver(this.#services.registry.get(resolved.recipient), resolved, signal);
  }

  /** Asks all agents but the sender at once; answers come in the order of registration. */
  async broadcast(
    message: Omit<MessageInit, 'recipient'>,
    signal: AbortSignal | undefined,
  ): Promise<readonly AgentResponse[]> {
    const resolved = this.#resolve({ ...message, recipient: '*' });
    const others = this.#services.registry.all.filter(({ name }) => name !== resolved.sender);
    return Promise.all(others.map((agent) => this.#deliver(agent, resolved, signal)));
  }

  /** A context inside a workflow's run: each step of the agent is a step of the run, under `key`. */
  async contextInRun(
    agent: AgentContract,
    run: RunContext,
    signal: AbortSignal,
    key: string,
  ): Promise<AgentContext> {
    const { registry, sources, lastResults, emit, ask } = this.#services;
    await registry.prepare(agent);
    return buildContext(sources, {
      agent,
      runId: run.runId,
      rootRunId: rootOf(run.runId),
      attempt: 1,
      signal,
      step: (name, work, options) => run.step(`${key}/${name}`, work, options),
      ask: (request) => ask(run, { ...request, key: `${key}/${request.key}` }),
      inputs: lastResults.inputs,
      emit: (event) => {
        if (!signal.aborted) emit(run.runId, { type: 'agent-reported', agent: agent.name, event });
      },
    });
  }

  #resolve(message: MessageInit): AgentMessage {
    const { ids, clock } = this.#services.options;
    return resolveMessage(message, ids, clock);
  }

  async #deliver(
    agent: AgentContract,
    message: AgentMessage,
    signal: AbortSignal | undefined,
  ): Promise<AgentResponse> {
    signal?.throwIfAborted();
    const answered = new AbortController();
    const context = await this.#context(agent, message.correlationId, signal, answered.signal);
    this.#services.emit(message.correlationId, { type: 'message-sent', message });
    await this.#services.onSent(message);
    try {
      return await deliver(agent, message, context);
    } finally {
      answered.abort();
    }
  }

  /**
   * A context outside any run: nothing is journalled. Messages of the same minute share one snapshot of the workspace.
   * Nothing is told after `answered`.
   */
  async #context(
    agent: AgentContract,
    runId: string,
    signal: AbortSignal | undefined,
    answered?: AbortSignal,
  ): Promise<AgentContext> {
    const { registry, sources, lastResults, options, closing, emit } = this.#services;
    await registry.prepare(agent);
    const working = mergeSignals(signal, closing);
    return buildContext(sources, {
      agent,
      runId,
      rootRunId: `messages-${Math.floor(options.clock.now() / MESSAGE_SNAPSHOT_MS)}`,
      attempt: 1,
      signal: working,
      step: (key, work) => work({ idempotencyKey: `${runId}/${key}`, signal: working }),
      inputs: lastResults.inputs,
      emit: (event) => {
        if (answered?.aborted || working.aborted) return;
        emit(runId, { type: 'agent-reported', agent: agent.name, event });
      },
    });
  }
}
