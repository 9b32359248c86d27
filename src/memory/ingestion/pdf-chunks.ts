/** PDF: a piece for each page, through the optional package `unpdf`. */
import { OrchestratorError } from '../../shared/errors.ts';
import { type Chunk, MAX_CHUNK_LENGTH } from './chunk.ts';

/** Rejects with `optional-package-missing`, or with what the reader makes of a broken file. */
export async function pdfChunks(bytes: Uint8Array, title: string): Promise<Chunk[]> {
  const { extractText, getDocumentProxy } = await loadReader();
  // The reader takes its input over, so it gets its own copy.
  const document = await getDocumentProxy(new Uint8Array(bytes));
  const { text } = await extractText(document, { mergePages: false });
  return text.flatMap((page, index): Chunk[] => {
    const chunks: Chunk[] = [];
    for (let from = 0; from < page.length; from += MAX_CHUNK_LENGTH) {
      const content = page.slice(from, from + MAX_CHUNK_LENGTH).trim();
      if (content !== '')
        chunks.push({ title: `${title} › page ${index + 1}`, content, line: index + 1, endLine: index + 1 });
    }
    return chunks;
  });
}

async function loadReader(): Promise<typeof import('unpdf')> {
  try {
    return await import('unpdf');
  } catch (error) {
    throw new OrchestratorError(
      'optional-package-missing',
      'Reading PDF needs the package unpdf: npm install unpdf.',
      {
        cause: error,
        details: { name: 'unpdf' },
      },
    );
  }
}
