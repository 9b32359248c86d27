/** A small walker over syntax trees. Not recursive: hostile code nests deeper than the call stack. */
import type { Node } from '@babel/types';

/** `false` leaves out the node's children. `ancestors` goes from the root to the parent and is reused: copy it to keep it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a visitor that returns nothing goes on
export type Visitor = (node: Node, ancestors: readonly Node[]) => false | void;

const NOT_CHILDREN = new Set([
  'loc',
  'extra',
  'comments',
  'tokens',
  'errors',
  'leadingComments',
  'trailingComments',
  'innerComments',
]);

/** Visits a node and all below it, parents first, in source order. */
export function walk(root: Node, visitor: Visitor): void {
  const ancestors: Node[] = [];
  const nodes: Node[] = [root];
  const depths: number[] = [0];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const depth = depths.pop() as number;
    ancestors.length = depth;
    if (visitor(node, ancestors) === false) continue;
    ancestors[depth] = node;
    const children = childrenOf(node);
    for (let index = children.length - 1; index >= 0; index -= 1) {
      nodes.push(children[index] as Node);
      depths.push(depth + 1);
    }
  }
}

/** The nodes directly below one. */
function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const key in node) {
    if (NOT_CHILDREN.has(key)) continue;
    const value = (node as unknown as Record<string, unknown>)[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) children.push(item);
    } else if (isNode(value)) children.push(value);
  }
  return children;
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
  );
}
