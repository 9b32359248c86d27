/** Tells a catch that drops an error without a word from one that explains itself. */
import type { CatchClause, Comment, Node, TryStatement } from '@babel/types';

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
  return !isExplained(node, attempt, comments, lines) && !isFallback(attempt, ancestors.at(-2));
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

/** `try { return a(); } catch {} return b();`: what follows is what is done about it. */
function isFallback(attempt: TryStatement, parent: Node | undefined): boolean {
  const last = attempt.block.body.at(-1);
  if (
    last?.type !== 'ReturnStatement' &&
    last?.type !== 'BreakStatement' &&
    last?.type !== 'ContinueStatement'
  )
    return false;
  const siblings = parent?.type === 'BlockStatement' || parent?.type === 'Program' ? parent.body : [];
  const next = siblings[siblings.indexOf(attempt) + 1];
  return next !== undefined;
}
