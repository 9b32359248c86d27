/** The parts of one package: folders of modules, and how they import each other. */
import type { PackageManifest, SourceModel, SourceModule } from '../source/source-model.ts';
import type { Diagram, DiagramEdge, DiagramNode } from './mermaid.ts';

const MAX_NODES = 30;
const MAX_EDGES = 80;
const GATHERS = /^(?:src|lib|app|source)$/;

/** One diagram for each package with two parts or more; folders outside of any package count as one package. */
export function componentViews(model: SourceModel, workspaceName: string): readonly Diagram[] {
  const byPackage = new Map<PackageManifest | undefined, SourceModule[]>();
  for (const module of model.modules.values()) {
    if (module.isTest || module.isFixture || module.entryKind === 'convention') continue;
    const owner = model.packageOf(module.path);
    byPackage.set(owner, [...(byPackage.get(owner) ?? []), module]);
  }
  return [...byPackage].flatMap(([owner, modules]) => {
    const title =
      owner?.name ?? (owner === undefined || owner.directory === '' ? workspaceName : owner.directory);
    const view = viewOf(title, owner?.directory ?? '', modules, model);
    return view.nodes.length < 2 ? [] : [view];
  });
}

function viewOf(
  title: string,
  directory: string,
  modules: readonly SourceModule[],
  model: SourceModel,
): Diagram {
  const partOf = new Map(modules.map(({ path }) => [path, part(path, directory)]));
  const members = new Map<string, SourceModule[]>();
  for (const module of modules) {
    const name = partOf.get(module.path) ?? '.';
    members.set(name, [...(members.get(name) ?? []), module]);
  }
  // When not all can be drawn, the largest stay.
  const kept = [...members]
    .sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))
    .slice(0, MAX_NODES);
  const names = new Set(kept.map(([name]) => name));
  const nodes = kept
    .map(([name, own]): DiagramNode => {
      const face = faceOf(own, model);
      return {
        id: name,
        label: name,
        kind: 'component',
        detail: `${own.length} ${own.length === 1 ? 'module' : 'modules'}`,
        path: face.path,
        line: 1,
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const edges = new Map<string, { edge: Omit<DiagramEdge, 'label'>; count: number }>();
  for (const { path } of modules)
    for (const { target, line } of model.graph.edges(path)) {
      const [from, to] = [partOf.get(path), target === undefined ? undefined : partOf.get(target)];
      if (from === undefined || to === undefined || from === to || !names.has(from) || !names.has(to))
        continue;
      const known = edges.get(`${from}\n${to}`);
      if (known === undefined) edges.set(`${from}\n${to}`, { edge: { from, to, path, line }, count: 1 });
      else known.count += 1;
    }
  return {
    title,
    nodes,
    edges: [...edges.values()]
      .sort((a, b) => b.count - a.count)
      .slice(0, MAX_EDGES)
      .map(({ edge, count }) => ({ ...edge, label: `${count} ${count === 1 ? 'import' : 'imports'}` })),
  };
}

/** The folder under the package, past those that only gather; modules beside them stand for themselves. */
function part(path: string, directory: string): string {
  const below = directory === '' ? path : path.slice(directory.length + 1);
  const segments = below.split('/');
  const start = GATHERS.test(segments[0] ?? '') && segments.length > 1 ? 1 : 0;
  return segments[start] ?? below;
}

/** The module that others see: an index, or the one imported most. */
function faceOf(modules: readonly SourceModule[], model: SourceModel): SourceModule {
  const [face] = [...modules].sort(
    (a, b) =>
      Number(/(?:^|\/)index\.\w+$/.test(b.path)) - Number(/(?:^|\/)index\.\w+$/.test(a.path)) ||
      model.graph.metrics(b.path).fanIn - model.graph.metrics(a.path).fanIn ||
      (a.path < b.path ? -1 : 1),
  );
  return face as SourceModule;
}
