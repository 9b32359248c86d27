/** Finds slips that are wrong in any style: by the syntax tree alone, in one walk with the complexity count. */
import type { Node, SwitchStatement } from '@babel/types';
import { type FindingParts, locate } from '../kit/finding.ts';
import type { SourceModule } from '../source/source-model.ts';
import { walk } from '../source/walk.ts';
import { ComplexityCount, type FunctionComplexity, functionName } from './complexity.ts';
import { firstUnreachable, isFunction } from './control-flow.ts';
import { isSilentCatch } from './empty-catch.ts';
import { CODE_HEALTH_RULES as RULES } from './rules.ts';
import { isPure, isSameCode } from './same-code.ts';

const COMPARISONS = new Set(['==', '===', '!=', '!==', '<', '>', '<=', '>=']);
/** Pairs of cases compared in one `switch` at most. */
const MAX_CASES = 300;

export interface Slips {
  readonly parts: readonly FindingParts[];
  readonly functions: readonly FunctionComplexity[];
}

export function findSlips(module: SourceModule): Slips {
  const { file, ast } = module;
  const parts: FindingParts[] = [];
  if (ast === undefined) return { parts, functions: [] };
  // Tests and benchmarks make things fail on purpose.
  const isTried = module.isTest || /(?:^|\/)bench(?:marks?)?\//.test(module.path);
  const complexity = new ComplexityCount(module.path);
  const report = (rule: FindingParts['rule'], node: Node, message: string, suggestion?: string): void => {
    const line = node.loc?.start.line ?? 1;
    const place = { column: (node.loc?.start.column ?? 0) + 1, endLine: node.loc?.end.line ?? line };
    parts.push({
      rule,
      message,
      location: locate(file, line, place),
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  };
  walk(ast.program, (node, ancestors) => {
    complexity.visit(node, ancestors);
    switch (node.type) {
      case 'DebuggerStatement':
        report(RULES.debuggerStatement, node, 'A `debugger` statement was left in.', 'Remove it.');
        break;
      case 'CatchClause':
        if (!isTried && isSilentCatch(node, ancestors, ast.comments ?? [], file.lines)) {
          report(
            RULES.emptyCatch,
            node,
            'The error is caught and dropped without a word.',
            'Handle it, hand it on, or say in a comment why nothing needs doing.',
          );
        }
        break;
      case 'Program':
      case 'BlockStatement':
      case 'StaticBlock': {
        const dead = firstUnreachable(node.body, module);
        if (dead !== undefined)
          report(RULES.unreachableCode, dead, 'This never runs: control has left the block before it.');
        break;
      }
      case 'SwitchCase': {
        const dead = firstUnreachable(node.consequent, module);
        if (dead !== undefined)
          report(RULES.unreachableCode, dead, 'This never runs: control has left the case before it.');
        break;
      }
      case 'SwitchStatement':
        for (const { repeated, first } of repeatedCases(node)) {
          report(
            RULES.duplicateCase,
            repeated,
            `This case repeats the one in line ${first.loc?.start.line ?? 0} and never runs.`,
          );
        }
        break;
      case 'BinaryExpression':
        if (
          !module.isTest &&
          COMPARISONS.has(node.operator) &&
          isSameCode(node.left, node.right) &&
          isPure(node.left) &&
          !isNotANumberCheck(node, ancestors, file.lines)
        ) {
          report(
            RULES.selfComparison,
            node,
            `Both sides of \`${node.operator}\` are the same.`,
            'Correct the side that was meant to be something else.',
          );
        }
        break;
      case 'AssignmentExpression':
        if (isConditionByMistake(node, ancestors)) {
          report(
            RULES.assignmentInCondition,
            node,
            'The condition assigns instead of comparing.',
            'Use `===`, or assign before the condition.',
          );
        }
        break;
      default:
    }
    return undefined;
  });
  return { parts, functions: complexity.results() };
}

function repeatedCases({ cases }: SwitchStatement): { readonly repeated: Node; readonly first: Node }[] {
  const tests = cases
    .slice(0, MAX_CASES)
    .flatMap((one) => (one.test != null && isPure(one.test) ? [{ node: one as Node, test: one.test }] : []));
  return tests.flatMap(({ node, test }, index) => {
    const first = tests.slice(0, index).find((earlier) => isSameCode(earlier.test, test));
    return first === undefined ? [] : [{ repeated: node, first: first.node }];
  });
}

/** `x !== x` is true for NaN alone; code that means it says so nearby. */
function isNotANumberCheck(
  node: Node & { readonly left: Node },
  ancestors: readonly Node[],
  lines: readonly string[],
): boolean {
  const line = node.loc?.start.line ?? 1;
  if (
    lines
      .slice(Math.max(0, line - 3), line + 1)
      .some((text) => text.length < 1000 && /NaN|not a number/i.test(text))
  )
    return true;
  if (node.left.type !== 'Identifier') return false;
  return ancestors.some(
    (one, index) =>
      isFunction(one) && /nan|samevalue|^is$/i.test(functionName(one, ancestors.slice(0, index))),
  );
}

/** True for `if (a = b)`. Parentheses of its own, or a loop that takes the next of something, show that it is meant. */
function isConditionByMistake(
  node: Node & { readonly operator: string; readonly right: Node },
  ancestors: readonly Node[],
): boolean {
  if (node.operator !== '=') return false;
  const isLiteral = /^(?:String|Numeric|Boolean|Null|BigInt)Literal$/.test(node.right.type);
  let child: Node = node;
  let isNested = false;
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const parent = ancestors[index] as Node;
    if (
      parent.type === 'LogicalExpression' ||
      (parent.type === 'UnaryExpression' && parent.operator === '!')
    ) {
      child = parent;
      isNested = true;
      continue;
    }
    const isTest = 'test' in parent && parent.test === child;
    if (!isTest || parent.type === 'SwitchCase') return false;
    // Inside a larger condition the language itself asks for parentheses: only a constant shows the mistake there.
    if (isNested || parent.type === 'ConditionalExpression' || parent.type !== 'IfStatement')
      return isLiteral;
    // A constant makes the condition one as well, whatever stands around it.
    return isLiteral || node.extra?.['parenthesized'] !== true;
  }
  return false;
}
