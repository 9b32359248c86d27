import { describe, expect, it } from 'vitest';
import { testReview } from '../../../src/skills/qa/test-review.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

const places = async (files: FolderContent): Promise<string[]> =>
  placesOf(await reviewFolder(testReview, files));
const review = (text: string, path = 'tests/a.test.ts'): Promise<string[]> => places({ [path]: text });

describe('focused tests', () => {
  it.each<[what: string, text: string]>([
    ['a test', "it.only('a', () => { expect(1).toBe(1); });"],
    ['a group', "describe.only('a', () => { it('b', () => { expect(1).toBe(1); }); });"],
    [
      'an imported test',
      "import { test } from 'node:test'; import assert from 'node:assert';\ntest.only('a', () => assert.ok(1));",
    ],
    [
      'a renamed test',
      "import { test as check } from 'vitest'; import { expect } from 'vitest';\ncheck.only('a', () => expect(1).toBe(1));",
    ],
    ['the old names', "fit('a', () => { expect(1).toBe(1); });"],
    ['a table', "it.only.each([1, 2])('a %s', (n) => { expect(n).toBe(n); });"],
    [
      'an option',
      "import { test } from 'node:test'; import assert from 'node:assert';\ntest('a', { only: true }, () => assert.ok(1));",
    ],
    [
      'a group of Playwright',
      "import { test, expect } from '@playwright/test';\ntest.describe.only('a', () => { test('b', async ({ page }) => { await expect(page).toHaveURL('/'); }); });",
    ],
  ])('reports %s', async (_what, text) => {
    expect(await review(text)).toEqual([expect.stringMatching(/^focused-test tests\/a\.test\.ts:[12]$/)]);
  });

  it.each<[what: string, text: string]>([
    ['other things called only', "it('a', () => { expect(pick.only('x')).toBe(1); only(2); });"],
    [
      'the words in texts and comments',
      "// it.only('x')\nit('it.only', () => { expect('describe.only(').toBe('fit('); });",
    ],
    [
      'a function of the file called fit',
      "function fit(a, b) { return a + b; }\nit('a', () => { expect(fit('x', () => 1)).toBe(1); });",
    ],
    [
      'an option that is off',
      "import { test } from 'node:test'; import assert from 'node:assert';\ntest('a', { only: false, timeout: 9 }, () => assert.ok(1));",
    ],
  ])('leaves %s alone', async (_what, text) => {
    expect(await review(text)).toEqual([]);
  });
});

describe('skipped tests', () => {
  it.each<[what: string, text: string]>([
    ['a test', "it.skip('a', () => { expect(1).toBe(1); });"],
    [
      'a group, once',
      "describe.skip('a', () => { it('b', () => { expect(1).toBe(1); }); it.skip('c', () => {}); it('d', () => {}); });",
    ],
    ['the old names', "xit('a', () => { expect(1).toBe(1); });"],
    ['an option', "import { test } from 'node:test';\ntest('a', { skip: true }, () => {});"],
    ['an option with its reason', "import test from 'node:test';\ntest('a', { skip: 'flaky' }, () => {});"],
    [
      'a test that skips itself at once',
      "import test from 'node:test'; import assert from 'node:assert';\ntest('a', (t) => { t.skip('later'); assert.ok(1); });",
    ],
    ['a table', "test.skip.each`a\n1`('x', () => { expect(1).toBe(1); });"],
  ])('reports %s', async (_what, text) => {
    expect(await review(text)).toEqual([expect.stringMatching(/^skipped-test tests\/a\.test\.ts:[12]$/)]);
  });

  it.each<[what: string, text: string]>([
    [
      'a condition',
      "it.skipIf(process.platform === 'win32')('a', () => { expect(1).toBe(1); }); it.runIf(isLinux)('b', () => { expect(1).toBe(1); });",
    ],
    [
      'a condition in an option',
      "import test from 'node:test'; import assert from 'node:assert';\ntest('a', { skip: process.platform === 'win32' }, () => assert.ok(1)); test('b', { skip: !hasGit }, () => assert.ok(1));",
    ],
    [
      'a chosen declaration',
      "const maybe = isLinux ? it : it.skip;\nmaybe('a', () => { expect(1).toBe(1); });",
    ],
    [
      'a test that skips itself on a condition',
      "import test from 'node:test'; import assert from 'node:assert';\ntest('a', (t) => { if (isWindows) { t.skip('no'); return; } assert.ok(1); });",
    ],
    [
      'a condition of Playwright',
      "import { test, expect } from '@playwright/test';\ntest('a', async ({ page, browserName }) => { test.skip(browserName === 'firefox', 'not there'); await expect(page).toHaveURL('/'); });",
    ],
    ['a condition of vitest', "it('a', (context) => { context.skip(isSlow, 'slow'); expect(1).toBe(1); });"],
    ['tests still to write', "it.todo('a'); it('b', () => { expect(1).toBe(1); });"],
    ['other things called skip', "it('a', () => { stream.skip(2); expect(list.skip('x')).toBe(1); });"],
  ])('leaves %s alone', async (_what, text) => {
    expect(await review(text)).toEqual([]);
  });
});

