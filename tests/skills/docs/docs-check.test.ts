import { describe, expect, it } from 'vitest';
import { docsCheck } from '../../../src/skills/docs/docs-check.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

const check = async (files: FolderContent): Promise<string[]> =>
  placesOf(await reviewFolder(docsCheck, files));
const withScripts = (...names: string[]): string =>
  JSON.stringify({ name: 'shop', scripts: Object.fromEntries(names.map((name) => [name, 'true'])) });

describe('links to files', () => {
  it.each<[what: string, text: string]>([
    ['a link', 'See [the guide](docs/gone.md).'],
    ['a link with an anchor', 'See [the guide](docs/gone.md#start).'],
    ['a picture', '![logo](logo.png)'],
    ['a reference', 'See [the guide][1].\n\n[1]: ./docs/gone.md "Guide"'],
    ['an HTML link', '<p><a href="docs/gone.html">guide</a></p>'],
    ['an HTML picture', '<img alt="x" src="./art/logo.svg">'],
    ['a link inside a table', '| a | b |\n|---|---|\n| [x](gone.md) | 1 |'],
    ['a link to a folder', '[examples](examples/)'],
    ['a link from the root', '[root](/docs/gone.md)'],
  ])('reports %s that leads nowhere', async (_what, text) => {
    const found = await check({ 'README.md': `# Title\n\n${text}\n` });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^broken-link README\.md:[345]/);
  });

  it('names the line and column, and the file that is missing', async () => {
    const artifact = await reviewFolder(docsCheck, { 'docs/a.md': 'one\n\ntwo three [x](../src/gone.ts)\n' });
    const [finding] = artifact.findings;
    expect(finding).toMatchObject({
      rule: 'broken-link',
      severity: 'error',
      location: { path: 'docs/a.md', line: 3, column: 11 },
    });
    expect(finding?.message).toContain('src/gone.ts');
  });

  it.each<[what: string, text: string]>([
    [
      'an address of the web',
      '[x](https://example.org/gone.md) <http://example.org> ![p](//cdn.example.org/p.png)',
    ],
    ['a mail address', '[mail](mailto:a@example.org)'],
    ['an existing file with query and fragment', '[x](docs/guide.md?plain=1#start-here)'],
    ['an existing picture, which is no text', '![logo](art/logo.png)'],
    ['a folder', '[docs](docs) [docs](./docs/) [art](art/)'],
    ['a path with escapes', '[x](docs/two%20words.md)'],
    ['a path in angle brackets', '[x](<docs/two words.md>)'],
    ['a line of a source file', '[code](src/main.ts#L2-L4)'],
    [
      'a page without its ending, as site generators write it',
      '[guide](docs/guide) [guide](/docs/guide.html)',
    ],
    ['links in code', '`[x](gone.md)`\n\n```md\n[x](gone.md)\n```\n\n    [x](gone.md)'],
    ['links in comments', '<!-- [x](gone.md) <a href="gone.md">x</a> -->'],
    ['pages of the forge outside the repository', '[issues](../../issues)'],
    ['templates', '[x]({{ site.url }}/gone) [y](${base}/gone)'],
    ['brackets that are no link', 'a [todo] list, array[0], [x] done'],
  ])('leaves %s alone', async (_what, text) => {
    expect(
      await check({
        'README.md': `# Title\n\n${text}\n`,
        'docs/guide.md': '# Start here\n',
        'docs/two words.md': 'x\n',
        'src/main.ts': 'export {};\n',
        'art/logo.png': Buffer.from([137, 80, 78, 71, 0, 0, 1]),
      }),
    ).toEqual([]);
  });

  it('counts addresses of the web without fetching them', async () => {
    const artifact = await reviewFolder(docsCheck, {
      'README.md': '[a](https://example.invalid) [b](gone.md)\n',
    });
    expect(artifact.data).toMatchObject({ links: { total: 2, external: 1, local: 1, broken: 1 } });
  });

  it('does not look at pages of test data', async () => {
    expect(await check({ 'README.md': 'x\n', 'test/fixtures/a.md': '[x](gone.md)\n' })).toEqual([]);
  });
});

