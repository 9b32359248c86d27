/** Draws a module graph as SVG: laid out by dagre, folders in colours, cycles in red. */
import type { JsonObject, JsonValue } from '../shared/json.ts';
import { html, type Markup } from './markup.ts';

/** With more modules than this, folders are drawn instead. */
const MAX_NODES = 90;
const MAX_FOLDERS = 60;
/** Blue: red is for cycles. */
const FIRST_HUE = 212;

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
  const { Graph, layout } = await import('@dagrejs/dagre');
  const graph = new Graph({ directed: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 10, ranksep: 56, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, label } of picture.nodes)
    graph.setNode(id, { width: 14 + label.length * 6.6, height: 24 });
  for (const { from, to } of picture.edges) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const colours = coloursOf(picture.nodes);
  const edges = picture.edges.map(({ from, to, isInCycle, isTypeOnly }) => {
    const { points = [] } = graph.edge(from, to) as {
      points?: readonly { readonly x: number; readonly y: number }[];
    };
    const path = points
      .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join('');
    const kind = `edge${isInCycle ? ' cycle' : ''}${isTypeOnly ? ' type' : ''}`;
    return html`<path class="${kind}" d="${path}" marker-end="url(#${id}-${isInCycle ? 'cycle' : 'tip'})"><title>${from} → ${to}</title></path>`;
  });
  const nodes = picture.nodes.map(({ id, label, group, title }) => {
    const {
      x = 0,
      y = 0,
      width: w = 0,
      height: h = 0,
    } = graph.node(id) as { x?: number; y?: number; width?: number; height?: number };
    return html`<g transform="translate(${(x - w / 2).toFixed(1)} ${(y - h / 2).toFixed(1)})"><title>${title}</title><rect width="${w.toFixed(1)}" height="${h}" rx="6" style="--hue:${colours.get(group) ?? 0}"/><text x="7" y="16">${label}</text></g>`;
  });
  return html`<figure class="graph"><div class="scroll"><svg viewBox="0 0 ${width.toFixed(0)} ${height.toFixed(0)}" width="${width.toFixed(0)}" height="${height.toFixed(0)}" role="img" aria-label="Module graph"><defs>${tip(`${id}-tip`, 'tip')}${tip(`${id}-cycle`, 'tip-cycle')}</defs>${edges}${nodes}</svg></div><figcaption>${
    picture.isOfFolders
      ? `Folders and the imports between them (${picture.nodes.length} folders; too many modules to draw each).`
      : `${picture.nodes.length} modules and their imports, tests left out; arrows point at what is imported.`
  } Colours are folders, dashed lines import types only${picture.edges.some(({ isInCycle }) => isInCycle) ? ', red lines are part of a cycle' : ''}.</figcaption></figure>`;
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
