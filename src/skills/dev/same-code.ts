/** Whether two pieces of code read the same, and whether reading them twice gives the same value. */
import type { Node } from '@babel/types';
import { walk } from '../source/walk.ts';

const EFFECTS = new Set([
  'CallExpression',
  'OptionalCallExpression',
  'NewExpression',
  'AwaitExpression',
  'YieldExpression',
  'UpdateExpression',
  'AssignmentExpression',
  'TaggedTemplateExpression',
  'ImportExpression',
  // A new object, array or function each time is never the same.
  'ObjectExpression',
  'ArrayExpression',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassExpression',
  'RegExpLiteral',
  'JSXElement',
  'JSXFragment',
]);
const NOT_COMPARED = new Set([
  'start',
  'end',
  'loc',
  'extra',
  'range',
  'leadingComments',
  'trailingComments',
  'innerComments',
]);
const MAX_DEPTH = 50;

/** True when both have the same shape, names and values, whatever their spacing. Deep code is never the same. */
export function isSameCode(a: unknown, b: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isSameCode(item, b[index], depth + 1));
  }
  const keys = keysOf(a);
  if (keys.length !== keysOf(b).length) return false;
  return keys.every((key) =>
    isSameCode((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], depth + 1),
  );
}

/** True when evaluating it twice can't do or give anything different. */
export function isPure(node: Node): boolean {
  let isPureSoFar = true;
  walk(node, (one) => {
    if (EFFECTS.has(one.type)) isPureSoFar = false;
    return isPureSoFar ? undefined : false;
  });
  return isPureSoFar;
}

function keysOf(node: object): string[] {
  return Object.keys(node).filter(
    (key) => !NOT_COMPARED.has(key) && (node as Record<string, unknown>)[key] !== undefined,
  );
}
