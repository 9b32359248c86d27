/** Finds files the way loaders do: exact, by trying endings, `.js` written for `.ts`, and a folder's index. */

/** Tried in this order after a name without ending. */
const ENDINGS = [
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.d.ts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.json',
  '.vue',
  '.svelte',
  '.astro',
  '.d.mts',
  '.d.cts',
];
/** React Native and friends choose a file by platform. */
const PLATFORMS = ['.web', '.native', '.ios', '.android'];
const WRITTEN_FOR: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.d.ts', '.jsx'],
  '.jsx': ['.tsx', '.ts'],
  '.mjs': ['.mts', '.d.mts'],
  '.cjs': ['.cts', '.d.cts'],
};
/** Names of folders that hold what is built. */
const BUILT = new Set([
  'dist',
  'build',
  'lib',
  'out',
  'output',
  'es',
  'esm',
  'cjs',
  'umd',
  'types',
  'typings',
  'module',
  'modules',
  'commonjs',
  'node',
  'browser',
  'src',
  'mjs',
  'tsc-out',
  'dist-types',
  'publish',
  'compiled',
]);
const SOURCE_FOLDERS = ['src', 'source', 'lib', 'app', 'ts', ''];

export class FileIndex {
  readonly #files: ReadonlySet<string>;
  readonly #folders = new Set<string>(['']);

  constructor(paths: Iterable<string>) {
    this.#files = new Set(paths);
    for (const path of this.#files) {
      for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
        const folder = path.slice(0, end);
        if (this.#folders.has(folder)) break;
        this.#folders.add(folder);
      }
    }
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  hasFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  /** The file that a path in an import means. */
  find(path: string): string | undefined {
    return this.findFile(path) ?? this.#findIndex(path);
  }

  /** As {@link find}, without looking for a folder's index. */
  findFile(path: string): string | undefined {
    if (this.#files.has(path)) return path;
    for (const [written, meant] of Object.entries(WRITTEN_FOR)) {
      if (!path.endsWith(written)) continue;
      const stem = path.slice(0, -written.length);
      for (const ending of meant) if (this.#files.has(stem + ending)) return stem + ending;
    }
    for (const ending of ENDINGS) if (this.#files.has(path + ending)) return path + ending;
    for (const platform of PLATFORMS) {
      for (const ending of ENDINGS)
        if (this.#files.has(path + platform + ending)) return path + platform + ending;
    }
    return undefined;
  }

  /** The source behind a built file of a package: `dist/index.js` was `src/index.ts`. Also finds what is not built. */
  findSource(directory: string, relative: string): string | undefined {
    const inPackage = joinPath(directory, relative);
    if (inPackage === undefined) return undefined;
    const direct = this.find(inPackage);
    if (direct !== undefined) return direct;
    const parts = normalize(relative)?.split('/') ?? [];
    const name = (parts.at(-1) ?? '')
      .replace(/\.d\.([mc]?)ts$/, '.$1js')
      .replace(/\.(?:min|umd|esm|cjs|es|global|prod)\.(?=[mc]?js$)/, '.');
    const isBuilt = (folder: string): boolean =>
      BUILT.has(folder) || !this.#folders.has(joinPath(directory, folder) ?? '');
    while (parts.length > 1 && isBuilt(parts[0] as string)) {
      parts.shift();
      const rest = [...parts.slice(0, -1), name].join('/');
      for (const folder of SOURCE_FOLDERS) {
        const path = joinPath(directory, folder === '' ? rest : `${folder}/${rest}`);
        const found =
          path === undefined
            ? undefined
            : (this.findFile(path) ?? this.findFile(path.replace(/\.[mc]?js$/, '')));
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #findIndex(path: string): string | undefined {
    if (!this.#folders.has(path)) return undefined;
    for (const ending of ENDINGS) {
      const index = `${path === '' ? '' : `${path}/`}index${ending}`;
      if (this.#files.has(index)) return index;
    }
    return undefined;
  }
}

/** Joins and tidies; undefined when the path leaves the workspace. */
export function joinPath(folder: string, relative: string): string | undefined {
  return normalize(folder === '' ? relative : `${folder}/${relative}`);
}

/** The folder a path stands in; `''` is the root. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '' : path.slice(0, end);
}

function normalize(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
