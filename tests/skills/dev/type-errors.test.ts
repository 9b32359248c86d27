import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { typeErrors } from '../../../src/skills/dev/type-errors.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import {
  createSkillContext,
  type FolderContent,
  placesOf,
  reviewFolder,
} from '../../support/skill-context.ts';

const STRICT = { 'tsconfig.json': '{ "compilerOptions": { "strict": true } } // as data' };
const check = async (files: FolderContent): Promise<string[]> =>
  placesOf(await reviewFolder(typeErrors, files));
const one = (text: string, more: FolderContent = {}): Promise<string[]> =>
  check({ 'src/a.ts': text, ...more });

describe('type-errors', { timeout: 60_000 }, () => {
  it.each([
    ['a value of another type', 'export const a: number = "x";\n', 'type-error src/a.ts:1'],
    [
      'a member that is not there',
      'interface A { b: string }\nexport const c = (a: A) => a.d;\n',
      'type-error src/a.ts:2',
    ],
    ['an argument too few', 'function f(a: number) {\n  return a;\n}\nf();\n', 'type-error src/a.ts:4'],
    [
      'a missing member',
      'interface A { b: string; c: number }\nexport const a: A = { b: "" };\n',
      'type-error src/a.ts:2',
    ],
  ])('reports %s', async (_title, text, place) => {
    expect(await one(text)).toEqual([place]);
  });

  it('follows imports between modules, also through aliases', async () => {
    const files = {
      'tsconfig.json': '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }',
      'src/b.ts': 'export const b = (text: string): string => text;\n',
    };
    expect(await one("import { b } from './b.js';\nb(1);\n", files)).toEqual(['type-error src/a.ts:2']);
    expect(await one("import { b } from '~/b';\nb(1);\n", files)).toEqual(['type-error src/a.ts:2']);
  });

  it('is as strict about null as the repository says', async () => {
    const text = 'export const f = (a?: string): number => a.length;\n';
    expect(await one(text)).toEqual([]);
    expect(await one(text, STRICT)).toEqual(['type-error src/a.ts:1']);
  });

  it.each([
    [
      'packages that are not here',
      "import express, { type Request } from 'express';\nconst app = express();\napp.get('/', (request: Request) => request.anything);\n",
    ],
    [
      'names of Node',
      "import { readFileSync } from 'node:fs';\nconst timer = setTimeout(() => {}, 5);\ntimer.unref();\nconsole.log(process.env.A, Buffer.from(readFileSync(import.meta.filename)), __dirname);\n",
    ],
    [
      'names of browsers',
      'const node = document.querySelector("a") as HTMLAnchorElement;\nnode.href = window.location.href;\n',
    ],
    [
      'types that extend those of packages',
      "import type { Props } from 'ui';\ninterface Mine extends Props { own: string }\ninterface Both extends Mine { two: string }\nexport const f = (a: Mine, b: Both) => a.children ?? b.title;\n",
    ],
    [
      'classes that extend those of packages',
      "import { Base } from 'x';\nexport class A extends Base {\n  run() {\n    return this.inherited();\n  }\n}\n",
    ],
    ['parameters without a type', 'export function f(a, b) {\n  return a.x + b.y;\n}\n'],
    ['what is marked as expected', '// @ts-expect-error: on purpose\nexport const a: number = "x";\n'],
    [
      'what the latest language has',
      'export const a = Object.groupBy([1], (one) => `${one}`);\nexport const b = [1].toSorted().at(-1);\n',
    ],
  ])('reports nothing of %s', async (_title, text) => {
    expect(await one(text, STRICT)).toEqual([]);
  });

  it('reports nothing of JSX whose types are a package', async () => {
    const text =
      'import React from \'react\';\ninterface Props { a: string }\nconst One = ({ a }: Props) => <b title={a}>{a}</b>;\nexport const Two = () => <One key="1" a="x" />;\n';
    expect(await check({ 'src/a.tsx': text, ...STRICT })).toEqual([]);
  });

  it('tells beside unknown packages what they have no say in, and nothing else', async () => {
    const head = "import { z } from 'zod';\nexport const schema = z.object({});\n";
    expect(await one(`${head}export const a: number = 'x';\n`)).toEqual(['type-error src/a.ts:3']);
    expect(
      await one(`${head}type A = { b: 1 } | { b: 2 };\nexport const f = (a: A): { b: 1 } => a;\n`),
    ).toEqual([]);
  });

  it('leaves tests and scripts alone, and reads no plugin or parent of the settings', async () => {
    const files = {
      'tsconfig.json':
        '{ "extends": "../../../etc/x.json", "compilerOptions": { "plugins": [{ "name": "./evil.js" }], "typeRoots": ["/"] } }',
      'evil.js': 'throw new Error("loaded");\n',
      'test/a.test.ts': 'const a: number = "x";\n',
      'src/b.js': '/** @type {number} */\nexport const b = "x";\n',
    };
    expect(await one("import { b } from './b.js';\nexport const a: number = b;\n", files)).toEqual([]);
  });

  it.each([
    ['JavaScript alone', { 'a.js': 'a();\n' }],
    ['tests alone', { 'test/a.test.ts': 'const a: number = "x";\n' }],
    ['declarations alone', { 'a.d.ts': 'declare const a: number;\n' }],
  ])('is not applicable to %s', async (_title, files) => {
    expect(await reviewFolder(typeErrors, files)).toMatchObject({ status: 'not-applicable' });
  });

  it('loads no compiler from the folder under review', async () => {
    // This package's own folder holds the only compiler that it finds.
    const workspace = await openWorkspace(process.cwd(), { include: ['src/shared/*.ts'] });
    expect(await typeErrors.available(createSkillContext(workspace))).toEqual({
      status: 'unavailable',
      reason: expect.stringContaining(`npm install "typescript@${manifest.peerDependencies.typescript}"`),
    });
  });
});
