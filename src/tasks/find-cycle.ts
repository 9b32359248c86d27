/** Finds a cycle among directed edges and says its path, without recursion. */

/** Nodes and what each points at. Targets that are not nodes themselves end the walk. */
export type Edges = ReadonlyMap<string, Iterable<string>>;

/**
 * The path of one cycle, first node repeated at its end (`['a', 'b', 'a']`), or undefined when there is none.
 * Linear in nodes and edges, and safe for chains of any length.
 */
export function findCycle(edges: Edges): readonly string[] | undefined {
  const done = new Set<string>();
  for (const root of edges.keys()) {
    const cycle = done.has(root) ? undefined : walk(root, edges, done);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function walk(root: string, edges: Edges, done: Set<string>): readonly string[] | undefined {
  const path: string[] = [root];
  const onPath = new Set(path);
  const iterators = [iterate(root, edges)];
  for (let top = iterators.at(-1); top !== undefined; top = iterators.at(-1)) {
    const next = top.next();
    if (next.done === true) {
      iterators.pop();
      const left = path.pop() as string;
      onPath.delete(left);
      done.add(left);
      continue;
    }
    if (onPath.has(next.value)) return [...path.slice(path.indexOf(next.value)), next.value];
    if (done.has(next.value) || !edges.has(next.value)) continue;
    path.push(next.value);
    onPath.add(next.value);
    iterators.push(iterate(next.value, edges));
  }
  return undefined;
}

function iterate(node: string, edges: Edges): Iterator<string> {
  return (edges.get(node) ?? [])[Symbol.iterator]();
}
