/** Writes a graph as Mermaid text; what labels hold comes from strangers and can't leave its quotes. */

export interface DiagramNode {
  readonly id: string;
  readonly label: string;
  /** `system`, `container`, `database`, `external`, `component`. */
  readonly kind: 'container' | 'database' | 'external' | 'component';
  /** What it is built with or is, in a few words; empty when not known. */
  readonly detail: string;
  readonly path: string;
  readonly line: number;
}

export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly path: string;
  readonly line: number;
}

export interface Diagram {
  readonly title: string;
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}

const MAX_LABEL = 80;

/** A flowchart from left to right with one box for the whole. Ids are replaced by `n1`, `n2` … */
export function toMermaid({ title, nodes, edges }: Diagram): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index + 1}`]));
  const lines = ['flowchart LR', `  subgraph whole["${label(title)}"]`];
  for (const node of nodes.filter(({ kind }) => kind !== 'external')) lines.push(`    ${shape(node, ids)}`);
  lines.push('  end');
  for (const node of nodes.filter(({ kind }) => kind === 'external')) lines.push(`  ${shape(node, ids)}`);
  for (const { from, to, label: text } of edges) {
    const [start, end] = [ids.get(from), ids.get(to)];
    if (start === undefined || end === undefined) continue;
    lines.push(`  ${start} -->${text === '' ? '' : `|"${label(text)}"|`} ${end}`);
  }
  return `${lines.join('\n')}\n`;
}

function shape({ id, label: name, kind, detail }: DiagramNode, ids: ReadonlyMap<string, string>): string {
  const text = `"${label(name)}${detail === '' ? '' : `<br/>${label(detail)}`}"`;
  const own = ids.get(id) ?? '';
  if (kind === 'database') return `${own}[(${text})]`;
  return kind === 'external' ? `${own}([${text}])` : `${own}[${text}]`;
}

/** Everything that could end the quotes, begin HTML or Markdown, or an entity is written as an entity. */
function label(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_LABEL)
    .replace(/[#"<>&`;|\\]/g, (character) => `#${character.codePointAt(0)};`);
}
