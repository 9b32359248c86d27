/** Messages from a caller to agents, outside any task. */
import type { AgentContext, AgentContract, AgentMessage, AgentResponse } from '../contracts/agent.ts';
import { raceSignal } from '../shared/abort.ts';
import { checkJson, checkObject, checkText } from '../shared/check.ts';
import { OrchestratorError } from '../shared/errors.ts';
import type { IdSource } from '../shared/ids.ts';
import { isPlainObject, type JsonObject, toJsonValue } from '../shared/json.ts';
import type { Clock } from '../shared/time.ts';

/** A message to send: `recipient` and `content` are required. */
export interface MessageInit {
  readonly recipient: string;
  readonly content: string;
  /** @default 'user' */
  readonly sender?: string;
  /** @default 'text' */
  readonly messageType?: string;
  /** @default {} */
  readonly metadata?: JsonObject;
  /** @default a new id */
  readonly correlationId?: string;
}

/** Checks a message and fills it in. Throws `invalid-argument`. */
export function resolveMessage(init: MessageInit, ids: IdSource, clock: Clock): AgentMessage {
  checkObject('message', init);
  return {
    sender: checkText('message.sender', init.sender ?? 'user'),
    recipient: checkText('message.recipient', init.recipient),
    content: checkText('message.content', init.content),
    messageType: checkText('message.messageType', init.messageType ?? 'text'),
    metadata: metadataOf(init.metadata),
    timestamp: new Date(clock.now()).toISOString(),
    correlationId: checkText('message.correlationId', init.correlationId ?? ids('message')),
  };
}

function metadataOf(metadata: unknown): JsonObject {
  checkObject('message.metadata', metadata ?? {});
  checkJson('message.metadata', metadata ?? {});
  return toJsonValue(metadata ?? {}) as JsonObject;
}

/** Delivers a message. An agent that throws or returns nonsense answers with `success: false`; only an abort rejects. */
export async function deliver(
  agent: AgentContract,
  message: AgentMessage,
  context: AgentContext,
): Promise<AgentResponse> {
  try {
    const response: unknown = await raceSignal(
      (async () => agent.processMessage(message, context))(),
      context.signal,
    );
    if (isPlainObject(response) && typeof response['content'] === 'string')
      return response as unknown as AgentResponse;
    throw new OrchestratorError(
      'agent-failed',
      `${agent.name} returned something that is no response: expected an object with \`content\`.`,
    );
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    const reason = error instanceof Error ? error.message : String(error);
    return {
      agentName: agent.name,
      content: `${agent.name} could not answer: ${reason}`,
      success: false,
      artifacts: [],
      metadata: { error: reason },
      timestamp: new Date(context.clock.now()).toISOString(),
      needsCorrection: false,
      correctionReason: null,
    };
  }
}
