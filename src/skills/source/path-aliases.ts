/** The aliases of `tsconfig.json` and `jsconfig.json`: `paths` and `baseUrl`, with `extends` inside the workspace. */
import type { Workspace } from '../../contracts/workspace.ts';
import { isPlainObject } from '../../shared/json.ts';
import { type FileIndex, folderOf, joinPath } from './file-index.ts';
import { parseJsonc } from './parse-jsonc.ts';

/** The aliases that hold below one folder. */
export interface AliasScope {
  readonly directory: string;
  /** Folder that bare specifiers are looked up in first. */
  readonly baseUrl: string | undefined;
  readonly paths: readonly {
    readonly prefix: string;
    readonly suffix: string;
    readonly hasStar: boolean;
    readonly targets: readonly string[];
  }[];
}

const MAX_EXTENDS = 8;
const MAX_PATHS = 500;

/** Deepest folder first. */
export async function loadAliases(
  workspace: Workspace,
  files: FileIndex,
  paths: readonly string[],
): Promise<readonly AliasScope[]> {
  const scopes: AliasScope[] = [];
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (!/^(?:ts|js)config(?:\.[\w-]+)?\.json$/.test(name)) continue;
    const scope = await readScope(workspace, files, path, 0);
    if (scope !== undefined && (scope.baseUrl !== undefined || scope.paths.length > 0))
      scopes.push({ ...scope, directory: folderOf(path) });
  }
  return scopes.sort((a, b) => b.directory.length - a.directory.length);
}

async function readScope(
  workspace: Workspace,
  files: FileIndex,
  path: string,
  depth: number,
): Promise<AliasScope | undefined> {
  const file = await workspace.read(path);
  const json = file === undefined ? undefined : parseJsonc(file.text);
  if (json === undefined) return undefined;
  const directory = folderOf(path);
  let inherited: AliasScope | undefined;
  const parents = [json['extends']]
    .flat()
    .filter((one): one is string => typeof one === 'string' && one.startsWith('.'));
  for (const parent of depth < MAX_EXTENDS ? parents.slice(0, MAX_EXTENDS) : []) {
    const joined = joinPath(directory, parent);
    const found =
      joined === undefined
        ? undefined
        : [joined, `${joined}.json`, `${joined}/tsconfig.json`].find((one) => files.has(one));
    if (found !== undefined) inherited = (await readScope(workspace, files, found, depth + 1)) ?? inherited;
  }
  const options = isPlainObject(json['compilerOptions']) ? json['compilerOptions'] : {};
  const baseUrl =
    typeof options['baseUrl'] === 'string' ? joinPath(directory, options['baseUrl']) : inherited?.baseUrl;
  if (!isPlainObject(options['paths'])) return { directory, baseUrl, paths: inherited?.paths ?? [] };
  const base = baseUrl ?? directory;
  const paths = Object.entries(options['paths'])
    .slice(0, MAX_PATHS)
    .map(([pattern, targets]) => {
      const star = pattern.indexOf('*');
      return {
        prefix: star < 0 ? pattern : pattern.slice(0, star),
        suffix: star < 0 ? '' : pattern.slice(star + 1),
        hasStar: star >= 0,
        targets: (Array.isArray(targets) ? targets : [])
          .filter((one): one is string => typeof one === 'string')
          .slice(0, 20)
          .flatMap((one) => joinPath(base, one) ?? []),
      };
    })
    // An exact name wins over a pattern, a longer prefix over a shorter one.
    .sort((a, b) => Number(a.hasStar) - Number(b.hasStar) || b.prefix.length - a.prefix.length);
  return { directory, baseUrl, paths };
}

/** The paths that an alias may mean, best first. */
export function aliasTargets(scope: AliasScope, specifier: string): readonly string[] {
  for (const { prefix, suffix, hasStar, targets } of scope.paths) {
    if (!hasStar) {
      if (specifier === prefix) return targets;
    } else if (
      specifier.length >= prefix.length + suffix.length &&
      specifier.startsWith(prefix) &&
      specifier.endsWith(suffix)
    ) {
      const middle = specifier.slice(prefix.length, specifier.length - suffix.length);
      return targets.flatMap(
        (target) =>
          joinPath(
            '',
            target.replace('*', () => middle),
          ) ?? [],
      );
    }
  }
  return [];
}
