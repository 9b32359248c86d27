import { describe, expect, it } from 'vitest';
import { type Files, makeSources } from './temp-folder.ts';

describe('graph', () => {
  it('tells importers and coupling', async () => {
    const { graph } = await makeSources({
      'a.ts': "import './c'; import './c';",
      'b.ts': "import './c';",
      'c.ts': "import './d';\nimport './c';",
      'd.ts': '',
    });
    expect(graph.importers('c.ts')).toEqual(['a.ts', 'b.ts']);
    expect(graph.metrics('c.ts')).toEqual({ fanIn: 2, fanOut: 1, instability: 0.333, lines: 2 });
    expect(graph.metrics('d.ts').instability).toBe(0);
  });

  it('counts only edges that run while loading as cycles', async () => {
    const cyclesOf = async (files: Files): Promise<unknown> => (await makeSources(files)).graph.cycles();
    expect(
      await cyclesOf({
        'a.ts': "import { b } from './b';",
        'b.ts': "export { a } from './a'; export const b = 1;",
      }),
    ).toEqual([['a.ts', 'b.ts']]);
    expect(await cyclesOf({ 'a.ts': "import type { B } from './b';", 'b.ts': "import './a';" })).toEqual([]);
    expect(
      await cyclesOf({ 'a.ts': "import { B } from './b';", 'b.ts': "import './a'; export interface B {}" }),
    ).toEqual([]);
    expect(await cyclesOf({ 'a.ts': "const b = () => import('./b');", 'b.ts': "import './a';" })).toEqual([]);
    expect(
      await cyclesOf({ 'a.js': "function f() { return require('./b'); }", 'b.js': "require('./a');" }),
    ).toEqual([]);
    expect(await cyclesOf({ 'a.js': "const b = require('./b');", 'b.js': "require('./a');" })).toEqual([
      ['a.js', 'b.js'],
    ]);
  });

  it('keeps two cycles apart', async () => {
    const { graph } = await makeSources({
      'a.ts': "import './b';",
      'b.ts': "import './a'; import './c';",
      'c.ts': "import './d';",
      'd.ts': "import './c';",
    });
    expect(graph.cycles()).toEqual([
      ['a.ts', 'b.ts'],
      ['c.ts', 'd.ts'],
    ]);
  });
});
