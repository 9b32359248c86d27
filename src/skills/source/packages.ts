/** Reads the `package.json` files of a workspace, and what they say is published. */
import type { Workspace } from '../../contracts/workspace.ts';
import { isPlainObject } from '../../shared/json.ts';
import { isSourcePath } from './classify-path.ts';
import { type FileIndex, folderOf } from './file-index.ts';
import { parseJsonc } from './parse-jsonc.ts';
import type { PackageManifest } from './source-model.ts';

const ENTRY_FIELDS = [
  'main',
  'module',
  'browser',
  'types',
  'typings',
  'bin',
  'exports',
  'source',
  'umd:main',
  'unpkg',
  'jsdelivr',
  'react-native',
  'svelte',
  'es2015',
  'esnext',
  'jsnext:main',
];
const MAX_STRINGS = 2000;
/** What may stand for a module, with or without an ending. */
const CODE_ENDING = /(?:\.[mc]?[jt]sx?|\/[^./]+|^[^./]+)$/;

/** A manifest before its entries are known. */
export type RawManifest = Omit<PackageManifest, 'entryPaths' | 'hasUnknownEntry'>;

/** Deepest folder first, so that the first whose folder holds a path is the nearest. */
export async function loadManifests(
  workspace: Workspace,
  paths: readonly string[],
): Promise<readonly RawManifest[]> {
  const manifests: RawManifest[] = [];
  for (const path of paths) {
    if (path !== 'package.json' && !path.endsWith('/package.json')) continue;
    const file = await workspace.read(path);
    const json = file === undefined ? undefined : parseJsonc(file.text);
    if (json === undefined) continue;
    const name = json['name'];
    manifests.push({
      path,
      directory: folderOf(path),
      json,
      ...(typeof name === 'string' && name !== '' ? { name } : {}),
    });
  }
  return manifests.sort((a, b) => b.directory.length - a.directory.length || (a.path < b.path ? -1 : 1));
}

/** True when a path stands in a folder or below. */
export function isBelow(path: string, directory: string): boolean {
  return directory === '' || path.startsWith(`${directory}/`);
}

/** Every path that the manifest names as an entry, relative to it: with the field that names it. */
export function publishedPaths(
  json: Readonly<Record<string, unknown>>,
): { readonly field: string; readonly path: string }[] {
  return ENTRY_FIELDS.flatMap((field) =>
    stringsIn(json[field])
      .filter((path) => path !== '' && !path.includes('://'))
      .map((path) => ({ field, path })),
  );
}

/** The modules behind what is published, and whether something published could not be traced. */
export function publishedModules(
  { json, directory }: RawManifest,
  files: FileIndex,
): { readonly modules: readonly string[]; readonly hasUnknown: boolean } {
  const modules: string[] = [];
  let hasUnknown = false;
  for (const { path } of publishedPaths(json)) {
    if (path.includes('*') || !CODE_ENDING.test(path)) continue;
    const found = files.findSource(directory, path);
    if (found === undefined) hasUnknown ||= !/\.d\.[mc]?ts$/.test(path);
    else if (isSourcePath(found)) modules.push(found);
  }
  return { modules, hasUnknown };
}

/** Where `package/subpath` leads by `exports`, or the main module for an empty subpath. Conditions: the first that is found. */
export function resolveExport(files: FileIndex, manifest: RawManifest, subpath: string): string | undefined {
  const { json, directory } = manifest;
  const key = subpath === '' ? '.' : `./${subpath}`;
  const { exports } = json;
  for (const path of targetsOf(exports, key)) {
    const found = files.findSource(directory, path);
    if (found !== undefined) return found;
  }
  if (subpath !== '')
    return files.findSource(directory, subpath) ?? files.findSource(directory, `src/${subpath}`);
  for (const field of ['source', 'module', 'main', 'types', 'typings']) {
    const path = json[field];
    const found = typeof path === 'string' ? files.findSource(directory, path) : undefined;
    if (found !== undefined) return found;
  }
  return files.findSource(directory, 'src/index') ?? files.findSource(directory, 'index');
}

/** What a key of `exports` or `imports` maps to, with a `*` filled in. */
export function targetsOf(map: unknown, key: string): string[] {
  if (!isPlainObject(map) || !Object.keys(map).some((one) => one.startsWith('.') || one.startsWith('#'))) {
    return key === '.' ? stringsIn(map) : [];
  }
  if (Object.hasOwn(map, key)) return stringsIn(map[key]);
  for (const [pattern, value] of Object.entries(map)) {
    const star = pattern.indexOf('*');
    if (star < 0) continue;
    const prefix = pattern.slice(0, star);
    const suffix = pattern.slice(star + 1);
    if (key.length < prefix.length + suffix.length || !key.startsWith(prefix) || !key.endsWith(suffix))
      continue;
    const middle = key.slice(prefix.length, key.length - suffix.length);
    return stringsIn(value).map((path) => path.replaceAll('*', () => middle));
  }
  return [];
}

/** All strings in a JSON value, nested, in order. */
export function stringsIn(value: unknown): string[] {
  const found: string[] = [];
  const waiting: unknown[] = [value];
  while (waiting.length > 0 && found.length < MAX_STRINGS) {
    const next = waiting.shift();
    if (typeof next === 'string') found.push(next);
    else if (Array.isArray(next)) waiting.push(...next.slice(0, MAX_STRINGS));
    else if (isPlainObject(next)) waiting.push(...Object.values(next).slice(0, MAX_STRINGS));
  }
  return found;
}
