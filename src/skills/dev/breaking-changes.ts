/** Names that a package published and does not any more, and functions that ask for more than they did. */
import { posix } from 'node:path';
import type { File, Node } from '@babel/types';
import { isPlainObject } from '../../shared/json.ts';
import { FileIndex } from '../source/file-index.ts';
import { publishedPaths } from '../source/packages.ts';
import { parseJsonc } from '../source/parse-jsonc.ts';
import type { Parser } from '../source/parse-source.ts';
import { parseSource } from '../source/parse-source.ts';
import { readExports } from '../source/read-exports.ts';
import type { SourceModel } from '../source/source-model.ts';
import type { ChangedFile } from './changed-files.ts';

export interface BreakingChange {
  readonly path: string;
  readonly name: string;
  readonly what: string;
  /** In the new text; the manifest's when the file is gone. */
  readonly line: number;
  /** The file to point at. */
  readonly at: string;
  /** True when `at` is the manifest as it is now, which stands in for a file that is gone. */
  readonly isManifest?: boolean;
}

/** Only of packages that are not private, and only what their `exports`, `main` and the like lead to. */
export function breakingChanges(
  changed: readonly ChangedFile[],
  model: SourceModel,
  paths: readonly string[],
  parse: Parser,
): BreakingChange[] {
  const published = publishedNames(model, [...paths, ...changed.map(({ path }) => path)]);
  return changed.flatMap((one) => {
    if (posix.basename(one.path) === 'package.json') return lostSubpaths(one);
    const names = published.get(one.path);
    if (names === undefined || one.before === undefined) return [];
    if (one.after === undefined) {
      const manifest = model.packageOf(one.path)?.path ?? 'package.json';
      return names.isEntry
        ? [
            {
              path: one.path,
              name: '*',
              what: `The entry ${one.path} is gone.`,
              line: 1,
              at: manifest,
              isManifest: true,
            },
          ]
        : [];
    }
    const before = parseSource(parse, one.path, one.before);
    const after = parseSource(parse, one.path, one.after);
    if (before.ast === undefined || after.ast === undefined || after.syntaxError !== undefined) return [];
    const isPublished = (name: string): boolean => names.names.has('*') || names.names.has(name);
    return compare(before.ast, after.ast, one).filter(({ name }) => isPublished(name));
  });
}

/** Subpaths of a manifest's `exports` that it had and has not. Without `exports` every file may be imported. */
function lostSubpaths({ path, before, after, hunks }: ChangedFile): BreakingChange[] {
  if (before === undefined || after === undefined) return [];
  const [old, now] = [parseJsonc(before), parseJsonc(after)];
  if (old === undefined || now === undefined || old['private'] === true || now['private'] === true) return [];
  const kept = subpathsOf(now['exports']);
  if (kept === undefined) return [];
  const isKept = (name: string): boolean =>
    kept.some((one) => {
      const [start = '', end] = one.split('*');
      return end === undefined ? one === name : name.startsWith(start) && name.endsWith(end);
    });
  const line = Math.max(1, hunks[0]?.afterStart ?? 1);
  return (subpathsOf(old['exports']) ?? [])
    .filter((name) => !isKept(name))
    .map((name) => ({
      path,
      at: path,
      name,
      what: `The entry \`${name}\` is not published any more.`,
      line,
    }));
}

/** Undefined where nothing is said. */
function subpathsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isPlainObject(value)) return ['.'];
  const keys = Object.keys(value).filter((key) => key.startsWith('.'));
  return keys.length === 0 ? ['.'] : keys.filter((key) => value[key] !== null);
}

interface Published {
  readonly names: Set<string>;
  readonly isEntry: boolean;
}

