/** Reads answers of the chat completions interface: pieces of a stream, or one whole body. What does not fit is left out. */
import { isPlainObject } from '../../shared/json.ts';
import type { Answer } from './answer.ts';
import { modelFailure } from './model-failure.ts';

/** Takes in one piece of a stream; gives the text that it adds. */
export function readChatChunk(chunk: unknown, answer: Answer): string {
  if (!isPlainObject(chunk)) return '';
  readUsage(chunk['usage'], answer);
  const choice = first(chunk['choices']);
  if (choice === undefined) return '';
  const text = readMessage(isPlainObject(choice['delta']) ? choice['delta'] : {}, answer);
  if (typeof choice['finish_reason'] === 'string') answer.finish(choice['finish_reason']);
  return text;
}

/** Takes in a whole body. Throws `model-failed` for one that is no answer. */
export function readChatBody(body: unknown, answer: Answer, model: string): string {
  const choice = isPlainObject(body) ? first(body['choices']) : undefined;
  if (!isPlainObject(body) || choice === undefined || !isPlainObject(choice['message']))
    throw modelFailure('malformed', { model, message: `expected a chat completion, got ${excerpt(body)}` });
  readUsage(body['usage'], answer);
  const text = readMessage(choice['message'], answer);
  // A server that says nothing else about a whole body has finished it.
  answer.finish(typeof choice['finish_reason'] === 'string' ? choice['finish_reason'] : 'stop');
  return text;
}

/** The beginning of what came in place of an answer. */
export function excerpt(body: unknown): string {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? 'nothing');
  return text.trim() === '' ? 'an empty body' : text.slice(0, 200);
}

function readMessage(message: Record<string, unknown>, answer: Answer): string {
  const thought = message['reasoning_content'] ?? message['reasoning'];
  if (typeof thought === 'string') answer.addThought(thought);
  if (typeof message['refusal'] === 'string') answer.addRefusal(message['refusal']);
  if (Array.isArray(message['tool_calls'])) for (const call of message['tool_calls']) readCall(call, answer);
  const content = message['content'];
  if (typeof content !== 'string') return '';
  answer.addText(content);
  return content;
}

function readCall(call: unknown, answer: Answer): void {
  if (!isPlainObject(call)) return;
  const { index, id } = call;
  const named = isPlainObject(call['function']) ? call['function'] : {};
  const { name, arguments: text } = named;
  answer.addCall({
    index: typeof index === 'number' ? index : undefined,
    id: typeof id === 'string' && id !== '' ? id : undefined,
    name: typeof name === 'string' ? name : undefined,
    // Ollama and others give an object where a text belongs.
    arguments: typeof text === 'string' ? text : isPlainObject(text) ? JSON.stringify(text) : undefined,
  });
}

function readUsage(usage: unknown, answer: Answer): void {
  if (!isPlainObject(usage)) return;
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = usage;
  if (isCount(promptTokens) && isCount(completionTokens)) answer.count({ promptTokens, completionTokens });
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function first(choices: unknown): Record<string, unknown> | undefined {
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  return isPlainObject(choice) ? choice : undefined;
}
