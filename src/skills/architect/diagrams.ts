/** Draws a repository after the C4 model: its containers, and the components of each package, as Mermaid text. */

import { z } from 'zod';
import type { LocationEvidence } from '../../contracts/artifact.ts';
import type { Skill } from '../../contracts/skill.ts';
import { counted } from '../../shared/counted.ts';
import { locate } from '../kit/finding.ts';
import { notApplicable } from '../kit/not-applicable.ts';
import { loadSources } from '../source/load-sources.ts';
import { componentViews } from './component-view.ts';
import { containerView } from './container-view.ts';
import { type Diagram, toMermaid } from './mermaid.ts';

const MAX_COMPONENT_DIAGRAMS = 20;
const MAX_EVIDENCE = 60;

const input = z.object({}).loose();
const place = { path: z.string(), line: z.number() };
const output = z.object({
  diagrams: z.array(
    z.object({
      level: z.enum(['container', 'component']),
      title: z.string(),
      mermaid: z.string(),
      /** In the order of `n1`, `n2` … in the text; each with the file that it is read from. */
      nodes: z.array(
        z.object({
          id: z.string(),
          label: z.string(),
          kind: z.enum(['container', 'database', 'external', 'component']),
          detail: z.string(),
          ...place,
        }),
      ),
      edges: z.array(z.object({ from: z.string(), to: z.string(), label: z.string(), ...place })),
    }),
  ),
});
type Output = z.infer<typeof output>;

/** Container and component diagrams; every node and arrow cites the file that it comes from. */
export const diagrams: Skill<z.infer<typeof input>, Output> = {
  name: 'diagrams',
  title: 'C4 diagrams',
  description:
    'Draws containers (packages, services, images, stores) and components (folders and imports) as Mermaid text.',
  taskTypes: ['architecture'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  async available(context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    if (files.length > 0) return { status: 'available' };
    return { status: 'not-applicable', reason: 'The folder has no text file.' };
  },
  async run(_input, context) {
    const model = await loadSources(context.workspace, context.signal);
    const { diagram } = await containerView(context, model);
    const components = componentViews(model, context.workspace.name).slice(0, MAX_COMPONENT_DIAGRAMS);
    const data: Output = {
      diagrams: [
        ...(diagram.nodes.length === 0 ? [] : [drawn('container', diagram)]),
        ...components.map((view) => drawn('component', view)),
      ],
    };
    if (data.diagrams.length === 0)
      return notApplicable('There is no package, service, image or set of modules to draw.');
    const evidence = new Map<string, LocationEvidence>();
    for (const { nodes, edges } of data.diagrams)
      for (const { path, line } of [...nodes, ...edges]) {
        const key = `${path}:${line}`;
        const file =
          evidence.size >= MAX_EVIDENCE || evidence.has(key) ? undefined : await context.workspace.read(path);
        // Lines of Compose files may hold passwords: their first line is enough.
        if (file !== undefined) evidence.set(key, locate(file, /\.ya?ml$/.test(path) ? 1 : line));
      }
    const count = (kind: 'nodes' | 'edges'): number =>
      data.diagrams.reduce((sum, one) => sum + one[kind].length, 0);
    return {
      summary: `${counted(data.diagrams.length, 'diagram')} with ${counted(count('nodes'), 'node')} and ${counted(count('edges'), 'arrow')}, each from a file.`,
      data,
      evidence: [...evidence.values()],
    };
  },
};

function drawn(level: 'container' | 'component', diagram: Diagram): Output['diagrams'][number] {
  return {
    level,
    title: diagram.title,
    mermaid: toMermaid(diagram),
    nodes: diagram.nodes.map((node) => ({ ...node })),
    edges: diagram.edges.map((edge) => ({ ...edge })),
  };
}
