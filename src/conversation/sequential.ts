/**
 * The sequential mode: agents speak in order. A turn posts findings that nobody has posted, by reference, or passes.
 * A round in which all pass ends the conversation.
 */
import type { AgentContext, AgentContract, AgentResponse } from '../contracts/agent.ts';
import { abortReason, raceSignal } from '../shared/abort.ts';
import { checkFunction, checkInteger, checkListOf, checkObject } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError, toError } from '../shared/errors.ts';
import { digestOf, isPlainObject, type JsonValue } from '../shared/json.ts';
import type { Conversation, ConversationStop, ConversationTurn, PostReference } from './conversation.ts';

/** What a conversation needs from whoever runs it. */
export interface SequentialOptions {
  /** The participants, in the order of speaking. */
  readonly agents: readonly AgentContract[];
  /** What an agent may use in a turn; `turn` is the turn's key, such as `turn#3`. */
  readonly contextFor: (agent: AgentContract, turn: string) => Promise<AgentContext>;
  /** Does a turn once, also over a crash. */
  readonly step: (key: string, work: () => Promise<JsonValue>) => Promise<JsonValue>;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @default 10 */
  readonly maxRounds?: number;
  /** Asked after each turn; a text ends the conversation and is kept as its detail. */
  readonly isOver?: (turns: readonly ConversationTurn[]) => string | undefined;
  readonly onTurn?: (turn: ConversationTurn) => void;
}

/** Throws `invalid-argument` for what is missing or of the wrong kind. */
export function checkSequentialOptions(options: SequentialOptions): void {
  checkObject('options', options);
  const { agents, contextFor, step, signal, now, maxRounds, isOver, onTurn } = options;
  checkListOf('agents', agents, ['processMessage'], 'an agent');
  checkFunction('contextFor', contextFor);
  checkFunction('step', step);
  checkFunction('now', now);
  if (!(signal instanceof AbortSignal)) throw new InvalidArgumentError('signal', 'an AbortSignal', signal);
  if (maxRounds !== undefined) checkInteger('maxRounds', maxRounds, 1);
  if (isOver !== undefined) checkFunction('isOver', isOver);
  if (onTurn !== undefined) checkFunction('onTurn', onTurn);
}

/** Runs the conversation to its end and records it there. Rejects only when the signal aborts. */
export async function runSequential(conversation: Conversation, options: SequentialOptions): Promise<void> {
  const { agents, signal, maxRounds = 10 } = options;
  conversation.begin();
  const posted = new Set<string>();
  try {
    for (let round = 1; round <= maxRounds; round += 1) {
      let hasPosted = false;
      for (const agent of agents) {
        signal.throwIfAborted();
        const turn = await takeTurn(conversation, agent, round, posted, options);
        hasPosted ||= !turn.isPass;
        const over = options.isOver?.(conversation.turns);
        if (over !== undefined) return end(conversation, 'terminated', over);
      }
      if (!hasPosted)
        return end(conversation, 'all-passed', `All ${agents.length} agents passed in round ${round}.`);
    }
    end(conversation, 'max-rounds', `The limit of ${maxRounds} rounds was met.`);
  } catch (error) {
    if (signal.aborted) {
      conversation.end('cancelled', 'cancelled', abortReason(signal));
      throw signal.reason;
    }
    conversation.end('failed', 'failed', toError(error).message);
  }
}

function end(conversation: Conversation, stop: ConversationStop, detail: string): void {
  conversation.end('completed', stop, detail);
}

async function takeTurn(
  conversation: Conversation,
  agent: AgentContract,
  round: number,
  posted: Set<string>,
  options: SequentialOptions,
): Promise<ConversationTurn> {
  const number = conversation.turns.length + 1;
  const previous = conversation.turns.findLast((turn) => !turn.isPass);
  const made = await options.step(`turn#${number}`, async () => {
    const context = await options.contextFor(agent, `turn#${number}`);
    const message = {
      sender: previous?.agent ?? 'conversation',
      recipient: agent.name,
      content: conversation.topic,
      messageType: 'conversation-turn',
      metadata: { posted: [...posted], previous: previous?.content ?? null, round },
      timestamp: new Date(options.now()).toISOString(),
      correlationId: `${conversation.id}#${number}`,
    };
    const asked = (async () => agent.processMessage(message, context))();
    const response = checkResponse(await raceSignal(asked, options.signal), agent.name);
    const turn = turnOf(response, agent.name, number, round, posted);
    return { ...turn, timestamp: new Date(options.now()).toISOString() } as unknown as JsonValue;
  });
  const turn = made as unknown as ConversationTurn;
  conversation.record(turn);
  if (!turn.isPass) posted.add(digestOf(turn.content.trim()));
  for (const reference of turn.references) posted.add(reference.findingId ?? reference.artifactId);
  options.onTurn?.(turn);
  return turn;
}

function checkResponse(response: unknown, agent: string): AgentResponse {
  if (
    isPlainObject(response) &&
    typeof response['content'] === 'string' &&
    isPlainObject(response['metadata'])
  )
    return response as unknown as AgentResponse;
  throw new OrchestratorError(
    'agent-failed',
    `${agent} returned something that is no response: expected an object with \`content\` and \`metadata\`.`,
    { details: { agent } },
  );
}

/** A response that brings no new reference and no new words is a pass. */
function turnOf(
  response: AgentResponse,
  agent: string,
  turn: number,
  round: number,
  posted: ReadonlySet<string>,
): Omit<ConversationTurn, 'timestamp'> {
  const references = referencesOf(response).filter(
    ({ artifactId, findingId }) => !posted.has(findingId ?? artifactId),
  );
  const content = response.content.trim();
  const isNewText = content !== '' && !posted.has(digestOf(content)) && referencesOf(response).length === 0;
  const isPass = response.metadata['pass'] === true || (references.length === 0 && !isNewText);
  return { turn, round, agent, isPass, content: isPass ? '' : content, references: isPass ? [] : references };
}

function referencesOf(response: AgentResponse): readonly PostReference[] {
  const citations = response.metadata['citations'];
  if (!Array.isArray(citations)) return [];
  return citations.flatMap((citation: JsonValue): readonly PostReference[] => {
    if (typeof citation !== 'object' || citation === null || Array.isArray(citation)) return [];
    const { artifactId, findingId } = citation as { artifactId?: JsonValue; findingId?: JsonValue };
    if (typeof artifactId !== 'string') return [];
    return [{ artifactId, findingId: typeof findingId === 'string' ? findingId : null }];
  });
}
