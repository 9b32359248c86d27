import { describe, expect, it } from 'vitest';
import { codeHealth } from '../../../src/skills/dev/code-health.ts';
import { type Files, placesOf, runOver } from '../source/temp-folder.ts';

const MANIFEST = { 'package.json': '{ "main": "./dist/index.js" }' };

async function deadIn(files: Files): Promise<string[]> {
  return placesOf(await runOver(codeHealth, files));
}

describe('unreachable-module', () => {
  it('is found when no entry leads to it, also through others like it', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts': "import './used';",
      'src/used.ts': 'export {};',
      'src/dead.ts': "\nimport { x } from './dead-too';\nexport const y = x;",
      'src/dead-too.ts': 'export const x = 1;',
    };
    expect(await deadIn(files)).toEqual([
      'unreachable-module src/dead-too.ts:1',
      'unreachable-module src/dead.ts:2',
    ]);
  });

  it('is found beside a module that cannot be parsed, unless that one names it', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts': "import './broken';",
      'src/broken.ts': "import { x } from './named';\nconst y = x +;\n",
      'src/named.ts': 'export const x = 1;',
      'src/dead.ts': 'export const z = 1;',
    };
    expect(await deadIn(files)).toEqual(['syntax-error src/broken.ts:2', 'unreachable-module src/dead.ts:1']);
  });

  it('is found for a module without exports that says it is one, not for one that only adds types', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts': 'export const a = 1;',
      'src/patch.ts': 'Array.prototype.at ??= () => 1;\nexport {};',
      'src/window.ts': 'declare global { interface Window { shop: string } }\nexport {};',
    };
    expect(await deadIn(files)).toEqual(['unreachable-module src/patch.ts:1']);
  });

  it('is not seen for what tests, workers, run-time names and components load', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts':
        "new Worker(new URL('./worker.js', import.meta.url));\nimport(`./locales/${name}.js`);\nfork('src/job.ts');\nframe(`${origin}/src/proxy`);",
      'src/worker.ts': 'export const a = 1;',
      'src/job.ts': 'export const a = 1;',
      'src/proxy.ts': 'export const a = 1;',
      'src/locales/de.ts': 'export default {};',
      'src/helper.ts': 'export const h = 1;',
      'src/x.test.ts': "import { h } from './helper';",
      'src/App.svelte': "<script>import { s } from './for-svelte';</script>",
      'src/for-svelte.ts': 'export const s = 1;',
      'src/types.d.ts': 'declare const x: number;',
      'src/plain-script.js': 'window.x = 1;',
      'migrations/001.ts': 'export const up = 1;',
      'examples/a.ts': 'export const e = 1;',
      'src/button.stories.tsx': 'export default {};',
      'eslint.config.js': 'export default [];',
    };
    expect(await deadIn(files)).toEqual([]);
  });

  it('is not guessed at when the entry is not known', async () => {
    expect(await deadIn({ 'src/a.ts': 'export const a = 1;', 'src/b.ts': 'export const b = 1;' })).toEqual(
      [],
    );
    expect(
      await deadIn({
        'package.json': '{ "main": "bundle/all.js" }',
        'src/a.ts': 'export const a = 1;',
        'src/run.ts': '#!/usr/bin/env node\nexport {};',
      }),
    ).toEqual([]);
    expect(
      await deadIn({
        'package.json': '{ "name": "x" }',
        'src/a.ts': 'export const a = 1;',
        'src/a.test.ts': "import './a';",
        'src/b.ts': 'export const b = 1;',
      }),
    ).toEqual([]);
  });

  it('is not guessed at when modules are loaded under unknown names', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts': 'export const load = (name: string) => import(name);',
      'src/plugin.ts': 'export const p = 1;',
    };
    expect(await deadIn(files)).toEqual([]);
    const globbed = {
      ...MANIFEST,
      'src/index.ts': "connect({ entities: ['src/**/*.entity.ts'] });",
      'src/user.entity.ts': 'export class User {}',
    };
    expect(await deadIn(globbed)).toEqual([]);
  });

  it('is found in an application that a framework starts by its routes', async () => {
    const files = {
      'package.json': '{ "dependencies": { "next": "15" } }',
      'app/page.tsx': "import { A } from '../components/a';\nexport default A;",
      'components/a.tsx': 'export const A = 1;',
      'components/dead.tsx': 'export const B = 1;',
    };
    expect(await deadIn(files)).toEqual(['unreachable-module components/dead.tsx:1']);
  });

  it('is found although a script loads modules under unknown names', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts': 'export {};',
      'src/dead.ts': 'export const d = 1;',
      'scripts/all.ts': 'import(name);',
    };
    expect(await deadIn(files)).toEqual(['unreachable-module src/dead.ts:1']);
  });

  it('is judged for each package of a monorepo by itself', async () => {
    const files = {
      'package.json': '{ "workspaces": ["packages/*"] }',
      'packages/a/package.json': '{ "name": "a", "main": "dist/index.js" }',
      'packages/a/src/index.ts': 'export const a = 1;',
      'packages/a/src/dead.ts': 'export const d = 1;',
      'packages/a/src/shared.ts': 'export const s = 1;',
      'packages/b/package.json': '{ "name": "b" }',
      'packages/b/src/unknown.ts': "import { s } from 'a/src/shared';\nexport const u = s;",
    };
    expect(await deadIn(files)).toEqual([
      'unreachable-module packages/a/src/dead.ts:1',
      'unreachable-module packages/a/src/shared.ts:1',
    ]);
  });
});

