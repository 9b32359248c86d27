/** Keeps conversations: makes, finds and ends them, and runs one over agents. */
import { mergeSignals } from '../shared/abort.ts';
import { checkFunction, checkInteger, checkObject, checkString, checkText } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { type IdSource, randomIds } from '../shared/ids.ts';
import { Conversation, type ConversationMode } from './conversation.ts';
import { checkSequentialOptions, runSequential, type SequentialOptions } from './sequential.ts';

/** Conversations of one orchestrator. Ended ones are kept up to a limit, the oldest going first. */
export class ConversationManager {
  readonly #conversations = new Map<string, Conversation>();
  readonly #running = new Map<string, AbortController>();
  readonly #ids: IdSource;
  readonly #keepEnded: number;

  /** `keepEnded`: how many ended conversations stay. @default 1000 */
  constructor(options: { readonly ids?: IdSource; readonly keepEnded?: number } = {}) {
    checkObject('options', options);
    const { ids = randomIds, keepEnded = 1000 } = options;
    this.#ids = checkFunction('ids', ids);
    this.#keepEnded = checkInteger('keepEnded', keepEnded);
  }

  /** Throws `invalid-argument` on a bad topic, participant or mode, `already-exists` on an id in use. */
  createConversation(options: {
    readonly topic: string;
    readonly participants?: readonly string[];
    readonly mode?: ConversationMode;
    readonly id?: string;
  }): Conversation {
    checkObject('options', options);
    const id = options.id ?? this.#ids('conversation');
    if (this.#conversations.has(id)) {
      throw new OrchestratorError('already-exists', `There is already a conversation ${id}.`, {
        details: { id },
      });
    }
    const conversation = new Conversation({ ...options, id });
    this.#conversations.set(id, conversation);
    this.#forgetOld();
    return conversation;
  }

  /** One conversation; undefined when it is unknown or no longer kept. */
  getConversation(id: string): Conversation | undefined {
    return this.#conversations.get(checkText('id', id));
  }

  /** Throws `not-found`, or `illegal-transition` once it has ended. */
  addAgentToConversation(id: string, agentName: string): void {
    this.#known(id).addParticipant(agentName);
  }

  /** Those that an agent takes part in, oldest first. */
  getAgentConversations(agentName: string): readonly Conversation[] {
    checkText('agentName', agentName);
    return [...this.#conversations.values()].filter(({ participants }) => participants.includes(agentName));
  }

  /** Those created or going on. */
  getActiveConversations(): readonly Conversation[] {
    return [...this.#conversations.values()].filter(isOpen);
  }

  /** Cancels one that has not ended; one that is going on ends after the turn in hand was told. Throws `not-found` or `illegal-transition`. */
  endConversation(id: string, detail = 'It was ended by its owner.'): void {
    checkString('detail', detail);
    const conversation = this.#known(id);
    const running = this.#running.get(id);
    if (running === undefined) conversation.end('cancelled', 'cancelled', detail);
    else running.abort(new OrchestratorError('cancelled', detail, { details: { id } }));
  }

  /** Runs it to its end. Throws when a participant is not among `agents`, or there are none, or `options.signal` aborts. */
  async run(id: string, options: SequentialOptions): Promise<Conversation> {
    const conversation = this.#known(id);
    checkSequentialOptions(options);
    const agents = conversation.participants.map((name) => {
      const agent = options.agents.find((candidate) => candidate.name === name);
      if (agent !== undefined) return agent;
      const known = options.agents.map((candidate) => candidate.name).join(', ') || 'none';
      throw new InvalidArgumentError('participants', `names of registered agents (${known})`, name);
    });
    if (agents.length === 0)
      throw new InvalidArgumentError('participants', 'at least one agent', conversation.participants);
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      await runSequential(conversation, {
        ...options,
        agents,
        signal: mergeSignals(options.signal, controller.signal),
      });
    } catch (error) {
      if (options.signal.aborted || !controller.signal.aborted) throw error;
    } finally {
      this.#running.delete(id);
    }
    return conversation;
  }

  #known(id: string): Conversation {
    const conversation = this.getConversation(id);
    if (conversation !== undefined) return conversation;
    throw new OrchestratorError('not-found', `There is no conversation ${id}.`, { details: { id } });
  }

  #forgetOld(): void {
    const ended = [...this.#conversations.values()].filter((conversation) => !isOpen(conversation));
    for (const { id } of ended.slice(0, Math.max(0, ended.length - this.#keepEnded)))
      this.#conversations.delete(id);
  }
}

function isOpen({ status }: Conversation): boolean {
  return status === 'created' || status === 'active';
}
