/** Checks what a model is asked. */
import type { CreateOptions, ModelMessage } from '../contracts/model.ts';
import { checkObject, checkSignal } from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';

/** Throws {@link InvalidArgumentError}. */
export function checkRequest(messages: readonly ModelMessage[], options: CreateOptions = {}): CreateOptions {
  checkMessages(messages);
  checkObject('options', options);
  checkSignal('options.signal', options.signal);
  return options;
}

/** At least one message, each of a known type. Throws {@link InvalidArgumentError}. */
export function checkMessages(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  if (!Array.isArray(messages) || messages.length === 0)
    throw new InvalidArgumentError('messages', 'an array of at least one message', messages);
  for (const [index, message] of messages.entries()) {
    const type: unknown = (message as ModelMessage | null)?.type;
    if (!['system', 'user', 'assistant', 'function-result'].includes(String(type)))
      throw new InvalidArgumentError(
        `messages[${index}]`,
        'a message of type system, user, assistant or function-result',
        message,
      );
  }
  return messages;
}
