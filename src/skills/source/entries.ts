/** Which modules are started or loaded from outside: published, named by scripts, pages and tools, or by convention. */
import ignore from 'ignore';
import type { Workspace, WorkspaceFile } from '../../contracts/workspace.ts';
import { conventionOf, isSourcePath, isTestPath, routeConventionOf } from './classify-path.ts';
import { type FileIndex, folderOf, joinPath } from './file-index.ts';
import { isBelow, publishedModules, publishedPaths, type RawManifest, stringsIn } from './packages.ts';
import type { ImportResolver } from './resolve-import.ts';

/** How a module became an entry. `started` ones say what the package is for; `convention` ones are loaded beside it. */
export interface Entry {
  readonly reason: string;
  readonly kind: 'started' | 'convention';
}

export interface EntryInputs {
  readonly workspace: Workspace;
  readonly listed: readonly WorkspaceFile[];
  readonly files: FileIndex;
  /** Deepest folder first. */
  readonly manifests: readonly RawManifest[];
  /** Modules whose first line is `#!`. */
  readonly executables: ReadonlySet<string>;
  readonly resolver: ImportResolver;
}

/** The reason of a package's main module that only its name gives away. */
export const MAIN_BY_NAME = 'main module by name';

const MAIN_NAMES = [
  'index',
  'main',
  'app',
  'server',
  'cli',
  'bin',
  'worker',
  'start',
  'bootstrap',
  'extension',
];
const FRAMEWORKS =
  /^(?:next|nuxt|@remix-run\/.+|@react-router\/.+|@sveltejs\/kit|astro|gatsby|sails|@strapi\/.+|@redwoodjs\/.+|expo-router|@builder\.io\/qwik-city|@solidjs\/start|vike|umi|egg|@adonisjs\/.+|@oclif\/core|fastify-cli|@fastify\/autoload|nitropack|hexo|docusaurus|@docusaurus\/core|vitepress|serverless|wrangler|netlify-cli|vercel|@angular\/core|ember-source|@vercel\/.+|@netlify\/.+)$/;
/** Files that start programs or name what a tool loads. */
const STARTER_LANGUAGES = new Set([
  'yaml',
  'toml',
  'dockerfile',
  'makefile',
  'shell',
  'html',
  'json',
  'jsonc',
  'ini',
  'xml',
  'batch',
  'powershell',
  'groovy',
  'terraform',
]);
const NOT_STARTERS =
  /(?:^|\/)(?:package-lock|npm-shrinkwrap|composer|.*[.-]lock|pnpm-lock|tsconfig[\w.-]*|jsconfig|package|license|licence|changelog|readme|.*\.schema|biome|\.?(?:eslint|oxlint|oxfmt|prettier|stylelint|jscpd|markdownlint|cspell|codecov|labeler|dependabot|renovate|nyc|c8|sonar)[\w.-]*)\.?[a-z]*$/i;
/** Files of other formats that import modules. */
const COMPONENT = /\.(?:vue|svelte|astro|mdx|html|htm|ejs|hbs)$/;
const MAX_STARTER_BYTES = 128 * 1024;
const MAX_STARTERS = 1000;
const NOT_RUN_SECTIONS = new Set([
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
  'scripts',
  'name',
  'version',
  'description',
  'keywords',
  'author',
  'files',
  'imports',
  'repository',
  'license',
  'overrides',
  'resolutions',
  'engines',
  'lint-staged',
  'eslintConfig',
  'prettier',
  'workspaces',
  'homepage',
  'bugs',
  'eslintIgnore',
  'sideEffects',
]);

/** Entries by path. The first reason found stays. */
export async function findEntries({
  workspace,
  listed,
  files,
  manifests,
  executables,
  resolver,
}: EntryInputs): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  const modules = listed.map(({ path }) => path).filter(isSourcePath);
  const isModule = new Set(modules);
  const add = (
    path: string | undefined,
    reason: string | undefined,
    kind: Entry['kind'] = 'started',
  ): void => {
    if (path !== undefined && reason !== undefined && isModule.has(path) && !entries.has(path))
      entries.set(path, { reason, kind });
  };
  for (const manifest of manifests) addManifest(manifest, files, modules, add);
  for (const path of executables) add(path, 'executable');
  for (const file of listed.filter(isStarter).slice(0, MAX_STARTERS)) {
    const text = (await workspace.read(file.path))?.text ?? '';
    const directory = manifests.find((one) => isBelow(file.path, one.directory))?.directory ?? '';
    for (const path of pathsIn(text, files, [folderOf(file.path), directory, ''], file.language === 'yaml'))
      add(path, `named in ${file.path}`);
  }
  for (const path of modules) {
    const manifest = manifests.find((one) => isBelow(path, one.directory));
    const convention = conventionOf(path, manifest?.directory ?? '');
    if (convention !== undefined) add(path, convention, 'convention');
    else if (usesFramework(manifest, manifests)) add(path, routeConventionOf(path));
  }
  for (const file of listed.filter(({ path, size }) => COMPONENT.test(path) && size <= MAX_STARTER_BYTES)) {
    const text = (await workspace.read(file.path))?.text ?? '';
    for (const [, specifier = ''] of text.matchAll(/['"]((?:\.{1,2}|[@~]|\$lib|#)\/[^'"\s]{1,200})['"]/g)) {
      add(resolver.resolve(file.path, specifier, false).target, `imported by ${file.path}`, 'convention');
    }
    const directory = manifests.find((one) => isBelow(file.path, one.directory))?.directory ?? '';
    for (const [path] of text.matchAll(/\/(?:src|source|app)\/[\w./-]{1,200}/g)) {
      add(files.findFile(joinPath(directory, path) ?? ''), `named in ${file.path}`, 'convention');
    }
  }
  addMainModules(manifests, files, entries, add);
  return entries;
}

