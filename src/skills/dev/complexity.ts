/** Counts the ways through each function: McCabe's cyclomatic complexity (IEEE TSE 1976), logical operators included. */
import type { Node } from '@babel/types';
import { isFunction } from './control-flow.ts';

export interface FunctionComplexity {
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly endLine: number;
  readonly complexity: number;
}

const BRANCHES = new Set([
  'IfStatement',
  'ConditionalExpression',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
  'CatchClause',
  'LogicalExpression',
]);
const LOGICAL_ASSIGNMENTS = new Set(['&&=', '||=', '??=']);

/** Fed with every node of a walk; functions count apart from those around them. */
export class ComplexityCount {
  readonly #path: string;
  readonly #functions = new Map<Node, { readonly name: string; count: number }>();

  constructor(path: string) {
    this.#path = path;
  }

  visit(node: Node, ancestors: readonly Node[]): void {
    if (isFunction(node)) this.#functions.set(node, { name: functionName(node, ancestors), count: 1 });
    const isBranch =
      BRANCHES.has(node.type) ||
      (node.type === 'SwitchCase' && node.test != null) ||
      (node.type === 'AssignmentExpression' && LOGICAL_ASSIGNMENTS.has(node.operator));
    if (!isBranch) return;
    const around = ancestors.findLast(isFunction);
    const known = around === undefined ? undefined : this.#functions.get(around);
    if (known !== undefined) known.count += 1;
  }

  /** Most complex first. */
  results(): FunctionComplexity[] {
    return [...this.#functions]
      .map(([node, { name, count }]) => ({
        path: this.#path,
        name,
        line: node.loc?.start.line ?? 1,
        endLine: node.loc?.end.line ?? 1,
        complexity: count,
      }))
      .sort((a, b) => b.complexity - a.complexity || a.line - b.line);
  }
}

/** What a function is called where it stands, or `(function)`. */
export function functionName(node: Node, ancestors: readonly Node[]): string {
  const parent = ancestors.at(-1);
  const own = ('id' in node ? textOf(node.id) : undefined) ?? ('key' in node ? textOf(node.key) : undefined);
  if (node.type === 'ClassMethod' || node.type === 'ClassPrivateMethod') {
    const holder = ancestors.findLast(
      (one) => one.type === 'ClassDeclaration' || one.type === 'ClassExpression',
    );
    const className = holder !== undefined && 'id' in holder ? textOf(holder.id) : undefined;
    return className === undefined ? (own ?? '(method)') : `${className}.${own ?? '(method)'}`;
  }
  if (own !== undefined) return own;
  if (parent?.type === 'VariableDeclarator') return textOf(parent.id) ?? '(function)';
  if (parent !== undefined && 'key' in parent) return textOf(parent.key) ?? '(function)';
  if (parent?.type === 'AssignmentExpression') return textOf(parent.left) ?? '(function)';
  if (parent?.type === 'ExportDefaultDeclaration') return 'default';
  return '(function)';
}

function textOf(node: unknown): string | undefined {
  const one = node as Node | null | undefined;
  if (one?.type === 'Identifier') return one.name;
  if (one?.type === 'StringLiteral') return one.value;
  if (one?.type === 'PrivateName') return `#${one.id.name}`;
  if (one?.type === 'MemberExpression') return textOf(one.property);
  return undefined;
}