describe('links from the root of a site', () => {
  it.each([
    ['a folder around the page', 'docs/tutorial/a.md', '/img/a.png', 'docs/img/a.png'],
    ['a page of that folder', 'docs/tutorial/a.md', '/start#one', 'docs/start.md'],
    ['public of VitePress', 'docs/guide/a.md', '/logo.svg', 'docs/public/logo.svg'],
    ['static of Docusaurus', 'website/docs/a.md', '/img/a.png', 'website/static/img/a.png'],
  ])('finds %s', async (_what, page, link, target) => {
    expect(await check({ [page]: `# A\n\n[x](${link})\n`, [target]: '# One\n' })).toEqual([]);
  });

  it.each([
    ['what is nowhere', '/img/gone.png'],
    ['what lies beside the site', '/other/a.png'],
    ['what lies outside of the repository', '/../../etc/passwd'],
    ['a heading that is not there', '/start#two'],
  ])('does not find %s', async (_what, link) => {
    const found = await check({
      'docs/tutorial/a.md': `# A\n\n[x](${link})\n`,
      'docs/start.md': '# One\n',
      'site/other/a.png': 'x',
    });
    expect(found).toHaveLength(1);
  });
});

describe('links to headings', () => {
  it('reports an anchor without a heading, in the page and in another', async () => {
    expect(
      await check({
        'README.md': '# A\n\n[x](#b)\n\n[y](docs/guide.md#gone)\n',
        'docs/guide.md': '# Start\n',
      }),
    ).toEqual(['broken-anchor README.md:3', 'broken-anchor README.md:5']);
  });

  it('numbers repeated headings as GitHub does', async () => {
    const text =
      '## Usage\n## Usage\n## Usage 1\n\n[a](#usage) [b](#usage-1) [c](#usage-1-1)\n\n[d](#usage-2)\n';
    expect(await check({ 'README.md': text })).toEqual(['broken-anchor README.md:7']);
  });

  it.each<[heading: string, anchor: string]>([
    ['## What is `npm run`, and why?', 'what-is-npm-run-and-why'],
    ['## C++ & C#', 'c--c'],
    ['## Größe_und Maß', 'größe_und-maß'],
    ['## 🚀 Start', '-start'],
    ['## [Linked](https://example.org) *title*', 'linked-title'],
    ['Underlined\n======', 'underlined'],
    ['## Title {#own-anchor}', 'own-anchor'],
    ['<a name="by-name"></a>', 'by-name'],
    ['<div id="by-id">x</div>', 'by-id'],
    ['<h2 align="center">In HTML</h2>', 'in-html'],
    ['Text[^1].\n\n[^1]: note', 'fn-1'],
    ['## Größe', 'gr%C3%B6%C3%9Fe'],
  ])('finds the anchor of %s', async (heading, anchor) => {
    expect(await check({ 'README.md': `${heading}\n\n[x](#${anchor})\n` })).toEqual([]);
  });

  it('does not take headings in code or front matter for anchors, nor the top of the page for a fault', async () => {
    expect(
      await check({
        'README.md': '---\ntitle: x\n---\n\n```sh\n# install\n```\n\n[a](#install)\n\n[b](#top) [c](#)\n',
      }),
    ).toEqual(['broken-anchor README.md:9']);
  });
});

