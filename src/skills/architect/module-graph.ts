/** Maps the modules of a repository: who imports whom, in which layers, where it goes in circles or to nothing. */
import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import { makeFindings } from '../kit/finding.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { isSourcePath } from '../source/classify-path.ts';
import { loadSources } from '../source/load-sources.ts';
import { type GraphData, graphData, graphFigures } from './graph-data.ts';
import { findCycles } from './import-cycles.ts';
import { IMPORT_CYCLE, UNRESOLVED_IMPORT } from './rules.ts';
import { findUnresolved } from './unresolved-imports.ts';

const input = z.object({}).loose();
const NOTHING = 'There are no JavaScript or TypeScript modules.';

/** The module graph of JavaScript and TypeScript sources. */
export const moduleGraph: Skill<z.infer<typeof input>, GraphData> = {
  name: 'module-graph',
  title: 'Module graph',
  description:
    'Maps modules and their imports; finds import cycles, imports that lead nowhere, coupling and layers.',
  taskTypes: ['architecture', 'code_review', 'planning'],
  sideEffects: 'read',
  rules: [IMPORT_CYCLE, UNRESOLVED_IMPORT],
  input,
  output: graphData,
  async available(context: SkillContext) {
    const { files } = await context.workspace.list({ signal: context.signal });
    if (files.some(({ path }) => isSourcePath(path))) return { status: 'available' };
    return { status: 'not-applicable', reason: NOTHING };
  },
  async run(_input, context) {
    const model = await loadSources(context.workspace, context.signal);
    const data = graphFigures(model);
    if (data.moduleCount === 0)
      return { status: 'not-applicable', reason: NOTHING, summary: NOTHING, data, evidence: [] };
    const findings = makeFindings([
      ...findCycles(model),
      ...(await findUnresolved(context.workspace, model, context.signal)),
    ]);
    const read = [...model.modules.values()].filter(({ isFixture }) => !isFixture).map(({ file }) => file);
    return {
      summary: summaryOf(data, findings.filter(({ rule }) => rule === UNRESOLVED_IMPORT.id).length),
      data,
      findings,
      evidence: readEvidence(read),
    };
  },
};

function summaryOf(data: GraphData, unresolved: number): string {
  const count = (number: number, one: string, many = `${one}s`): string =>
    `${number} ${number === 1 ? one : many}`;
  const parts = [
    `${count(data.moduleCount, 'module')} with ${count(data.edgeCount, 'import')} between them on ${count(data.levelCount, 'level')}`,
    count(data.cycles.length, 'cycle'),
    count(unresolved, 'unresolved import'),
  ];
  const most = data.mostDependedOn[0];
  return `${parts.join(', ')}.${most === undefined ? '' : ` Most depended on: ${most.path} (${most.fanIn}).`}`;
}
