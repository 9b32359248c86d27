import { describe, expect, it } from 'vitest';
import { dependencyFacts } from '../../../src/skills/research/dependency-facts.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

const facts = async (files: FolderContent): Promise<string[]> =>
  placesOf(await reviewFolder(dependencyFacts, files));
const manifest = (parts: object): string => JSON.stringify({ name: 'app', ...parts }, undefined, 2);
const lock = (packages: Record<string, object>): string =>
  JSON.stringify({
    name: 'app',
    lockfileVersion: 3,
    packages: {
      '': {},
      ...Object.fromEntries(Object.entries(packages).map(([name, value]) => [`node_modules/${name}`, value])),
    },
  });

describe('dependency-facts: what it reports', () => {
  it.each([
    ['an import', "import a from 'left-pad';\n", 'undeclared-dependency src/a.ts:1'],
    [
      'a subpath of a scoped package',
      "import a from 'node:fs';\nimport b from '@scope/x/deep/y.js';\n",
      'undeclared-dependency src/a.ts:2',
    ],
    ['a re-export', "export * from 'left-pad';\n", 'undeclared-dependency src/a.ts:1'],
    ['a require', "const a = require('left-pad');\nexport { a };\n", 'undeclared-dependency src/a.ts:1'],
    ['a dynamic import', "export const a = () => import('left-pad');\n", 'undeclared-dependency src/a.ts:1'],
    [
      'a value import of which only the types are declared',
      "import a from 'typed';\nexport { a };\n",
      'undeclared-dependency src/a.ts:1',
    ],
  ])('an undeclared package by %s', async (_title, text, place) => {
    const files = {
      'package.json': manifest({ devDependencies: { '@types/typed': '1' } }),
      'src/a.ts': text,
    };
    expect((await facts(files)).filter((one) => one.startsWith('undeclared'))).toEqual([place]);
  });

  it('one finding per package, with the other places beside it', async () => {
    const artifact = await reviewFolder(dependencyFacts, {
      'package.json': manifest({}),
      'src/a.ts': "import 'x';\nimport 'x/y';\n",
      'src/b.ts': "import 'x';\n",
    });
    expect(artifact.findings).toHaveLength(1);
    expect(artifact.findings[0]?.related).toMatchObject([
      { path: 'src/a.ts', line: 2 },
      { path: 'src/b.ts', line: 1 },
    ]);
  });

  it('a declared package that nothing needs, at its line', async () => {
    const files = {
      'package.json':
        '{\n  "name": "app",\n  "dependencies": {\n    "used": "1",\n    "lonely": "1"\n  }\n}\n',
      'a.js': "import 'used';\n",
    };
    expect(await facts(files)).toEqual(['unused-dependency package.json:5']);
  });

  it('a package that is only mentioned in prose, in a comment, or as part of another name', async () => {
    const files = {
      'package.json': manifest({ dependencies: { lonely: '1' } }),
      'README.md': 'npm install lonely\n',
      'a.js': "// uses lonely for this\nimport './b.js';\nexport const x = 'lonely-planet';\n",
      'b.js': '',
    };
    expect(await facts(files)).toEqual(['unused-dependency package.json:4']);
  });

  it.each<[string, FolderContent]>([
    ['package-lock.json', { 'package-lock.json': lock({ other: { version: '1.0.0' } }) }],
    [
      'an old package-lock.json',
      { 'package-lock.json': '{"lockfileVersion":1,"dependencies":{"other":{"version":"1.0.0"}}}' },
    ],
    ['yarn.lock', { 'yarn.lock': '# yarn lockfile v1\n\nother@^1.0.0:\n  version "1.0.0"\n' }],
    [
      'pnpm-lock.yaml',
      { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\npackages:\n  other@1.0.0:\n    resolution: {}\n" },
    ],
  ])('a declared package that %s lacks', async (_title, lockFile) => {
    const files = {
      'package.json': manifest({ dependencies: { missing: '^1', other: '^1.0.0' } }),
      'a.js': "import 'missing';\nimport 'other';\n",
      ...lockFile,
    };
    expect(await facts(files)).toEqual(['unlocked-dependency package.json:4']);
  });
});

describe('dependency-facts: what it leaves alone', () => {
  it.each<[string, string]>([
    ['built-in modules', "import fs from 'fs';\nimport 'node:test';\nimport 'fs/promises';\n"],
    ['own files', "import './b.js';\n"],
    ['the package itself', "import 'app';\nimport 'app/sub';\n"],
    ['a peer', "import 'peer';\n"],
    ['an optional one', "import 'maybe';\n"],
    ['types of a package whose types are declared', "import type { A } from 'typed';\nexport type B = A;\n"],
    [
      'what the code is ready to miss',
      "let a;\ntry { a = require('perhaps'); } catch { a = undefined; }\nexport { a };\n",
    ],
    ['names of the host', "import * as vscode from 'vscode';\nexport { vscode };\n"],
    ['virtual modules', "import 'virtual:pwa-register';\nimport 'astro:content';\n"],
    ['aliases of the manifest', "import '#inner/x';\n"],
    ['aliases of the compiler', "import '@lib/x';\nimport '@/y';\n"],
    ['folders reached by a base URL', "import 'src/b';\n"],
    ['declared ambient modules', "import 'ambient';\n"],
    ['addresses', "import 'https://example.org/x.js';\n"],
    [
      'what stands in a string or a comment',
      "// import 'left-pad';\nexport const a = \"import 'left-pad'\";\n",
    ],
  ])('%s', async (_title, text) => {
    const files = {
      'package.json': manifest({
        peerDependencies: { peer: '1' },
        optionalDependencies: { maybe: '1' },
        devDependencies: { '@types/typed': '1' },
        imports: { '#inner/*': './src/*.ts' },
      }),
      'tsconfig.json':
        '{ "compilerOptions": { "baseUrl": ".", "paths": { "@lib/*": ["src/*"], "@/*": ["src/*"] } } }',
      'src/a.ts': text,
      'src/b.ts': 'export {};\n',
      'src/x.ts': 'export {};\n',
      'src/y.ts': 'export {};\n',
      'src/ambient.d.ts': "declare module 'ambient';\n",
    };
    expect((await facts(files)).filter((one) => one.startsWith('undeclared'))).toEqual([]);
  });

  it('what the root of a workspace declares, and its other packages', async () => {
    const files = {
      'package.json': manifest({ workspaces: ['packages/*'], devDependencies: { shared: '1' } }),
      'packages/a/package.json': manifest({ name: '@w/a', dependencies: { '@w/b': 'workspace:*' } }),
      'packages/a/src/x.ts': "import 'shared';\nimport '@w/b';\n",
      'packages/b/package.json': manifest({ name: '@w/b' }),
      'package-lock.json': lock({ shared: { version: '1.0.0' } }),
    };
    expect(await facts(files)).toEqual([]);
  });

  it.each<[string, object, FolderContent]>([
    [
      'run by a script under its own name',
      { scripts: { lint: 'tool --fix .' }, devDependencies: { tool: '1' } },
      {},
    ],
    [
      'run by a script under another name',
      { scripts: { build: 'tsc -p .' }, devDependencies: { typescript: '5' } },
      {},
    ],
    [
      'run under a name from the lock file',
      { scripts: { go: 'odd-name' }, devDependencies: { plain: '1' } },
      { 'package-lock.json': lock({ plain: { version: '1.0.0', bin: { 'odd-name': 'x.js' } } }) },
    ],
    [
      'named in a configuration',
      { devDependencies: { 'preset-x': '1' } },
      { 'config.json': '{"presets": ["preset-x"]}' },
    ],
    [
      'named in a configuration script',
      { devDependencies: { 'preset-x': '1' } },
      { 'tool.config.js': "export default { presets: ['preset-x/strict'] };\n" },
    ],
    [
      'named by the short name of a plug-in',
      { devDependencies: { 'eslint-plugin-x': '1' } },
      { '.eslintrc.json': '{"plugins": ["x"]}' },
    ],
    ['named in the manifest', { devDependencies: { 'preset-x': '1' }, babel: { presets: ['preset-x'] } }, {}],
    [
      'wanted by another package',
      { dependencies: { host: '1', peer: '1' } },
      {
        'a.js': "import 'host';\n",
        'package-lock.json': lock({
          host: { version: '1.0.0', peerDependencies: { peer: '1' } },
          peer: { version: '1.0.0' },
        }),
      },
    ],
    [
      'types of what is imported',
      { dependencies: { x: '1' }, devDependencies: { '@types/x': '1', '@types/node': '24' } },
      { 'a.js': "import 'x';\n" },
    ],
    [
      'imported for its types only',
      { devDependencies: { x: '1' } },
      { 'a.ts': "import type { A } from 'x';\nexport type B = A;\n" },
    ],
    [
      'used by a workflow',
      { devDependencies: { tool: '1' } },
      { '.github/workflows/ci.yml': 'on: push\njobs:\n  a:\n    steps:\n      - run: npx tool\n' },
    ],
    [
      'used by a page',
      { dependencies: { htmx: '1' } },
      { 'index.html': '<script src="node_modules/htmx/dist/htmx.js"></script>' },
    ],
    [
      'used by a component',
      { dependencies: { chart: '1' } },
      { 'App.vue': "<script setup>\nimport Chart from 'chart';\n</script>\n" },
    ],
    ['for the helpers of the compiler', { dependencies: { tslib: '2' } }, { 'a.ts': 'export {};\n' }],
    ['for style sheets', { devDependencies: { sass: '1' } }, { 'a.scss': 'a { b: c }' }],
    [
      'loaded by name',
      { dependencies: { 'pino-pretty': '1' } },
      { 'a.js': "export const transport = { target: 'pino-pretty' };\n" },
    ],
  ])('a package %s', async (_title, parts, more) => {
    const places = await facts({ 'package.json': manifest(parts), ...more });
    expect(places.filter((one) => one.startsWith('unused'))).toEqual([]);
  });

  it('local packages and peers that no lock file needs to hold', async () => {
    const files = {
      'package.json': manifest({
        dependencies: { local: 'file:./local', linked: 'link:../x' },
        peerDependencies: { host: '1' },
      }),
      'package-lock.json': lock({ other: { version: '1.0.0' } }),
      'a.js': "import 'local';\nimport 'linked';\n",
    };
    expect(await facts(files)).toEqual([]);
  });

  it('the dependencies of a built package, whose code is not in the folder', async () => {
    const artifact = await reviewFolder(dependencyFacts, {
      'package.json': manifest({ main: 'dist/index.js', dependencies: { a: '1', b: '1', c: '1', d: '1' } }),
      'bin.js': "import 'a';\n",
    });
    expect(artifact.findings).toEqual([]);
    expect(artifact.data['notes']).toEqual([expect.stringContaining('not judged')]);
  });

  it('tests of a published package, which has no development dependencies', async () => {
    expect(await facts({ 'package.json': manifest({}), 'src/a.test.js': "import 'vitest';\n" })).toEqual([]);
  });

  it('scoped and aliased entries of yarn and pnpm', async () => {
    const files = {
      'package.json': manifest({ dependencies: { '@s/x': '^1', y: '^2' } }),
      'a.js': "import '@s/x';\nimport 'y';\n",
    };
    expect(
      await facts({
        ...files,
        'yarn.lock': '"@s/x@^1", "@s/x@^1.2":\n  version "1.2.0"\n\n"y@npm:^2":\n  version: 2.0.0\n',
      }),
    ).toEqual([]);
    expect(
      await facts({
        ...files,
        'pnpm-lock.yaml':
          "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      '@s/x':\n        specifier: ^1\n        version: 1.0.0\n      y:\n        specifier: ^2\n        version: 2.0.0\n",
      }),
    ).toEqual([]);
  });
});

describe('dependency-facts: as a skill', () => {
  it('tells what is declared where, what is locked and how many modules import it', async () => {
    const artifact = await reviewFolder(dependencyFacts, {
      'package.json': manifest({ dependencies: { x: '^1.0.0' } }),
      'package-lock.json': lock({ x: { version: '1.2.3' } }),
      'a.js': "import 'x';\n",
      'b.js': "import 'x/y';\n",
    });
    expect(artifact.data).toMatchObject({
      dependencies: [
        {
          name: 'x',
          ecosystem: 'npm',
          manifest: 'package.json',
          section: 'dependencies',
          wanted: '^1.0.0',
          locked: '1.2.3',
          importers: 2,
        },
      ],
      lockFiles: ['package-lock.json'],
    });
  });

  it('lists Python, Go and Rust dependencies without judging them', async () => {
    const artifact = await reviewFolder(dependencyFacts, {
      'requirements.txt': '# tools\nrequests==2.31.0\nPillow>=10 ; python_version > "3.8"\n-r more.txt\n',
      'pyproject.toml':
        '[project]\nname = "x"\ndependencies = [\n  "httpx[http2]>=0.27",\n]\n[tool.poetry.dependencies]\npython = "^3.12"\nattrs = "^23"\n',
      'go.mod': 'module x\n\nrequire (\n\tgithub.com/a/b v1.2.3\n\tgithub.com/c/d v0.1.0 // indirect\n)\n',
      'Cargo.toml':
        '[package]\nname = "x"\n[dependencies]\nserde = { version = "1.0", features = ["derive"] }\n[dev-dependencies.rand]\nversion = "0.8"\n',
    });
    const { dependencies } = artifact.data as {
      dependencies: { name: string; ecosystem: string; wanted: string }[];
    };
    expect(
      dependencies
        .map(({ ecosystem, name, wanted }) => `${ecosystem} ${name} ${wanted}`.trim())
        .sort((a, b) => (a < b ? -1 : 1)),
    ).toEqual([
      'cargo rand',
      'cargo serde 1.0',
      'go github.com/a/b v1.2.3',
      'go github.com/c/d v0.1.0',
      'python Pillow >=10',
      'python attrs ^23',
      'python httpx >=0.27',
      'python requests ==2.31.0',
    ]);
    expect(artifact.findings).toEqual([]);
  });

  it('says that a lock file was not understood', async () => {
    const artifact = await reviewFolder(dependencyFacts, {
      'package.json': manifest({ dependencies: { x: '1' } }),
      'package-lock.json': '{ broken',
      'a.js': "import 'x';\n",
    });
    expect(artifact.findings).toEqual([]);
    expect(artifact.data['notes']).toEqual([expect.stringContaining('package-lock.json was not understood')]);
  });

  it('is not applicable without a manifest', async () => {
    const artifact = await reviewFolder(dependencyFacts, { 'a.js': "import 'x';\n" });
    expect(artifact.status).toBe('not-applicable');
  });
});
