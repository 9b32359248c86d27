import { describe, expect, it } from 'vitest';
import { graphPicture } from '../../src/report/graph-picture.ts';

type Edge = readonly [from: string, to: string, kind?: 'load' | 'type' | 'lazy'];

function graph(
  paths: readonly string[],
  edges: readonly Edge[],
  cycles: readonly (readonly string[])[] = [],
) {
  const node = (path: string) => ({
    path,
    group: path.slice(0, path.lastIndexOf('/')),
    lines: 1,
    fanIn: 0,
    fanOut: 0,
    isTest: path.includes('test'),
  });
  return {
    nodes: paths.map(node),
    edges: edges.map(([from, to, kind = 'load']) => ({ from, to, line: 1, kind })),
    cycles,
  };
}

const draw = async (...given: Parameters<typeof graph>): Promise<string> =>
  (await graphPicture(graph(...given)))?.text ?? '';
const edgesOf = (picture: string): readonly string[] =>
  [...picture.matchAll(/<title>([^<]* → [^<]*)<\/title>/g)].map(([, title = '']) => title);

describe('the picture of a module graph', () => {
  it('draws modules and imports, without tests', async () => {
    const picture = await draw(
      ['src/a.ts', 'src/b.ts', 'src/a.test.ts'],
      [
        ['src/a.ts', 'src/b.ts'],
        ['src/a.test.ts', 'src/a.ts'],
      ],
    );
    expect(edgesOf(picture)).toEqual(['src/a.ts → src/b.ts']);
    expect(picture).not.toContain('a.test.ts');
    expect(picture).toContain('2 modules and their imports');
  });

  it('marks cycles and imports of types', async () => {
    const picture = await draw(
      ['s/a.ts', 's/b.ts', 's/c.ts'],
      [
        ['s/a.ts', 's/b.ts'],
        ['s/b.ts', 's/a.ts'],
        ['s/c.ts', 's/a.ts', 'type'],
      ],
      [['s/a.ts', 's/b.ts']],
    );
    expect(picture.split('class="edge cycle"')).toHaveLength(3);
    expect(picture.split('class="edge type"')).toHaveLength(2);
    expect(picture).toContain('red lines are part of a cycle');
  });

  it('leaves out imports that a longer way stands for, never those of a cycle', async () => {
    const chain = ['s/a.ts', 's/b.ts', 's/c.ts', 's/d.ts'];
    const all: Edge[] = chain.flatMap((from, index) => chain.slice(index + 1).map((to): Edge => [from, to]));
    const picture = await draw(chain, all);
    expect(edgesOf(picture)).toEqual(['s/a.ts → s/b.ts', 's/b.ts → s/c.ts', 's/c.ts → s/d.ts']);
    expect(picture).toContain('An import that a longer way stands for is left out.');
    const ring: Edge[] = chain.flatMap((from) =>
      chain.filter((to) => to !== from).map((to): Edge => [from, to]),
    );
    expect(edgesOf(await draw(chain, ring, [chain]))).toHaveLength(12);
  });

  it('draws folders when there are too many modules', async () => {
    const paths = Array.from({ length: 200 }, (_none, index) => `src/f${index % 4}/m${index}.ts`);
    const picture = await draw(
      paths,
      paths.slice(1).map((path, index): Edge => [paths[index] ?? '', path]),
    );
    expect(picture).toContain('4 folders and the imports between them');
    expect(picture).toContain('src/f0 (50)');
  });

  it('draws modules named like members of every object', async () => {
    const picture = await draw(
      ['__proto__', 'constructor', 'toString'],
      [
        ['__proto__', 'constructor'],
        ['toString', '__proto__'],
      ],
    );
    expect(edgesOf(picture)).toEqual(['__proto__ → constructor', 'toString → __proto__']);
  });

  it.each([
    ['nothing', {}],
    ['one module', graph(['src/a.ts'], [])],
    ['data of another shape', { nodes: 'none', edges: [1, null], cycles: 3 }],
  ])('is left out for %s', async (_title, data) => {
    expect(await graphPicture(data)).toBeUndefined();
  });

  it('draws a dense graph of many folders in time', async () => {
    const paths = Array.from({ length: 500 }, (_none, index) => `src/f${index % 60}/m${index}.ts`);
    const edges = paths.flatMap((from, index) =>
      [1, 7, 31, 59, 123].map((step): Edge => [from, paths[(index + step) % 500] ?? '']),
    );
    const startedAt = performance.now();
    const picture = await draw(paths, edges);
    expect(edgesOf(picture)).toHaveLength(160);
    expect(picture).toContain('Only the 160 heaviest lines are drawn.');
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});
