/** A conversation: who takes part, what was said, and how it stands. */
import { checkObject, checkOneOf, checkString, checkText, checkTextArray } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { type JsonObject, toJsonValue } from '../shared/json.ts';

/** Who may speak when. */
export const ConversationMode = {
  SEQUENTIAL: 'sequential',
  ROUND_ROBIN: 'round_robin',
  DYNAMIC: 'dynamic',
  BROADCAST: 'broadcast',
} as const;
/** Who speaks when. */
export type ConversationMode = (typeof ConversationMode)[keyof typeof ConversationMode];

/** The stations of a conversation. */
export const ConversationStatus = {
  CREATED: 'created',
  ACTIVE: 'active',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;
/** Where a conversation is. */
export type ConversationStatus = (typeof ConversationStatus)[keyof typeof ConversationStatus];

/** A finding named instead of repeated. */
export interface PostReference {
  readonly artifactId: string;
  readonly findingId: string | null;
}

/** What one agent did in its turn: posted, or passed. */
export interface ConversationTurn {
  readonly turn: number;
  readonly round: number;
  readonly agent: string;
  readonly isPass: boolean;
  readonly content: string;
  readonly references: readonly PostReference[];
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
}

/** Why a conversation ended. */
const CONVERSATION_STOPS = [
  'all-passed',
  'max-rounds',
  'max-turns',
  'terminated',
  'cancelled',
  'failed',
] as const;
/** Why a conversation ended. */
export type ConversationStop = (typeof CONVERSATION_STOPS)[number];

/** Where a conversation may go from each status. */
const TRANSITIONS: Readonly<Record<ConversationStatus, readonly ConversationStatus[]>> = {
  created: ['active', 'cancelled'],
  active: ['completed', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};

export interface ConversationOptions {
  readonly id: string;
  readonly topic: string;
  readonly participants?: readonly string[];
  readonly mode?: ConversationMode;
}

/** The record of one conversation; the manager moves it. */
export class Conversation {
  readonly id: string;
  readonly topic: string;
  readonly mode: ConversationMode;
  readonly #participants: string[];
  readonly #turns: ConversationTurn[] = [];
  #status: ConversationStatus = 'created';
  #stopReason: ConversationStop | null = null;
  #stopDetail: string | null = null;

  constructor(options: ConversationOptions) {
    checkObject('options', options);
    const { id, topic, participants = [], mode = 'sequential' } = options;
    this.id = checkText('id', id);
    this.topic = checkText('topic', topic);
    this.mode = checkOneOf('mode', mode, Object.values(ConversationMode));
    if (this.mode !== 'sequential') {
      throw new InvalidArgumentError('mode', "'sequential' (the other modes are not in this version)", mode);
    }
    this.#participants = [...new Set(checkTextArray('participants', participants))];
  }

  get participants(): readonly string[] {
    return this.#participants;
  }

  get turns(): readonly ConversationTurn[] {
    return this.#turns;
  }

  get status(): ConversationStatus {
    return this.#status;
  }

  /** Why it ended; null while it goes on. */
  get stopReason(): ConversationStop | null {
    return this.#stopReason;
  }

  /** More about the end, such as an error's message. */
  get stopDetail(): string | null {
    return this.#stopDetail;
  }

  /** Adds one who takes part; twice is once. Throws `illegal-transition` once it has ended. */
  addParticipant(name: string): void {
    checkText('name', name);
    if (TRANSITIONS[this.#status].length === 0) this.#refuse('take another participant');
    if (!this.#participants.includes(name)) this.#participants.push(name);
  }

  /** @internal */
  begin(): void {
    this.#move('active');
  }

  /** @internal */
  record(turn: ConversationTurn): void {
    if (this.#status !== 'active') this.#refuse('record a turn');
    this.#turns.push(turn);
  }

  /** Ends it. Throws `illegal-transition` when it has ended. */
  end(
    status: 'completed' | 'failed' | 'cancelled',
    stopReason: ConversationStop,
    detail: string | null = null,
  ): void {
    checkOneOf('status', status, ['completed', 'failed', 'cancelled']);
    checkOneOf('stopReason', stopReason, CONVERSATION_STOPS);
    if (detail !== null) checkString('detail', detail);
    this.#move(status);
    this.#stopReason = stopReason;
    this.#stopDetail = detail;
  }

  /** The conversation with its turns as plain data. */
  toJSON(): JsonObject {
    return toJsonValue({
      schemaVersion: 1,
      id: this.id,
      topic: this.topic,
      mode: this.mode,
      participants: this.#participants,
      status: this.#status,
      stopReason: this.#stopReason,
      stopDetail: this.#stopDetail,
      turns: this.#turns,
    }) as JsonObject;
  }

  #move(to: ConversationStatus): void {
    if (!TRANSITIONS[this.#status].includes(to)) this.#refuse(`become ${to}`);
    this.#status = to;
  }

  #refuse(what: string): never {
    throw new OrchestratorError(
      'illegal-transition',
      `Conversation ${this.id} is ${this.#status} and can't ${what}.`,
      {
        details: { id: this.id, status: this.#status },
      },
    );
  }
}
