import { describe, expect, it } from 'vitest';
import { type Files, makeSources } from './temp-folder.ts';

describe('entries', () => {
  async function reasonsOf(files: Files): Promise<Record<string, string>> {
    const model = await makeSources(files);
    return Object.fromEntries(
      [...model.modules.values()].flatMap(({ path, entryReason }) =>
        entryReason === undefined ? [] : [[path, entryReason]],
      ),
    );
  }

  it('finds published, scripted and conventional ones', async () => {
    expect(
      await reasonsOf({
        'package.json': JSON.stringify({
          main: './dist/index.js',
          bin: { x: 'dist/cli.mjs' },
          exports: { './feature/*': './dist/feature/*.js' },
          scripts: { seed: 'node scripts-db/seed.ts --force && tsc -p .' },
          jest: { setupFiles: ['./src/setup-env.ts'] },
        }),
        'src/index.ts': '',
        'src/cli.mts': '',
        'src/feature/one.ts': '',
        'src/inner.ts': '',
        'scripts-db/seed.ts': '',
        'src/setup-env.ts': '',
        'src/inner.test.ts': '',
        'tests/helper.ts': '',
        'vite.config.ts': '',
        'tools/gen.ts': '',
        'src/tools/not-an-entry.ts': '',
        'src/run.ts': '#!/usr/bin/env node\n',
      }),
    ).toEqual({
      'src/index.ts': 'package.json main',
      'src/cli.mts': 'package.json bin',
      'src/feature/one.ts': 'package.json exports',
      'scripts-db/seed.ts': 'package.json script seed',
      'src/setup-env.ts': 'package.json jest',
      'src/inner.test.ts': 'test',
      'tests/helper.ts': 'test',
      'vite.config.ts': 'configuration',
      'tools/gen.ts': 'in tools/, run on its own',
      'src/run.ts': 'executable',
    });
  });

  it('finds modules that pages, containers, pipelines and components name', async () => {
    const reasons = await reasonsOf({
      'package.json': '{}',
      'index.html': '<script type="module" src="/src/boot.tsx"></script>',
      Dockerfile: 'CMD ["node", "dist/serve.js"]',
      'serverless.yml': 'functions:\n  hello:\n    handler: src/handlers/hello.handler\n',
      'src/App.vue': "<script>import { x } from './used-by-vue'; frame(`${o}/src/in-frame`);</script>",
      'src/boot.tsx': '',
      'src/serve.ts': '',
      'src/handlers/hello.ts': '',
      'src/used-by-vue.ts': '',
      'src/in-frame.ts': '',
      'src/other.ts': '',
    });
    expect(reasons).toEqual({
      'src/boot.tsx': 'named in index.html',
      'src/serve.ts': 'named in Dockerfile',
      'src/handlers/hello.ts': 'named in serverless.yml',
      'src/used-by-vue.ts': 'imported by src/App.vue',
      'src/in-frame.ts': 'named in src/App.vue',
    });
  });

  it('takes routes for entries only where a framework loads them', async () => {
    const files = { 'src/pages/a.tsx': '', 'src/app/x/page.tsx': '' };
    expect(
      await reasonsOf({
        ...files,
        'package.json': '{ "dependencies": { "next": "15" }, "main": "x.js", "x": "" }',
      }),
    ).toMatchObject({
      'src/pages/a.tsx': 'in pages/, loaded by the framework',
      'src/app/x/page.tsx': 'loaded by the framework by its name',
    });
    expect(await reasonsOf({ ...files, 'package.json': '{ "dependencies": { "express": "5" } }' })).toEqual(
      {},
    );
  });

  it('finds the source behind a built folder of any name, and follows commands of other sections', async () => {
    const reasons = await reasonsOf({
      'package.json': '{ "exports": "./distribution/index.js", "prisma": { "seed": "ts-node db/fill.ts" } }',
      'source/index.ts': '',
      'db/fill.ts': '',
    });
    expect(reasons).toEqual({
      'source/index.ts': 'package.json exports',
      'db/fill.ts': 'package.json prisma',
    });
  });

  it('names the main module by convention when the manifest leads nowhere', async () => {
    expect(
      await reasonsOf({ 'package.json': '{ "main": "bundle/all.js" }', 'src/main.ts': '', 'src/x.ts': '' }),
    ).toEqual({ 'src/main.ts': 'main module by name' });
    const model = await makeSources({ 'package.json': '{ "main": "bundle/all.js" }', 'src/x.ts': '' });
    expect(model.packages[0]?.hasUnknownEntry).toBe(true);
  });

  it('survives manifests that are broken or odd', async () => {
    const model = await makeSources({
      'package.json':
        '{ "main": ["x"], "scripts": { "a": 1 }, "exports": null, "bin": { "y": null }, "name": 7 }',
      'b/package.json': '{ not json',
      'c/package.json': '[]',
      'tsconfig.json': '{ "extends": "./tsconfig.json", "compilerOptions": { "paths": { "x": "y" } } }',
      'a.ts': "import 'x';",
    });
    expect(model.packages.map(({ path }) => path)).toEqual(['package.json']);
  });
});