describe('package scripts', () => {
  it.each<[what: string, text: string, line: number]>([
    ['in a shell block', '```sh\nnpm install\nnpm run gone\n```', 5],
    ['with a prompt and arguments', '```console\n$ npm run gone -- --watch\n```', 4],
    ['after another command', '```bash\nnpm ci && npm run gone\n```', 4],
    ['in inline code', 'Run `npm run gone` first.', 3],
    ['with an environment', '```sh\nCI=1 npm run gone # twice\n```', 4],
    ['short for a script', '```sh\nnpm test\n```', 4],
    ['with pnpm', '```sh\npnpm run gone\n```', 4],
    [
      'after cloning and entering the clone',
      '```sh\ngit clone https://example.org/shop\ncd shop\nnpm run gone\n```',
      6,
    ],
    ['in a block without a language', '```\nnpm run gone\n```', 4],
  ])('reports one that does not exist %s', async (_what, text, line) => {
    expect(await check({ 'package.json': withScripts('build'), 'README.md': `# A\n\n${text}\n` })).toEqual([
      `missing-script README.md:${line}`,
    ]);
  });

  it.each<[what: string, text: string]>([
    ['exists', '```sh\nnpm run build\nnpm test\n```'],
    [
      'is run in a workspace',
      '```sh\nnpm run gone -w packages/a\nnpm run gone --prefix web\nnpm --prefix web run gone\n```',
    ],
    ['may be absent', '```sh\nnpm run gone --if-present\n```'],
    ['stands for any script', 'Use `npm run <script>`, `npm run script-name` or `npm run`.'],
    ['is a command of npm', '```sh\nnpm install\nnpm ci\nnpm pack\nnpm audit fix\n```'],
    ['is a sentence in a block without a language', '```\nthen we npm run gone things\n```'],
    ['is a comment', '```sh\n# npm run gone\n```'],
    ['is code of another language', '```js\nrun("npm run gone")\n```'],
    ['belongs to the package that was entered', '```sh\ncd packages/a\nnpm run inner\n```'],
    ['is flagged as for another folder', '```sh\npnpm --filter a run gone\n```'],
  ])('leaves one alone that %s', async (_what, text) => {
    expect(
      await check({
        'package.json': withScripts('build', 'test'),
        'packages/a/package.json': withScripts('inner'),
        'README.md': `# A\n\n${text}\n`,
      }),
    ).toEqual([]);
  });

  it('looks in the package that was entered', async () => {
    expect(
      await check({
        'package.json': withScripts('build'),
        'packages/a/package.json': withScripts('inner'),
        'README.md': '```sh\ncd packages/a\nnpm run build\n```\n',
      }),
    ).toEqual(['missing-script README.md:3']);
  });

  it('leaves scripts alone where there is no package, in a change log, and `npm start` with a server.js', async () => {
    const text = '```sh\nnpm start\nnpm run gone\n```\n';
    expect(await check({ 'README.md': text })).toEqual([]);
    expect(await check({ 'package.json': withScripts(), 'CHANGELOG.md': text })).toEqual([]);
    expect(
      await check({ 'package.json': withScripts('gone'), 'server.js': 'listen();\n', 'README.md': text }),
    ).toEqual([]);
  });
});

describe('doc comments of public names', () => {
  const manifest = JSON.stringify({ name: 'shop', exports: './src/index.ts' });

  it('reports functions and classes of the entry, through re-exports, where they are written', async () => {
    const artifact = await reviewFolder(docsCheck, {
      'package.json': manifest,
      'src/index.ts':
        "export { priceOf } from './price.ts';\nexport * from './cart.ts';\nexport function main() {}\nexport const size = 3;\n",
      'src/price.ts': 'export function priceOf() {}\nexport function hidden() {}\n',
      'src/cart.ts': '/** A cart. */\nexport class Cart {}\nexport class Line {}\n',
    });
    expect(placesOf(artifact)).toEqual([
      'undocumented-export src/cart.ts:3',
      'undocumented-export src/index.ts:3',
      'undocumented-export src/price.ts:1',
    ]);
    expect(artifact.findings.every(({ severity }) => severity === 'info')).toBe(true);
    expect(artifact.data).toMatchObject({ publicExports: { total: 4, documented: 1 } });
  });

  it('leaves documented ones, types, and modules that nothing publishes alone', async () => {
    expect(
      await check({
        'package.json': manifest,
        'src/index.ts':
          '/** Does it. */\nexport function main() {}\nexport interface Options { a: string }\nexport type A = 1;\n',
        'src/other.ts': 'export function other() {}\n',
      }),
    ).toEqual([]);
  });
});

describe('the artifact', () => {
  it('says what the README covers, as data and not as a finding', async () => {
    const artifact = await reviewFolder(docsCheck, {
      'README.md': '# Shop\n\n## Installation\n\n```sh\nnpm i shop\n```\n\n## Usage\n\nUse it.\n',
      LICENSE: 'MIT\n',
    });
    expect(artifact.data).toMatchObject({
      pages: 1,
      readme: { path: 'README.md', install: true, usage: true, test: false, license: true, codeBlocks: 1 },
    });
    expect(artifact.findings).toEqual([]);
    expect(artifact.evidence[0]).toMatchObject({ type: 'location', path: 'README.md', line: 1 });
  });

  it('does not apply where there is neither a page nor a module', async () => {
    expect((await reviewFolder(docsCheck, { 'data.csv': 'a,b\n' })).status).toBe('not-applicable');
  });

  it('survives pages made to break parsers, and names those it could not parse', async () => {
    const artifact = await reviewFolder(docsCheck, {
      'README.md': '# A\n',
      'deep.md': `${'>'.repeat(20_000)} x\n`,
      'long.md': `# x\n${'[a](b '.repeat(80_000)}`,
    });
    expect(artifact.status).toBe('done');
    expect(artifact.data).toMatchObject({ pagesNotParsed: expect.arrayContaining(['long.md']) });
  });
});
