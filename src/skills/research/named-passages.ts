/** Finds where a text names two things together, and quotes the lines that do. */

/** Words that all stand for one thing, the first of which is shown. */
export type Names = readonly string[];

export interface NamedPassage {
  /** From 1, within the lines that were given. */
  readonly line: number;
  readonly endLine: number;
  /** As it stands in the text, at most 500 characters; left-out lines show as `…`. */
  readonly excerpt: string;
}

const MAX_LINE = 4_000;
const MAX_EXCERPT = 500;

/** The paragraphs (between empty lines) that name both; with `isTitled`, the heading above names the first one already. */
export function passagesNaming(
  lines: readonly string[],
  one: Names,
  other: Names,
  { isTitled }: { readonly isTitled: boolean },
): readonly NamedPassage[] {
  const found: NamedPassage[] = [];
  let start = 0;
  for (let index = 0; index <= lines.length; index += 1) {
    const text = lines[index];
    if (text !== undefined && text.trim() !== '' && !/^#{1,6}\s/.test(text)) continue;
    const passage = inParagraph(lines, start, index, one, other, isTitled);
    if (passage !== undefined) found.push(passage);
    start = index + 1;
  }
  return found;
}

function inParagraph(
  lines: readonly string[],
  from: number,
  to: number,
  one: Names,
  other: Names,
  isTitled: boolean,
): NamedPassage | undefined {
  const first: number[] = [];
  const second: number[] = [];
  for (let index = from; index < to; index += 1) {
    if (namesOne(lines[index] ?? '', one)) first.push(index);
    if (namesOne(lines[index] ?? '', other)) second.push(index);
  }
  if (second.length === 0 || (first.length === 0 && !isTitled)) return undefined;
  const both = second.find((index) => first.includes(index));
  const chosen = both === undefined ? [first[0], second[0]].filter((index) => index !== undefined) : [both];
  const [start, end] = [Math.min(...chosen), Math.max(...chosen)];
  const parts = [...new Set(chosen)].sort((a, b) => a - b).map((index) => (lines[index] ?? '').trim());
  return {
    line: start + 1,
    endLine: end + 1,
    excerpt: parts.join(end - start > 1 ? '\n…\n' : '\n').slice(0, MAX_EXCERPT),
  };
}

/** Whether a line holds one of the names as whole words, in any case. */
export function namesOne(line: string, names: Names): boolean {
  const text = line.slice(0, MAX_LINE).toLowerCase();
  return names.some((name) => {
    const wanted = name.toLowerCase();
    for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
      const isWord = (character: string | undefined): boolean =>
        character !== undefined && /[\p{L}\p{N}_]/u.test(character);
      // Plural and past endings are the same word: "test", "tests", "tested".
      const after = /^(?:s|es|ed|ing)?(?![\p{L}\p{N}_])/u.test(
        text.slice(at + wanted.length, at + wanted.length + 8),
      );
      if (!isWord(text[at - 1]) && after) return true;
    }
    return false;
  });
}
