/** What healthy repositories hold that looks like a fault and is none, and the faults beside it that must still be found. */
import { describe, expect, it } from 'vitest';
import { codeHealth } from '../../src/skills/dev/code-health.ts';
import { docsCheck } from '../../src/skills/docs/docs-check.ts';
import { testReview } from '../../src/skills/qa/test-review.ts';
import { dependencyFacts } from '../../src/skills/research/dependency-facts.ts';
import { codeScan } from '../../src/skills/security/code-scan.ts';
import { secretScan } from '../../src/skills/security/secret-scan.ts';
import { type FolderContent, placesOf, reviewFolder } from '../support/skill-context.ts';

/** Template literals of the code under test, written without the dollar sign that this file's own would need. */
const code = (text: string): string => text.replaceAll('§', '$');
const random = (length: number, seed: number): string => {
  const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return letters[Math.floor(state / 65_536) % letters.length];
  }).join('');
};

describe('SQL', () => {
  const scan = async (text: string): Promise<string[]> =>
    placesOf(await reviewFolder(codeScan, { 'src/a.ts': code(text) }));

  it.each<[what: string, text: string]>([
    [
      'fragments of a builder beside bound values',
      'export async function f(rawQuery, parseFilters, filters) { const { filterQuery, joinPart, params } = parseFilters({ ...filters }); return rawQuery(`select a from t §{joinPart} where id = {{id}} §{filterQuery}`, params); }',
    ],
    [
      'a query that a wrapper counts the rows of',
      'export const f = (rawQuery, query: string, params: object) => rawQuery(`select count(*) as num from (§{query}) t`, params);',
    ],
    [
      'a fragment handed on with its values',
      'export const f = (builder, filter) => builder.whereRaw(filter.query, filter.params);',
    ],
    [
      'a key of a map that begins like a statement',
      'export function f(list) { const ids = new Map(); for (const one of list) { const name = `Execute evaluator: §{one.name}`; ids.get(name); ids.get(`with §{one.name}`); ids.get(`call §{one.name}`); } }',
    ],
  ])('leaves %s alone', async (_what, text) => {
    expect(await scan(text)).toEqual([]);
  });

  it.each<[what: string, text: string]>([
    [
      'a parameter beside bound values',
      "export const f = (db, name, id) => db.query(`SELECT a FROM t WHERE name = '§{name}' AND id = ?`, [id]);",
    ],
    [
      'a parameter that was only trimmed, beside bound values',
      "export function f(db, name, id) { const text = name.trim().toLowerCase(); return db.query(`SELECT a FROM t WHERE name = '§{text}' AND id = ?`, [id]); }",
    ],
    [
      'what is made of a request, beside bound values',
      'app.get("/", (req, res) => db.query(`SELECT a FROM t WHERE §{whereOf(req.query)} AND id = ?`, [1]));',
    ],
    [
      'a common table expression',
      'export const f = (db, id) => db.all(`WITH x AS (SELECT 1) SELECT a FROM x WHERE id = §{id}`);',
    ],
    ['a stored procedure', "export const f = (db, id) => db.execute('EXEC dbo.find_user ' + id);"],
  ])('still reports %s', async (_what, text) => {
    expect(await scan(text)).toEqual(['sql-injection src/a.ts:1']);
  });
});

describe('secrets', () => {
  const scan = (files: FolderContent) => reviewFolder(secretScan, files);

  it('leaves keys of a store, tokens made of words and passwords that tests type alone', async () => {
    const artifact = await scan({
      'src/a.ts':
        "const STORAGE_KEY = 'font-mono-char-width-0.7rem';\nconst SESSION_KEY = 'trace.tool-group-expansion.v2';\nconst OPEN_STORAGE_KEY = 'trace2-expansion:tools';\n",
      'tests/a.test.ts': `const token = '${'xoxb'}-extremely-secret-token-abcdef123456';\nconst newSecret = 'updatedSecretKey123';\nconst user = { password: 'Back2Sch00l!' };\n`,
    });
    expect(placesOf(artifact)).toEqual([]);
  });

  it('still reports a machine-made password in a test and a random key with dashes', async () => {
    const artifact = await scan({
      'tests/a.test.ts': `login({ password: '${random(24, 5)}' });\n`,
      'src/a.ts': `const apiKey = '${random(8, 9)}-${random(12, 10)}-${random(8, 12)}';\n`,
    });
    expect(placesOf(artifact)).toEqual(['hardcoded-secret src/a.ts:1', 'hardcoded-secret tests/a.test.ts:1']);
  });

  it('holds a value that documentation shows for a warning, once; a token with a known form stays critical', async () => {
    const sample = random(40, 3);
    const artifact = await scan({
      'docs/config.rst': `SECRET_KEY='${sample}'\n\nAgain::\n\n    SECRET_KEY = '${sample}'\n`,
      'README.md': `    SECRET_KEY = '${sample}'\n\n    export GH_TOKEN=${'ghp'}_${random(36, 4)}\n`,
    });
    expect(artifact.findings.map(({ severity, related }) => [severity, related?.length ?? 0])).toEqual([
      ['critical', 0],
      ['warning', 2],
    ]);
  });
});

