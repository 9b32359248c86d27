import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeHealth } from '../../../src/skills/dev/code-health.ts';
import { findSlips } from '../../../src/skills/dev/find-slips.ts';
import { loadParser, parseSource } from '../../../src/skills/source/parse-source.ts';
import { readExports } from '../../../src/skills/source/read-exports.ts';
import { readImports } from '../../../src/skills/source/read-imports.ts';
import { runOver } from '../source/temp-folder.ts';

const SAMPLE = `import a, { b as c, type D } from './x'; export * as n from 'y'; export { b as "string name" }; export default class { #p = 1; static { x; } @d m() {} }
export const { q, r: [s = 1, ...t] } = u, v = async () => { try { await import(\`./\${w}.js\`); } catch {} finally { } };
switch (x) { case 1: case 1: break; default: } if (y = z) { } else while (1) { } label: for (;;) { break label; }
export enum E { A = 1 } export namespace N { export const k = 1 } declare module 'm' { export = x; } export type T<U> = U extends infer V ? V : never;
import e = require('./e'); import('x').then(({ f }) => f, g); new URL('./w.js', import.meta.url); module.exports = { h() {}, ...i, [j]: 1, l: class {} };`;
const TOKENS = SAMPLE.match(/\w+|\s+|[^\w\s]/g) ?? [];

describe('hostile code', () => {
  it('is read without a throw, however tokens are dropped, doubled or swapped', async () => {
    const parse = await loadParser();
    const index = fc.nat(TOKENS.length - 1);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('drop', 'double', 'swap'), index, index), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.constantFrom('a.ts', 'a.tsx', 'a.js', 'a.d.ts', 'a.cjs'),
        (edits, path) => {
          const tokens = [...TOKENS];
          for (const [edit, at, other] of edits) {
            const token = tokens[at] ?? '';
            if (edit === 'drop') tokens[at] = '';
            else if (edit === 'double') tokens[at] = token + token;
            else [tokens[at], tokens[other]] = [tokens[other] ?? '', token];
          }
          const text = tokens.join('');
          const { ast, syntaxError } = parseSource(parse, path, text);
          if (ast === undefined) {
            expect(syntaxError?.line).toBeGreaterThan(0);
            return;
          }
          readImports(ast);
          readExports(ast, text);
          const file = { path, text, lines: text.split('\n'), digest: '' };
          const module = {
            path,
            file,
            ast,
            hasAst: true,
            imports: [],
            exports: [],
            mentions: [],
            loadsFrom: [],
            hasComputedImport: false,
            isTest: false,
            isFixture: false,
            isEntry: false,
          };
          for (const { location } of findSlips(module).parts)
            expect(location.line).toBeLessThanOrEqual(file.lines.length);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('of great depth, width or odd bytes ends in a result', async () => {
    const artifact = await runOver(codeHealth, {
      'package.json': '{ "main": "a.js" }',
      'a.js': '{\n'.repeat(100_000),
      'b.js': `x = ${'!\n'.repeat(100_000)}1;`,
      'c.js': `if (${'a && '.repeat(900)}b) {}`,
      'd.js': new Uint8Array([0xff, 0xfe, 0xfd]),
      'e.ts': `switch (x) {${Array.from({ length: 3000 }, (_, index) => `case ${index}:`).join('')}}`,
      'f.ts': `${'try { a(); } catch { /* why */ }\n'.repeat(3000)}`,
      'g.js': '',
      'h.js': '//\r\n\u2028\u2029;',
    });
    expect(artifact.status).toBe('done');
    expect((artifact.data['notParsed'] as readonly unknown[]).length).toBeGreaterThanOrEqual(2);
    expect(artifact.findings.map(({ rule }) => rule).filter((rule) => rule !== 'syntax-error')).toEqual([]);
  });
});
