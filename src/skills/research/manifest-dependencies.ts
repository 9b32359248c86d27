/** Dependencies that manifests declare: npm in full; Python, Go and Rust as a list. */
import { posix } from 'node:path';
import type { TextFile } from '../../contracts/workspace.ts';
import { isPlainObject } from '../../shared/json.ts';

export const ECOSYSTEMS = ['npm', 'python', 'go', 'cargo'] as const;

export interface Declared {
  readonly name: string;
  readonly ecosystem: (typeof ECOSYSTEMS)[number];
  readonly section: string;
  /** The range or version as written; empty when there is none. */
  readonly wanted: string;
  readonly line: number;
}

export const NPM_SECTIONS = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
] as const;
const MAX_ENTRIES = 2_000;

export function npmDependencies(
  file: TextFile,
  json: Readonly<Record<string, unknown>>,
): readonly Declared[] {
  return NPM_SECTIONS.flatMap((section) => {
    const entries = json[section];
    if (!isPlainObject(entries)) return [];
    const start = file.lines.findIndex((line) => line.includes(`"${section}"`));
    return Object.entries(entries)
      .slice(0, MAX_ENTRIES)
      .map(([name, wanted]): Declared => {
        const at = file.lines.findIndex(
          (line, index) => index >= start && line.includes(`"${name}"`) && /"\s*:/.test(line),
        );
        return {
          name,
          ecosystem: 'npm',
          section,
          wanted: typeof wanted === 'string' ? wanted : '',
          line: at === -1 ? 1 : at + 1,
        };
      });
  });
}

/** True for the manifests of the other ecosystems. */
export function isOtherManifest(path: string): boolean {
  return /^(?:requirements(?:[-_.][\w-]+)?\.txt|pyproject\.toml|go\.mod|Cargo\.toml)$/.test(
    posix.basename(path),
  );
}

export function otherDependencies(file: TextFile): readonly Declared[] {
  const name = posix.basename(file.path);
  if (name === 'go.mod') return goModules(file);
  if (name === 'Cargo.toml')
    return tomlTables(file, 'cargo', /^(?:target\.[^\]]{1,200}\.)?(?:dev-|build-)?dependencies$/);
  if (name === 'pyproject.toml') {
    return [
      ...tomlTables(file, 'python', /^tool\.poetry\.(?:dev-|group\.[\w-]{1,50}\.)?dependencies$/),
      ...projectArray(file),
    ];
  }
  return file.lines.flatMap((line, index) => requirement(line, 'requirements', index + 1));
}

function requirement(text: string, section: string, line: number): Declared[] {
  const match =
    /^\s*([A-Za-z0-9][\w.-]{0,200})(?:\[[^\]]{0,200}\])?\s*((?:[=<>!~]=?|===|@)[^;#]{0,200})?/.exec(text);
  if (match?.[1] === undefined || /^\s*(?:-|#)/.test(text)) return [];
  return [{ name: match[1], ecosystem: 'python', section, wanted: (match[2] ?? '').trim(), line }];
}

function goModules(file: TextFile): readonly Declared[] {
  let isBlock = false;
  return file.lines.flatMap((line, index): Declared[] => {
    if (/^require\s*\(/.test(line)) isBlock = true;
    else if (isBlock && line.startsWith(')')) isBlock = false;
    const match = (isBlock ? /^\s+(\S{1,300})\s+(v\S{1,100})/ : /^require\s+(\S{1,300})\s+(v\S{1,100})/).exec(
      line,
    );
    if (match?.[1] === undefined) return [];
    const section = line.includes('// indirect') ? 'indirect' : 'require';
    return [{ name: match[1], ecosystem: 'go', section, wanted: match[2] ?? '', line: index + 1 }];
  });
}

function tomlTables(file: TextFile, ecosystem: 'cargo' | 'python', wanted: RegExp): readonly Declared[] {
  let section = '';
  return file.lines.flatMap((line, index): Declared[] => {
    const table = /^\s*\[\[?([^\]]{1,300})\]/.exec(line)?.[1]?.trim();
    if (table !== undefined) section = table;
    const single = /^(.{1,200})\.([\w-]{1,100})$/.exec(table ?? '');
    if (single?.[1] !== undefined && single[2] !== undefined && wanted.test(single[1])) {
      return [{ name: single[2], ecosystem, section: single[1], wanted: '', line: index + 1 }];
    }
    const pair = wanted.test(section) ? /^\s*"?([\w.-]{1,200})"?\s*=\s*(.{1,300})$/.exec(line) : null;
    if (pair?.[1] === undefined || pair[1] === 'python') return [];
    const version = /"([^"]{0,100})"/.exec(pair[2] ?? '')?.[1] ?? '';
    return [{ name: pair[1], ecosystem, section, wanted: version, line: index + 1 }];
  });
}

/** `dependencies = [ "a>=1", … ]` under `[project]`. */
function projectArray(file: TextFile): readonly Declared[] {
  let section = '';
  let isOpen = false;
  return file.lines.flatMap((line, index): Declared[] => {
    if (!isOpen) section = /^\s*\[([^\]]{1,300})\]/.exec(line)?.[1] ?? section;
    const starts = section === 'project' && /^\s*dependencies\s*=\s*\[/.test(line);
    if (starts) isOpen = true;
    if (!isOpen) return [];
    const body = starts ? line.slice(line.indexOf('[') + 1) : line;
    const found = [...body.matchAll(/["']([^"']{1,300})["']/g)].flatMap((match) =>
      requirement(match[1] ?? '', 'project', index + 1),
    );
    if (/\]\s*(?:#.*)?$/.test(body)) isOpen = false;
    return found;
  });
}
