import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELP } from '../../src/cli/arguments.ts';
import { ERROR_CODES } from '../../src/shared/errors.ts';
import { anchorsOf, codeBlocks, linksOf, type Page, pages, prose } from '../support/markdown.ts';
import { ROOT, sourceFiles } from './source-files.ts';

const PAGES = pages();
const README = PAGES.find(({ path }) => path === 'README.md') as Page;
const DOCS = PAGES.filter(({ path }) => path.startsWith('docs/'));
const page = (path: string): string => PAGES.find((one) => one.path === path)?.text ?? '';
const SOURCES = sourceFiles('src');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'snippets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the README', () => {
  it('is shorter than 200 lines', () => {
    expect(README.text.split('\n').length).toBeLessThan(200);
  });

  it('lists every example', () => {
    const [, list = ''] = /^Examples[^:]*: (.+)\.$/m.exec(README.text) ?? [];
    const listed = [...list.matchAll(/`([a-z-]+)`/g)].map((match) => match[1]);
    const there = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'));
    expect(new Set(listed)).toEqual(new Set(there.map((name) => name.slice(0, -3))));
    expect(listed.length).toBe(there.length);
  });

  it('lists every subpath of the package', () => {
    const subpaths = Object.keys(manifest.exports).filter((key) => key !== './package.json');
    for (const key of subpaths)
      expect(README.text).toMatch(new RegExp(`^\\| \`autogen-orchestrator${key.slice(1)}\` +\\|`, 'm'));
  });

  it('links to every page in docs', () => {
    expect(DOCS.map(({ path }) => path).filter((path) => !linksOf(README.text).includes(path))).toEqual([]);
  });

  it('holds a program that runs without a key', { timeout: 90_000 }, () => {
    const programs = codeBlocks(README.text, 'ts').filter(({ code }) => /^await /m.test(code));
    expect(programs.length).toBeGreaterThan(0);
    const work = join(folder, 'work');
    mkdirSync(work);
    writeFileSync(join(work, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(work, 'run.js'),
      "import { exec } from 'node:child_process';\nexport const list = (dir) => exec('ls ' + dir);\n",
    );
    const hooks = join(folder, 'hooks.mjs');
    writeFileSync(hooks, selfReference());
    for (const [index, { code }] of programs.entries()) {
      const file = join(folder, `program-${index}.ts`);
      writeFileSync(file, code);
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        ['--import', pathToFileURL(hooks).href, file],
        { cwd: work, encoding: 'utf8', env: { PATH: process.env['PATH'], NO_COLOR: '1' } },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toBe('command-injection at run.js:2\n');
    }
  });
});

describe('snippets', () => {
  it('of all pages pass the type checker', { timeout: 120_000 }, () => {
    const checked = join(folder, 'checked');
    mkdirSync(checked);
    const count = writeSnippets(checked);
    expect(count).toBeGreaterThan(20);
    const compiler = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', checked, '--pretty', 'false'], {
      encoding: 'utf8',
    });
    expect(stdout.split('\n').filter((line) => line !== '')).toEqual([]);
    expect(status).toBe(0);
  });

  // A page that a script writes is a table, not an explanation.
  const written = DOCS.filter(({ path }) => path !== 'docs/precision.md');
  it.each(written.map(({ path, text }): [string, string] => [path, text]))('stand in %s', (_, text) => {
    expect(codeBlocks(text, 'ts').length + codeBlocks(text, 'sh').length).toBeGreaterThan(0);
    expect(text.split('\n').length).toSatisfy((count: number) => count >= 50 && count <= 151);
  });
});

