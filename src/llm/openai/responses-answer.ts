/** Reads answers of the responses interface: events of a stream, or one whole body. */
import { isPlainObject } from '../../shared/json.ts';
import type { Answer } from './answer.ts';
import { excerpt, isCount } from './chat-answer.ts';
import { modelFailure } from './model-failure.ts';

/** Takes in one event; gives the text that it adds. Throws `model-failed` for one that tells of a failure. */
export function readResponsesEvent(event: unknown, answer: Answer, model: string): string {
  if (!isPlainObject(event)) return '';
  const { delta } = event;
  switch (event['type']) {
    case 'response.output_text.delta':
      if (typeof delta !== 'string') return '';
      answer.addText(delta);
      return delta;
    case 'response.refusal.delta':
      if (typeof delta === 'string') answer.addRefusal(delta);
      return '';
    case 'response.reasoning_summary_text.delta':
      if (typeof delta === 'string') answer.addThought(delta);
      return '';
    case 'response.output_item.done':
      readCall(event['item'], answer);
      return '';
    case 'response.completed':
    case 'response.incomplete':
      readEnd(event['response'], answer);
      return '';
    case 'response.failed':
    case 'error':
      throw failed(event, model);
    default:
      return '';
  }
}

/** Takes in a whole body; gives its text. */
export function readResponsesBody(body: unknown, answer: Answer, model: string): string {
  if (!isPlainObject(body) || !Array.isArray(body['output']))
    throw modelFailure('malformed', { model, message: `expected a response, got ${excerpt(body)}` });
  if (body['status'] === 'failed') throw failed({ response: body }, model);
  let text = '';
  for (const item of body['output'] as readonly unknown[]) {
    readCall(item, answer);
    if (!isPlainObject(item) || !Array.isArray(item['content'])) continue;
    for (const part of item['content'] as readonly unknown[]) {
      if (isPlainObject(part) && part['type'] === 'output_text' && typeof part['text'] === 'string')
        text += part['text'];
      if (isPlainObject(part) && part['type'] === 'refusal' && typeof part['refusal'] === 'string')
        answer.addRefusal(part['refusal']);
    }
  }
  answer.addText(text);
  readEnd(body, answer);
  return text;
}

function readCall(item: unknown, answer: Answer): void {
  if (!isPlainObject(item) || item['type'] !== 'function_call') return;
  const { call_id: id, name, arguments: text } = item;
  answer.addCall({
    id: typeof id === 'string' ? id : undefined,
    name: typeof name === 'string' ? name : undefined,
    arguments: typeof text === 'string' ? text : undefined,
  });
}

function readEnd(response: unknown, answer: Answer): void {
  if (!isPlainObject(response)) return;
  const { usage, incomplete_details: incomplete, status } = response;
  if (isPlainObject(usage)) {
    const { input_tokens: promptTokens, output_tokens: completionTokens } = usage;
    if (isCount(promptTokens) && isCount(completionTokens)) answer.count({ promptTokens, completionTokens });
  }
  const reason = isPlainObject(incomplete) ? incomplete['reason'] : undefined;
  answer.finish(typeof reason === 'string' ? reason : status === 'incomplete' ? 'length' : 'stop');
}

/** The failure that an event tells; the SDK's errors have the same fields. */
function failed(event: Record<string, unknown>, model: string): Error {
  const response = isPlainObject(event['response']) ? event['response'] : event;
  const error = isPlainObject(response['error']) ? response['error'] : response;
  const message = typeof error['message'] === 'string' ? error['message'] : 'the endpoint gave no reason';
  const code = typeof error['code'] === 'string' ? error['code'] : undefined;
  return Object.assign(new Error(message), { code, error: { model, message } });
}
