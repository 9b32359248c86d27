/** Type-checks modules in memory: the compiler sees the texts it is given and its own library, no disk and no package. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type {
  CompilerOptions,
  Diagnostic,
  InterfaceDeclaration,
  Node,
  Program,
  SourceFile,
} from 'typescript';
import type { SourceModule } from '../source/source-model.ts';

type TypeScript = typeof import('typescript');

export interface TypeProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly code: number;
  readonly message: string;
}

export interface TypeCheck {
  readonly ts: TypeScript;
  readonly options: CompilerOptions;
  /** TypeScript modules by path. */
  readonly modules: ReadonlyMap<string, SourceModule>;
  /** The folder of the compiler's own library. */
  readonly libraryFolder: string;
  readonly signal: AbortSignal;
}

const ROOT = '/workspace/';
const MAX_PROBLEMS = 500;
/**
 * What packages, the run time or stricter tools than this would have to say: modules and names that are not here, implicit
 * `any`, JSX without its types, settings.
 */
const NOT_TOLD = new Set([
  1192, 1259, 1343, 1378, 1470, 1479, 2300, 2305, 2306, 2307, 2318, 2451, 2468, 2503, 2552, 2580, 2581, 2582,
  2583, 2584, 2585, 2591, 2592, 2593, 2602, 2604, 2607, 2614, 2664, 2665, 2671, 2686, 2688, 2691, 2694, 2732,
  2786, 2792, 2834, 2835, 2867, 2868, 2875, 2877, 4111, 6133, 6137, 6196, 6307, 7016, 7026, 2304,
]);
/** Types to which run times and packages add members. */
const EXTENDED =
  /'(?:ImportMeta|ErrorConstructor|SymbolConstructor|typeof globalThis|Global|ObjectConstructor|Element|IntrinsicAttributes)\b/;

/** What stays an error whatever a missing package may have turned into `any`: counts of arguments, slips in names, members. */
const ALWAYS_TOLD = new Set([2353, 2551, 2554, 2555, 2741]);
const PLAIN_TYPES =
  /^(?:Type|Argument of type) '(?:string|number|boolean|bigint|"[^"]{0,100}"|\d{1,30})' is not assignable to (?:type|parameter of type) '(?:string|number|boolean|bigint)'/;
/** Types that come of `any` where inference had nothing to go by. */
const VAGUE = /\b(?:any|unknown|never)\b/;

