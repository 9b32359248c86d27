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
    for (let at = 0; at < content.length; at += MAX_CHUNK_LENGTH) {
      const piece = content.slice(at, at + MAX_CHUNK_LENGTH);
      if (piece.trim() !== '') chunks.push({ title, content: piece, line: start, endLine: end });
    }
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
