/** A piece of a document: small enough to be found and quoted, with the lines it came from. */

export interface Chunk {
  /** What it is about: a heading's path, a symbol, the document's name. */
  readonly title: string;
  readonly content: string;
  /** Counted from 1. In a PDF, the page. */
  readonly line: number;
  readonly endLine: number;
}

/** Longer pieces are cut at a line end. */
export const MAX_CHUNK_LENGTH = 4000;
/** One document gives this many pieces at most. */
export const MAX_CHUNKS = 2000;

/** Cuts lines `from` to `to` (both included, from 1) into pieces that are short enough, leaving empty ones out. */
export function cutLines(lines: readonly string[], from: number, to: number, title: string): Chunk[] {
  const chunks: Chunk[] = [];
  let start = from;
  let length = 0;
  const close = (end: number): void => {
    const content = lines
      .slice(start - 1, end)
      .join('\n')
      .trimEnd();
    // A line that is too long alone is cut, and nothing of it is lost.
    for (const piece of cutText(content))
      if (piece.trim() !== '') chunks.push({ title, content: piece, line: start, endLine: end });
    start = end + 1;
    length = 0;
  };
  for (let line = from; line <= to; line += 1) {
    const size = (lines[line - 1] ?? '').length + 1;
    if (length > 0 && length + size > MAX_CHUNK_LENGTH) close(line - 1);
    length += size;
  }
  if (start <= to) close(to);
  return chunks;
}

/** Lines of a text, without their ends. */
export function linesOf(text: string): readonly string[] {
  return text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
}

/** Cuts a text into pieces that are short enough, none of them in the middle of a character. */
export function cutText(text: string, longest = MAX_CHUNK_LENGTH): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const piece = beginningOf(at === 0 ? text : text.slice(at, at + longest + LONGEST_CHARACTER), longest);
    pieces.push(piece);
    at += piece.length;
  }
  return pieces;
}

/** What a reader takes for one character may be many: a family of four is an emoji of eleven. */
const LONGEST_CHARACTER = 64;

/** The first `longest` of a text at most, with its last character whole. A character without end is cut all the same. */
export function beginningOf(text: string, longest: number): string {
  if (text.length <= longest) return text;
  let end = 0;
  // From the beginning: which two letters make a flag is only known there.
  for (const { index, segment } of GRAPHEMES.segment(text.slice(0, longest + LONGEST_CHARACTER))) {
    if (index + segment.length > longest) break;
    end = index + segment.length;
  }
  if (end > longest - LONGEST_CHARACTER) return text.slice(0, end);
  return text.slice(0, isLowSurrogate(text, longest) && longest > 1 ? longest - 1 : longest);
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
