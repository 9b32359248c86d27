/** Names of tenants, queues, runs and keys: what every store keeps as it is, so that two of them never become one. */
import { checkText } from '../../shared/check.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';

/** Not blank, no NUL character, no half of a surrogate pair: stores would cut or replace those. */
export function checkName(name: string, value: unknown): string {
  const text = checkText(name, value);
  if (text.includes('\0') || !text.isWellFormed())
    throw new InvalidArgumentError(name, 'a text without NUL characters and lone surrogates', value);
  return text;
}

/** An array of such names. */
export function checkNames(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new InvalidArgumentError(name, 'an array of strings', value);
  for (const [index, item] of value.entries()) checkName(`${name}[${index}]`, item);
  return value as string[];
}
