/** What to test first: exported functions that no test names, by how complex and how often changed they are. */
import type { File } from '@babel/types';
import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import { createGit } from '../../process/git.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { isDeclarationPath, isGenerated } from '../source/classify-path.ts';
import { loadSources } from '../source/load-sources.ts';
import type { SourceModel, SourceModule } from '../source/source-model.ts';
import { walk } from '../source/walk.ts';
import { detectRunner } from './detect-runner.ts';
import { type ExportedFunction, exportedFunctions } from './exported-functions.ts';
import { pairwise } from './pairwise.ts';
import { readTestCall } from './test-calls.ts';
import { SKELETON_RUNNERS, type SkeletonRunner, skeletonPath, skeletonText } from './test-skeleton.ts';

const MAX_MODULES = 500;
const MAX_PRIORITIES = 100;
const MAX_SKELETONS = 20;
const MAX_CASES = 100;
const NOTHING = 'No JavaScript or TypeScript module outside of tests exports a function.';

const count = z.number().int();
const input = z.object({}).loose();
const output = z.object({
  runner: z.enum(SKELETON_RUNNERS),
  /** False: there was no history to count changes in, and each counts as changed once. */
  hasHistory: z.boolean(),
  modules: z.array(
    z.object({
      path: z.string(),
      commits: count,
      /** Titles of tests in files that import the module themselves. */
      cases: z.array(z.string()),
      functions: z.array(
        z.object({
          name: z.string(),
          line: count,
          branches: count,
          /** Test files that reach the module and name the function. */
          namedBy: z.array(z.string()),
          combinations: z
            .object({ parameters: z.array(z.string()), rows: z.array(z.array(z.string())) })
            .nullable(),
        }),
      ),
    }),
  ),
  functionCount: count,
  untestedCount: count,
  priorities: z.array(
    z.object({
      path: z.string(),
      line: count,
      name: z.string(),
      complexity: count,
      commits: count,
      score: count,
    }),
  ),
  /** Texts to begin with; nothing of them was written anywhere. */
  skeletons: z.array(z.object({ path: z.string(), module: z.string(), text: z.string() })),
});
type Output = z.infer<typeof output>;