function publishedNames(model: SourceModel, paths: readonly string[]): Map<string, Published> {
  const files = new FileIndex(paths);
  const published = new Map<string, Published>();
  const waiting: [path: string, name: string][] = [];
  const publish = (path: string, name: string, isEntry: boolean): void => {
    const known = published.get(path) ?? { names: new Set<string>(), isEntry };
    published.set(path, known);
    if (known.names.has(name)) return;
    known.names.add(name);
    waiting.push([path, name]);
  };
  for (const { json, directory } of model.packages) {
    if (json['private'] === true) continue;
    for (const { field, path } of publishedPaths(json)) {
      const found = field === 'bin' || path.includes('*') ? undefined : files.findSource(directory, path);
      if (found !== undefined) publish(found, '*', true);
    }
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, name] = next;
    for (const { kind, target, names } of model.modules.get(path)?.imports ?? []) {
      if (kind !== 'reexport' || target === undefined) continue;
      for (const one of names) {
        if (one === '*') publish(target, name, false);
        else if (name === '*' || name === one) publish(target, one, false);
      }
    }
  }
  return published;
}

function compare(
  before: File,
  after: File,
  { path, before: oldText, after: newText, hunks }: ChangedFile,
): BreakingChange[] {
  const old = readExports(before, oldText ?? '');
  const now = new Map(readExports(after, newText ?? '').map((one) => [one.name, one]));
  const sources = new Set(starSources(after));
  const lineCount = (newText ?? '').split('\n').length;
  const changes: BreakingChange[] = [];
  for (const source of starSources(before)) {
    if (!sources.has(source))
      changes.push({
        path,
        at: path,
        name: '*',
        what: `All that ${source} exports is not published any more.`,
        line: 1,
      });
  }
  // What `export *` brings in meanwhile can't be told from this file alone.
  const hasNewStar = starSources(after).some((source) => !starSources(before).includes(source));
  for (const one of old) {
    if (one.name === '*') continue;
    const next = now.get(one.name);
    if (next === undefined) {
      if (hasNewStar) continue;
      const hunk = hunks.find(
        ({ beforeStart, beforeCount }) => one.line >= beforeStart && one.line < beforeStart + beforeCount,
      );
      const line = Math.min(lineCount, Math.max(1, hunk?.afterStart ?? 1));
      changes.push({
        path,
        at: path,
        name: one.name,
        what: `\`${one.name}\` is not exported any more.`,
        line,
      });
      continue;
    }
    const wanted = parametersOf(before, one.localName ?? one.name);
    const asked = parametersOf(after, next.localName ?? next.name);
    if (wanted === undefined || asked === undefined) continue;
    if (asked.required > wanted.required)
      changes.push({
        path,
        at: path,
        name: one.name,
        what: `\`${one.name}\` asks for ${asked.required} arguments, so far for ${wanted.required}.`,
        line: next.line,
      });
    else if (asked.most < wanted.most)
      changes.push({
        path,
        at: path,
        name: one.name,
        what: `\`${one.name}\` takes ${asked.most} arguments, so far ${wanted.most}.`,
        line: next.line,
      });
  }
  return changes;
}

function starSources({ program }: File): string[] {
  return program.body.flatMap((one) => (one.type === 'ExportAllDeclaration' ? [one.source.value] : []));
}

/** How many arguments a function of the module's top level needs and takes; undefined for overloads and others. */
function parametersOf({ program }: File, name: string): { required: number; most: number } | undefined {
  const found: Node[] = [];
  for (const statement of program.body) {
    const declaration =
      statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
        ? statement.declaration
        : statement;
    if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'TSDeclareFunction') {
      if (declaration.id?.name === name || (name === 'default' && declaration.id == null))
        found.push(declaration);
    } else if (declaration?.type === 'VariableDeclaration') {
      for (const { id, init } of declaration.declarations) {
        const isFunction = init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression';
        if (id.type === 'Identifier' && id.name === name && isFunction) found.push(init);
      }
    }
  }
  const [only] = found;
  if (found.length !== 1 || only === undefined || !('params' in only)) return undefined;
  const parameters = (only.params as Node[]).filter(
    (one) => !(one.type === 'Identifier' && one.name === 'this'),
  );
  const isOptional = (one: Node): boolean =>
    one.type === 'AssignmentPattern' ||
    one.type === 'RestElement' ||
    ('optional' in one && one.optional === true);
  return {
    required: parameters.filter((one) => !isOptional(one)).length,
    most: parameters.some(({ type }) => type === 'RestElement')
      ? Number.POSITIVE_INFINITY
      : parameters.length,
  };
}