describe('tests without an assertion', () => {
  it.each<[what: string, text: string]>([
    ['an empty one', "it('adds', () => {});"],
    ['one that only calls', "it('adds', () => { add(1, 2); });"],
    ['one that only prints', "it('adds', async () => { const sum = await add(1, 2); console.log(sum); });"],
    ['one whose helper checks nothing', "const run = () => add(1, 2);\nit('adds', () => { run(); });"],
    [
      'one that swallows what fails',
      "it('refuses', () => { try { add('x'); } catch (error) { console.log(error); } });",
    ],
    [
      'one of node:test',
      "import test from 'node:test';\ntest('adds', (t) => { add(t.name, 2); t.diagnostic('x'); });",
    ],
  ])('reports %s', async (_what, text) => {
    expect(await review(text)).toEqual([
      expect.stringMatching(/^test-without-assertion tests\/a\.test\.ts:[12]$/),
    ]);
  });

  it.each<[what: string, text: string]>([
    ['expect', "it('a', () => { expect(add(1, 2)).toBe(3); });"],
    [
      'node:assert under another name',
      "import test from 'node:test'; import { ok as isFine } from 'node:assert/strict';\ntest('a', () => { isFine(add(1, 2) === 3); });",
    ],
    [
      'a required assert',
      "const test = require('node:test'); const a = require('assert');\ntest('a', () => { a(add(1, 2) === 3); });",
    ],
    ["the test's own object", "import test from 'ava';\ntest('a', (t) => { t.is(add(1, 2), 3); });"],
    [
      'what was taken out of it',
      "const test = require('tape');\ntest('a', ({ same, end }) => { same(add(1, 2), 3); end(); });",
    ],
    ['should', "it('a', () => { add(1, 2).should.equal(3); });"],
    ['supertest', "it('a', () => request(app).get('/').expect(200));"],
    [
      'a helper of the file',
      "function both(a, b) { inner(a, b); }\nfunction inner(a, b) { expect(a).toBe(b); }\nit('a', () => { both(add(1, 2), 3); });",
    ],
    [
      'a helper named like one',
      "import { assertSum, verifyAll } from './helpers.ts';\nit('a', () => { assertSum(1, 2); });\nit('b', async () => { await verifyAll(); });",
    ],
    [
      'a callback that gets the error',
      "it('a', (done) => { add(1, 2, done); });\nit('b', (done) => { add(1, (error) => done(error)); });",
    ],
    ['throwing by hand', "it('a', () => { if (add(1, 2) !== 3) throw new Error('no'); });"],
    ['properties', "it('a', () => { fc.assert(fc.property(fc.integer(), (n) => add(n, 0) === n)); });"],
    ['types', "it('a', () => { expectTypeOf(add).returns.toBeNumber(); });"],
    [
      'a title that says not failing is the point',
      "it('does not throw', () => { add(1, 2); });\nit('renders without crashing', () => { render(); });",
    ],
    [
      'a test made by a function that was given the check',
      "const cases = (check) => { it('a', () => { check(1); }); };\ncases((n) => expect(n).toBe(1));",
    ],
    [
      'tests inside a test',
      "import test from 'node:test'; import assert from 'node:assert';\ntest('a', async (t) => { await t.test('b', () => { assert.equal(1, 1); }); });",
    ],
    ['a snapshot', "it('a', () => { expect(tree).toMatchSnapshot(); });"],
  ])('accepts %s', async (_what, text) => {
    expect(await review(text)).toEqual([]);
  });

  it('accepts a helper of another test file that asserts', async () => {
    expect(
      await places({
        'tests/a.test.ts': "import { sums } from './sums.ts';\nit('a', () => { sums(1, 2); });\n",
        'tests/sums.ts':
          "import { expect } from 'vitest';\nexport const sums = (a, b) => expect(a + b).toBe(3);\n",
      }),
    ).toEqual([]);
  });
});

