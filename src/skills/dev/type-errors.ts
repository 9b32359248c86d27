/** Type errors of TypeScript modules, by a compiler that the application brings; the reviewed repository brings none. */
import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { RuleInfo, Skill, SkillContext } from '../../contracts/skill.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { locate, makeFindings } from '../kit/finding.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { loadSources } from '../source/load-sources.ts';
import type { SourceModel, SourceModule } from '../source/source-model.ts';
import { checkTypes, type TypeProblem } from './check-types.ts';
import { compilerOptions } from './type-options.ts';

type TypeScript = typeof import('typescript');

const MAX_MODULES = 3_000;
const MAX_PER_FILE = 20;
const NOTHING = 'There are no TypeScript modules outside of tests.';
/** The range is that of the package's optional peers. TypeScript 7 has no programming interface that could be used here. */
const MISSING =
  'Types are checked with TypeScript, which is not installed; run `npm install "typescript@>=5 <7"`.';
const RULE: RuleInfo = {
  id: 'type-error',
  severity: 'error',
  title: 'The compiler finds a type error',
  help: 'The code does something with a value that its type does not allow. Correct the use or the type.',
};

const count = z.number().int();
const input = z.object({}).loose();
const output = z.object({
  version: z.string(),
  moduleCount: count,
  errorCount: count,
  byCode: z.record(z.string(), count),
  /** Packages whose types were not looked at: what they give was taken for `any`. */
  unknownPackages: z.array(z.string()),
});

/** Type errors inside the repository; what packages bring is unknown and no error. */
export const typeErrors: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'type-errors',
  title: 'Type check',
  description: 'Type-checks TypeScript modules in memory with fixed options; needs the package typescript.',
  taskTypes: ['development', 'bug_fix', 'feature', 'code_review'],
  sideEffects: 'read',
  rules: [RULE],
  input,
  output,
  async available(context) {
    const model = await loadSources(context.workspace, context.signal);
    if (checkedModules(model).length === 0) return { status: 'not-applicable', reason: NOTHING };
    return (await compilerPath(context)) === undefined
      ? { status: 'unavailable', reason: MISSING }
      : { status: 'available' };
  },
  async run(_input, context) {
    const { workspace, signal } = context;
    const path = await compilerPath(context);
    if (path === undefined) throw new OrchestratorError('tool-missing', MISSING);
    const loaded = (await import(pathToFileURL(path).href)) as { readonly default: TypeScript };
    const ts = loaded.default;
    const model = await loadSources(workspace, signal);
    const typed = [...model.modules].filter(([one]) => /\.[mc]?tsx?$/.test(one)).slice(0, MAX_MODULES);
    const options = compilerOptions(ts, (await workspace.read('tsconfig.json'))?.text);
    const modules = new Map(typed);
    const libraryFolder = dirname(ts.getDefaultLibFilePath(options));
    const problems = await checkTypes({ ts, options, modules, libraryFolder, signal });
    const checked = checkedModules(model);
    const byCode: Record<string, number> = {};
    for (const { code } of problems) byCode[`TS${code}`] = (byCode[`TS${code}`] ?? 0) + 1;
    const unknown = new Set(
      checked.flatMap(({ imports }) => imports.flatMap(({ packageName }) => packageName ?? [])),
    );
    return {
      summary: `${problems.length} type errors in ${checked.length} TypeScript modules (TypeScript ${ts.version}).`,
      data: {
        version: ts.version,
        moduleCount: checked.length,
        errorCount: problems.length,
        byCode,
        unknownPackages: [...unknown].sort((a, b) => (a < b ? -1 : 1)).slice(0, 200),
      },
      findings: makeFindings(partsOf(problems, model)),
      evidence: readEvidence(checked.map(({ file }) => file)),
    };
  },
};

function checkedModules({ modules }: SourceModel): SourceModule[] {
  return [...modules.values()].filter(
    ({ path, isTest, isFixture }) =>
      /\.[mc]?tsx?$/.test(path) && !/\.d\.[mc]?ts$/.test(path) && !isTest && !isFixture,
  );
}

function partsOf(problems: readonly TypeProblem[], { modules }: SourceModel) {
  const perFile = new Map<string, number>();
  return problems.flatMap(({ path, line, column, code, message }) => {
    const file = modules.get(path)?.file;
    const known = perFile.get(path) ?? 0;
    perFile.set(path, known + 1);
    // A file that does not parse is told of by another rule.
    if (file === undefined || known >= MAX_PER_FILE || modules.get(path)?.syntaxError !== undefined)
      return [];
    return [{ rule: RULE, message: `${message} (TS${code})`, location: locate(file, line, { column }) }];
  });
}

/** The compiler that stands beside this package. One inside the reviewed folder is that folder's code and is not loaded. */
async function compilerPath({ workspace }: SkillContext): Promise<string | undefined> {
  try {
    const path = await realpath(createRequire(import.meta.url).resolve('typescript'));
    const root = await realpath(workspace.root);
    return path.startsWith(root + sep) ? undefined : path;
  } catch {
    return undefined;
  }
}
