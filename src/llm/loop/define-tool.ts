/** Makes a tool of a plain function. */

import { checkSchema } from '../../contracts/schema.ts';
import { SIDE_EFFECTS } from '../../contracts/skill.ts';
import type { Tool } from '../../contracts/tool.ts';
import {
  checkBoolean,
  checkFunction,
  checkKeys,
  checkObject,
  checkOneOf,
  checkText,
} from '../../shared/check.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';
import { jsonSchemaOf } from './tool-schema.ts';

/** A tool as it is written down. */
export interface ToolInit<I> extends Omit<Tool<I>, 'sideEffects'> {
  /** @default 'external', so that a person is asked unless a policy allows it */
  readonly sideEffects?: Tool['sideEffects'];
}

const KNOWN = [
  'name',
  'description',
  'sideEffects',
  'input',
  'parameters',
  'polling',
  'onUnfinished',
  'execute',
  'present',
  'reconcile',
] as const;
/** What endpoints take as the name of a function. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * A tool whose input is checked by a Standard Schema (zod and others) before `execute` sees it. Throws
 * {@link InvalidArgumentError}.
 *
 * @example
 * const add = defineTool({
 *   name: 'add',
 *   description: 'Adds two numbers.',
 *   sideEffects: 'none',
 *   input: z.object({ a: z.number(), b: z.number() }),
 *   execute: async ({ a, b }) => a + b,
 * });
 */
export function defineTool<I>(init: ToolInit<I>): Tool<I> {
  checkKeys('tool', init, KNOWN);
  const name = checkToolName('name', init.name);
  checkText('description', init.description);
  checkSchema('input', init.input);
  checkFunction('execute', init.execute);
  if (init.polling !== undefined) checkBoolean('polling', init.polling);
  if (init.onUnfinished !== undefined)
    checkOneOf('onUnfinished', init.onUnfinished, ['retry', 'reconcile', 'ask']);
  if (init.present !== undefined) checkFunction('present', init.present);
  if (init.reconcile !== undefined) checkFunction('reconcile', init.reconcile);
  if (init.onUnfinished === 'reconcile' && init.reconcile === undefined)
    throw new InvalidArgumentError('reconcile', 'a function, since `onUnfinished` is reconcile', undefined);
  const sideEffects = checkOneOf(
    'sideEffects',
    init.sideEffects === undefined ? 'external' : init.sideEffects,
    SIDE_EFFECTS,
  );
  const parameters =
    init.parameters === undefined
      ? jsonSchemaOf(name, init.input)
      : (checkObject('parameters', init.parameters) as NonNullable<Tool['parameters']>);
  return { ...init, sideEffects, parameters };
}

function checkToolName(argument: string, name: unknown): string {
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw new InvalidArgumentError(argument, '1 to 64 letters, digits, `_` or `-`', name);
}
