/** Cuts a workspace into passages that can be cited: sections of prose, comments in code, fields of manifests. */
import { posix } from 'node:path';
import type { TextFile } from '../../contracts/workspace.ts';

/** Lines of a file that belong together. Lines count from 1, both ends included. */
export interface Passage {
  readonly path: string;
  readonly kind: 'section' | 'comment' | 'field';
  /** A heading with those above it, the code that a comment stands over, or a field's name. */
  readonly title: string;
  readonly line: number;
  readonly endLine: number;
}

/** Longer passages are cut, so that a citation stays near what it says. */
const MAX_LINES = 40;
const SHORTEST_COMMENT = 40;

/** Passages of one file; none for formats without prose. */
export function passagesOf(file: TextFile): readonly Passage[] {
  const name = posix.basename(file.path);
  if (/\.(?:md|markdown|mdx|rst|adoc)$/i.test(name)) return sections(file);
  if (/\.txt$/i.test(name) || /^(?:README|CONTRIBUTING|INSTALL|HACKING|USAGE)$/i.test(name))
    return sections(file);
  if (name === 'package.json')
    return fields(
      file,
      /^\s*"((?:description|main|bin|type|version|license|node|packageManager|test|start|build|dev|lint|check)[\w:.-]{0,60}|[\w:.-]{1,60})"\s*:\s*"/,
    );
  if (/^(?:pyproject\.toml|Cargo\.toml|setup\.cfg)$/.test(name))
    return fields(file, /^\s*([\w.-]{1,60})\s*=\s*\S/);
  if (/^\.env(?:\.[\w-]+)?\.?(?:example|sample|template|dist)$/.test(name))
    return fields(file, /^\s*([A-Z_][A-Z\d_]{0,80})\s*=/);
  if (/^(?:Makefile|justfile)$/.test(name)) return fields(file, /^([\w.-]{1,60})\s*:(?!=)/);
  if (
    /\.(?:[mc]?[jt]sx?|java|go|rs|c|cc|cpp|h|hpp|cs|kt|swift|scala|php|dart|scss|proto|py|rb|sh|bash|ya?ml|toml|tf|ex|exs|sql|lua)$/i.test(
      name,
    )
  )
    return comments(file);
  return [];
}

function sections(file: TextFile): readonly Passage[] {
  const passages: Passage[] = [];
  const above: { level: number; text: string }[] = [];
  let start = 1;
  let fence: string | undefined;
  const close = (end: number): void => {
    const title = above.map(({ text }) => text).join(' › ');
    for (let line = start; line <= end; line += MAX_LINES) {
      const last = Math.min(end, line + MAX_LINES - 1);
      if (hasText(file, line, last))
        passages.push({ path: file.path, kind: 'section', title, line, endLine: last });
    }
  };
  for (const [index, line] of file.lines.entries()) {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence)))
      fence = fence === undefined ? mark : undefined;
    const heading = fence === undefined ? /^(#{1,6}|={1,5})\s+(\S.{0,300})$/.exec(line) : null;
    if (heading === null) continue;
    close(index);
    const level = heading[1]?.length ?? 1;
    while ((above.at(-1)?.level ?? 0) >= level) above.pop();
    above.push({ level, text: (heading[2] ?? '').replace(/\s+#+$/, '').trim() });
    start = index + 1;
  }
  close(file.lines.length);
  return passages;
}

function hasText(file: TextFile, from: number, to: number): boolean {
  return file.lines.slice(from - 1, to).some((line) => /[\p{L}\d]/u.test(line));
}

function fields(file: TextFile, pattern: RegExp): readonly Passage[] {
  return file.lines.flatMap((text, index): Passage[] => {
    const name = text.length > 2_000 ? undefined : pattern.exec(text)?.[1];
    if (name === undefined) return [];
    return [{ path: file.path, kind: 'field', title: name, line: index + 1, endLine: index + 1 }];
  });
}

/** Comments that begin a line: blocks, and runs of line comments. What follows them names them. */
function comments(file: TextFile): readonly Passage[] {
  const hasHash = /\.(?:py|rb|sh|bash|ya?ml|toml|tf|exs?)$/i.test(file.path);
  const hasDashes = /\.(?:sql|lua)$/i.test(file.path);
  const passages: Passage[] = [];
  const { lines } = file;
  for (let index = 0; index < lines.length; index += 1) {
    const text = lines[index] ?? '';
    let end = index;
    if (/^\s*\/\*/.test(text)) {
      while (end < lines.length - 1 && !(lines[end] ?? '').includes('*/')) end += 1;
    } else if (/\.py$/i.test(file.path) && /^\s*[rRbBuU]?"""/.test(text)) {
      const isOneLine = (text.match(/"""/g)?.length ?? 0) > 1;
      if (!isOneLine)
        for (end = index + 1; end < lines.length - 1 && !(lines[end] ?? '').includes('"""'); ) end += 1;
    } else {
      const mark = hasHash ? /^\s*#(?!!)/ : hasDashes ? /^\s*--/ : /^\s*\/\//;
      if (!mark.test(text)) continue;
      while (end < lines.length - 1 && mark.test(lines[end + 1] ?? '')) end += 1;
    }
    const last = Math.min(end, index + MAX_LINES - 1);
    const length = lines
      .slice(index, last + 1)
      .join('')
      .replace(/[^\p{L}\d]/gu, '').length;
    if (length >= SHORTEST_COMMENT) {
      const next = (lines.slice(end + 1, end + 4).find((line) => /\w/.test(line)) ?? '').trim().slice(0, 120);
      passages.push({ path: file.path, kind: 'comment', title: next, line: index + 1, endLine: last + 1 });
    }
    index = end;
  }
  return passages;
}
