/** What a path alone says about a module: test, test data, configuration, or loaded by a framework's convention. */

const SOURCE_ENDING = /\.(?:[mc]?[jt]s|[jt]sx)$/;
const TEST_FOLDERS = new Set([
  'test',
  'tests',
  '__tests__',
  '__test__',
  'spec',
  'specs',
  'e2e',
  'cypress',
  'testing',
  '__mocks__',
  'test-utils',
  'test-helpers',
  'testutils',
]);
const FIXTURE_FOLDERS = new Set([
  'fixtures',
  'fixture',
  '__fixtures__',
  '__fixture__',
  'testdata',
  'test-data',
  '__snapshots__',
  'snapshots',
  'testcases',
  'baselines',
]);
const TEST_NAME = /(?:[._-](?:test|tests|spec|e2e|cy)|\.test-d|\.type-test|\.bench)\.[^./]+$/;
const CONFIG_NAME =
  /^(?:.+\.config|.+\.conf|\..+rc|\.[a-z-]+|(?:seed|seeds|seeder|migrate)|(?:gulp|grunt|rake|jake|knex|pnpm|cake)file|webpack[.\w-]*|rollup[.\w-]*|karma[.\w-]*|jest[.\w-]*|vitest[.\w-]*|vite[.\w-]*|setup-?tests?|setupproxy|(?:global-?)?(?:setup|teardown))\.[^./]+$/i;
/** Folders whose modules are run by hand or by a tool, each on its own, wherever they stand. */
const RUN_FOLDERS = new Set([
  'migrations',
  'migration',
  'seeds',
  'seeders',
  'stories',
  'wwwroot',
  'examples',
  'example',
  '.storybook',
  '.github',
  '.husky',
  '.vscode',
  'codemods',
  'scripts',
  'bench',
  'benchmark',
  'benchmarks',
]);
/** The same at the top of a package; deeper down the names are too common. */
const TOP_RUN_FOLDERS = new Set([
  'script',
  'bin',
  'demo',
  'demos',
  'samples',
  'tools',
  'tasks',
  'docs',
  'website',
  'playground',
  'sandbox',
  'public',
  'static',
  'templates',
  'template',
  'generators',
  'perf',
  'hack',
  'dev',
  '.ci',
  'ci',
  'testing',
]);
/** Folders whose modules a framework loads by place: Next, Nuxt, Remix, SvelteKit, Astro, Sails, Strapi. */
const ROUTE_FOLDERS = new Set([
  'pages',
  'routes',
  'layouts',
  'middleware',
  'plugins',
  'functions',
  'netlify',
  'locales',
  'commands',
]);
const APP_ROUTER_NAME =
  /^(?:page|layout|route|loading|error|global-error|not-found|template|default|middleware|instrumentation|sitemap|robots|manifest|icon|apple-icon|opengraph-image|twitter-image|\+.*|_app|_document|_error|entry[.-](?:client|server)|root|hooks(?:\.(?:client|server))?|service-?worker|sw)\.[^./]+$/;

/** True for files that the source model reads as modules. */
export function isSourcePath(path: string): boolean {
  return SOURCE_ENDING.test(path);
}

export function isDeclarationPath(path: string): boolean {
  return /\.d\.(?:[mc]?ts|[^./]+\.ts)$/.test(path);
}

const GENERATED =
  /@generated\b|^\W{0,20}(?:this (?:file|code|module)\b.{0,40}?)?(?:auto-?generated|automatically generated)\b/i;

/** True when a comment in the first lines says that a program wrote the file: `@generated`, `DO NOT EDIT`. */
export function isGenerated(text: string): boolean {
  return text
    .slice(0, 600)
    .split('\n')
    .some(
      (line) =>
        /^\s*(?:\/[/*]|\*|#)/.test(line) && (GENERATED.test(line) || /\bDO NOT (?:EDIT|MODIFY)\b/.test(line)),
    );
}

export function isFixturePath(path: string): boolean {
  return foldersOf(path).some((folder) => FIXTURE_FOLDERS.has(folder));
}

/** True for tests and what stands beside them in their folders. */
export function isTestPath(path: string): boolean {
  return (
    TEST_NAME.test(nameOf(path)) ||
    foldersOf(path).some((folder) => TEST_FOLDERS.has(folder)) ||
    isFixturePath(path)
  );
}

/** True for the configuration of tools, by name. */
function isConfigPath(path: string): boolean {
  return CONFIG_NAME.test(nameOf(path));
}

/** Why a module is loaded although nobody may import it, or undefined. `directory` is its package's folder. */
export function conventionOf(path: string, directory: string): string | undefined {
  if (isTestPath(path)) return 'test';
  if (isConfigPath(path)) return 'configuration';
  if (isDeclarationPath(path)) return 'type declarations';
  if (/\.stories\.[^./]+$/.test(path)) return 'story';
  const folders = foldersOf(path);
  const top = foldersOf(directory === '' ? path : path.slice(directory.length + 1))[0];
  const run =
    top !== undefined && (TOP_RUN_FOLDERS.has(top) || /^(?:perf|bench)/.test(top))
      ? top
      : folders.find((folder) => RUN_FOLDERS.has(folder));
  if (run !== undefined) return `in ${run}/, run on its own`;
  return undefined;
}

/** Why a web framework loads a module by its place, or undefined. Means something only where such a framework is used. */
export function routeConventionOf(path: string): string | undefined {
  const folder = foldersOf(path).find((name) => ROUTE_FOLDERS.has(name));
  if (folder !== undefined) return `in ${folder}/, loaded by the framework`;
  return APP_ROUTER_NAME.test(nameOf(path)) ? 'loaded by the framework by its name' : undefined;
}

function foldersOf(path: string): string[] {
  return path.split('/').slice(0, -1);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
