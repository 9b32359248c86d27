import { describe, expect, it } from 'vitest';
import { loadSources } from '../../../src/skills/source/load-sources.ts';
import type { SourceModel } from '../../../src/skills/source/source-model.ts';
import { type Files, makeSources, makeWorkspace } from './temp-folder.ts';

function only(model: SourceModel, path: string) {
  const module = model.modules.get(path);
  if (module === undefined)
    throw new Error(`There is no ${path} among ${[...model.modules.keys()].join(', ')}.`);
  return module;
}

async function targetsOf(files: Files, from: string): Promise<Record<string, string | undefined>> {
  const { imports } = only(await makeSources(files), from);
  return Object.fromEntries(imports.map(({ specifier, target }) => [specifier, target]));
}

describe('parsing', () => {
  it.each([
    ['a.ts', 'class A { constructor(@Inject() private x: string) {} @Field() y = 1; accessor z = 2 }'],
    ['a.ts', '@a.b(1)\nexport class A {}\nexport @c class B {}'],
    ['a.ts', 'import fs = require("fs");\nexport = fs;'],
    [
      'a.ts',
      'let x = <any>y; const f = <T,>(a: T) => a; using z = f(1); enum E { A }\ndeclare module "x" { export const q: 1 }',
    ],
    ['a.tsx', 'export const A = <T,>(p: { x: T }) => <div {...p}>{"x"}</div>;'],
    ['a.d.ts', 'export declare const x: number;\nexport default interface A {}'],
    ['a.js', '#!/usr/bin/env node\nconst A = () => <b>hi</b>; return;'],
    ['a.js', '// @flow\ntype A = {| a: number |};\nfunction f(x: ?string): Array<A> { return []; }'],
    ['a.js', 'function f(x: ?string) {}'],
    ['a.js', '\uFEFFwith (a) { b }\r\nvar c = 010;\r\n'],
    ['a.cjs', 'return; var x = await1;'],
    ['a.mjs', 'import x from "./x.json" with { type: "json" };\nawait x;'],
    ['a.js', 'export v from "x";'],
  ])('reads %s: %s', async (path, text) => {
    const module = only(await makeSources({ [path]: text }), path);
    expect(module.syntaxError).toBeUndefined();
    expect(module.hasAst).toBe(true);
    expect(module.ast?.type).toBe('File');
  });

  it('tells where broken code is broken and reads the rest', async () => {
    const model = await makeSources({
      'a.ts': 'export const a = 1;\nconst b = ;\n',
      'b.ts': 'import "./a";',
    });
    expect(only(model, 'a.ts').syntaxError).toEqual({ message: 'Unexpected token', line: 2, column: 11 });
    expect(only(model, 'b.ts').imports[0]?.target).toBe('a.ts');
  });

  it('takes a repeated declaration for an error, yet keeps its tree', async () => {
    const module = only(await makeSources({ 'a.ts': 'const a = 1;\nconst a = 2;\nexport { a };' }), 'a.ts');
    expect(module.syntaxError?.line).toBe(2);
    expect(module.exports.map(({ name }) => name)).toEqual(['a']);
  });

  it('survives code nested deeper than the call stack', async () => {
    const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
    const long = `export const x = ${'1 + '.repeat(1000)}1;`;
    const model = await makeSources({ 'deep.js': deep, 'long.js': long });
    expect(only(model, 'deep.js').notParsed).toBe('too-deep');
    expect(only(model, 'deep.js').syntaxError).toBeUndefined();
    expect(only(model, 'long.js').exports.map(({ name }) => name)).toEqual(['x']);
  });

  it('does not parse a file over half a megabyte', async () => {
    const module = only(await makeSources({ 'a.js': `var x = "${'y'.repeat(600_000)}";` }), 'a.js');
    expect([module.notParsed, module.hasAst]).toEqual(['too-large', false]);
  });

  it('parses 300 modules while timers still get their turn', async () => {
    const body = Array.from(
      { length: 60 },
      (_, index) =>
        `export function f${index}(a: number): number { return a > ${index} ? a : f${index}(a + 1); }`,
    ).join('\n');
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `src/m${index}.ts`,
        `import { f1 } from './m${(index + 1) % 300}.ts';\n${body}`,
      ]),
    );
    const workspace = await makeWorkspace(files);
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    const model = await loadSources(workspace, new AbortController().signal);
    clearInterval(timer);
    expect(model.modules.size).toBe(300);
    expect(ticks).toBeGreaterThan(5);
    expect(model.graph.cycles()).toHaveLength(1);
    expect(model.graph.cycles()[0]).toHaveLength(300);
  });

  it('loads once for all who ask, and again for one whose neighbour gave up', async () => {
    const workspace = await makeWorkspace({ 'a.ts': 'export const a = 1;' });
    const controller = new AbortController();
    const given = loadSources(workspace, controller.signal);
    const kept = loadSources(workspace, new AbortController().signal);
    controller.abort(new Error('no time'));
    await expect(given).rejects.toThrow('no time');
    const model = await kept;
    expect(model.modules.size).toBe(1);
    expect(await loadSources(workspace, new AbortController().signal)).toBe(model);
  });
});

