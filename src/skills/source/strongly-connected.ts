/** Groups of nodes that reach each other: Tarjan's algorithm without recursion. */

/** Groups come dependencies first: a group's edges lead to itself or to earlier groups. Linear in nodes and edges. */
export function stronglyConnected(
  nodes: readonly string[],
  edgesOf: (node: string) => readonly string[],
): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const groups: string[][] = [];
  for (const root of nodes) {
    if (order.has(root)) continue;
    const frames: { node: string; edges: readonly string[]; next: number }[] = [];
    const enter = (node: string): void => {
      order.set(node, order.size);
      low.set(node, order.size - 1);
      stack.push(node);
      onStack.add(node);
      frames.push({ node, edges: edgesOf(node), next: 0 });
    };
    enter(root);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { node } = frame;
      const target = frame.edges[frame.next];
      frame.next += 1;
      if (target === undefined) {
        frames.pop();
        const above = frames.at(-1)?.node;
        if (above !== undefined) low.set(above, Math.min(low.get(above) as number, low.get(node) as number));
        if (low.get(node) === order.get(node)) groups.push(popGroup(node));
      } else if (!order.has(target)) enter(target);
      else if (onStack.has(target))
        low.set(node, Math.min(low.get(node) as number, order.get(target) as number));
    }
  }
  return groups;

  function popGroup(head: string): string[] {
    const group = stack.splice(stack.lastIndexOf(head));
    for (const node of group) onStack.delete(node);
    return group;
  }
}
