/** Tells a catch that drops an error without a word from one that explains itself. */
import type { CatchClause, Comment, Node, Statement, TryStatement } from '@babel/types';

/** Notes to tools and to oneself explain nothing. */
const NO_EXPLANATION =
  /^\W*(?:eslint|biome|oxlint|prettier|ts-|@ts-|istanbul|c8|v8|noqa|nolint|sonar|tslint|jshint|deepscan|todo|fixme|xxx|hack)/i;
/** Names that say the error is expected. */
const EXPECTED_NAME = /^_?(?:ignored?|expected|unused)$/i;

/** True when nothing is done about the error and nothing says why. `ancestors` ends with the `try`. */
export function isSilentCatch(
  node: CatchClause,
  ancestors: readonly Node[],
  comments: readonly Comment[],
  lines: readonly string[],
): boolean {
  if (node.body.body.length > 0) return false;
  if (node.param?.type === 'Identifier' && EXPECTED_NAME.test(node.param.name)) return false;
  const attempt = ancestors.at(-1);
  if (attempt?.type !== 'TryStatement') return false;
  return !isExplained(node, attempt, comments, lines) && !isFallback(attempt, ancestors);
}

/** A comment inside the braces, behind them on the line, or above a `try` that is one line. */
function isExplained(
  node: CatchClause,
  attempt: TryStatement,
  comments: readonly Comment[],
  lines: readonly string[],
): boolean {
  const endLine = node.body.loc?.end.line ?? 0;
  const tryLine = attempt.loc?.start.line ?? 0;
  return comments.some((comment) => {
    if (NO_EXPLANATION.test(comment.value) || !/\p{L}{2}/u.test(comment.value)) return false;
    const start = comment.start ?? 0;
    if (start >= (node.start ?? 0) && start < (node.end ?? 0)) return true;
    if (start >= (node.end ?? 0) && comment.loc?.start.line === endLine) return true;
    const isAbove =
      comment.loc?.end.line === tryLine - 1 && (lines[tryLine - 2] ?? '').trim().startsWith('/');
    return isAbove && tryLine === endLine;
  });
}

/**
 * `try { return a(); } catch {} return b();`, also where the fallback follows a block around it, and
 * `try { x = a(); } catch {} if (!x) …`: what follows is what is done about it.
 */
function isFallback(attempt: TryStatement, ancestors: readonly Node[]): boolean {
  const last = attempt.block.body.at(-1);
  if (last === undefined) return false;
  const isLeaving =
    last.type === 'ReturnStatement' || last.type === 'BreakStatement' || last.type === 'ContinueStatement';
  const name = isLeaving ? undefined : assignedName(last);
  if (!isLeaving && name === undefined) return false;
  let inner: Node = attempt;
  for (const outer of [...ancestors].reverse()) {
    if (outer === attempt) continue;
    if (outer.type === 'BlockStatement' || outer.type === 'Program') {
      const next = outer.body[outer.body.indexOf(inner as Statement) + 1];
      if (next !== undefined) return name === undefined || asksFor(next, name);
    } else if (outer.type !== 'IfStatement') return false;
    // What follows the block, when it is nothing but the last part of an `if`.
    if (name !== undefined && outer.type !== 'BlockStatement') return false;
    inner = outer;
  }
  return false;
}

/** The plain variable that a statement gives a value to. */
function assignedName(statement: Statement): string | undefined {
  if (statement.type !== 'ExpressionStatement') return undefined;
  const { expression } = statement;
  if (expression.type !== 'AssignmentExpression' || expression.operator !== '=') return undefined;
  return expression.left.type === 'Identifier' ? expression.left.name : undefined;
}

/** True for an `if` that asks whether the variable has a value, or a `return` of it with a value instead. */
function asksFor(statement: Statement, name: string): boolean {
  const question =
    statement.type === 'IfStatement'
      ? statement.test
      : statement.type === 'ReturnStatement' && statement.argument?.type === 'LogicalExpression'
        ? statement.argument.left
        : undefined;
  if (question === undefined) return false;
  const asked: Node[] = [question];
  for (let one = asked.pop(); one !== undefined; one = asked.pop()) {
    if (one.type === 'Identifier' && one.name === name) return true;
    if (one.type === 'UnaryExpression') asked.push(one.argument);
    if (one.type === 'LogicalExpression' || one.type === 'BinaryExpression') asked.push(one.left, one.right);
  }
  return false;
}