describe.each(PAGES.map(({ path, text }): [string, string] => [path, text]))('%s', (path, text) => {
  it('has links and anchors that lead somewhere', () => {
    const broken = linksOf(text).filter(
      (link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(path, text, link),
    );
    expect(broken).toEqual([]);
  });

  it('names scripts that exist', () => {
    const words = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)];
    const named = words.map((match) => match[1] ?? match[2] ?? '');
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it('names examples that exist', () => {
    const named = [...text.matchAll(/npm run example -- ([a-z-]+)/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => !existsSync(join(ROOT, 'examples', `${name}.ts`)))).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const rows = [...page('docs/errors.md').matchAll(/^\| `([a-z-]+)` +\|/gm)].map((match) => match[1] ?? '');

  it('has one row for each code, in the order of the list', () => {
    expect(rows).toEqual([...ERROR_CODES]);
  });

  it.each(ERROR_CODES)('lists %s, which is in use', (code) => {
    const users = SOURCES.filter(
      ({ path, text }) =>
        path !== 'src/contracts/task.ts' &&
        new RegExp(`'${code}'`).test(path === 'src/shared/errors.ts' ? withoutList(text) : text),
    );
    expect(users.map(({ path }) => path)).not.toEqual([]);
  });
});

describe('docs/review.md', () => {
  const text = page('docs/review.md');

  it('explains every option that the help names, and no other', () => {
    const options = (from: string): ReadonlySet<string> => new Set(from.match(/--[a-z][a-z-]+/g) ?? []);
    const explained = [...text.matchAll(/^\| `(?:-\w`, `)?(--[a-z-]+)[^|]*\|/gm)].map((match) => match[1]);
    expect(explained.length).toBe(options(HELP).size);
    expect(new Set(explained)).toEqual(options(HELP));
  });

  it('explains every exit code', () => {
    for (const [code] of HELP.split('Exit codes')[1]?.matchAll(/\b\d+\b/g) ?? [])
      expect(text).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
  });
});

function withoutList(text: string): string {
  return text.replace(/ERROR_CODES = \[[\s\S]*?\] as const/, '');
}

function leadsSomewhere(from: string, text: string, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const path = target === '' ? from : posix.normalize(posix.join(posix.dirname(from), target));
  if (!existsSync(join(ROOT, path))) return false;
  if (anchor === undefined) return true;
  const other = target === '' ? text : readFileSync(join(ROOT, path), 'utf8');
  return anchorsOf(other).has(anchor);
}

/** Makes the package's own name lead to the sources, for a program outside of the project. */
function selfReference(): string {
  const source = pathToFileURL(join(ROOT, 'src/')).href;
  return `import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    const match = /^autogen-orchestrator(?:\\/(.+))?$/.exec(specifier);
    return next(match ? '${source}' + (match[1] ? match[1] + '/' : '') + 'index.ts' : specifier, context);
  },
});
`;
}

/** What snippets may use without making it: a page need not repeat how to make an orchestrator in each of them. */
const PRELUDE = `
declare const orchestrator: import('autogen-orchestrator').Orchestrator;
declare const agent: import('autogen-orchestrator').BaseAgent;
declare const task: import('autogen-orchestrator').Task;
declare const workflow: import('autogen-orchestrator').Workflow;
declare const context: import('autogen-orchestrator').AgentContext;
`;

/** Each snippet becomes a module that also has the imports of the snippets before it on its page. Returns how many. */
function writeSnippets(target: string): number {
  let count = 0;
  for (const { path, text } of PAGES) {
    const imports = new Set<string>();
    for (const { code, line } of codeBlocks(text, 'ts')) {
      const own = code.match(/^import [\s\S]*?;$/gm) ?? [];
      const given = namesIn(own);
      const earlier = [...imports].filter((one) => !given.some((name) => namesIn([one]).includes(name)));
      const file = join(target, `${path.replace(/\W/g, '-')}-${line}.ts`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${earlier.join('\n')}\n${code}\nexport {};\n`);
      for (const statement of own) for (const one of splitImport(statement)) imports.add(one);
      count += 1;
    }
  }
  const source = (name: string): string[] => [join(ROOT, 'src', name)];
  symlinkSync(join(ROOT, 'node_modules'), join(target, 'node_modules'), 'junction');
  writeFileSync(join(target, 'prelude.d.ts'), PRELUDE);
  writeFileSync(join(target, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(target, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        typeRoots: [join(ROOT, 'node_modules/@types')],
        paths: {
          'autogen-orchestrator': source('index.ts'),
          'autogen-orchestrator/*': source('*/index.ts'),
        },
      },
      include: ['*.ts'],
      exclude: [],
    }),
  );
  return count;
}

/** One statement for each name. */
function splitImport(statement: string): readonly string[] {
  const match = /^import (type )?\{([\s\S]*)\} from ('[^']+');$/.exec(statement);
  if (match === null) return [statement];
  const [, type = '', names = '', from = ''] = match;
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => `import ${type}{ ${name} } from ${from};`);
}

function namesIn(statements: readonly string[]): readonly string[] {
  return statements.flatMap((statement) =>
    splitImport(statement).map((one) => /\{ (?:type )?(\w+)/.exec(one)?.[1] ?? one),
  );
}

describe('the table of contents', () => {
  it('of the README has no heading twice', () => {
    const titles = [...prose(README.text).matchAll(/^#+ (.+)$/gm)].map((match) => match[1]);
    expect(new Set(titles).size).toBe(titles.length);
  });
});