function addManifest(
  manifest: RawManifest,
  files: FileIndex,
  modules: readonly string[],
  add: (path: string | undefined, reason: string) => void,
): void {
  const { json, directory } = manifest;
  for (const { field, path } of publishedPaths(json)) {
    if (!path.includes('*')) {
      add(files.findSource(directory, path), `package.json ${field}`);
      continue;
    }
    for (const module of matchesOf(path, directory, modules)) {
      if (!isTestPath(module)) add(module, `package.json ${field}`);
    }
  }
  if (typeof json['main'] !== 'string' && json['exports'] === undefined)
    add(files.findFile(joinPath(directory, 'index') ?? ''), 'package.json main (default)');
  for (const [name, script] of Object.entries((json['scripts'] ?? {}) as Record<string, unknown>)) {
    if (typeof script !== 'string') continue;
    for (const path of pathsIn(script.slice(0, 10_000), files, [directory], true))
      add(path, `package.json script ${name}`);
  }
  for (const [section, value] of Object.entries(json)) {
    if (NOT_RUN_SECTIONS.has(section)) continue;
    for (const text of stringsIn(value)) {
      if (text.includes(' ')) {
        for (const path of pathsIn(text.slice(0, 1000), files, [directory], false))
          add(path, `package.json ${section}`);
      } else if (/[\\/.]/.test(text) && text.length < 300 && !text.includes('*')) {
        add(files.findFile(joinPath(directory, text) ?? ''), `package.json ${section}`);
      }
    }
  }
}

/** Modules that a published pattern such as `./dist/*.js` or `./features/*` stands for. */
function matchesOf(pattern: string, directory: string, modules: readonly string[]): string[] {
  const stem = pattern.replace(/^\.\//, '').replace(/\.d\.[mc]?ts$|\.[mc]?[jt]sx?$/, '');
  if (stem.split('*').length > 3) return [];
  const [first = '', ...rest] = stem.split('/');
  const prefix = directory === '' ? '' : `${directory}/`;
  const patterns = [
    stem,
    ...['src', 'source', 'lib'].map((folder) =>
      first.includes('*') ? `${folder}/${stem}` : [folder, ...rest].join('/'),
    ),
  ];
  // The pattern's own star crosses folders, as in Node's resolution.
  const matcher = ignore({ ignorecase: false, allowRelativePaths: true }).add(
    patterns.map((one) => `/${prefix}${one.replace(/\*+$/, '**')}`),
  );
  return modules.filter(
    (module) =>
      isBelow(module, directory) &&
      (matcher.ignores(module) || matcher.ignores(module.replace(/\.[^./]+$/, ''))),
  );
}

function isStarter(file: WorkspaceFile): boolean {
  return (
    file.language !== undefined &&
    STARTER_LANGUAGES.has(file.language) &&
    file.size <= MAX_STARTER_BYTES &&
    !NOT_STARTERS.test(file.path)
  );
}

/** Modules named in a text. With `withHandlers` also `src/job.handler`, as function platforms write it. */
function pathsIn(
  text: string,
  files: FileIndex,
  folders: readonly string[],
  withHandlers: boolean,
): string[] {
  const found = new Set<string>();
  for (const [token] of text.matchAll(/[\w@.\-/]{3,300}/g)) {
    const isSource = isSourcePath(token);
    if (!isSource && !(withHandlers && token.includes('/') && !token.startsWith('@'))) continue;
    for (const folder of new Set(folders)) {
      const path = joinPath(folder, token);
      if (path === undefined || path === '') continue;
      const target = isSource
        ? (files.findFile(path) ?? files.findSource(folder, token))
        : (files.findFile(path) ?? files.findFile(path.replace(/\.\w+$/, '')) ?? files.find(path));
      if (target !== undefined) {
        found.add(target);
        break;
      }
    }
  }
  return [...found];
}

/** A package that says nothing of its entry: the names that mean "start here". */
function addMainModules(
  manifests: readonly RawManifest[],
  files: FileIndex,
  entries: ReadonlyMap<string, Entry>,
  add: (path: string | undefined, reason: string) => void,
): void {
  const isNamed = new Set<string>();
  for (const [path, { kind, reason }] of entries) {
    if (kind === 'started' && reason.startsWith('package.json')) {
      isNamed.add(manifests.find((one) => isBelow(path, one.directory))?.directory ?? '');
    }
  }
  for (const directory of new Set([...manifests.map((one) => one.directory), ''])) {
    const manifest = manifests.find((one) => one.directory === directory);
    const isUntraced = manifest !== undefined && publishedModules(manifest, files).hasUnknown;
    if (!isUntraced && isNamed.has(directory)) continue;
    for (const folder of ['', 'src', 'app', 'lib']) {
      for (const name of MAIN_NAMES) {
        const path = joinPath(directory, folder === '' ? name : `${folder}/${name}`);
        if (path !== undefined) add(files.findFile(path), MAIN_BY_NAME);
      }
    }
  }
}

function usesFramework(manifest: RawManifest | undefined, manifests: readonly RawManifest[]): boolean {
  const root = manifests.find((one) => one.directory === '');
  return [manifest, root].some((one) =>
    ['dependencies', 'devDependencies', 'peerDependencies'].some((section) =>
      Object.keys((one?.json[section] ?? {}) as object).some((name) => FRAMEWORKS.test(name)),
    ),
  );
}
