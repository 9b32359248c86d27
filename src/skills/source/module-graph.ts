/** The graph of modules: who imports whom, cycles and coupling. */
import type { ImportRecord, ModuleGraph, ModuleMetrics, SourceModule } from './source-model.ts';
import { stronglyConnected } from './strongly-connected.ts';

/** Builds the graph over parsed modules. */
export function buildGraph(modules: ReadonlyMap<string, SourceModule>): ModuleGraph {
  return new Graph(modules);
}

class Graph implements ModuleGraph {
  readonly #modules: ReadonlyMap<string, SourceModule>;
  readonly #edges = new Map<string, readonly ImportRecord[]>();
  readonly #importers = new Map<string, Set<string>>();
  readonly #types = new Map<string, ReadonlySet<string>>();
  #cycles: readonly (readonly string[])[] | undefined;

  constructor(modules: ReadonlyMap<string, SourceModule>) {
    this.#modules = modules;
    for (const module of modules.values()) {
      const edges = module.imports.filter(
        ({ target }) => target !== undefined && target !== module.path && modules.has(target),
      );
      this.#edges.set(module.path, edges);
      for (const { target } of edges) {
        const importers = this.#importers.get(target as string) ?? new Set();
        importers.add(module.path);
        this.#importers.set(target as string, importers);
      }
    }
  }

  edges(path: string): readonly ImportRecord[] {
    return this.#edges.get(path) ?? [];
  }

  importers(path: string): readonly string[] {
    return [...(this.#importers.get(path) ?? [])].sort();
  }

  cycles(): readonly (readonly string[])[] {
    this.#cycles ??= stronglyConnected([...this.#modules.keys()], (path) =>
      this.edges(path)
        .filter((edge) => this.isLoadEdge(edge))
        .map(({ target }) => target as string),
    )
      .filter((group) => group.length > 1)
      .map((group) => [...group].sort())
      .sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
    return this.#cycles;
  }

  metrics(path: string): ModuleMetrics {
    const fanOut = new Set(this.edges(path).map(({ target }) => target)).size;
    const fanIn = this.#importers.get(path)?.size ?? 0;
    const instability = fanIn + fanOut === 0 ? 0 : fanOut / (fanIn + fanOut);
    const lines = this.#modules.get(path)?.file.lines.length ?? 0;
    return { fanIn, fanOut, instability: Math.round(instability * 1000) / 1000, lines };
  }

  isLoadEdge(record: ImportRecord): boolean {
    if (record.isTypeOnly || !record.isEager || record.target === undefined) return false;
    if (record.kind === 'reexport' || record.names.length === 0) return true;
    // TypeScript erases an import whose names are all types, with or without the word.
    const types = this.#typesOf(record.target);
    return !record.names.every((name) => types.has(name));
  }

  /** Names a module exports that are types and nothing else. */
  #typesOf(path: string): ReadonlySet<string> {
    const known = this.#types.get(path);
    if (known !== undefined) return known;
    const records = this.#modules.get(path)?.exports ?? [];
    const values = new Set(records.filter(({ kind }) => kind !== 'type').map(({ name }) => name));
    const types = new Set(records.map(({ name }) => name).filter((name) => !values.has(name)));
    this.#types.set(path, types);
    return types;
  }
}
