/** Chooses how a document is cut, by what it is. */
import type { Chunk } from './chunk.ts';
import { codeChunks } from './code-chunks.ts';
import { htmlChunks } from './html-chunks.ts';
import { markdownChunks } from './markdown-chunks.ts';
import { textChunks } from './text-chunks.ts';

/** Languages whose files are prose or records, not symbols. */
const PROSE = new Set([
  'text',
  'json',
  'yaml',
  'toml',
  'csv',
  'tsv',
  'ndjson',
  'xml',
  'ini',
  'properties',
  'dotenv',
]);

/** A document in words. `language` is as a workspace names it: `markdown`, `html`, `typescript` … */
export async function chunksOf(
  text: string,
  title: string,
  language: string | undefined,
): Promise<readonly Chunk[]> {
  if (language === 'markdown') return markdownChunks(text, title);
  if (language === 'html') return htmlChunks(text, title);
  if (language === undefined || PROSE.has(language)) return textChunks(text, title);
  return codeChunks(text, title, language);
}