describe('imports', () => {
  it('tells kinds, names, lines and whether TypeScript erases them', async () => {
    const text = [
      "import a, { b as c, type D } from './x';",
      "import * as e from './x';",
      "import type { F } from './x';",
      "import { type G, type H } from './x';",
      "import './x';",
      "export { i as j } from './x';",
      "export * from './x';",
      "export type { K } from './x';",
      "const { l, m: n } = require('./x');",
      "const o = await import('./x');",
      "const { p } = await import('./x');",
      "import('./x').then(({ q }) => q);",
      "const r = (await import('./x')).r;",
      "function late() { return require('./x').s; }",
      "let t: import('./x').T;",
      "import('./x').then((u) => u.v);",
    ].join('\n');
    const { imports } = only(await makeSources({ 'a.ts': text, 'x.ts': '' }), 'a.ts');
    expect(
      imports.map(
        ({ line, kind, names, isTypeOnly, isEager }) =>
          `${line} ${kind} ${names.join()}${isTypeOnly ? ' type' : ''}${isEager ? ' eager' : ''}`,
      ),
    ).toEqual([
      '1 static default,b,D eager',
      '2 static * eager',
      '3 static F type eager',
      '4 static G,H type eager',
      '5 static  eager',
      '6 reexport i eager',
      '7 reexport * eager',
      '8 reexport K type eager',
      '9 require l,m eager',
      '10 dynamic *',
      '11 dynamic p',
      '12 dynamic q',
      '13 dynamic r',
      '14 require s',
      '15 dynamic * type',
      '16 dynamic v',
    ]);
    expect(imports.every(({ target }) => target === 'x.ts')).toBe(true);
  });

  it('tells packages from the platform and from schemes', async () => {
    const specifiers = [
      'zod',
      'zod/v4',
      '@scope/pkg/deep/x',
      'fs',
      'node:fs/promises',
      'node:sqlite',
      'virtual:x',
      'https://x.y/z.js',
      'fs/promises',
    ];
    const { imports } = only(
      await makeSources({ 'a.js': specifiers.map((one) => `import '${one}';`).join('\n') }),
      'a.js',
    );
    expect(imports.map(({ packageName, isBuiltin }) => packageName ?? isBuiltin)).toEqual([
      'zod',
      'zod',
      '@scope/pkg',
      true,
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  it('knows which imports may be missing and which names are made at run time', async () => {
    const model = await makeSources({
      'a.js':
        "try { require('./x') } catch { /* optional */ }\nimport('./y').catch(() => {});\nrequire('./z');",
      'b.js': 'import(`./locales/${name}.js`); require("./plugins/" + name);',
      'c.js': 'import(name);',
      'd.js': "const name = './x.js';\nimport(name);",
      'x.js': '',
    });
    expect(only(model, 'a.js').imports.map(({ isOptional }) => isOptional)).toEqual([true, true, false]);
    expect([only(model, 'b.js').loadsFrom, only(model, 'b.js').hasComputedImport]).toEqual([
      ['locales', 'plugins'],
      false,
    ]);
    expect(only(model, 'c.js').hasComputedImport).toBe(true);
    expect([only(model, 'd.js').imports[0]?.target, only(model, 'd.js').hasComputedImport]).toEqual([
      'x.js',
      false,
    ]);
  });
});

describe('resolution', () => {
  it('tries endings, indexes and the TypeScript behind a JavaScript name', async () => {
    const files = {
      'src/a.ts': [
        './b',
        './c.js',
        './d',
        './e.mjs',
        './f.jsx',
        '.',
        '..',
        './g.json',
        './h.vue',
        './none',
        './i',
      ]
        .map((one) => `import '${one}';`)
        .join('\n'),
      'src/b.tsx': '',
      'src/c.ts': '',
      'src/d/index.ts': '',
      'src/e.mts': '',
      'src/f.tsx': '',
      'src/index.ts': '',
      'index.js': '',
      'src/g.json': '{}',
      'src/h.vue': '',
      'src/i.d.ts': '',
    };
    expect(await targetsOf(files, 'src/a.ts')).toEqual({
      './b': 'src/b.tsx',
      './c.js': 'src/c.ts',
      './d': 'src/d/index.ts',
      './e.mjs': 'src/e.mts',
      './f.jsx': 'src/f.tsx',
      '.': 'src/index.ts',
      '..': 'index.js',
      './g.json': 'src/g.json',
      './h.vue': 'src/h.vue',
      './none': undefined,
      './i': 'src/i.d.ts',
    });
  });

  it('prefers a file over a folder of the same name', async () => {
    expect(await targetsOf({ 'a.ts': "import './b';", 'b.ts': '', 'b/index.ts': '' }, 'a.ts')).toEqual({
      './b': 'b.ts',
    });
  });

  it('does not guess at what lies outside of the workspace', async () => {
    const { imports } = only(await makeSources({ 'a.ts': "import '../x';" }), 'a.ts');
    expect([imports[0]?.isLocal, imports[0]?.target]).toEqual([false, undefined]);
  });

  it('follows paths and baseUrl of tsconfig.json, with comments, commas and extends', async () => {
    const files = {
      'base.json':
        '{ "compilerOptions": { "baseUrl": "./src", "paths": { "@/*": ["*"], "exact": ["./one.ts"] } } }',
      'tsconfig.json': '{ // from the base\n "extends": "./base.json", /* no more */ }',
      'src/a.ts': "import '@/deep/b'; import 'exact'; import 'deep/b'; import 'react';",
      'src/deep/b.ts': '',
      'src/one.ts': '',
    };
    expect(await targetsOf(files, 'src/a.ts')).toEqual({
      '@/deep/b': 'src/deep/b.ts',
      exact: 'src/one.ts',
      'deep/b': 'src/deep/b.ts',
      react: undefined,
    });
  });

  it('follows the imports map of package.json', async () => {
    const files = {
      'package.json':
        '{ "imports": { "#db": { "node": "./src/db.js" }, "#lib/*": "./src/lib/*.js", "#out": "zod" } }',
      'src/a.ts': "import '#db'; import '#lib/x'; import '#out';",
      'src/db.ts': '',
      'src/lib/x.ts': '',
    };
    const model = await makeSources(files);
    expect(only(model, 'src/a.ts').imports.map(({ target, packageName }) => target ?? packageName)).toEqual([
      'src/db.ts',
      'src/lib/x.ts',
      'zod',
    ]);
  });

  it('leads from package to package of a monorepo, to the source behind what is built', async () => {
    const files = {
      'package.json': '{ "workspaces": ["packages/*"] }',
      'packages/core/package.json':
        '{ "name": "@x/core", "exports": { ".": "./dist/index.js", "./util/*": "./dist/util/*.js" } }',
      'packages/core/src/index.ts': '',
      'packages/core/src/util/a.ts': '',
      'packages/app/package.json': '{ "name": "app", "main": "src/main.ts" }',
      'packages/app/src/main.ts': "import '@x/core'; import '@x/core/util/a';",
    };
    expect(await targetsOf(files, 'packages/app/src/main.ts')).toEqual({
      '@x/core': 'packages/core/src/index.ts',
      '@x/core/util/a': 'packages/core/src/util/a.ts',
    });
  });
});

describe('exports', () => {
  it('tells names, kinds, lines and doc comments', async () => {
    const text = [
      '/** Documented. */',
      'export function a() {',
      '  return 1;',
      '}',
      '// not a doc comment',
      'export const b = () => 1, c = 2;',
      'export class D {}',
      'export interface E {}',
      '/** Documented at its declaration. */',
      'function f() {}',
      'export { f as g };',
      'export default class H {}',
      "export * from './x';",
      '/** Documented. */',
      '// biome-ignore lint: a directive between',
      'export const { i, j: [k] } = obj;',
      'export enum L {}',
      'export type { E as M };',
    ].join('\n');
    const { exports } = only(await makeSources({ 'a.ts': text }), 'a.ts');
    expect(
      exports.map(
        ({ name, kind, line, endLine, hasDocComment }) =>
          `${name} ${kind} ${line}-${endLine}${hasDocComment ? ' doc' : ''}`,
      ),
    ).toEqual([
      'a function 2-4 doc',
      'b function 6-6',
      'c variable 6-6',
      'D class 7-7',
      'E type 8-8',
      'g function 10-10 doc',
      'default default 12-12',
      '* reexport 13-13',
      'i variable 16-16 doc',
      'k variable 16-16 doc',
      'L variable 17-17',
      'M type 8-8',
    ]);
  });

  it('reads CommonJS exports', async () => {
    const text =
      'function a() {}\nmodule.exports = { a, b() {}, c: 1 };\nexports.d = () => 1;\nmodule.exports.e = class {};';
    const { exports } = only(await makeSources({ 'a.cjs': text }), 'a.cjs');
    expect(exports.map(({ name, kind, isCommonJs }) => `${name} ${kind} ${isCommonJs}`)).toEqual([
      'a function true',
      'b function true',
      'c variable true',
      'd function true',
      'e class true',
    ]);
  });
});
