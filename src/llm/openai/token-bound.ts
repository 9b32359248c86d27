/**
 * How many tokens a request can take at most, without the model's tokenizer. A byte-level tokenizer, and one that falls
 * back to bytes, makes no more tokens than the text has bytes of UTF-8; the frame around a message takes a few more.
 */
import type { ModelMessage, ToolSchema } from '../../contracts/model.ts';

/** Role, separators and the name of the speaker. */
const MESSAGE_FRAME = 16;
const TOOL_FRAME = 32;
const REQUEST_FRAME = 16;

/** An upper bound: for English prose about four times what it will be. */
export function tokenBound(messages: readonly ModelMessage[], tools: readonly ToolSchema[] = []): number {
  const forTools = tools.map(
    ({ name, description, parameters }) =>
      TOOL_FRAME + bytes(name) + bytes(description) + bytes(JSON.stringify(parameters)),
  );
  return REQUEST_FRAME + sum(messages.map(messageBound)) + sum(forTools);
}

/** What it will likely be: a token for each three and a half bytes. For choosing, never for a promise. */
export function tokenEstimate(messages: readonly ModelMessage[], tools: readonly ToolSchema[] = []): number {
  return Math.ceil(tokenBound(messages, tools) / 3.5);
}

/** The most tokens a text can take. */
export function textBound(text: string): number {
  return bytes(text);
}

function messageBound(message: ModelMessage): number {
  if (message.type === 'function-result')
    return sum(
      message.content.map(
        ({ callId, name, content }) => MESSAGE_FRAME + bytes(callId) + bytes(name) + bytes(content),
      ),
    );
  const source = message.type === 'system' ? 0 : bytes(message.source);
  if (typeof message.content === 'string') return MESSAGE_FRAME + source + bytes(message.content);
  const calls = message.content.map(
    (call) => MESSAGE_FRAME + bytes(call.id) + bytes(call.name) + bytes(call.arguments),
  );
  return MESSAGE_FRAME + source + sum(calls);
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
