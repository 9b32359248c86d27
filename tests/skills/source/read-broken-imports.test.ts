import { describe, expect, it } from 'vitest';
import { readBrokenImports } from '../../../src/skills/source/read-broken-imports.ts';

describe('the imports of a module that cannot be parsed', () => {
  it.each([
    ['import { a } from "./a.ts";\nconst b = ;', ['./a.ts']],
    ["export * from './b';\nconst c = require('../c.js'\n", ['./b', '../c.js']],
    [
      "const d = await import('./d.js');\nimport './e.css';\nimport fs from 'node:fs';\n(",
      ['./d.js', './e.css'],
    ],
  ])('are read from %j', (text, strings) => {
    expect(readBrokenImports(text)).toMatchObject({ strings, hasComputedImport: false });
  });

  it.each(['import(name);', 'require(`./${name}`)', "import a from '~web/a.ts';", 'context("./a", true)'])(
    'are unknown in %j',
    (text) => {
      expect(readBrokenImports(text).hasComputedImport).toBe(true);
    },
  );

  it('are read in time that grows with the text', () => {
    const start = performance.now();
    readBrokenImports(`${'import '.repeat(100_000)}${"from '".repeat(100_000)}${'require('.repeat(100_000)}`);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
