/** What a lock file knows of packages: which are locked, at which version, their programs and peers. */
import type { TextFile } from '../../contracts/workspace.ts';
import { isPlainObject } from '../../shared/json.ts';

export interface LockFile {
  readonly path: string;
  /** Undefined when the name is not locked; an empty text when it is but its version was not read. */
  versionOf(name: string): string | undefined;
  /** False when the file is known not to cover a package's folder below its own, as with examples outside of a workspace. */
  covers(folder: string): boolean;
  /** Programs that a package brings, where the lock file says so. */
  programsOf(name: string): readonly string[];
  /** Packages that other packages want beside them. */
  readonly peers: ReadonlySet<string>;
}

export const LOCK_NAMES = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
] as const;

/** Undefined when the file is not understood; nothing is said about packages then. */
export function readLockFile(file: TextFile): LockFile | undefined {
  const { path, text } = file;
  if (/(?:package-lock|npm-shrinkwrap)\.json$/.test(path)) return readNpmLock(path, text);
  if (path.endsWith('yarn.lock')) return readTextLock(path, yarnNames(text));
  if (path.endsWith('pnpm-lock.yaml'))
    return readTextLock(path, pnpmNames(text), pnpmPeers(text), pnpmMembers(text));
  if (path.endsWith('bun.lock')) return readTextLock(path, bunNames(text));
  return undefined;
}

function readNpmLock(path: string, text: string): LockFile | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isPlainObject(json)) return undefined;
  const versions = new Map<string, string>();
  const programs = new Map<string, readonly string[]>();
  const peers = new Set<string>();
  const note = (name: string, value: unknown, isTop: boolean): void => {
    if (!isPlainObject(value)) return;
    const version = typeof value['version'] === 'string' ? value['version'] : '';
    if (isTop || !versions.has(name)) versions.set(name, version);
    const { bin, peerDependencies } = value;
    if (isPlainObject(bin)) programs.set(name, Object.keys(bin));
    if (isPlainObject(peerDependencies)) for (const peer of Object.keys(peerDependencies)) peers.add(peer);
  };
  const { packages, dependencies } = json;
  if (isPlainObject(packages)) {
    for (const [key, value] of Object.entries(packages)) {
      const at = key.lastIndexOf('node_modules/');
      if (at !== -1) note(key.slice(at + 'node_modules/'.length), value, at === 0);
    }
  } else if (isPlainObject(dependencies)) {
    for (const [name, value] of Object.entries(dependencies)) note(name, value, true);
  } else if (!('lockfileVersion' in json)) {
    return undefined;
  }
  return {
    path,
    covers: (folder) => folder === '' || !isPlainObject(packages) || Object.hasOwn(packages, folder),
    versionOf: (name) => versions.get(name),
    programsOf: (name) => programs.get(name) ?? [],
    peers,
  };
}

function readTextLock(
  path: string,
  versions: ReadonlyMap<string, string>,
  peers: ReadonlySet<string> = new Set(),
  members?: ReadonlySet<string>,
): LockFile | undefined {
  if (versions.size === 0) return undefined;
  return {
    path,
    covers: (folder) => folder === '' || members === undefined || members.has(folder),
    versionOf: (name) => versions.get(name),
    programsOf: () => [],
    peers,
  };
}

const NAME = String.raw`((?:@[\w.~-]{1,214}\/)?[\w.~-]{1,214})`;

function yarnNames(text: string): Map<string, string> {
  const names = new Map<string, string>();
  let current: string[] = [];
  for (const line of text.split('\n')) {
    if (/^["\w@]/.test(line)) {
      current = [...line.matchAll(new RegExp(String.raw`(?:^|[",]\s?|, )"?${NAME}@`, 'g'))].map(
        (match) => match[1] ?? '',
      );
      for (const name of current) if (!names.has(name)) names.set(name, '');
    }
    const version = /^\s+version:?\s+"?([\w.+-]+)"?/.exec(line)?.[1];
    if (version !== undefined)
      for (const name of current) if (names.get(name) === '') names.set(name, version);
  }
  return names;
}

function pnpmNames(text: string): Map<string, string> {
  const names = new Map<string, string>();
  const entry = new RegExp(
    String.raw`^\s{2,6}['"]?\/?${NAME}(?:[@/]([\w.+-]+))?[^:]{0,300}:\s*(?:([\w.+-]+).*)?$`,
  );
  for (const line of text.split('\n')) {
    const match = entry.exec(line);
    if (match?.[1] !== undefined && !names.has(match[1])) names.set(match[1], match[2] ?? '');
  }
  return names;
}

/** Peers stand in brackets behind what wants them: `next@16.0.0(react@19.0.0)`. */
function pnpmPeers(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(new RegExp(String.raw`\(${NAME}@\d`, 'g'))].map((match) => match[1] ?? ''),
  );
}

/** Folders under `importers:`; undefined in files of old that have none. */
function pnpmMembers(text: string): ReadonlySet<string> | undefined {
  const lines = text.split('\n');
  const start = lines.indexOf('importers:');
  if (start < 0) return undefined;
  const members = new Set<string>();
  for (const line of lines.slice(start + 1)) {
    if (/^\S/.test(line)) break;
    const folder = /^ {2}['"]?([^\s'"][^'"]{0,300}?)['"]?:(?:\s|$)/.exec(line)?.[1];
    if (folder !== undefined) members.add(folder);
  }
  return members;
}

function bunNames(text: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const match of text.matchAll(
    new RegExp(String.raw`^\s+"${NAME}": \["(?:@[^"@]{1,214}|[^"@]{1,214})@([^"]{1,100})"`, 'gm'),
  )) {
    if (match[1] !== undefined) names.set(match[1], match[2] ?? '');
  }
  return names;
}