describe('code', () => {
  const places = async (text: string): Promise<string[]> =>
    placesOf(await reviewFolder(codeHealth, { 'src/a.ts': text, 'src/b.ts': 'export {};\n' }));

  it.each<[what: string, text: string]>([
    [
      'conditions of a file that a program wrote',
      "// This file is autogenerated by build/validate.js, do not edit\nif (a && (missing = 'x')) { b(); }\n",
    ],
    [
      'a global that is declared for the type checker alone',
      'declare global {\n  var redis: undefined | number;\n}\nexport const redis = globalThis.redis ?? 1;\n',
    ],
    [
      'an attempt whose fallback follows the block around it',
      'export function f(a?: string) {\n  if (a) {\n    try {\n      return new URL(a);\n    } catch {}\n  }\n  return undefined;\n}\n',
    ],
    [
      'an attempt that is looked into right after',
      'export function f(a: string) {\n  let url: URL | undefined;\n  try {\n    url = new URL(a);\n  } catch {}\n  if (!url) throw new TypeError(a);\n  return url;\n}\n',
    ],
  ])('leaves %s alone', async (_what, text) => {
    expect(await places(text)).toEqual([]);
  });

  it('still reports the same where nothing explains it', async () => {
    expect(
      await places("// How files are autogenerated is told elsewhere.\nlet a; if (a = 'x') { b(); }\n"),
    ).toHaveLength(1);
    expect(await places('let redis = 1;\nlet redis = 2;\n')).toEqual(['syntax-error src/a.ts:2']);
    expect(await places('let url;\ntry {\n  url = new URL(a);\n} catch {}\nsend();\n')).toEqual([
      'empty-catch src/a.ts:4',
    ]);
  });
});

describe('modules', () => {
  it('leaves what a web server or a development server loads by its place alone', async () => {
    const artifact = await reviewFolder(codeHealth, {
      'package.json': '{ "main": "./src/index.ts" }',
      'src/index.ts': 'export const a = 1;\n',
      'src/setupProxy.js': "const proxy = require('proxy');\nmodule.exports = (app) => app.use(proxy());\n",
      'app/wwwroot/lib/form.js': "import './x.js';\n",
      'src/proxy-setup.js': "const proxy = require('proxy');\nmodule.exports = (app) => app.use(proxy());\n",
    });
    expect(placesOf(artifact)).toEqual(['unreachable-module src/proxy-setup.js:1']);
  });
});

describe('tests', () => {
  it('leaves functions inside a test and the preparation of Playwright alone', async () => {
    const artifact = await reviewFolder(testReview, {
      'tests/test_app.py':
        'def test_routes(client):\n    @app.route("/test")\n    def test():\n        return "x"\n\n    assert client.get("/test")\n',
      'e2e/warmup.setup.ts':
        "import { test as setup } from '@playwright/test';\nsetup('warm up', async ({ request }) => { await request.get('/'); });\n",
    });
    expect(placesOf(artifact)).toEqual([]);
    expect(artifact.data).toMatchObject({ tests: 1 });
  });

  it('still reports a method and a function of Python that check nothing', async () => {
    const artifact = await reviewFolder(testReview, {
      'tests/test_app.py':
        'class TestA:\n    def test_one(self):\n        go()\n\ndef test_two():\n    go()\n',
    });
    expect(placesOf(artifact)).toEqual([
      'test-without-assertion tests/test_app.py:2',
      'test-without-assertion tests/test_app.py:5',
    ]);
  });
});

describe('documentation', () => {
  const manifest = JSON.stringify({ name: 'shop', scripts: { build: 'tsc' } });

  it.each<[what: string, page: string]>([
    [
      'a project that the page has one make',
      '```sh\nnpm init vite\nnpm i\n```\n\nThen:\n\n```sh\nnpm run dev\n```\n',
    ],
    [
      'a manifest that the page shows',
      'Add to package.json:\n\n```json\n{ "scripts": { "dev": "vite" } }\n```\n\nRun `npm run dev`.\n',
    ],
  ])('leaves scripts of %s alone', async (_what, page) => {
    expect(placesOf(await reviewFolder(docsCheck, { 'package.json': manifest, 'README.md': page }))).toEqual(
      [],
    );
  });

  it('still reports a script that stands before the making of another project', async () => {
    const page = '```sh\nnpm run dev\n```\n\nTo try it elsewhere:\n\n```sh\nnpm init\n```\n';
    expect(placesOf(await reviewFolder(docsCheck, { 'package.json': manifest, 'README.md': page }))).toEqual([
      'missing-script README.md:2',
    ]);
  });
});