/** A plan of tests. The score is complexity × commits, of functions that no test names. */
export const testPlan: Skill<z.infer<typeof input>, Output> = {
  name: 'test-plan',
  title: 'Test plan',
  description:
    'Lists exported functions that no test names, most complex and most changed first, with combinations and skeletons.',
  taskTypes: ['testing'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  async available(context) {
    const model = await loadSources(context.workspace, context.signal);
    const isThere = [...model.modules.values()].some(
      (one) => isPlanned(one) && one.exports.some(({ kind }) => kind === 'function'),
    );
    return isThere ? { status: 'available' } : { status: 'not-applicable', reason: NOTHING };
  },
  async run(_input, context) {
    const model = await loadSources(context.workspace, context.signal);
    const tests = testsOf(model);
    const commits = await commitCounts(context);
    const data: Output = {
      runner: await runnerOf(context, model),
      hasHistory: commits !== undefined,
      modules: [],
      functionCount: 0,
      untestedCount: 0,
      priorities: [],
      skeletons: [],
    };
    const priorities: Output['priorities'] = [];
    for (const module of model.modules.values()) {
      context.signal.throwIfAborted();
      const ast = isPlanned(module) ? module.ast : undefined;
      const functions = ast === undefined ? [] : exportedFunctions(module, ast);
      if (functions.length === 0 || data.modules.length >= MAX_MODULES) continue;
      const changed = commits?.get(module.path) ?? 0;
      const plan = planOf(module, functions, tests, changed);
      data.modules.push(plan);
      data.functionCount += functions.length;
      for (const [index, { name, line, complexity }] of functions.entries()) {
        if ((plan.functions[index]?.namedBy.length ?? 0) > 0) continue;
        const score = complexity * Math.max(1, changed);
        priorities.push({ path: module.path, line, name, complexity, commits: changed, score });
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    priorities.sort(
      (a, b) => b.score - a.score || (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line),
    );
    data.untestedCount = priorities.length;
    data.priorities = priorities.slice(0, MAX_PRIORITIES);
    data.skeletons = skeletonsOf(data, testFolderOf(model));
    const files = data.modules.flatMap(({ path }) => model.modules.get(path)?.file ?? []);
    if (files.length === 0)
      return { status: 'not-applicable', reason: NOTHING, summary: NOTHING, data, evidence: [] };
    const [first] = data.priorities;
    const next = first === undefined ? '' : ` First: ${first.name} in ${first.path}:${first.line}.`;
    return {
      summary: `No test names ${data.untestedCount} of ${data.functionCount} exported functions in ${data.modules.length} modules.${next}`,
      data,
      evidence: readEvidence(files),
    };
  },
};

function isPlanned({ path, isTest, isFixture, entryKind, file }: SourceModule): boolean {
  return (
    !isTest && !isFixture && !isDeclarationPath(path) && entryKind !== 'convention' && !isGenerated(file.text)
  );
}

interface TestFile {
  readonly path: string;
  readonly titles: readonly string[];
  readonly names: ReadonlySet<string>;
  readonly direct: ReadonlySet<string>;
  readonly reached: ReadonlySet<string>;
}

function testsOf(model: SourceModel): TestFile[] {
  return [...model.modules.values()].flatMap((module) => {
    const ast = module.isTest && !module.isFixture ? module.ast : undefined;
    if (ast === undefined) return [];
    const direct = new Set(
      module.imports.flatMap(({ target, isTypeOnly }) =>
        target === undefined || isTypeOnly ? [] : [target],
      ),
    );
    return [{ path: module.path, ...readTest(ast), direct, reached: reachedFrom(module.path, model) }];
  });
}

function readTest(ast: File): { readonly titles: readonly string[]; readonly names: ReadonlySet<string> } {
  const titles: string[] = [];
  const names = new Set<string>();
  walk(ast.program, (node) => {
    if (node.type === 'Identifier') names.add(node.name);
    const test = node.type === 'CallExpression' ? readTestCall(node, (name) => name) : undefined;
    if (test?.sort === 'test' && test.title !== '' && titles.length < MAX_CASES)
      titles.push(test.title.slice(0, 200));
  });
  return { titles, names };
}

function reachedFrom(path: string, model: SourceModel): ReadonlySet<string> {
  const reached = new Set<string>();
  const queue = [path];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    const module = model.modules.get(next);
    for (const { target, isTypeOnly } of module?.imports ?? [])
      if (target !== undefined && !isTypeOnly) queue.push(target);
    queue.push(...(module?.mentions ?? []));
  }
  return reached;
}

function planOf(
  { path, exports }: SourceModule,
  functions: readonly ExportedFunction[],
  tests: readonly TestFile[],
  commits: number,
): Output['modules'][number] {
  const reaching = tests.filter(({ reached }) => reached.has(path));
  return {
    path,
    commits,
    cases: reaching
      .filter(({ direct }) => direct.has(path))
      .flatMap(({ titles }) => titles)
      .slice(0, MAX_CASES),
    functions: functions.map(({ name, line, complexity, parameters }) => ({
      name,
      line,
      branches: complexity - 1,
      // A default export goes by any name: importing the module counts.
      namedBy: reaching
        .filter(({ names, direct }) =>
          name === 'default'
            ? direct.has(path) || names.has(exports.find((one) => one.name === name)?.localName ?? '')
            : names.has(name),
        )
        .map((one) => one.path)
        .slice(0, 20),
      combinations:
        parameters.length < 2
          ? null
          : {
              parameters: parameters.map((one) => one.name),
              rows: pairwise(parameters).map((row) => [...row]),
            },
    })),
  };
}

function skeletonsOf(
  { runner, priorities, modules }: Output,
  testFolder: string | undefined,
): Output['skeletons'] {
  const paths = [...new Set(priorities.map(({ path }) => path))].slice(0, MAX_SKELETONS);
  return paths.map((module) => {
    const path = skeletonPath(module, testFolder);
    const wanted = new Set(priorities.filter((one) => one.path === module).map(({ name }) => name));
    const functions = (modules.find((one) => one.path === module)?.functions ?? [])
      .filter(({ name }) => wanted.has(name))
      .map(({ name, branches, combinations }) => ({ name, cases: casesOf(branches, combinations) }));
    return { path, module, text: skeletonText(runner, module, path, functions) };
  });
}

function casesOf(
  branches: number,
  combinations: Output['modules'][number]['functions'][number]['combinations'],
): string[] {
  const rows = (combinations?.rows ?? [])
    .slice(0, 30)
    .map((row) => row.map((value, index) => `${combinations?.parameters[index]} = ${value}`).join(', '));
  return [
    'returns what is expected',
    ...(branches > 0 ? [`takes each of its ${branches} branches`] : []),
    ...rows,
  ];
}

async function runnerOf(context: SkillContext, model: SourceModel): Promise<SkeletonRunner> {
  const json = model.packages.find(({ directory }) => directory === '')?.json;
  const script = JSON.stringify([json?.['scripts'], json?.['devDependencies']]).slice(0, 20_000);
  const named = (['vitest', 'jest', 'mocha'] as const).find((name) =>
    new RegExp(`"${name}"|\\b${name} `).test(script),
  );
  const found = await detectRunner(context);
  if (found.status !== 'found') return named ?? 'node';
  return SKELETON_RUNNERS.find((one) => one === found.command.runner) ?? named ?? 'node';
}

function testFolderOf(model: SourceModel): string | undefined {
  const paths = [...model.modules.values()]
    .filter(({ isTest, isFixture }) => isTest && !isFixture)
    .map(({ path }) => path);
  return ['tests', 'test', '__tests__', 'spec'].find((folder) =>
    paths.some((path) => path.startsWith(`${folder}/`)),
  );
}

/** Commits by file; undefined without a history. */
async function commitCounts({
  workspace,
  runner,
  signal,
}: SkillContext): Promise<ReadonlyMap<string, number> | undefined> {
  if ((await workspace.git({ signal })) === undefined) return undefined;
  const counts = new Map<string, number>();
  const { commits } = await createGit(runner, workspace.root).log({ signal });
  for (const { files } of commits)
    for (const path of new Set(files.map((one) => one.path))) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}
