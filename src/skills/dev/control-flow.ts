/** Whether control can get past a statement. Cautious: says it can whenever that is not certain. */
import type { BlockStatement, Node, Statement, SwitchStatement } from '@babel/types';
import { walk } from '../source/walk.ts';

const MAX_DEPTH = 60;

/** True when what follows in the same block never runs. */
function isEnd(statement: Statement, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  switch (statement.type) {
    case 'ReturnStatement':
    case 'ThrowStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return true;
    case 'BlockStatement':
      return isEndOfAny(statement, depth);
    case 'IfStatement':
      return (
        statement.alternate != null &&
        isEnd(statement.consequent, depth + 1) &&
        isEnd(statement.alternate, depth + 1)
      );
    case 'TryStatement': {
      if (statement.finalizer != null && isEndOfAny(statement.finalizer, depth)) return true;
      const { handler } = statement;
      return isEndOfAny(statement.block, depth) && (handler == null || isEndOfAny(handler.body, depth));
    }
    case 'WhileStatement':
      return isAlways(statement.test) && !hasBreak(statement.body);
    case 'ForStatement':
      return (statement.test == null || isAlways(statement.test)) && !hasBreak(statement.body);
    case 'SwitchStatement':
      return isEndOfSwitch(statement, depth);
    default:
      return false;
  }
}

/** The first statement of a list that never runs, or undefined. Declarations that need not run don't count. */
export function firstUnreachable(
  body: readonly Statement[],
  { isTest = false }: { readonly isTest?: boolean } = {},
): Statement | undefined {
  const end = body.findIndex((statement) => isEnd(statement));
  // Tests throw first and return for the types' sake.
  if (isTest && body[end]?.type === 'ThrowStatement') return undefined;
  if (end < 0) return undefined;
  const rest = body.slice(end + 1);
  // `return x; break;` is a habit of some, and harmless.
  if (rest.length === 1 && rest[0]?.type === 'BreakStatement') return undefined;
  return rest.find((statement) => !isInert(statement));
}

function isEndOfAny(block: BlockStatement, depth: number): boolean {
  return block.body.some((statement) => isEnd(statement, depth + 1));
}

function isEndOfSwitch({ cases }: SwitchStatement, depth: number): boolean {
  if (!cases.some(({ test }) => test == null) || cases.some((one) => one.consequent.some(hasBreak)))
    return false;
  const last = cases.at(-1);
  return last?.consequent.some((statement) => isEnd(statement, depth + 1)) ?? false;
}

function isAlways(test: Node): boolean {
  return (
    (test.type === 'BooleanLiteral' && test.value) || (test.type === 'NumericLiteral' && test.value !== 0)
  );
}

/** True when a `break` may leave the statement that this is the body of. A labelled one counts always. */
function hasBreak(body: Statement): boolean {
  let found = false;
  walk(body, (node, ancestors) => {
    if (found || isFunction(node)) return false;
    if (node.type !== 'BreakStatement') return undefined;
    found ||= node.label != null || !ancestors.some(isBreakable);
    return undefined;
  });
  return found;
}

function isBreakable({ type }: Node): boolean {
  return type === 'SwitchStatement' || /^(?:While|DoWhile|For|ForIn|ForOf)Statement$/.test(type);
}

/** True for nodes that hold code of their own, run at another time. */
export function isFunction({ type }: Node): boolean {
  return (
    type === 'ObjectMethod' ||
    type === 'ClassMethod' ||
    type === 'ClassPrivateMethod' ||
    /^(?:Arrow)?Function(?:Declaration|Expression)$/.test(type)
  );
}

/** Hoisted or without effect. */
function isInert(statement: Statement): boolean {
  if (statement.type === 'VariableDeclaration')
    return statement.kind === 'var' && statement.declarations.every(({ init }) => init == null);
  return (
    statement.type === 'FunctionDeclaration' ||
    statement.type === 'EmptyStatement' ||
    /^(?:TS|Declare|Interface|TypeAlias|OpaqueType|Export|Import)/.test(statement.type)
  );
}