describe('dependencies', () => {
  it('sees the environment that a test names in its first comment', async () => {
    const artifact = await reviewFolder(dependencyFacts, {
      'package.json': JSON.stringify({
        name: 'a',
        devDependencies: { '@edge/jest-environment': '1', other: '1' },
      }),
      'test/a.test.ts':
        '/**\n * @jest-environment @edge/jest-environment\n * other\n */\nit("a", () => {});\n',
    });
    expect(artifact.findings.map(({ message }) => message.slice(0, 30))).toEqual([
      expect.stringContaining('`other`'),
    ]);
  });
});

describe('what a rule says of a whole repository', () => {
  const numbers = Array.from({ length: 30 }, (_one, index) => index);

  it('names the most used of many modules without a test, and gives the others one finding', async () => {
    const artifact = await reviewFolder(testReview, {
      ...Object.fromEntries(numbers.map((n) => [`src/m${n}.ts`, `export function f${n}() {}\n`])),
      'src/user.ts': "import { f29 } from './m29.ts';\nf29();\n",
      'src/tested.ts': 'export function g() {}\n',
      'tests/a.test.ts': "import { g } from '../src/tested.ts';\nit('a', () => { expect(g()).toBe(1); });\n",
    });
    expect(artifact.findings).toHaveLength(11);
    expect(placesOf(artifact)).toContain('untested-module src/m29.ts:1');
    expect(
      artifact.findings.find(({ message }) => message.includes('20 more of the 31'))?.related,
    ).toHaveLength(19);
    expect(artifact.data['modules']).toMatchObject({ untestedCount: 30 });
  });

  it('gives one finding where hardly a public name has a comment, with all of them in the data', async () => {
    const artifact = await reviewFolder(docsCheck, {
      'package.json': JSON.stringify({ name: 'a', exports: './src/index.ts' }),
      'src/index.ts': numbers.map((n) => `export function f${n}() {}\n`).join(''),
    });
    expect(artifact.findings.map(({ message }) => message)).toEqual([expect.stringContaining('30 of 30')]);
    expect(artifact.data['publicExports']).toMatchObject({
      total: 30,
      undocumented: expect.arrayContaining(['src/index.ts:30 f29']),
    });
  });

  it('counts a function with overloads, exported twice, as one', async () => {
    const artifact = await reviewFolder(docsCheck, {
      'package.json': JSON.stringify({ name: 'a', exports: './src/index.ts' }),
      'src/index.ts':
        'export function f(a: string): void;\nexport function f(a: number): void;\nexport function f() {}\nexport default f;\n',
    });
    expect(placesOf(artifact)).toEqual(['undocumented-export src/index.ts:1']);
    const common = await reviewFolder(docsCheck, {
      'package.json': JSON.stringify({ name: 'a', main: './a.js' }),
      'a.js': 'function f() {}\nmodule.exports = f;\nmodule.exports.f = f;\nmodule.exports.default = f;\n',
    });
    expect(common.findings).toHaveLength(1);
  });

  it('gathers the idle exports of a module, and tells those that their own module uses apart', async () => {
    const artifact = await reviewFolder(codeHealth, {
      'package.json': '{ "main": "./src/index.ts" }',
      'src/index.ts': "import { used } from './a.ts';\nused();\n",
      'src/a.ts': `${numbers.map((n) => `export const idle${n} = ${n};\n`).join('')}export const own = 1;\nexport const used = () => own;\n`,
    });
    expect(artifact.findings.map(({ severity, message }) => [severity, message.slice(0, 30)])).toEqual([
      ['warning', '30 exports are imported by no '],
      ['info', '`own` is exported, but no othe'],
    ]);
  });

  it('says nothing of a lock file about packages that are outside of its workspace', async () => {
    const files = {
      'package.json': JSON.stringify({ name: 'root' }),
      'pnpm-lock.yaml':
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  packages/a:\n    dependencies: {}\n\npackages:\n\n  other@1.0.0:\n    resolution: {}\n",
      'packages/a/package.json': JSON.stringify({ name: 'a', dependencies: { lost: '1' } }),
      'packages/a/a.js': "import 'lost';\n",
      'examples/b/package.json': JSON.stringify({ name: 'b', dependencies: { immer: '1' } }),
      'examples/b/b.js': "import 'immer';\n",
    };
    expect(placesOf(await reviewFolder(dependencyFacts, files))).toEqual([
      'unlocked-dependency packages/a/package.json:1',
    ]);
  });
});