/** Errors in the modules, in order of path and place. Gives way to others between modules. */
export async function checkTypes(check: TypeCheck): Promise<readonly TypeProblem[]> {
  const { ts, modules, signal } = check;
  const program = createProgram(check);
  const open = openTypes(ts, program);
  const closed = closedModules(modules);
  const problems: TypeProblem[] = [];
  for (const [path, module] of modules) {
    signal.throwIfAborted();
    const source = program.getSourceFile(ROOT + path);
    if (source === undefined || source.isDeclarationFile || module.isTest || module.isFixture) continue;
    for (const diagnostic of program.getSemanticDiagnostics(source)) {
      const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
      if (problems.length >= MAX_PROBLEMS || !isTold(ts, source, diagnostic, message, open)) continue;
      const isPlain = ALWAYS_TOLD.has(diagnostic.code) || PLAIN_TYPES.test(message);
      if (!isPlain && !closed.has(path)) continue;
      const { line, character } = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
      const told = message.split('\n')[0]?.replaceAll(ROOT, '').slice(0, 300) ?? '';
      problems.push({ path, line: line + 1, column: character + 1, code: diagnostic.code, message: told });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return problems;
}

function createProgram({ ts, options, modules, libraryFolder }: TypeCheck): Program {
  const sources = new Map<string, SourceFile>();
  const targets = new Map(
    [...modules].map(([path, { imports }]) => [
      ROOT + path,
      new Map(
        imports.flatMap(({ specifier, target }) =>
          target === undefined ? [] : [[specifier, target] as const],
        ),
      ),
    ]),
  );
  const textOf = (name: string): string | undefined => {
    if (name.startsWith(ROOT)) return modules.get(name.slice(ROOT.length))?.file.text;
    // Libraries are asked for by name alone.
    const library = basename(name);
    return /^lib\.[\w.]+\.d\.ts$/.test(library)
      ? readFileSync(join(libraryFolder, library), 'utf8')
      : undefined;
  };
  return ts.createProgram({
    rootNames: [...modules.keys()].map((path) => ROOT + path),
    options,
    host: {
      getSourceFile(name, target) {
        const known = sources.get(name);
        if (known !== undefined) return known;
        const text = textOf(name);
        if (text === undefined) return undefined;
        const source = ts.createSourceFile(name, text, target, true);
        sources.set(name, source);
        return source;
      },
      getDefaultLibFileName: () => '/library/lib.esnext.d.ts',
      getDefaultLibLocation: () => '/library',
      getCurrentDirectory: () => '/workspace',
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      fileExists: (name) => textOf(name) !== undefined,
      readFile: textOf,
      directoryExists: () => false,
      getDirectories: () => [],
      writeFile: () => undefined,
      // The workspace's own resolution counts; packages stay unknown, which makes what they give `any`.
      resolveModuleNameLiterals: (literals, containing) =>
        literals.map(({ text }) => {
          const target = targets.get(containing)?.get(text);
          if (target === undefined || !modules.has(target)) return { resolvedModule: undefined };
          const extension = /\.d\.[mc]?ts$|\.[mc]?tsx?$/.exec(target)?.[0] ?? '.ts';
          return {
            resolvedModule: { resolvedFileName: ROOT + target, extension, isExternalLibraryImport: false },
          };
        }),
    },
  });
}

/** Modules that need nothing but each other: all of what they work with is known. */
function closedModules(modules: ReadonlyMap<string, SourceModule>): ReadonlySet<string> {
  const open = new Set<string>();
  const importers = new Map<string, string[]>();
  for (const [path, { imports }] of modules) {
    for (const { target } of imports) {
      if (target === undefined || !modules.has(target)) open.add(path);
      else importers.set(target, [...(importers.get(target) ?? []), path]);
    }
  }
  const queue = [...open];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    for (const importer of importers.get(path) ?? []) {
      if (!open.has(importer)) queue.push(importer);
      open.add(importer);
    }
  }
  return new Set([...modules.keys()].filter((path) => !open.has(path)));
}

/** Interfaces and classes that take members from what is not here: what they lack can't be told. */
function openTypes(ts: TypeScript, program: Program): ReadonlySet<string> {
  const checker = program.getTypeChecker();
  const open = new Set<string>();
  const bases = new Map<string, string[]>();
  const visit = (node: Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) {
      const name = node.name?.text ?? '';
      for (const clause of (node as InterfaceDeclaration).heritageClauses ?? []) {
        for (const base of clause.types) {
          const isUnknown = (checker.getTypeAtLocation(base).flags & ts.TypeFlags.Any) !== 0;
          if (isUnknown) open.add(name);
          bases.set(name, [...(bases.get(name) ?? []), base.expression.getText()]);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const source of program.getSourceFiles()) if (source.fileName.startsWith(ROOT)) visit(source);
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const [name, ones] of bases) {
      if (open.has(name) || !ones.some((one) => open.has(one))) continue;
      open.add(name);
      isNew = true;
    }
  }
  return open;
}

function isTold(
  ts: TypeScript,
  source: SourceFile,
  { code, category, start = 0 }: Diagnostic,
  message: string,
  open: ReadonlySet<string>,
): boolean {
  if (
    category !== ts.DiagnosticCategory.Error ||
    NOT_TOLD.has(code) ||
    EXTENDED.test(message) ||
    VAGUE.test(message)
  )
    return false;
  if (code >= 7000 && code < 8000) return false;
  // Names between quotes, as in `Property 'x' does not exist on type 'Page<Item>'`.
  for (const [word] of message.slice(0, 4_000).matchAll(/[\p{L}\p{N}_$]+/gu))
    if (open.has(word)) return false;
  return !isInJsx(ts, source, start);
}

/** Tags and attributes need the types of a library of JSX, which is a package. */
function isInJsx(ts: TypeScript, source: SourceFile, start: number): boolean {
  if (!source.fileName.endsWith('x')) return false;
  let isInside = false;
  const visit = (node: Node): void => {
    if (start < node.getFullStart() || start >= node.getEnd()) return;
    if (ts.isJsxOpeningLikeElement(node) || ts.isJsxAttribute(node)) isInside = true;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return isInside;
}
