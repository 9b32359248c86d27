/** Finds public functions and classes without a doc comment, through re-exports to where they are written. */
import { isDeclarationPath } from '../source/classify-path.ts';
import type { ExportRecord, SourceModel, SourceModule } from '../source/source-model.ts';

export interface PublicExport {
  readonly name: string;
  readonly module: SourceModule;
  readonly record: ExportRecord;
}

const MAX_DEPTH = 12;
const MAX_EXPORTS = 5000;

/** One for each thing: overloads are one function, and a default export may have a name as well. */
function withoutTwins(all: readonly PublicExport[]): PublicExport[] {
  const kept = new Map<string, PublicExport>();
  for (const one of all) {
    const { name, module, record } = one;
    const key = `${module.path}\n${record.localName ?? (name === 'default' ? namedAt(all, one) : name)}`;
    const other = kept.get(key);
    const isBetter = other === undefined || (record.hasDocComment && !other.record.hasDocComment);
    if (isBetter) kept.set(key, one);
  }
  return [...kept.values()];
}

/** The name under which the same line is exported beside `default`. */
function namedAt(all: readonly PublicExport[], { module, record }: PublicExport): string {
  const twin = all.find(
    (other) => other.name !== 'default' && other.module === module && other.record.line === record.line,
  );
  return twin === undefined ? 'default' : (twin.record.localName ?? twin.name);
}

/** Functions and classes that the published entries of the workspace's packages export, each once. */
export function publicExports(model: SourceModel): PublicExport[] {
  const found = new Map<string, PublicExport>();
  const visited = new Set<string>();
  const visit = (path: string, wanted: ReadonlySet<string> | undefined, depth: number): void => {
    const module = isDeclarationPath(path) ? undefined : model.modules.get(path);
    const key = `${path}\n${wanted === undefined ? '*' : [...wanted].join()}`;
    if (module === undefined || depth > MAX_DEPTH || visited.has(key) || found.size >= MAX_EXPORTS) return;
    visited.add(key);
    for (const record of module.exports) {
      if (record.name === '*' || (wanted !== undefined && !wanted.has(record.name))) continue;
      if (record.kind === 'function' || record.kind === 'class') {
        found.set(`${path}\n${record.line}\n${record.name}`, { name: record.name, module, record });
      }
    }
    for (const { kind, names, target, isTypeOnly } of module.imports) {
      if (kind !== 'reexport' || isTypeOnly || target === undefined) continue;
      visit(target, names.includes('*') ? wanted : new Set(names), depth + 1);
    }
  };
  for (const { path, entryReason } of model.modules.values()) {
    if (entryReason !== undefined && /^package\.json (?!script |bin\b|scripts)/.test(entryReason))
      visit(path, undefined, 0);
  }
  return withoutTwins([...found.values()]);
}
