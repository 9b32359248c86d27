/** A message answered with a model: its text with the artifacts that show it. */
import type { AgentContext, AgentMessage, AgentResponse } from '../../contracts/agent.ts';
import type { ModelClient } from '../../contracts/model.ts';
import type { AnySkill } from '../../contracts/skill.ts';
import type { JsonObject, JsonValue } from '../../shared/json.ts';
import { type ModelWorker, workOnModel } from './agent-work.ts';
import { assembleTools } from './assemble-tools.ts';

export interface MessageWork {
  readonly worker: ModelWorker;
  readonly context: AgentContext;
  readonly model: ModelClient;
  readonly skills: readonly AnySkill[];
}

/** Resolves with `success: false` when the loop came to no answer. */
export async function answerOnModel(message: AgentMessage, work: MessageWork): Promise<AgentResponse> {
  const { worker, context, skills, model } = work;
  const given = Object.values(context.inputs).flatMap(({ artifacts }) => artifacts);
  const request = { title: message.content.slice(0, 120), description: message.content };
  const tools = await assembleTools({ agent: worker.name, skills, context, request, given });
  const { loop, made, effects } = await workOnModel({
    ...work,
    tools,
    given,
    prompt: 'message',
    key: `message:${message.correlationId}`,
    values: { sender: message.sender, content: message.content },
  });
  const { value, stopReason, usage } = loop;
  const claims = value?.claims ?? [];
  const citations = claims.flatMap(({ artifacts }) =>
    artifacts.map((artifactId): JsonValue => ({ artifactId })),
  );
  const isTurn = message.messageType === 'conversation-turn';
  const text =
    value === undefined
      ? ''
      : [value.summary, ...claims.map((claim) => `- ${claim.text} (${claim.artifacts.join(', ')})`)]
          .join('\n')
          .trim();
  const metadata: JsonObject = {
    citations,
    model: { name: model.info.model, stopReason, modelCalls: usage.modelCalls, toolCalls: usage.toolCalls },
    ...(isTurn && text === '' && value !== undefined ? { pass: true } : {}),
  };
  return {
    agentName: worker.name,
    content:
      value === undefined
        ? `I came to no answer: ${loop.error?.message ?? stopReason}. ${loop.text}`.trim()
        : text,
    success: value !== undefined,
    artifacts: [...made, ...effects],
    metadata,
    timestamp: new Date(context.clock.now()).toISOString(),
    needsCorrection: false,
    correctionReason: null,
  };
}
