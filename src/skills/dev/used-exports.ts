/** Works out which exports somebody takes: through named imports, namespaces and chains of re-exports. */
import { isBelow } from '../source/packages.ts';
import type { ImportRecord, SourceModel, SourceModule } from '../source/source-model.ts';

/** Names used of each module; `'*'` means all of them. */
export type UsedExports = ReadonlyMap<string, ReadonlySet<string>>;

/** Entries count as used wholly, and so does what is loaded in a way that can't be followed. */
export function usedExports({ modules }: SourceModel): UsedExports {
  const used = new Map<string, Set<string>>();
  const waiting: [path: string, name: string][] = [];
  const use = (path: string | undefined, name: string): void => {
    if (path === undefined || !modules.has(path)) return;
    const names = used.get(path) ?? new Set();
    used.set(path, names);
    if (names.has(name)) return;
    names.add(name);
    waiting.push([path, name]);
  };
  for (const module of modules.values()) {
    if (module.isEntry || module.isFixture) use(module.path, '*');
    for (const path of [...module.mentions, ...modulesIn(modules, module)]) use(path, '*');
    for (const record of module.imports) {
      // `export * from` hands on only what is asked of it; a named re-export is taken as a use.
      if (
        record.kind === 'reexport' &&
        record.names.includes('*') &&
        !isNamespaceReexport(module.file.lines, record)
      )
        continue;
      for (const name of record.names) use(record.target, name);
    }
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, name] = next;
    for (const record of modules.get(path)?.imports ?? []) {
      if (record.kind === 'reexport' && record.names.includes('*')) use(record.target, name);
    }
  }
  return used;
}

/** The modules that one may load under names made at run time. */
export function modulesIn(modules: SourceModel['modules'], { loadsFrom }: SourceModule): string[] {
  if (loadsFrom.length === 0) return [];
  return [...modules.keys()].filter((path) => loadsFrom.some((folder) => isBelow(path, folder)));
}

/** `export * as ns from`: whoever takes `ns` may take anything. */
function isNamespaceReexport(lines: readonly string[], record: ImportRecord): boolean {
  return /export\s+(?:type\s+)?\*\s*as\b/.test(
    (lines[record.line - 1] ?? '').slice(record.column - 1, record.column + 200),
  );
}
