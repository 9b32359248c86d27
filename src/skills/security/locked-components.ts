/** Every package at every version that lock files name: npm's own in full, yarn, pnpm and Python without relations. */
import { posix } from 'node:path';
import type { TextFile } from '../../contracts/workspace.ts';
import { isPlainObject } from '../../shared/json.ts';

export interface LockedComponent {
  readonly ecosystem: 'npm' | 'pypi';
  readonly name: string;
  readonly version: string;
  /** Subresource integrity as written: `sha512-…`. */
  readonly integrity?: string;
  /** As the lock file says it. */
  readonly licence?: string;
  readonly url?: string;
  /** True when only development needs it; unknown counts as needed. */
  readonly isDevelopment: boolean;
  /** The lock file. */
  readonly path: string;
  /** `name@version` of what it needs; undefined where the file does not tell. */
  readonly needs?: readonly string[];
}

const MAX_ENTRIES = 20_000;
const NAME = String.raw`(?:@[\w.~-]{1,214}\/)?[\w.~-]{1,214}`;
const VERSION = /^\d[\w.+-]{0,100}$/;

/** True for files that {@link readLocked} understands. */
export function isLockPath(path: string): boolean {
  const name = posix.basename(path);
  return (
    /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock)$/.test(
      name,
    ) || /^requirements(?:[-_.][\w-]+)?\.txt$/.test(name)
  );
}

/** The components of one file; undefined when it is not understood. Of requirements only those with one version count. */
export function readLocked(file: TextFile): readonly LockedComponent[] | undefined {
  const name = posix.basename(file.path);
  if (name.endsWith('.json')) return readNpm(file);
  if (name === 'yarn.lock') return readYarn(file);
  if (name === 'pnpm-lock.yaml') return readPnpm(file);
  if (name.endsWith('.lock')) return readTomlLock(file);
  return file.lines.flatMap((line): LockedComponent[] => {
    const match = /^\s*([A-Za-z0-9][\w.-]{0,200})(?:\[[^\]]{0,200}\])?\s*===?\s*(\d[\w.+!-]{0,100})/.exec(
      line,
    );
    if (match?.[1] === undefined || match[2] === undefined) return [];
    return [
      {
        ecosystem: 'pypi',
        name: match[1],
        version: match[2],
        isDevelopment: /dev|test/i.test(name),
        path: file.path,
      },
    ];
  });
}

function readNpm({ path, text }: TextFile): readonly LockedComponent[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isPlainObject(json)) return undefined;
  const { packages, dependencies } = json;
  if (isPlainObject(packages)) {
    return Object.entries(packages)
      .slice(0, MAX_ENTRIES)
      .flatMap(([key, value]): LockedComponent[] => {
        const at = key.lastIndexOf('node_modules/');
        if (at < 0 || !isPlainObject(value) || value['link'] === true) return [];
        const own = textOf(value['name']) ?? key.slice(at + 'node_modules/'.length);
        return component(own, value, path, needsOf(key, value, packages));
      });
  }
  return isPlainObject(dependencies)
    ? nested(dependencies, path)
    : 'lockfileVersion' in json
      ? []
      : undefined;
}

/** The tree of old lock files; packages lie inside those that need them. */
function nested(top: Readonly<Record<string, unknown>>, path: string): LockedComponent[] {
  const found: LockedComponent[] = [];
  const waiting = [top];
  for (let level = waiting.pop(); level !== undefined && found.length < MAX_ENTRIES; level = waiting.pop()) {
    for (const [name, value] of Object.entries(level)) {
      if (!isPlainObject(value)) continue;
      found.push(...component(name, value, path));
      if (isPlainObject(value['dependencies'])) waiting.push(value['dependencies']);
    }
  }
  return found;
}

