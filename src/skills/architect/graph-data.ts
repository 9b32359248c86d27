/** The figures of a module graph: nodes with their coupling and level, edges, packages. */
import { z } from 'zod';
import type { SourceModel } from '../source/source-model.ts';
import { stronglyConnected } from '../source/strongly-connected.ts';

const MAX_NODES = 500;
const MAX_EDGES = 2500;
const MAX_PACKAGES = 200;
const TOP = 10;

export const graphData = z.object({
  moduleCount: z.number(),
  edgeCount: z.number(),
  lineCount: z.number(),
  /** True when `nodes` or `edges` were cut. */
  isTruncated: z.boolean(),
  nodes: z.array(
    z.object({
      path: z.string(),
      /** The folder it is drawn in. */
      group: z.string(),
      lines: z.number(),
      fanIn: z.number(),
      fanOut: z.number(),
      instability: z.number(),
      /** 0 imports nothing of the workspace; otherwise one more than the highest it imports. A cycle shares one. */
      level: z.number(),
      isTest: z.boolean(),
      isEntry: z.boolean(),
    }),
  ),
  edges: z.array(
    z.object({ from: z.string(), to: z.string(), line: z.number(), kind: z.enum(['load', 'type', 'lazy']) }),
  ),
  groups: z.array(z.object({ name: z.string(), modules: z.number(), lines: z.number() })),
  cycles: z.array(z.array(z.string())),
  mostDependedOn: z.array(z.object({ path: z.string(), fanIn: z.number() })),
  mostDepending: z.array(z.object({ path: z.string(), fanOut: z.number() })),
  levelCount: z.number(),
  entries: z.array(z.object({ path: z.string(), reason: z.string() })),
  externalPackages: z.array(z.object({ name: z.string(), importers: z.number() })),
  notParsed: z.array(z.object({ path: z.string(), reason: z.string() })),
});
export type GraphData = z.infer<typeof graphData>;

/** Test data is left out: it belongs to no program. */
export function graphFigures({ modules, graph }: SourceModel): GraphData {
  const shown = [...modules.values()].filter(({ isFixture }) => !isFixture);
  const paths = new Set(shown.map(({ path }) => path));
  const levels = levelsOf([...paths], (path) =>
    graph.edges(path).flatMap(({ target }) => (target !== undefined && paths.has(target) ? target : [])),
  );
  const nodes = shown.map(({ path, isTest, isEntry }) => ({
    path,
    group: groupOf(path),
    ...graph.metrics(path),
    level: levels.get(path) ?? 0,
    isTest,
    isEntry,
  }));
  const edges = shown.flatMap(({ path }) =>
    [...new Map(graph.edges(path).map((edge) => [edge.target as string, edge])).values()]
      .filter(({ target }) => paths.has(target as string))
      .map((edge) => ({
        from: path,
        to: edge.target as string,
        line: edge.line,
        kind: graph.edges(path).some((one) => one.target === edge.target && graph.isLoadEdge(one))
          ? ('load' as const)
          : edge.isEager || edge.isTypeOnly
            ? ('type' as const)
            : ('lazy' as const),
      })),
  );
  // When not all can be drawn, those that most depend on stay.
  const kept =
    nodes.length <= MAX_NODES
      ? nodes
      : [...nodes].sort((a, b) => b.fanIn + b.fanOut - a.fanIn - a.fanOut).slice(0, MAX_NODES);
  const drawn = new Set(kept.map(({ path }) => path));
  const drawable = edges.filter(({ from, to }) => drawn.has(from) && drawn.has(to));
  return {
    moduleCount: nodes.length,
    edgeCount: edges.length,
    lineCount: nodes.reduce((sum, { lines }) => sum + lines, 0),
    isTruncated: kept.length < nodes.length || drawable.length > MAX_EDGES,
    nodes: kept.sort((a, b) => (a.path < b.path ? -1 : 1)),
    edges: drawable.slice(0, MAX_EDGES),
    groups: groupsOf(nodes),
    cycles: graph
      .cycles()
      .slice(0, 100)
      .map((cycle) => [...cycle]),
    mostDependedOn: top(nodes, 'fanIn').map(({ path, fanIn }) => ({ path, fanIn })),
    mostDepending: top(nodes, 'fanOut').map(({ path, fanOut }) => ({ path, fanOut })),
    levelCount: nodes.reduce((most, { level }) => Math.max(most, level + 1), 0),
    entries: shown
      .filter(({ entryKind }) => entryKind === 'started')
      .slice(0, 100)
      .map(({ path, entryReason = '' }) => ({ path, reason: entryReason })),
    externalPackages: packagesOf(shown),
    notParsed: shown
      .filter(({ hasAst }) => !hasAst)
      .slice(0, 100)
      .map(({ path, notParsed, syntaxError }) => ({
        path,
        reason: notParsed ?? syntaxError?.message ?? 'not parsed',
      })),
  };
}

/** How far above the ground each node stands; nodes of one cycle stand on one level. */
export function levelsOf(
  nodes: readonly string[],
  edgesOf: (node: string) => readonly string[],
): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  // Groups come dependencies first, so that all below a group are placed already.
  for (const group of stronglyConnected(nodes, edgesOf)) {
    const own = new Set(group);
    let level = 0;
    for (const node of group) {
      for (const target of edgesOf(node))
        if (!own.has(target)) level = Math.max(level, (levels.get(target) ?? -1) + 1);
    }
    for (const node of group) levels.set(node, level);
  }
  return levels;
}

function groupOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '.' : path.slice(0, end);
}

function groupsOf(nodes: GraphData['nodes']): GraphData['groups'] {
  const groups = new Map<string, { name: string; modules: number; lines: number }>();
  for (const { group, lines } of nodes) {
    const known = groups.get(group) ?? { name: group, modules: 0, lines: 0 };
    groups.set(group, { name: group, modules: known.modules + 1, lines: known.lines + lines });
  }
  return [...groups.values()].sort((a, b) => b.lines - a.lines || (a.name < b.name ? -1 : 1)).slice(0, 200);
}

function top<K extends 'fanIn' | 'fanOut'>(nodes: GraphData['nodes'], key: K): GraphData['nodes'] {
  return [...nodes]
    .filter((node) => node[key] > 0)
    .sort((a, b) => b[key] - a[key] || (a.path < b.path ? -1 : 1))
    .slice(0, TOP);
}

function packagesOf(
  modules: readonly {
    readonly imports: readonly {
      readonly packageName: string | undefined;
      readonly target: string | undefined;
    }[];
  }[],
): GraphData['externalPackages'] {
  const counts = new Map<string, number>();
  for (const { imports } of modules) {
    const names = new Set(
      imports.flatMap(({ packageName, target }) =>
        packageName === undefined || target !== undefined ? [] : packageName,
      ),
    );
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, importers]) => ({ name, importers }))
    .sort((a, b) => b.importers - a.importers || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_PACKAGES);
}
