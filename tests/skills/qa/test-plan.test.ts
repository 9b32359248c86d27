import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairwise } from '../../../src/skills/qa/pairwise.ts';
import { testPlan } from '../../../src/skills/qa/test-plan.ts';
import { type FolderContent, folderOf, reviewFolder } from '../../support/skill-context.ts';

interface Plan {
  runner: string;
  modules: {
    path: string;
    cases: string[];
    functions: { name: string; branches: number; namedBy: string[]; combinations: unknown }[];
  }[];
  priorities: { path: string; name: string; line: number; score: number }[];
  skeletons: { path: string; module: string; text: string }[];
}

async function plan(files: FolderContent): Promise<Plan> {
  const artifact = await reviewFolder(testPlan, files);
  expect(artifact, artifact.reason).toMatchObject({ status: 'done', findings: [] });
  return artifact.data as unknown as Plan;
}

const open = async (files: FolderContent): Promise<string[]> =>
  (await plan(files)).priorities.map(({ path, name, line }) => `${name} ${path}:${line}`);

const MODULE =
  'export function simple() {\n  return 1;\n}\nexport const hard = (a) => (a > 1 ? (a > 2 ? 1 : 2) : a && 3);\n';
const TEST =
  "import { test } from 'node:test';\nimport { simple } from '../src/a.js';\ntest('counts to one', () => simple());\n";

describe('test-plan', () => {
  it('puts what is most complex and named by no test first', async () => {
    expect(await open({ 'src/a.js': MODULE })).toEqual(['hard src/a.js:4', 'simple src/a.js:1']);
  });

  it('knows what tests name, and their titles', async () => {
    const { modules, priorities } = await plan({ 'src/a.js': MODULE, 'test/a.test.js': TEST });
    expect(priorities.map(({ name }) => name)).toEqual(['hard']);
    expect(modules).toMatchObject([
      {
        path: 'src/a.js',
        cases: ['counts to one'],
        functions: [
          { name: 'simple', branches: 0, namedBy: ['test/a.test.js'] },
          { name: 'hard', branches: 3, namedBy: [] },
        ],
      },
    ]);
  });

  it.each([
    [
      'through another module',
      {
        'src/index.js': "export * from './a.js';\n",
        'test/b.test.js': "import { simple, hard } from '../src/index.js';\nsimple(hard());\n",
      },
    ],
    ['as a namespace', { 'test/b.test.js': "import * as a from '../src/a.js';\na.simple(a.hard());\n" }],
  ])('takes a function for named %s', async (_title, files) => {
    expect(await open({ 'src/a.js': MODULE, ...files })).toEqual([]);
  });

  it('takes no equal name in a test of something else for a test', async () => {
    const other = "import { simple } from '../src/b.js';\nsimple();\n";
    expect(
      await open({
        'src/a.js': MODULE,
        'src/b.js': 'export function simple() {}\n',
        'test/b.test.js': other,
      }),
    ).toEqual(['hard src/a.js:4', 'simple src/a.js:1']);
  });

  it('combines values of flags, unions and enums', async () => {
    const { modules } = await plan({
      'a.ts':
        "type Size = 'small' | 'large';\nexport function paint(isDark: boolean, size: Size, name: string, times?: 1 | 2) {\n  return [isDark, size, name, times];\n}\nexport function one(flag: boolean) {\n  return flag;\n}\n",
    });
    const [paint, one] = modules[0]?.functions ?? [];
    expect(paint?.combinations).toMatchObject({ parameters: ['isDark', 'size', 'times'] });
    expect(one?.combinations).toBeNull();
  });

  it('makes skeletons that run and claim nothing', async () => {
    const files = {
      'src/a.js': MODULE,
      'package.json': '{"type":"module"}',
      'test/b.test.js': "import 'node:test';\n",
    };
    const { skeletons, runner } = await plan(files);
    expect(runner).toBe('node');
    expect(skeletons).toMatchObject([{ path: 'test/a.test.js', module: 'src/a.js' }]);
    const root = await folderOf(files);
    writeFileSync(join(root, 'test/a.test.js'), skeletons[0]?.text ?? '');
    const printed = execFileSync(process.execPath, ['--test', '--test-reporter=tap', 'test/a.test.js'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(printed).toMatch(/^# todo 3$/m);
  });

  it.each(['vitest', 'jest', 'mocha'])('writes skeletons for %s', async (runner) => {
    const made = await plan({
      'src/a.js': MODULE,
      'package.json': JSON.stringify({ scripts: { test: runner }, devDependencies: { [runner]: '1' } }),
    });
    expect(made.runner).toBe(runner);
    expect(made.skeletons[0]?.text).toContain(runner === 'mocha' ? '  it("returns' : '  it.todo("returns');
  });

  it.each([
    ['modules without functions', { 'a.ts': 'export const a = 1;\nexport type B = string;\n' }],
    ['tests alone', { 'test/a.test.js': 'export function a() {}\n' }],
    ['files that a program wrote', { 'a.js': '// @generated\nexport function a() {}\n' }],
    ['other languages', { 'a.py': 'def a(): pass\n' }],
  ])('is not applicable to %s', async (_title, files) => {
    expect(await reviewFolder(testPlan, files)).toMatchObject({ status: 'not-applicable' });
  });
});

describe('pairs of values', () => {
  it('all occur, in fewer rows than all combinations', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 6 }), (sizes) => {
        const parameters = sizes.map((size, index) => ({
          name: `p${index}`,
          values: Array.from({ length: size }, (_, at) => `${at}`),
        }));
        const rows = pairwise(parameters);
        expect(rows.length).toBeLessThanOrEqual(sizes.reduce((product, size) => product * size, 1));
        for (const [first, one] of parameters.entries())
          for (const [second, other] of parameters.entries())
            if (first < second)
              for (const a of one.values)
                for (const b of other.values)
                  expect(rows.some((row) => row[first] === a && row[second] === b)).toBe(true);
      }),
    );
  });

  it('are far fewer than all for many flags', () => {
    const flags = Array.from({ length: 6 }, (_, index) => ({ name: `p${index}`, values: ['false', 'true'] }));
    expect(pairwise(flags).length).toBeLessThanOrEqual(10);
  });
});