describe('Python', () => {
  it('reports what never runs and what checks nothing', async () => {
    expect(
      await review(
        'import pytest\n\n@pytest.mark.skip(reason="x")\ndef test_a():\n    assert 1\n\ndef test_b():\n    add(1, 2)\n\n@unittest.skip("x")\nclass TestC:\n    def test_c(self):\n        self.assertEqual(1, 1)\n\ndef test_d():\n    pytest.skip("later")\n',
        'tests/test_a.py',
      ),
    ).toEqual([
      'skipped-test tests/test_a.py:4',
      'test-without-assertion tests/test_a.py:7',
      'skipped-test tests/test_a.py:12',
      'skipped-test tests/test_a.py:15',
    ]);
  });

  it('leaves conditions, helpers, raised errors and methods that are inherited alone', async () => {
    expect(
      await review(
        'import pytest\n\n@pytest.mark.skipif(WINDOWS, reason="x")\ndef test_a():\n    assert 1\n\ndef both(a):\n    assert a\n\ndef test_b():\n    both(1)\n\ndef test_c():\n    with pytest.raises(ValueError):\n        add("x")\n\nclass TestD(Base):\n    def test_d(self):\n        self.roundtrip(1)\n\ndef test_e():\n    if WINDOWS:\n        pytest.skip("no")\n    assert 1\n\ndef test_import_works():\n    import shop\n\ndef helper_test():\n    pass\n',
        'tests/test_a.py',
      ),
    ).toEqual([]);
  });
});

