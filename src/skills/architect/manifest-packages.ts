/** Reads the packages that manifests of several ecosystems declare, line by line, so that each has its place. */
import type { TextFile } from '../../contracts/workspace.ts';

export interface DeclaredPackage {
  readonly name: string;
  /** As written; empty when none is given. */
  readonly version: string;
  readonly line: number;
  /** True where only work on the repository needs it. @default false */
  readonly isDevelopment?: boolean;
}

const MAX_LINE = 500;
const NPM_SECTION = /^\s*"(dependencies|devDependencies|peerDependencies|optionalDependencies)"\s*:\s*\{/;

/** Undefined for files that are no manifest. Broken ones give what can be read. */
export function declaredPackages(file: TextFile): readonly DeclaredPackage[] | undefined {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  if (name === 'package.json') return npmPackages(file);
  if (/^requirements[\w-]*\.txt$/.test(name))
    return byLine(file, /^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([=<>~!]=?[^;#]*)?/, lower);
  if (name === 'pyproject.toml')
    return byLine(
      file,
      /^\s*(?:"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([=<>~!][^";]*)?[^"]*",?|([A-Za-z][\w.-]*)\s*=\s*"([\^~=<>\d*][^"]*)")\s*(?:#.*)?$/,
      lower,
    );
  if (name === 'go.mod')
    return byLine(file, /^\s*(?:require\s+)?([a-z0-9][\w.-]*\.[a-z]+\/[^\s]+)\s+(v[\w.+-]+)/, (text) =>
      text.replace(/\/v\d+$/, ''),
    );
  if (name === 'Cargo.toml')
    return byLine(file, /^([a-z0-9][\w-]*)\s*=\s*(?:"([\d^~=<>*][^"]*)"|\{[^}]*?version\s*=\s*"([^"]*)")/i);
  if (name === 'Gemfile') return byLine(file, /^\s*gem\s+['"]([\w-]+)['"](?:\s*,\s*['"]([^'"]*)['"])?/);
  if (name === 'composer.json') return byLine(file, /^\s*"([a-z0-9-]+\/[a-z0-9._-]+)"\s*:\s*"([^"]*)"/);
  if (name === 'pom.xml') return byLine(file, /^\s*<artifactId>([\w.-]+)<\/artifactId>/);
  if (/^build\.gradle(?:\.kts)?$/.test(name))
    return byLine(file, /^\s*\w+[ (]+['"][\w.-]+:([\w.-]+)(?::([\w.-]+))?['"]/);
  return undefined;
}

function byLine(
  file: TextFile,
  pattern: RegExp,
  tidy: (name: string) => string = (name) => name,
): DeclaredPackage[] {
  return file.lines.flatMap((text, index) => {
    const match = text.length > MAX_LINE ? null : pattern.exec(text);
    if (match === null) return [];
    const [name, version] = match.slice(1).filter((part) => part !== undefined);
    return name === undefined ? [] : [{ name: tidy(name), version: (version ?? '').trim(), line: index + 1 }];
  });
}

function npmPackages(file: TextFile): DeclaredPackage[] {
  const found: DeclaredPackage[] = [];
  let isInside = false;
  let isDevelopment = false;
  for (const [index, text] of file.lines.entries()) {
    if (text.length > MAX_LINE) continue;
    const opens = NPM_SECTION.exec(text);
    const rest = opens === null ? text : text.slice(opens[0].length);
    if (opens !== null) isDevelopment = opens[1] === 'devDependencies';
    isInside ||= opens !== null;
    if (!isInside) continue;
    for (const [, name = '', version = ''] of rest
      .split('}')[0]
      ?.matchAll(/"([^"]{1,214})"\s*:\s*"([^"]{0,200})"/g) ?? []) {
      found.push({ name, version, line: index + 1, ...(isDevelopment ? { isDevelopment } : {}) });
    }
    if (rest.includes('}')) isInside = false;
  }
  return found;
}

function lower(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
