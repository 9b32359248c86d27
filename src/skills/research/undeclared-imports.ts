/** Finds imports of packages that no manifest above the importing file declares. */
import type { TextFile } from '../../contracts/workspace.ts';
import { isPlainObject } from '../../shared/json.ts';
import type { ImportRecord, PackageManifest, SourceModel, SourceModule } from '../source/source-model.ts';
import { NPM_SECTIONS } from './manifest-dependencies.ts';

export interface UndeclaredImport {
  readonly packageName: string;
  readonly places: readonly { readonly file: TextFile; readonly line: number; readonly column: number }[];
  /** A sentence to add to the message, with a space before it, or nothing. */
  readonly hint: string;
}

const NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]{0,213}\/)?[a-z0-9~-][a-z0-9._~-]{0,213}$/i;
/** Modules that the program's host brings along. */
const HOSTS = new Set([
  'vscode',
  'k6',
  'bun',
  'deno',
  'atom',
  'electron',
  'obsidian',
  'photoshop',
  'uxp',
  'figma',
]);
/** Code that is shown or copied rather than run where it stands. */
const SHOWN =
  /(?:^|\/)(?:examples?|docs?|samples?|templates?|playgrounds?|website|demos?|snippets|bench(?:marks?)?)\//;

/** Type-only imports are also satisfied by `@types/…`; code that is ready for the package to be missing is left out. */
export function undeclaredImports(
  model: SourceModel,
  manifests: readonly PackageManifest[],
  paths: readonly string[],
  hasLock: boolean,
): readonly UndeclaredImport[] {
  if (manifests.length === 0) return [];
  const known = new Surroundings(model, manifests, paths);
  const found = new Map<string, { file: TextFile; line: number; column: number; isTypeOnly: boolean }[]>();
  for (const module of model.modules.values()) {
    if (module.isFixture || SHOWN.test(module.path)) continue;
    // A published package ships tests without what they need.
    if (module.isTest && !hasLock && !manifests.some(({ json }) => isPlainObject(json['devDependencies'])))
      continue;
    for (const record of module.imports) {
      const name = record.packageName;
      if (name === undefined || record.isOptional || known.isKnown(module, record, name)) continue;
      const place = {
        file: module.file,
        line: record.line,
        column: record.column,
        isTypeOnly: record.isTypeOnly,
      };
      found.set(name, [...(found.get(name) ?? []), place]);
    }
  }
  return [...found].map(([packageName, places]) => ({
    packageName,
    places,
    hint: known.isTypesOnly(packageName) ? ' Only its types are declared.' : '',
  }));
}

class Surroundings {
  readonly #manifests: readonly PackageManifest[];
  readonly #ambient: ReadonlySet<string>;
  readonly #folders: ReadonlySet<string>;
  readonly #hasImportMap: boolean;

  constructor(model: SourceModel, manifests: readonly PackageManifest[], paths: readonly string[]) {
    this.#manifests = manifests;
    this.#ambient = ambientModules(model);
    this.#folders = new Set(paths.flatMap((path) => foldersOf(path)));
    this.#hasImportMap = paths.some((path) => /(?:^|\/)(?:deno\.jsonc?|import[_-]?map\.json)$/.test(path));
  }

  isKnown({ path }: SourceModule, record: ImportRecord, name: string): boolean {
    if (record.isBuiltin || record.isLocal || !NAME.test(name) || record.specifier.includes(':')) return true;
    if (
      HOSTS.has(name) ||
      this.#hasImportMap ||
      this.#ambient.has(record.specifier) ||
      this.#ambient.has(name)
    )
      return true;
    const above = this.#manifests.filter(
      ({ directory }) => directory === '' || path.startsWith(`${directory}/`),
    );
    if (above.length === 0) return true;
    if (above.some((manifest) => manifest.name === name || declares(manifest, name))) return true;
    if (record.isTypeOnly && above.some((manifest) => declares(manifest, typesOf(name)))) return true;
    // `src/x` and the like: a folder of the repository reached through a base URL.
    const first = name.split('/')[0] ?? '';
    return above.some(({ directory }) =>
      this.#folders.has(directory === '' ? first : `${directory}/${first}`),
    );
  }

  isTypesOnly(name: string): boolean {
    return this.#manifests.some((manifest) => declares(manifest, typesOf(name)));
  }
}

function declares({ json }: PackageManifest, name: string): boolean {
  const lists = [...NPM_SECTIONS.map((section) => json[section]), json['imports'], json['overrides']];
  if (lists.some((list) => isPlainObject(list) && Object.hasOwn(list, name))) return true;
  return ['bundledDependencies', 'bundleDependencies'].some(
    (key) => Array.isArray(json[key]) && json[key].includes(name),
  );
}

function typesOf(name: string): string {
  return `@types/${name.startsWith('@') ? name.slice(1).replace('/', '__') : name}`;
}

/** Names that declaration files of the repository declare: `declare module 'x'`. */
function ambientModules(model: SourceModel): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { path, file } of model.modules.values()) {
    if (!/\.[mc]?ts$/.test(path) || !file.text.includes('declare module')) continue;
    for (const match of file.text.matchAll(/\bdeclare module\s+['"]([^'"\n]{1,200})['"]/g))
      names.add(match[1] ?? '');
  }
  return names;
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
}