describe('modules that no test reaches', () => {
  const manifest = JSON.stringify({ name: 'shop', exports: './src/index.ts' });
  const test = (specifier: string): string =>
    `import { a } from '${specifier}';\nit('a', () => { expect(a()).toBe(1); });\n`;

  it('reports a module that exports functions or classes, at the first of them', async () => {
    expect(
      await places({
        'src/a.ts': 'export const a = () => 1;\n',
        'src/b.ts': "import { x } from 'y';\n\nexport class B {}\n",
        'tests/a.test.ts': test('../src/a.ts'),
      }),
    ).toEqual(['untested-module src/b.ts:3']);
  });

  it.each([
    ['module.exports = function go() {};\n', 1],
    ['class Shop {}\nmodule.exports = Shop;\n', 2],
    ['exports = module.exports = createShop;\nfunction createShop() {}\n', 1],
    ['exports.open = exports.start = () => 1;\n', 1],
    ['module.exports = { open() {} };\n', 1],
  ])('sees the functions and classes of CommonJS: %s', async (text, line) => {
    expect(
      await places({
        'lib/a.js': 'module.exports = () => 1;\n',
        'lib/b.js': text,
        'test/a.test.js': "const a = require('../lib/a.js');\nit('a', () => { expect(a()).toBe(1); });\n",
      }),
    ).toEqual([`untested-module lib/b.js:${line}`]);
  });

  it('sees a function that is the default export, and takes values of CommonJS for none', async () => {
    const files = {
      'src/a.js': 'export default () => 1;\n',
      'test/a.test.js': "import a from '../src/a.js';\nit('a', () => { expect(a()).toBe(1); });\n",
      'src/names.cjs': "module.exports = ['a'];\nmodule.exports.limit = 3;\n",
    };
    expect(await places(files)).toEqual([]);
    const more = { ...files, 'src/b.js': 'function b() {}\nexport default b;\n' };
    expect(await places(more)).toEqual(['untested-module src/b.js:2']);
  });

  it('counts modules reached through others, lazily, by the name of the package, or as a program', async () => {
    expect(
      await places({
        'package.json': manifest,
        'src/index.ts':
          "export { a } from './a.ts';\nexport function start() { return import('./lazy.ts'); }\n",
        'src/a.ts': "import { b } from './b.ts';\nexport const a = () => b();\n",
        'src/b.ts': 'export const b = () => 1;\n',
        'src/lazy.ts': 'export function lazy() {}\n',
        'src/tool.ts': 'export function tool() {}\n',
        'tests/a.test.ts': `${test('shop')}spawnSync('node', ['src/tool.ts']);\n`,
      }),
    ).toEqual([]);
  });

  it('leaves modules without functions, configuration, declarations and made code alone', async () => {
    expect(
      await places({
        'src/a.ts': 'export const a = () => 1;\n',
        'src/names.ts': "export const NAME = 'a';\nexport type T = string;\n",
        'src/types.d.ts': 'export declare function f(): void;\n',
        'src/generated/api.ts': 'export function call() {}\n',
        'src/made.ts': '// @generated\nexport function made() {}\n',
        'vite.config.ts': 'export default function config() {}\n',
        'tests/a.test.ts': test('../src/a.ts'),
      }),
    ).toEqual([]);
  });

  it('does not count an import of types alone', async () => {
    expect(
      await places({
        'src/a.ts': 'export const a = () => 1;\n',
        'src/b.ts': 'export class B {}\n',
        'tests/a.test.ts': `import type { B } from '../src/b.ts';\n${test('../src/a.ts')}`,
      }),
    ).toEqual(['untested-module src/b.ts:1']);
  });

  it('makes one finding, at the manifest, where there is no test at all', async () => {
    const artifact = await reviewFolder(testReview, {
      'package.json': manifest,
      'src/index.ts': 'export function a() {}\n',
      'src/b.ts': 'export function b() {}\n',
    });
    expect(placesOf(artifact)).toEqual(['untested-module package.json:1']);
    expect(artifact.summary).toContain('no test files');
    expect(artifact.data).toMatchObject({ testFiles: 0, modules: { testable: 2, untestedCount: 2 } });
  });
});

describe('the artifact', () => {
  it('counts tests, skipped, focused and announced ones by framework', async () => {
    const artifact = await reviewFolder(testReview, {
      'tests/a.test.ts':
        "import { it, expect } from 'vitest';\nit('a', () => { expect(1).toBe(1); });\nit.skip('b', () => {});\nit.todo('c');\nit.only('d', () => { expect(1).toBe(1); });\n",
      'tests/b.test.mjs':
        "import test from 'node:test';\nimport assert from 'node:assert';\ntest('a', () => assert.ok(1));\n",
      'test_c.py': 'def test_c():\n    assert 1\n',
    });
    expect(artifact.data).toMatchObject({
      testFiles: 3,
      tests: 6,
      skipped: 1,
      focused: 1,
      todo: 1,
      frameworks: { vitest: 1, 'node:test': 1, pytest: 1 },
    });
    expect(artifact.evidence).toHaveLength(3);
  });

  it('does not look at test data, and does not apply without code', async () => {
    expect(
      await places({
        'tests/a.test.ts': "it('a', () => { expect(1).toBe(1); });\n",
        'tests/fixtures/b.test.ts': "it.only('b', () => {});\n",
      }),
    ).toEqual([]);
    expect((await reviewFolder(testReview, { 'README.md': 'x\n' })).status).toBe('not-applicable');
  });
});
