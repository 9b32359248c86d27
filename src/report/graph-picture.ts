/** Draws a module graph as SVG: laid out by dagre, folders in colours, cycles in red. */
import type { JsonObject, JsonValue } from '../shared/json.ts';
import { html, type Markup } from './markup.ts';

/** With more modules than this, folders are drawn instead. */
const MAX_NODES = 90;
const MAX_FOLDERS = 40;
/** Lines that are laid out: more take seconds, and nobody could follow them. */
const MAX_EDGES = 160;
/** Blue: red is for cycles. */
const FIRST_HUE = 212;

/** From so many edges a node the picture leaves out those that a longer way stands for. */
const DENSE = 1.4;
/** How far a picture is made smaller to fit before it scrolls. */
const SMALLEST = 0.72;

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

interface DrawnNode {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly title: string;
}

interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly isInCycle: boolean;
  readonly isTypeOnly: boolean;
  /** Imports that it stands for. */
  readonly weight: number;
}

interface Picture {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
  readonly isOfFolders: boolean;
}

/** The picture for the data of a `module-graph` artifact; undefined when there is nothing to draw. `id` is unique in the page. */
export async function graphPicture(data: JsonObject, id = 'graph'): Promise<Markup | undefined> {
  const picture = pictureOf(data);
  if (picture === undefined || picture.nodes.length < 2) return undefined;
  const isDense = picture.edges.length > picture.nodes.length * DENSE;
  const needed = isDense ? withoutDetours(picture.edges) : picture.edges;
  const edges = heaviest(needed);
  // Ids of our own: a module may be named like a member of every object.
  const keys = new Map(picture.nodes.map((node, index) => [node.id, `n${index}`]));
  const keyOf = (path: string): string => keys.get(path) as string;
  const { Graph, layout } = await import('@dagrejs/dagre');
  const graph = new Graph({ directed: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 10, ranksep: 52, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of picture.nodes)
    graph.setNode(keyOf(node.id), { width: 14 + node.label.length * 6.7, height: 24 });
  for (const { from, to } of edges) graph.setEdge(keyOf(from), keyOf(to));
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const colours = coloursOf(picture.nodes);
  const lines = edges.map(({ from, to, isInCycle, isTypeOnly }) => {
    const { points = [] } = graph.edge(keyOf(from), keyOf(to)) as { points?: readonly Point[] };
    const kind = `edge${isInCycle ? ' cycle' : ''}${isTypeOnly ? ' type' : ''}`;
    return html`<path class="${kind}" d="${curve(points)}" marker-end="url(#${id}-${isInCycle ? 'cycle' : 'tip'})"><title>${from} → ${to}</title></path>`;
  });
  const nodes = picture.nodes.map((node) => {
    const { x = 0, y = 0, width: w = 0, height: h = 0 } = graph.node(keyOf(node.id)) as Partial<Box>;
    return html`<g transform="translate(${(x - w / 2).toFixed(1)} ${(y - h / 2).toFixed(1)})"><title>${node.title}</title><rect width="${w.toFixed(1)}" height="${h}" rx="6" style="--hue:${colours.get(node.group) ?? 0}"/><text x="7" y="16">${node.label}</text></g>`;
  });
  const caption = captionOf(
    picture,
    needed.length < picture.edges.length,
    edges.length < needed.length ? edges.length : undefined,
  );
  return html`<figure class="graph"><div class="scroll" tabindex="0" role="region" aria-label="Module graph, scrollable"><svg viewBox="0 0 ${width.toFixed(0)} ${height.toFixed(0)}" style="max-width:${width.toFixed(0)}px;min-width:${(width * SMALLEST).toFixed(0)}px" role="img" aria-label="${caption}"><defs>${tip(`${id}-tip`, 'tip')}${tip(`${id}-cycle`, 'tip-cycle')}</defs>${lines}${nodes}</svg></div><figcaption>${caption}</figcaption></figure>`;
}

function captionOf(
  { nodes, edges, isOfFolders }: Picture,
  isReduced: boolean,
  kept: number | undefined,
): string {
  const what = isOfFolders
    ? `${nodes.length} folders and the imports between them (there are too many modules to draw each).`
    : `${nodes.length} modules and their imports, tests left out.`;
  const dashed = edges.some(({ isTypeOnly }) => isTypeOnly) ? ' dashed lines import types only,' : '';
  const red = edges.some(({ isInCycle }) => isInCycle) ? ' red lines are part of a cycle,' : '';
  const reduced = isReduced ? ' An import that a longer way stands for is left out.' : '';
  return `${what} Arrows point at what is imported,${dashed}${red} colours are folders.${reduced}${kept === undefined ? '' : ` Only the ${kept} heaviest lines are drawn.`}`;
}

/** A line through the points with its corners rounded. */
function curve(points: readonly Point[]): string {
  const write = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const last = points.at(-1);
  const first = points[0];
  if (first === undefined || last === undefined) return '';
  const bends = points.slice(1, -1).map((point, index) => {
    const next = points[index + 2] ?? last;
    const isLastBend = index === points.length - 3;
    return `Q${write(point)} ${write(isLastBend ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`;
  });
  return `M${write(first)}${bends.length === 0 ? `L${write(last)}` : bends.join('')}`;
}

/** Those of cycles, then those that stand for most imports. */
function heaviest(edges: readonly DrawnEdge[]): readonly DrawnEdge[] {
  if (edges.length <= MAX_EDGES) return edges;
  const rank = ({ isInCycle, weight }: DrawnEdge): number => (isInCycle ? 1e6 : 0) + weight;
  return [...edges].sort((a, b) => rank(b) - rank(a)).slice(0, MAX_EDGES);
}

/** Leaves out each edge whose end is reached over others too; edges of a cycle stay. At most a few thousand edges. */
function withoutDetours(edges: readonly DrawnEdge[]): readonly DrawnEdge[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to]);
  const reached = new Map<string, ReadonlySet<string>>();
  const reachedFrom = (start: string): ReadonlySet<string> => {
    const known = reached.get(start);
    if (known !== undefined) return known;
    const seen = new Set<string>();
    const open = [...(targets.get(start) ?? [])];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      open.push(...(targets.get(node) ?? []));
    }
    reached.set(start, seen);
    return seen;
  };
  return edges.filter(({ from, to, isInCycle }) => {
    // What lies on a circle could each be reached around it: none of those edges may go.
    if (isInCycle || reachedFrom(to).has(from)) return true;
    return !(targets.get(from) ?? []).some(
      (other) => other !== to && !reachedFrom(other).has(from) && reachedFrom(other).has(to),
    );
  });
}

