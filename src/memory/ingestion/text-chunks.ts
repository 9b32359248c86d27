/** Plain text: paragraphs gathered until a piece is long enough to mean something. */
import { type Chunk, cutLines, linesOf, MAX_CHUNK_LENGTH } from './chunk.ts';

/** A piece takes in further paragraphs up to this length. */
const GOOD_LENGTH = MAX_CHUNK_LENGTH / 3;

export function textChunks(text: string, title: string): Chunk[] {
  const lines = linesOf(text);
  const chunks: Chunk[] = [];
  let start = 1;
  let length = 0;
  for (const [index, content] of lines.entries()) {
    length += content.length + 1;
    const isBreak = content.trim() === '' && length >= GOOD_LENGTH;
    if (!isBreak && index < lines.length - 1) continue;
    chunks.push(...cutLines(lines, start, index + 1, title));
    start = index + 2;
    length = 0;
  }
  return chunks;
}
