/** PDF: a piece for each page, through the optional package `unpdf`. */
import { OrchestratorError } from '../../shared/errors.ts';
import { type Chunk, cutText, MAX_CHUNKS } from './chunk.ts';

/** A page tree may promise a thousand million pages: no more than these are asked for. */
const MAX_PAGES = 20_000;

/** Rejects with `optional-package-missing`, or with what the reader makes of a broken file. */
export async function pdfChunks(bytes: Uint8Array, title: string): Promise<Chunk[]> {
  const { getDocumentProxy } = await loadReader();
  // The reader takes its input over, so it gets its own copy.
  const document = await getDocumentProxy(new Uint8Array(bytes));
  const chunks: Chunk[] = [];
  let problem: unknown;
  let readCount = 0;
  for (
    let page = 1;
    page <= Math.min(document.numPages, MAX_PAGES) && chunks.length <= MAX_CHUNKS;
    page += 1
  ) {
    try {
      const { items } = await (await document.getPage(page)).getTextContent();
      readCount += 1;
      const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
      for (const piece of cutText(text)) {
        const content = piece.trim();
        if (content !== '')
          chunks.push({ title: `${title} › page ${page}`, content, line: page, endLine: page });
      }
    } catch (error) {
      // A page that can't be read is one page less; where the first three can't, the file is broken.
      problem ??= error;
      if (page >= 3 && readCount === 0) break;
    }
  }
  if (readCount === 0 && problem !== undefined) throw problem;
  return chunks;
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
