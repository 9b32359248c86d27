/** Finds where an import leads: a file of the workspace, a package, or the platform. Reads nothing. */
import { type FileIndex, folderOf, joinPath } from './file-index.ts';
import { isBelow, type RawManifest, resolveExport, targetsOf } from './packages.ts';
import { type AliasScope, aliasTargets } from './path-aliases.ts';

export interface ResolvedImport {
  readonly target: string | undefined;
  readonly isLocal: boolean;
  readonly packageName: string | undefined;
  readonly isBuiltin: boolean;
}

const ELSEWHERE: ResolvedImport = {
  target: undefined,
  isLocal: false,
  packageName: undefined,
  isBuiltin: false,
};
const PACKAGE_NAME = /^(?:@[a-z0-9~_][\w.~-]*\/)?[a-z0-9~_][\w.~-]*$/i;

export class ImportResolver {
  readonly #files: FileIndex;
  readonly #manifests: readonly RawManifest[];
  readonly #byName: ReadonlyMap<string, RawManifest>;
  readonly #aliases: readonly AliasScope[];

  /** Manifests and aliases come deepest folder first. */
  constructor(files: FileIndex, manifests: readonly RawManifest[], aliases: readonly AliasScope[]) {
    this.#files = files;
    this.#manifests = manifests;
    this.#byName = new Map(
      manifests.flatMap((one) => (one.name === undefined ? [] : [[one.name, one] as const])),
    );
    this.#aliases = aliases;
  }

  resolve(from: string, specifier: string, isBuiltin: boolean): ResolvedImport {
    if (specifier === '' || specifier.length > 1000 || specifier.includes('!')) return ELSEWHERE;
    const plain = specifier.startsWith('#') ? specifier : specifier.replace(/[?#].*$/s, '');
    if (/^\.{1,2}(?:\/|$)/.test(plain)) return this.#relative(from, plain);
    if (isBuiltin || plain.startsWith('node:')) return { ...ELSEWHERE, isBuiltin: true };
    const aliased = this.#aliased(from, plain);
    if (aliased !== undefined) return { ...ELSEWHERE, target: aliased, isLocal: true };
    const manifest = this.manifestOf(from);
    if (plain.startsWith('#')) return this.#privateImport(manifest, plain);
    if (plain.startsWith('/')) {
      const target =
        this.#files.find(joinPath(manifest?.directory ?? '', plain) ?? '') ??
        this.#files.find(plain.slice(1));
      return { ...ELSEWHERE, target, isLocal: target !== undefined };
    }
    if (/^[@~]\//.test(plain))
      return { ...ELSEWHERE, target: this.#bySourceFolder(manifest, plain.slice(2)), isLocal: true };
    const parts = plain.split('/');
    const packageName = parts.slice(0, plain.startsWith('@') ? 2 : 1).join('/');
    if (!PACKAGE_NAME.test(packageName)) return ELSEWHERE;
    const own = this.#byName.get(packageName);
    const subpath = parts.slice(plain.startsWith('@') ? 2 : 1).join('/');
    const target = own === undefined ? undefined : resolveExport(this.#files, own, subpath);
    return { ...ELSEWHERE, packageName, target };
  }

  /** The nearest package above a path. */
  manifestOf(path: string): RawManifest | undefined {
    return this.#manifests.find((one) => isBelow(path, one.directory));
  }

  #relative(from: string, specifier: string): ResolvedImport {
    const path = joinPath(folderOf(from), specifier);
    // What lies outside of the workspace can't be known.
    if (path === undefined) return ELSEWHERE;
    const isFolder = /(?:^|\/)\.{0,2}$/.test(specifier);
    const target = isFolder ? this.#folder(path) : (this.#files.findFile(path) ?? this.#folder(path));
    return { ...ELSEWHERE, target, isLocal: true };
  }

  #folder(path: string): string | undefined {
    const manifest = this.#manifests.find((one) => one.directory === path);
    return (
      (manifest === undefined ? undefined : resolveExport(this.#files, manifest, '')) ??
      this.#files.find(path)
    );
  }

  #aliased(from: string, specifier: string): string | undefined {
    for (const scope of this.#aliases) {
      if (!isBelow(from, scope.directory)) continue;
      for (const path of aliasTargets(scope, specifier)) {
        const found = this.#files.find(path);
        if (found !== undefined) return found;
      }
      const based = scope.baseUrl === undefined ? undefined : joinPath(scope.baseUrl, specifier);
      const found = based === undefined ? undefined : this.#files.find(based);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #privateImport(manifest: RawManifest | undefined, specifier: string): ResolvedImport {
    const targets = targetsOf(manifest?.json['imports'], specifier);
    for (const path of targets) {
      const found = path.startsWith('.')
        ? this.#files.findSource(manifest?.directory ?? '', path)
        : undefined;
      if (found !== undefined) return { ...ELSEWHERE, target: found, isLocal: true };
    }
    const bare = targets.find((path) => PACKAGE_NAME.test(path));
    return { ...ELSEWHERE, packageName: bare, isLocal: bare === undefined };
  }

  /** `@/x` and `~/x`, which bundlers and frameworks set up to mean the source folder. */
  #bySourceFolder(manifest: RawManifest | undefined, rest: string): string | undefined {
    for (const folder of ['src', 'app', '']) {
      const path = joinPath(joinPath(manifest?.directory ?? '', folder) ?? '', rest);
      const found = path === undefined ? undefined : this.#files.find(path);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
