import { describe, expect, it } from 'vitest';
import { levelsOf } from '../../../src/skills/architect/graph-data.ts';
import { moduleGraph } from '../../../src/skills/architect/module-graph.ts';
import { placesOf, runOver } from '../source/temp-folder.ts';

describe('module-graph', () => {
  it('does not apply where there is no module, rather than being done with nothing found', async () => {
    const artifact = await runOver(moduleGraph, { 'README.md': '# x', 'main.py': 'import os' });
    expect([artifact.status, artifact.reason]).toEqual([
      'not-applicable',
      'There are no JavaScript or TypeScript modules.',
    ]);
    const fixtures = await runOver(moduleGraph, { 'tests/fixtures/a.ts': '' });
    expect(fixtures.status).toBe('not-applicable');
  });

  it('gives what is needed to draw the graph', async () => {
    const artifact = await runOver(moduleGraph, {
      'package.json': '{ "main": "src/main.ts" }',
      'src/main.ts':
        "import { a } from './core/a';\nimport type { B } from './core/b';\nconst c = () => import('./core/c');\nimport 'zod';\nimport 'node:fs';",
      'src/core/a.ts': "import { b } from './b';\nexport const a = b;",
      'src/core/b.ts': 'export const b = 1;\nexport interface B {}',
      'src/core/c.ts': "import 'zod';",
      'src/main.test.ts': "import './main';",
    });
    expect(artifact.status).toBe('done');
    expect(artifact.data).toMatchObject({
      moduleCount: 5,
      edgeCount: 5,
      isTruncated: false,
      levelCount: 4,
      cycles: [],
      entries: [{ path: 'src/main.ts', reason: 'package.json main' }],
      externalPackages: [{ name: 'zod', importers: 2 }],
      groups: [
        { name: 'src', modules: 2, lines: 6 },
        { name: 'src/core', modules: 3, lines: 5 },
      ],
      edges: [
        { from: 'src/core/a.ts', to: 'src/core/b.ts', line: 1, kind: 'load' },
        { from: 'src/main.test.ts', to: 'src/main.ts', line: 1, kind: 'load' },
        { from: 'src/main.ts', to: 'src/core/a.ts', line: 1, kind: 'load' },
        { from: 'src/main.ts', to: 'src/core/b.ts', line: 2, kind: 'type' },
        { from: 'src/main.ts', to: 'src/core/c.ts', line: 3, kind: 'lazy' },
      ],
    });
    const nodes = artifact.data['nodes'] as readonly Record<string, unknown>[];
    expect(nodes.find(({ path }) => path === 'src/core/b.ts')).toEqual({
      path: 'src/core/b.ts',
      group: 'src/core',
      lines: 2,
      fanIn: 2,
      fanOut: 0,
      instability: 0,
      level: 0,
      isTest: false,
      isEntry: false,
    });
    expect(artifact.evidence).toHaveLength(5);
  });

  it('places each module above all it imports', () => {
    const edges: Record<string, string[]> = { a: ['b', 'c'], b: ['c'], c: ['d'], d: ['c'], e: [] };
    expect(Object.fromEntries(levelsOf(Object.keys(edges), (node) => edges[node] ?? []))).toEqual({
      a: 2,
      b: 1,
      c: 0,
      d: 0,
      e: 0,
    });
  });

  it('reports a cycle once, at the import line, with the others beside it', async () => {
    const artifact = await runOver(moduleGraph, {
      'a.ts': "// first\nimport { b } from './b';\nexport const a = b;",
      'b.ts': "import { c } from './c';\nexport const b = c;",
      'c.ts': "\n\nimport { a } from './a';\nexport const c = a;",
    });
    expect(placesOf(artifact)).toEqual(['import-cycle a.ts:2']);
    const [finding] = artifact.findings;
    expect(finding?.severity).toBe('warning');
    expect(finding?.message).toContain('a.ts → b.ts → c.ts → a.ts');
    expect(finding?.related?.map(({ path, line }) => `${path}:${line}`)).toEqual(['b.ts:1', 'c.ts:3']);
    expect(finding?.location.excerpt).toBe("import { b } from './b';");
  });

  it('shows the shortest way through a knot of many modules', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `m${String(index).padStart(2, '0')}.ts`,
        `import './m${String((index + 1) % 20).padStart(2, '0')}';${index === 1 ? "\nimport './m00';" : ''}`,
      ]),
    );
    const { findings } = await runOver(moduleGraph, files);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toBe(
      '2 modules import each other in a circle: m00.ts → m01.ts → m00.ts. 20 modules are tied together by it and other ways.',
    );
  });

  it('takes neither types, nor lazy imports, nor test data for a cycle', async () => {
    const artifact = await runOver(moduleGraph, {
      'a.ts': "import type { B } from './b';\nexport class A {}",
      'b.ts': "import { A } from './a';\nexport class B extends A {}",
      'c.ts': "export const load = () => import('./d');",
      'd.ts': "import { load } from './c';",
      'e.ts': "import { F } from './f';\nexport type E = F;",
      'f.ts': "import { type E } from './e';\nexport type F = string;",
      'test/fixtures/g.ts': "import './h';",
      'test/fixtures/h.ts': "import './g';",
    });
    expect(artifact.findings).toEqual([]);
  });

  it('reports imports that lead to nothing', async () => {
    const artifact = await runOver(moduleGraph, {
      'src/a.ts':
        "import { x } from './gone';\nexport * from '../nowhere/y.js';\nconst z = require('./also-gone');\nconst w = import('./late');\nimport './style.css';\nimport './data.json';",
      'src/folder-without-index/x.ts': '',
      'src/b.ts': "import './folder-without-index';",
    });
    expect(placesOf(artifact, 'unresolved-import')).toEqual([
      'src/a.ts:1',
      'src/a.ts:2',
      'src/a.ts:3',
      'src/a.ts:4',
      'src/a.ts:5',
      'src/a.ts:6',
      'src/b.ts:1',
    ]);
    expect(artifact.findings.every(({ severity }) => severity === 'error')).toBe(true);
  });

  it('does not report what may be there unseen', async () => {
    const artifact = await runOver(moduleGraph, {
      '.gitignore': 'src/made/\n*.gen.ts\n',
      'package.json': '{ "main": "dist/index.js" }',
      'src/a.ts': [
        "import '../dist/index.js';",
        "import './made/client';",
        "import './schema.gen';",
        "import './logo.png';",
        "import './icon.svg?raw';",
        "import './__generated__/q';",
        "import './$types';",
        "import 'not-installed';",
        "import '../../sibling/x';",
        "import '@/somewhere';",
        "import '..';",
        "import('./maybe').catch(() => {});",
        "try { require('./optional'); } catch { /* optional */ }",
      ].join('\n'),
      'src/logo.png': new Uint8Array([0x89, 0x50, 0]),
      'src/icon.svg': '<svg/>',
      'src/big.ts': `// ${'x'.repeat(1_100_000)}`,
      'src/b.ts': "import './big';",
      'tests/fixtures/broken.ts': "import './nothing';",
      'templates/app/main.ts': "import './filled-in-later';",
    });
    expect(artifact.findings).toEqual([]);
  });
});
