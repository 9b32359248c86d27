/** What the source code of a workspace looks like to skills: modules, what they import and export, and the graph. */
import type { File } from '@babel/types';
import type { TextFile } from '../../contracts/workspace.ts';

/** One import, export-from, `import()` or `require()`. Lines and columns count from 1. */
export interface ImportRecord {
  readonly specifier: string;
  readonly line: number;
  readonly column: number;
  readonly kind: 'static' | 'dynamic' | 'require' | 'reexport';
  /** True when TypeScript erases it: `import type`, all names marked `type`, or `import('…')` in a type. */
  readonly isTypeOnly: boolean;
  /** True when it runs while the module loads: neither dynamic nor inside a function. */
  readonly isEager: boolean;
  /** True when the code is ready for it to be missing: inside `try`, or with `.catch` behind it. */
  readonly isOptional: boolean;
  /** Imported names: `'*'` for the namespace, `'default'`; empty for an import for its effects. */
  readonly names: readonly string[];
  /** The module or file it reaches in the workspace. */
  readonly target: string | undefined;
  /** True when it should reach a file of the workspace (relative, or by an alias that names one). */
  readonly isLocal: boolean;
  /** The package, without subpath; undefined for local and built-in ones. */
  readonly packageName: string | undefined;
  readonly isBuiltin: boolean;
}

export interface ExportRecord {
  /** The name others import: `'default'`, or `'*'` for `export * from`. */
  readonly name: string;
  readonly line: number;
  readonly endLine: number;
  readonly kind: 'function' | 'class' | 'variable' | 'type' | 'reexport' | 'default';
  readonly hasDocComment: boolean;
  /** What a default export is, where the module itself shows that. */
  readonly defaultOf?: 'function' | 'class';
  /** The name inside the module, where it has one. */
  readonly localName?: string;
  /** True for `module.exports` and `exports.name`. */
  readonly isCommonJs?: boolean;
}

export interface SyntaxProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export interface SourceModule {
  readonly path: string;
  readonly file: TextFile;
  /** Undefined when the file could not be parsed at all. Large repositories: parsed again on demand, so hold it only briefly. */
  readonly ast: File | undefined;
  /** Whether there is a tree; asking costs nothing. */
  readonly hasAst: boolean;
  readonly syntaxError?: SyntaxProblem;
  /** Why there is no tree although nothing is known to be wrong. */
  readonly notParsed?: 'too-large' | 'too-deep';
  readonly imports: readonly ImportRecord[];
  readonly exports: readonly ExportRecord[];
  /** Workspace paths that string literals in the module name: workers, child processes, plug-in lists. */
  readonly mentions: readonly string[];
  /** Folders out of which it loads modules under names made at run time: `import(`./locales/${name}.js`)`. */
  readonly loadsFrom: readonly string[];
  /** True when it loads modules under names of which nothing is known. */
  readonly hasComputedImport: boolean;
  readonly isTest: boolean;
  /** True in folders of test data, where broken or odd code is there on purpose. */
  readonly isFixture: boolean;
  readonly isEntry: boolean;
  readonly entryReason?: string;
  /** `started`: published, run by a script or named by a page or tool. `convention`: a test, configuration, story … */
  readonly entryKind?: 'started' | 'convention';
}

export interface PackageManifest {
  /** Of the `package.json`. */
  readonly path: string;
  /** Its folder; `''` is the root. */
  readonly directory: string;
  readonly name?: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** Modules that are published, run or named by its scripts. */
  readonly entryPaths: readonly string[];
  /** True when something published could not be traced to a module, so that others may be in use unseen. */
  readonly hasUnknownEntry: boolean;
}

export interface ModuleMetrics {
  readonly fanIn: number;
  readonly fanOut: number;
  /** fanOut / (fanIn + fanOut), 0 when both are 0. Source: Martin, "OO Design Quality Metrics", 1994. */
  readonly instability: number;
  readonly lines: number;
}

export interface ModuleGraph {
  /** Imports that reach another module. */
  edges(path: string): readonly ImportRecord[];
  /** Modules that import this one, sorted. */
  importers(path: string): readonly string[];
  /** Groups of modules that need each other while loading; each sorted by path. Type-only and lazy edges don't count. */
  cycles(): readonly (readonly string[])[];
  metrics(path: string): ModuleMetrics;
  /** True when the edge runs code of the target while loading. */
  isLoadEdge(record: ImportRecord): boolean;
}

export interface SourceModel {
  /** By path, sorted. */
  readonly modules: ReadonlyMap<string, SourceModule>;
  readonly packages: readonly PackageManifest[];
  readonly graph: ModuleGraph;
  /** The nearest package above a path. */
  packageOf(path: string): PackageManifest | undefined;
}