describe('unused-export', () => {
  it('is found for functions, classes, values, types and defaults', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts': "import { used } from './a';\nused();",
      'src/a.ts':
        'export function used() { return helper(); }\nexport function helper() { return 1; }\nexport class Gone {}\nexport const value = 1;\nexport type T = string;\nexport default 7;',
    };
    expect(await deadIn(files)).toEqual([
      'unused-export src/a.ts:2',
      'unused-export src/a.ts:3',
      'unused-export src/a.ts:4',
      'unused-export src/a.ts:5',
      'unused-export src/a.ts:6',
    ]);
  });

  it('says what to do, by whether its own module uses it', async () => {
    const { findings } = await runOver(codeHealth, {
      ...MANIFEST,
      'src/index.ts': "import { f } from './a';\nf();",
      'src/a.ts': 'export const home = 1;\nexport const f = () => home;\nexport const away = 2;',
    });
    expect(findings.map(({ severity, suggestion }) => [severity, suggestion])).toEqual([
      ['warning', 'Remove it: nothing uses it.'],
      ['info', 'Drop the word `export`: only its own module uses it.'],
    ]);
  });

  it('is not seen for a type that signatures of its own module use', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts': "import { f } from './a';\nf({});",
      'src/a.ts':
        'export interface Options {}\nexport function f(options: Options) { return options; }\nexport const KINDS = [1, 2] as const;\nexport type Kind = (typeof KINDS)[number];\nlet k: Kind;',
    };
    expect(await deadIn(files)).toEqual([]);
  });

  it('is not seen for entries and what they re-export', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts':
        "export * from './a';\nexport { b as c } from './b';\nexport * as d from './d';\nexport const own = 1;",
      'src/a.ts': "export const a1 = 1;\nexport * from './deep';",
      'src/deep.ts': 'export const deep = 1;',
      'src/b.ts': 'export const b = 1;',
      'src/d.ts': 'export const d1 = 1;',
    };
    expect(await deadIn(files)).toEqual([]);
  });

  it('is followed through a chain of re-exports to the module behind', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts': "import { used } from './barrel';\nused();",
      'src/barrel.ts': "export * from './middle';",
      'src/middle.ts': "export * from './leaf';",
      'src/leaf.ts': 'export const used = () => 1;\nexport const unused = 2;',
    };
    expect(await deadIn(files)).toEqual(['unused-export src/leaf.ts:2']);
  });

  it('is not seen for namespaces, dynamic imports, require, tests and twins', async () => {
    const files = {
      ...MANIFEST,
      'src/index.ts':
        "import * as a from './a';\nconst b = await import('./b');\nconst { c1 } = await import('./c');\nimport d from './d';\nimport e = require('./e');\nconsole.log(a, b, c1, d, e);",
      'src/a.ts': 'export const a1 = 1;',
      'src/b.ts': 'export const b1 = 1;',
      'src/c.ts': 'export const c1 = 1;',
      'src/d.ts': 'export function d() {}\nexport default d;',
      'src/e.ts': 'export const e1 = 1;',
      'src/f.ts': 'export const forTest = 1;\nexport const taken = 2;',
      'src/g.ts': "import { taken } from './f';\nexport { taken };",
      'tests/f.test.ts': "import { forTest } from '../src/f';\nimport '../src/g';",
      'src/h.cjs': 'exports.h = 1;',
      'src/i.ts': "import './h.cjs';",
      'tests/i.test.ts': "import '../src/i';",
    };
    expect(await deadIn(files)).toEqual(['unused-export src/g.ts:2']);
  });
});
