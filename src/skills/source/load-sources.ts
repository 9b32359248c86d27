/**
 * The source model: every JavaScript and TypeScript module of a workspace, parsed once and shared by all skills.
 * Nothing of it is run, and nothing in it can make loading fail.
 */
import type { TextFile, Workspace } from '../../contracts/workspace.ts';
import { AstStore } from './ast-store.ts';
import { isFixturePath, isSourcePath, isTestPath } from './classify-path.ts';
import { type Entry, findEntries, MAIN_BY_NAME } from './entries.ts';
import { FileIndex, folderOf, joinPath } from './file-index.ts';
import { buildGraph } from './module-graph.ts';
import { isBelow, loadManifests, publishedModules, type RawManifest } from './packages.ts';
import { loadParser, type ParsedSource } from './parse-source.ts';
import { loadAliases } from './path-aliases.ts';
import { readBrokenImports } from './read-broken-imports.ts';
import { readExports } from './read-exports.ts';
import { type ReadImports, readImports } from './read-imports.ts';
import { ImportResolver } from './resolve-import.ts';
import type { ExportRecord, PackageManifest, SourceModel, SourceModule } from './source-model.ts';

/** How long parsing may hold the event loop before others get a turn. */
const LONGEST_SPELL_MS = 20;
const READ_AT_ONCE = 16;

/** Loads the model, once per workspace. Rejects only with the signal's reason. */
export async function loadSources(workspace: Workspace, signal: AbortSignal): Promise<SourceModel> {
  signal.throwIfAborted();
  for (;;) {
    let isOwn = false;
    try {
      return await workspace.memo('skills:sources', () => {
        isOwn = true;
        return load(workspace, signal);
      });
    } catch (error) {
      // Another's signal may have ended the load we shared: then load for ourselves.
      if (isOwn || signal.aborted) throw error;
    }
  }
}

class Load {
  readonly reads: ReadImports;
  readonly exports: readonly ExportRecord[];
  readonly file: TextFile;
  /** What came of parsing, without the tree: that one may be let go meanwhile. */
  readonly parsed: Omit<ParsedSource, 'ast'> & { readonly hasAst: boolean };
  constructor(file: TextFile, asts: AstStore) {
    this.file = file;
    const { ast, ...rest } = asts.get(file.path, file.text);
    this.parsed = { ...rest, hasAst: ast !== undefined };
    this.reads =
      ast === undefined
        ? rest.syntaxError === undefined
          ? { imports: [], strings: [], prefixes: [], hasComputedImport: true }
          : readBrokenImports(file.text)
        : readImports(ast);
    this.exports = ast === undefined ? [] : readExports(ast, file.text);
  }
}

async function load(workspace: Workspace, signal: AbortSignal): Promise<SourceModel> {
  const { files: listed } = await workspace.list({ signal });
  const paths = listed.map(({ path }) => path);
  const files = new FileIndex(paths);
  const asts = new AstStore(await loadParser());
  const loads = await parseAll(workspace, paths.filter(isSourcePath), asts, signal);
  const manifests = await loadManifests(workspace, paths);
  const aliases = await loadAliases(workspace, files, paths);
  const executables = new Set(
    loads.filter(({ file }) => file.text.startsWith('#!')).map(({ file }) => file.path),
  );
  const resolver = new ImportResolver(files, manifests, aliases);
  const entries = await findEntries({ workspace, listed, files, manifests, executables, resolver });
  signal.throwIfAborted();
  const modules = new Map(
    loads.map((one) => [one.file.path, makeModule(one, asts, resolver, files, entries.get(one.file.path))]),
  );
  // Deepest folder first, so that the first that holds a path is the nearest.
  const packages = manifests.map((one) => withEntries(one, files, entries));
  return {
    modules,
    packages: [...packages].sort((a, b) => (a.path < b.path ? -1 : 1)),
    graph: buildGraph(modules),
    packageOf: (path) => packages.find((one) => isBelow(path, one.directory)),
  };
}

async function parseAll(
  workspace: Workspace,
  paths: readonly string[],
  asts: AstStore,
  signal: AbortSignal,
): Promise<Load[]> {
  const loads: Load[] = [];
  let breathedAt = performance.now();
  for (let start = 0; start < paths.length; start += READ_AT_ONCE) {
    const texts = await Promise.all(
      paths.slice(start, start + READ_AT_ONCE).map((path) => workspace.read(path)),
    );
    for (const file of texts) {
      if (file === undefined) continue;
      loads.push(new Load(file, asts));
      if (performance.now() - breathedAt < LONGEST_SPELL_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      breathedAt = performance.now();
      signal.throwIfAborted();
    }
  }
  return loads;
}

function makeModule(
  one: Load,
  asts: AstStore,
  resolver: ImportResolver,
  files: FileIndex,
  entry: Entry | undefined,
): SourceModule {
  const { file, reads, exports, parsed } = one;
  const { path } = file;
  const directory = resolver.manifestOf(path)?.directory ?? '';
  const mentions = new Set<string>();
  for (const text of reads.strings) {
    for (const folder of new Set([folderOf(path), directory, ''])) {
      const joined = joinPath(folder, text.replace(/[?#].*$/s, ''));
      const target = joined === undefined || joined === '' ? undefined : files.findFile(joined);
      if (target !== undefined && target !== path && isSourcePath(target)) mentions.add(target);
    }
  }
  return {
    path,
    file,
    get ast() {
      return asts.get(path, file.text).ast;
    },
    hasAst: parsed.hasAst,
    ...(parsed.syntaxError === undefined ? {} : { syntaxError: parsed.syntaxError }),
    ...(parsed.notParsed === undefined ? {} : { notParsed: parsed.notParsed }),
    imports: reads.imports.map((record) => ({
      ...record,
      ...resolver.resolve(path, record.specifier, record.isBuiltin),
    })),
    exports,
    mentions: [...mentions],
    loadsFrom: reads.prefixes.flatMap((prefix) => joinPath(folderOf(path), prefix) ?? []),
    hasComputedImport: reads.hasComputedImport,
    isTest: isTestPath(path),
    isFixture: isFixturePath(path),
    isEntry: entry !== undefined,
    ...(entry === undefined ? {} : { entryReason: entry.reason, entryKind: entry.kind }),
  };
}

function withEntries(
  manifest: RawManifest,
  files: FileIndex,
  entries: ReadonlyMap<string, Entry>,
): PackageManifest {
  const { directory } = manifest;
  const published = publishedModules(manifest, files);
  const started = [...entries].filter(([path, { kind }]) => kind === 'started' && isBelow(path, directory));
  const own = started.map(([path]) => path);
  const isNamed = own.some((path) => entries.get(path)?.reason === MAIN_BY_NAME);
  return {
    ...manifest,
    entryPaths: [...new Set([...published.modules, ...own])],
    hasUnknownEntry: published.hasUnknown && !isNamed,
  };
}
