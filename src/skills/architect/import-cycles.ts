/** Turns each cycle of the graph into one finding that shows the shortest way round. */
import type { LocationEvidence } from '../../contracts/artifact.ts';
import { type FindingParts, locate } from '../kit/finding.ts';
import type { ImportRecord, SourceModel } from '../source/source-model.ts';
import { IMPORT_CYCLE } from './rules.ts';

const MAX_SHOWN = 12;

export function findCycles({ modules, graph }: SourceModel): FindingParts[] {
  return graph.cycles().flatMap((group): FindingParts[] => {
    if (group.every((path) => modules.get(path)?.isFixture)) return [];
    const way = shortestWay(group, (path) => graph.edges(path).filter((edge) => graph.isLoadEdge(edge)));
    const [first, ...rest] = way.flatMap(({ from, edge }): LocationEvidence[] => {
      const file = modules.get(from)?.file;
      return file === undefined ? [] : [locate(file, edge.line, { column: edge.column })];
    });
    if (first === undefined) return [];
    const names = way.map(({ from }) => from);
    const shown = [...names.slice(0, MAX_SHOWN), ...(names.length > MAX_SHOWN ? ['…'] : []), names[0]].join(
      ' → ',
    );
    const more =
      group.length > names.length ? ` ${group.length} modules are tied together by it and other ways.` : '';
    return [
      {
        rule: IMPORT_CYCLE,
        message: `${names.length} modules import each other in a circle: ${shown}.${more}`,
        suggestion:
          'Move what they share to a module that imports none of them, or pass it in as an argument.',
        location: first,
        related: rest.slice(0, 50),
      },
    ];
  });
}

interface Step {
  readonly from: string;
  readonly edge: ImportRecord;
}

/** The shortest circle through the group's first module: breadth first, so linear in the group's edges. */
function shortestWay(group: readonly string[], edgesOf: (path: string) => readonly ImportRecord[]): Step[] {
  const start = group[0] as string;
  const inside = new Set(group);
  const cameBy = new Map<string, Step>();
  let level = [start];
  while (level.length > 0) {
    const next: string[] = [];
    for (const from of level) {
      for (const edge of edgesOf(from)) {
        const target = edge.target as string;
        if (target === start) return wayTo(cameBy, { from, edge });
        if (!inside.has(target) || cameBy.has(target)) continue;
        cameBy.set(target, { from, edge });
        next.push(target);
      }
    }
    level = next;
  }
  return [];
}

function wayTo(cameBy: ReadonlyMap<string, Step>, last: Step): Step[] {
  const way = [last];
  for (let step = cameBy.get(last.from); step !== undefined; step = cameBy.get(step.from)) way.push(step);
  return way.reverse();
}