function tip(id: string, kind: string): Markup {
  return html`<marker id="${id}" class="${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker>`;
}

function pictureOf(data: JsonObject): Picture | undefined {
  const nodes = records(data['nodes']).filter((node) => node['isTest'] !== true);
  const groupOf = new Map(nodes.map((node) => [String(node['path']), String(node['group'] ?? '')]));
  const cycleOf = new Map<string, number>();
  for (const [index, cycle] of (Array.isArray(data['cycles'])
    ? (data['cycles'] as readonly JsonValue[])
    : []
  ).entries()) {
    if (Array.isArray(cycle))
      for (const path of cycle as readonly JsonValue[]) cycleOf.set(String(path), index);
  }
  const edges = records(data['edges'])
    .map((edge) => ({
      from: String(edge['from']),
      to: String(edge['to']),
      isTypeOnly: edge['kind'] === 'type',
      weight: 1,
    }))
    .filter(({ from, to }) => from !== to && groupOf.has(from) && groupOf.has(to))
    .map((edge) => ({
      ...edge,
      isInCycle:
        !edge.isTypeOnly && cycleOf.has(edge.from) && cycleOf.get(edge.from) === cycleOf.get(edge.to),
    }));
  if (nodes.length <= MAX_NODES) {
    return {
      isOfFolders: false,
      edges,
      nodes: nodes.map((node): DrawnNode => {
        const path = String(node['path']);
        return {
          id: path,
          label: shortName(path),
          group: groupOf.get(path) ?? '',
          title: `${path}: ${String(node['lines'])} lines, imported by ${String(node['fanIn'])}, imports ${String(node['fanOut'])}`,
        };
      }),
    };
  }
  return folderPicture(groupOf, edges);
}

function folderPicture(groupOf: ReadonlyMap<string, string>, edges: readonly DrawnEdge[]): Picture {
  const sizes = new Map<string, number>();
  for (const group of groupOf.values()) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const kept = new Set(
    [...sizes]
      .sort((a, b) => b[1] - a[1])
      .slice(0, MAX_FOLDERS)
      .map(([name]) => name),
  );
  const merged = new Map<string, DrawnEdge>();
  for (const edge of edges) {
    const from = groupOf.get(edge.from) ?? '';
    const to = groupOf.get(edge.to) ?? '';
    if (from === to || !kept.has(from) || !kept.has(to)) continue;
    const known = merged.get(`${from}\n${to}`);
    merged.set(`${from}\n${to}`, {
      from,
      to,
      isInCycle: edge.isInCycle || known?.isInCycle === true,
      isTypeOnly: edge.isTypeOnly && known?.isTypeOnly !== false,
      weight: 1 + (known?.weight ?? 0),
    });
  }
  return {
    isOfFolders: true,
    edges: [...merged.values()],
    nodes: [...kept].map((name) => ({
      id: name,
      label: `${name} (${sizes.get(name)})`,
      group: name,
      title: `${name}: ${sizes.get(name)} modules`,
    })),
  };
}

function records(value: JsonValue | undefined): readonly JsonObject[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).filter(
    (item): item is JsonObject => typeof item === 'object' && item !== null && !Array.isArray(item),
  );
}

/** The last two parts of a path: enough to know it, short enough to draw. */
function shortName(path: string): string {
  return path.split('/').slice(-2).join('/');
}

/** Hues spread evenly over the folders, in the order of their names. */
function coloursOf(nodes: readonly DrawnNode[]): ReadonlyMap<string, number> {
  const groups = [...new Set(nodes.map(({ group }) => group))].sort((a, b) => (a < b ? -1 : 1));
  return new Map(
    groups.map((group, index) => [group, (FIRST_HUE + Math.round((index * 360) / groups.length)) % 360]),
  );
}
