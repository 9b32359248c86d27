/** Looks for what a compiler or a careful reader would stumble over: broken files, dead code, slips, knotted functions. */
import { z } from 'zod';
import type { RuleInfo, Skill } from '../../contracts/skill.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { isDeclarationPath, isGenerated, isSourcePath } from '../source/classify-path.ts';
import { loadSources } from '../source/load-sources.ts';
import type { SourceModule } from '../source/source-model.ts';
import type { FunctionComplexity } from './complexity.ts';
import { findDeadCode } from './find-dead-code.ts';
import { findSlips } from './find-slips.ts';
import { CODE_HEALTH_RULES as RULES } from './rules.ts';

const LONGEST_SPELL_MS = 20;
const TOP = 10;
/** Lines this long are written by programs. */
const MINIFIED_LINE = 5000;
/** What is no slip of a person in a file that calls itself generated. All else is judged there too. */
const LEFT_TO_GENERATORS: ReadonlySet<RuleInfo> = new Set([
  RULES.assignmentInCondition,
  RULES.selfComparison,
  RULES.duplicateCase,
  RULES.unreachableCode,
  RULES.emptyCatch,
]);
const NOTHING = 'There are no JavaScript or TypeScript modules.';

const input = z.object({}).loose();
const hotSpot = z.object({
  path: z.string(),
  name: z.string(),
  line: z.number(),
  endLine: z.number(),
  complexity: z.number(),
});
const output = z.object({
  moduleCount: z.number(),
  lineCount: z.number(),
  functionCount: z.number(),
  /** Of all functions; 0 when there are none. */
  averageComplexity: z.number(),
  /** The ten most complex functions outside of tests. */
  hotSpots: z.array(hotSpot),
  notParsed: z.array(z.object({ path: z.string(), reason: z.string() })),
  countsByRule: z.record(z.string(), z.number()),
});
type Output = z.infer<typeof output>;

/** Code health of JavaScript and TypeScript sources. */
export const codeHealth: Skill<z.infer<typeof input>, Output> = {
  name: 'code-health',
  title: 'Code health',
  description:
    'Finds files that do not parse, dead modules and exports, slips in conditions and blocks, and complex functions.',
  taskTypes: ['development', 'bug_fix', 'feature', 'code_review'],
  sideEffects: 'read',
  rules: Object.values(RULES),
  input,
  output,
  async available(context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    if (files.some(({ path }) => isSourcePath(path))) return { status: 'available' };
    return { status: 'not-applicable', reason: NOTHING };
  },
  async run(_input, context) {
    const model = await loadSources(context.workspace, context.signal);
    const modules = [...model.modules.values()].filter(
      (module) => !module.isFixture && !isMachineWritten(module),
    );
    const parts: FindingParts[] = [];
    const functions: FunctionComplexity[] = [];
    let breathedAt = performance.now();
    for (const module of modules) {
      parts.push(...syntaxErrorOf(module));
      const slips = findSlips(module);
      const isWritten = !isGenerated(module.file.text);
      parts.push(...slips.parts.filter(({ rule }) => isWritten || !LEFT_TO_GENERATORS.has(rule)));
      if (isWritten && !module.isTest && !isDeclarationPath(module.path)) functions.push(...slips.functions);
      if (performance.now() - breathedAt < LONGEST_SPELL_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      breathedAt = performance.now();
      context.signal.throwIfAborted();
    }
    parts.push(...findDeadCode(model));
    const findings = makeFindings(parts);
    const data = figuresOf(modules, functions, findings);
    if (modules.length === 0)
      return { status: 'not-applicable', reason: NOTHING, summary: NOTHING, data, evidence: [] };
    return {
      summary: summaryOf(data, findings.length),
      data,
      findings,
      evidence: readEvidence(modules.map(({ file }) => file)),
    };
  },
};

function syntaxErrorOf(module: SourceModule): FindingParts[] {
  const { syntaxError, path, file } = module;
  if (syntaxError === undefined || isMeantToBeBroken(module)) return [];
  const location = locate(file, Math.min(syntaxError.line, file.lines.length), {
    column: syntaxError.column,
  });
  return [
    {
      rule: RULES.syntaxError,
      message: `${path.slice(path.lastIndexOf('/') + 1)} does not parse: ${syntaxError.message}.`.replace(
        /\.\.$/,
        '.',
      ),
      location,
    },
  ];
}

/** Samples that tests feed to parsers, and templates with holes to be filled. */
function isMeantToBeBroken({ path, isTest, file }: SourceModule): boolean {
  if (isTest && /(?:error|invalid|broken|bad|malformed|fail|wrong|corrupt)[^/]*$/i.test(path)) return true;
  return /(?:^|\/)templates?\//.test(path) && /<%|\{\{/.test(file.text);
}

function isMachineWritten({ file }: SourceModule): boolean {
  return file.lines.some(({ length }) => length > MINIFIED_LINE);
}

function figuresOf(
  modules: readonly SourceModule[],
  functions: readonly FunctionComplexity[],
  findings: readonly { readonly rule: string }[],
): Output {
  const countsByRule: Record<string, number> = {};
  for (const { rule } of findings) countsByRule[rule] = (countsByRule[rule] ?? 0) + 1;
  const sum = functions.reduce((total, { complexity }) => total + complexity, 0);
  return {
    moduleCount: modules.length,
    lineCount: modules.reduce((total, { file }) => total + file.lines.length, 0),
    functionCount: functions.length,
    averageComplexity: functions.length === 0 ? 0 : Math.round((sum / functions.length) * 100) / 100,
    hotSpots: [...functions]
      .sort((a, b) => b.complexity - a.complexity || (a.path < b.path ? -1 : 1))
      .slice(0, TOP),
    notParsed: modules
      .flatMap(({ path, hasAst, notParsed, syntaxError }) =>
        !hasAst ? [{ path, reason: notParsed ?? syntaxError?.message ?? 'not parsed' }] : [],
      )
      .slice(0, 100),
    countsByRule,
  };
}

function summaryOf(data: Output, findings: number): string {
  const first = data.hotSpots[0];
  const most =
    first === undefined ? '' : ` Most complex: ${first.name} in ${first.path} (${first.complexity}).`;
  return `${data.moduleCount} modules with ${data.functionCount} functions, ${findings} finding${findings === 1 ? '' : 's'}.${most}`;
}
