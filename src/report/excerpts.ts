/** Cuts the lines around a finding out of its file, without the secrets in them. */
import type { Finding } from '../contracts/artifact.ts';
import type { TextFile, Workspace } from '../contracts/workspace.ts';
import { createMasker } from './create-masker.ts';
import { type LearnedSecrets, maskedPlaces, STARS } from './learn-secrets.ts';

/** Lines shown before and after. */
const AROUND = 2;
/** Lines shown of a finding that spans many. */
const MAX_SPAN = 12;
const MAX_LINE = 240;
/** A line is looked through for secrets a good way further than it is shown, so that none is cut in half. */
const MAX_SEARCHED = 8192;

/** Base64, in source code also in quotes. */
const KEY_TEXT = /^[\s"'`>#*+]*[A-Za-z0-9+/=]*(?:\\n)?["'`\s,;+\\]*$/;
const KEY_HEADER = /^[\s"'`]*[A-Za-z-]{1,40}: /;

export interface Excerpt {
  readonly from: number;
  readonly lines: string[];
}

interface Place {
  readonly path: string;
  readonly line: number;
  readonly endLine?: number | undefined;
}

/** Under what key the excerpt for a place is kept: findings at one place share it. */
export function excerptKey({ path, line, endLine = line }: Place): string {
  return endLine > line ? `${path}:${line}-${endLine}` : `${path}:${line}`;
}

/** By {@link excerptKey}. A file that can't be read any more, or has changed, has none. */
export async function excerptsOf(
  findings: readonly Finding[],
  workspace: Workspace,
  secrets: LearnedSecrets,
  redact: (text: string) => string,
): Promise<Record<string, Excerpt>> {
  const excerpts = new Map<string, Excerpt>();
  const masked = maskedLines(findings);
  const shownLines = new Map<string, (number: number) => string>();
  for (const { location } of findings) {
    const key = excerptKey(location);
    if (excerpts.has(key)) continue;
    const file = await workspace.read(location.path);
    if (file === undefined || file.digest !== location.fileDigest) continue;
    const shown = shownLines.get(file.path) ?? lineReader(file, secrets, masked, redact);
    shownLines.set(file.path, shown);
    const end = Math.min(location.endLine ?? location.line, location.line + MAX_SPAN - 1);
    const from = Math.max(1, location.line - AROUND);
    const to = Math.min(file.lines.length, end + AROUND);
    const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_none, index) => from + index);
    excerpts.set(key, { from, lines: numbers.map(shown) });
  }
  return Object.fromEntries(excerpts);
}

function lineReader(
  file: TextFile,
  secrets: LearnedSecrets,
  masked: ReadonlyMap<string, string>,
  redact: (text: string) => string,
): (number: number) => string {
  const mask = createMasker([...secrets.everywhere, ...(secrets.byPath.get(file.path) ?? [])]);
  const keyLines = privateKeyLines(file.lines);
  return (number) => {
    if (keyLines.has(number)) return STARS;
    const text =
      masked.get(`${file.path}\n${number}`) ?? (file.lines[number - 1] ?? '').slice(0, MAX_SEARCHED);
    const shown = redact(mask(text));
    return shown.length > MAX_LINE ? `${shown.slice(0, MAX_LINE)}…` : shown;
  };
}

/** Lines of keys in PEM, without the first: a finding points at that one, and the key itself follows. */
function privateKeyLines(lines: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  let isInside = false;
  for (const [index, line] of lines.entries()) {
    // Where a key is only mentioned, as in a pattern or a page, what follows does not look like one.
    isInside &&= line.length < MAX_SEARCHED && (KEY_TEXT.test(line) || KEY_HEADER.test(line));
    if (isInside) found.add(index + 1);
    if (line.length > MAX_SEARCHED) continue;
    if (line.includes('-----BEGIN ') && line.includes('PRIVATE KEY')) isInside = true;
    if (line.includes('-----END ')) isInside = false;
  }
  return found;
}

/** A line that one finding masks is masked wherever it is shown; of a line with several secrets the common part is shown. */
function maskedLines(findings: readonly Finding[]): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const { path, line, excerpt } of maskedPlaces(findings)) {
    const key = `${path}\n${line}`;
    const known = lines.get(key);
    lines.set(key, known === undefined || known === excerpt ? excerpt : commonEnds(known, excerpt));
  }
  return lines;
}

/** What two maskings of one line both show at its start and end. */
function commonEnds(a: string, b: string): string {
  const limit = Math.min(a.length, b.length);
  let start = 0;
  while (start < limit && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < limit - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return `${a.slice(0, start)}${STARS}${a.slice(a.length - end)}`;
}
