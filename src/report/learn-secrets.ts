/** Learns from masked findings which texts are secret, so that a report shows them nowhere, also not beside or in data. */
import type { Finding, LocationEvidence } from '../contracts/artifact.ts';
import type { Workspace } from '../contracts/workspace.ts';

/** What `maskTexts` of the skills puts in place of a secret's end. */
export const STARS = '*'.repeat(8);
/** A shorter text would be hidden in half of all words. */
const SHORTEST = 4;
/** From here on a text is hidden in every file, not only in the one that holds it. */
const SHORTEST_EVERYWHERE = 6;
/** A text of letters alone may be a plain word; from here on it is hidden everywhere too. */
const LONGEST_WORD = 12;

export interface LearnedSecrets {
  /** Hidden in the whole report. */
  readonly everywhere: ReadonlySet<string>;
  /** Hidden in what is shown of a file. By path. */
  readonly byPath: ReadonlyMap<string, ReadonlySet<string>>;
}

/** All places that findings mask. */
export function maskedPlaces(findings: readonly Finding[]): readonly LocationEvidence[] {
  return findings
    .flatMap(({ location, related = [] }) => [location, ...related])
    .filter(({ masked }) => masked === true);
}

/** Compares each masked excerpt with its line: what the excerpt hides is secret. */
export async function learnSecrets(
  findings: readonly Finding[],
  workspace: Workspace,
): Promise<LearnedSecrets> {
  const everywhere = new Set<string>();
  const byPath = new Map<string, Set<string>>();
  for (const { path, line, fileDigest, excerpt } of maskedPlaces(findings)) {
    const file = await workspace.read(path);
    if (file === undefined || file.digest !== fileDigest) continue;
    for (const secret of hiddenParts(file.lines[line - 1]?.trim() ?? '', excerpt)) {
      const ofFile = byPath.get(path) ?? new Set<string>();
      byPath.set(path, ofFile.add(secret));
      if (isUnlikelyWord(secret)) everywhere.add(secret);
    }
  }
  return { everywhere, byPath };
}

/** The parts of `raw` that stars stand for in `excerpt`. The shown first characters of a secret are not part of it. */
export function hiddenParts(raw: string, excerpt: string): readonly string[] {
  const shown = excerpt.split(STARS);
  const parts: string[] = [];
  let position = shown[0]?.length ?? 0;
  for (const [index, text] of shown.entries()) {
    if (index === 0) continue;
    const isLast = index === shown.length - 1;
    // The end is the line's end unless the excerpt was cut; then the rest of the line counts as secret up to a quote or blank.
    const end =
      isLast && raw.endsWith(text) && text !== '' ? raw.length - text.length : nextEnd(raw, text, position);
    const part = raw.slice(position, Math.max(position, end));
    if (part.length >= SHORTEST && !/^\*+$/.test(part)) parts.push(part);
    position = Math.max(position, end) + text.length;
  }
  return parts;
}

function nextEnd(raw: string, text: string, position: number): number {
  if (text !== '') {
    const found = raw.indexOf(text, position);
    return found < 0 ? raw.length : found;
  }
  const found = raw.slice(position).search(/["'`\s]/);
  return found < 0 ? raw.length : position + found;
}

function isUnlikelyWord(text: string): boolean {
  if (text.length < SHORTEST_EVERYWHERE) return false;
  return text.length >= LONGEST_WORD || !/^[A-Za-z]+$/.test(text);
}