function component(
  name: string,
  value: Readonly<Record<string, unknown>>,
  path: string,
  needs?: readonly string[],
): LockedComponent[] {
  const version = textOf(value['version']);
  if (version === undefined || !VERSION.test(version) || !new RegExp(`^${NAME}$`).test(name)) return [];
  const integrity = textOf(value['integrity']);
  const licence = textOf(value['license']);
  const url = textOf(value['resolved']);
  return [
    {
      ecosystem: 'npm',
      name,
      version,
      path,
      isDevelopment: value['dev'] === true,
      ...(integrity === undefined ? {} : { integrity }),
      ...(licence === undefined ? {} : { licence }),
      ...(url === undefined ? {} : { url }),
      ...(needs === undefined ? {} : { needs }),
    },
  ];
}

/** What a package needs, found as Node finds it: in its own folder first, then in those above. */
function needsOf(
  key: string,
  value: Readonly<Record<string, unknown>>,
  packages: Readonly<Record<string, unknown>>,
): readonly string[] {
  const wanted = ['dependencies', 'optionalDependencies'].flatMap((section) =>
    isPlainObject(value[section]) ? Object.keys(value[section]) : [],
  );
  return [...new Set(wanted)].flatMap((name) => {
    for (let folder = key; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
      const found = packages[folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`];
      const version = isPlainObject(found) ? textOf(found['version']) : undefined;
      if (version !== undefined) return [`${name}@${version}`];
      if (folder === '') return [];
    }
  });
}

function readYarn({ path, lines }: TextFile): readonly LockedComponent[] {
  const found: LockedComponent[] = [];
  let name: string | undefined;
  const head = new RegExp(`^"?(${NAME})@(?!patch:|workspace:|link:|file:)`);
  for (const line of lines) {
    if (/^\S/.test(line)) name = line.startsWith('#') ? undefined : head.exec(line)?.[1];
    const version = /^\s+version:?\s+"?([\w.+-]{1,100})"?/.exec(line)?.[1];
    if (name !== undefined && version !== undefined && VERSION.test(version) && version !== '0.0.0-use.local')
      found.push({ ecosystem: 'npm', name, version, isDevelopment: false, path });
    const integrity = /^\s+integrity\s+"?(sha\d+-[\w+/=]{20,200})/.exec(line)?.[1];
    const last = found.at(-1);
    if (integrity !== undefined && last !== undefined && last.name === name)
      found[found.length - 1] = { ...last, integrity };
    if (found.length >= MAX_ENTRIES) break;
  }
  return found;
}

function readPnpm({ path, lines }: TextFile): readonly LockedComponent[] {
  const start = lines.indexOf('packages:');
  const found: LockedComponent[] = [];
  const entry = new RegExp(String.raw`^ {2}['"]?\/?(${NAME})[@/](\d[\w.+-]{0,100})(?:\(|_|['"]?:)`);
  for (const line of start < 0 ? [] : lines.slice(start + 1)) {
    if (/^\S/.test(line)) break;
    const match = entry.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined)
      found.push({ ecosystem: 'npm', name: match[1], version: match[2], isDevelopment: false, path });
    const integrity = /^ {4}resolution:.{0,20}integrity:\s*(sha\d+-[\w+/=]{20,200})/.exec(line)?.[1];
    const last = found.at(-1);
    if (integrity !== undefined && last !== undefined) found[found.length - 1] = { ...last, integrity };
    if (found.length >= MAX_ENTRIES) break;
  }
  return found;
}

function readTomlLock({ path, lines }: TextFile): readonly LockedComponent[] {
  const found: LockedComponent[] = [];
  let name: string | undefined;
  let isPackage = false;
  for (const line of lines) {
    if (/^\[/.test(line)) {
      isPackage = line.trim() === '[[package]]';
      name = undefined;
    }
    name = (isPackage ? /^name = "([\w.-]{1,200})"/.exec(line)?.[1] : undefined) ?? name;
    const version = isPackage ? /^version = "(\d[\w.+!-]{0,100})"/.exec(line)?.[1] : undefined;
    if (name !== undefined && version !== undefined && found.length < MAX_ENTRIES)
      found.push({ ecosystem: 'pypi', name, version, isDevelopment: false, path });
  }
  return found;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 500) : undefined;
}
