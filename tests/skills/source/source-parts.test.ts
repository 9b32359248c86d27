import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AstStore } from '../../../src/skills/source/ast-store.ts';
import { FileIndex, joinPath } from '../../../src/skills/source/file-index.ts';
import { parseJsonc } from '../../../src/skills/source/parse-jsonc.ts';
import { loadParser, parseSource } from '../../../src/skills/source/parse-source.ts';
import { stronglyConnected } from '../../../src/skills/source/strongly-connected.ts';
import { walk } from '../../../src/skills/source/walk.ts';

describe('walk', () => {
  it('visits parents first, in source order, with the way from the root', async () => {
    const { ast } = parseSource(await loadParser(), 'a.js', 'f(a, g(b));');
    const seen: string[] = [];
    if (ast !== undefined) {
      walk(ast.program, (node, ancestors) => {
        seen.push(`${ancestors.length} ${node.type === 'Identifier' ? node.name : node.type}`);
      });
    }
    expect(seen).toEqual([
      '0 Program',
      '1 ExpressionStatement',
      '2 CallExpression',
      '3 f',
      '3 a',
      '3 CallExpression',
      '4 g',
      '4 b',
    ]);
  });

  it('leaves out what the visitor declines', async () => {
    const { ast } = parseSource(await loadParser(), 'a.js', 'function f() { inner(); }\nouter();');
    const names: string[] = [];
    if (ast !== undefined) {
      walk(ast, (node) => {
        if (node.type === 'Identifier') names.push(node.name);
        return node.type === 'FunctionDeclaration' ? false : undefined;
      });
    }
    expect(names).toEqual(['outer']);
  });
});

describe('stronglyConnected', () => {
  it('agrees with reachability on random graphs, and gives dependencies first', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 }), (pairs) => {
        const nodes = Array.from({ length: 10 }, (_, index) => String(index));
        const edgesOf = (node: string): string[] =>
          pairs.filter(([from]) => String(from) === node).map(([, to]) => String(to));
        const reach = (start: string): Set<string> => {
          const found = new Set([start]);
          for (const node of found) for (const next of edgesOf(node)) found.add(next);
          return found;
        };
        const groups = stronglyConnected(nodes, edgesOf);
        const groupOf = new Map(
          groups.flatMap((group, index) => group.map((node) => [node, index] as const)),
        );
        expect(groupOf.size).toBe(10);
        for (const a of nodes) {
          for (const b of reach(a)) {
            expect(groupOf.get(a) === groupOf.get(b)).toBe(reach(b).has(a));
            expect(groupOf.get(b) as number).toBeLessThanOrEqual(groupOf.get(a) as number);
          }
        }
      }),
    );
  });

  it('does not run out of stack on a chain of 100,000', () => {
    const nodes = Array.from({ length: 100_000 }, (_, index) => String(index));
    expect(stronglyConnected(nodes, (node) => [String((Number(node) + 1) % 100_000)])).toHaveLength(1);
  });
});

describe('parseJsonc', () => {
  it('reads any JSON object as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        expect(parseJsonc(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes comments and trailing commas, and leaves strings alone', () => {
    const text = '{ // one\n "a": "http://x/*y*/", /* two, */ "b": [1, 2, /* three */ ], "c": ",}", }';
    expect(parseJsonc(text)).toEqual({ a: 'http://x/*y*/', b: [1, 2], c: ',}' });
  });

  it('gives undefined for what is broken or no object, quickly', () => {
    expect(parseJsonc('{ "a": ')).toBeUndefined();
    expect(parseJsonc('[1]')).toBeUndefined();
    const startedAt = performance.now();
    expect(parseJsonc(`{,${'//'.repeat(400_000)}`)).toBeUndefined();
    expect(parseJsonc(`{${',/*'.repeat(200_000)}`)).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

describe('FileIndex', () => {
  it('finds the source behind what is built', () => {
    const files = new FileIndex([
      'src/index.ts',
      'src/deep/a.tsx',
      'lib/b.js',
      'packages/x/src/main.ts',
      'packages/x/c.ts',
    ]);
    expect(files.findSource('', './dist/index.d.ts')).toBe('src/index.ts');
    expect(files.findSource('', 'dist/esm/deep/a.mjs')).toBe('src/deep/a.tsx');
    expect(files.findSource('', './dist/src/index.cjs')).toBe('src/index.ts');
    expect(files.findSource('', 'lib/b')).toBe('lib/b.js');
    expect(files.findSource('packages/x', 'build/main.min.js')).toBe('packages/x/src/main.ts');
    expect(files.findSource('packages/x', 'out/c.js')).toBe('packages/x/c.ts');
    expect(files.findSource('', 'dist/missing.js')).toBeUndefined();
    expect(files.findSource('', '../../etc/passwd')).toBeUndefined();
  });

  it('does not join paths out of the workspace', () => {
    expect(joinPath('a/b', '../c')).toBe('a/c');
    expect(joinPath('a', '../../c')).toBeUndefined();
  });
});

describe('AstStore', () => {
  it('lets the least recently used tree go and parses it again when asked', async () => {
    const store = new AstStore(await loadParser(), 25);
    const first = store.get('a.js', 'let a = 1;').ast;
    expect(store.get('a.js', 'let a = 1;').ast).toBe(first);
    store.get('b.js', 'let b = 1;');
    store.get('c.js', 'let c = 1;');
    expect(store.size).toBe(2);
    const again = store.get('a.js', 'let a = 1;').ast;
    expect(again).not.toBe(first);
    expect(again?.program.body).toHaveLength(1);
  });
});
