/** Cuts one document, in this thread or, loaded by its address, in another. */
import { type ErrorJson, errorToJson } from '../../shared/errors.ts';
import { type Chunk, MAX_CHUNKS } from './chunk.ts';
import { chunksOf } from './chunks-of.ts';
import { pdfChunks } from './pdf-chunks.ts';

/** A document as it is given from one thread to another. */
export type Cuttable =
  | {
      readonly kind: 'text';
      readonly title: string;
      readonly text: string;
      readonly language: string | undefined;
    }
  | { readonly kind: 'pdf'; readonly title: string; readonly bytes: Uint8Array };

export interface Pieces {
  readonly chunks: readonly Chunk[];
  /** There were more than are taken. */
  readonly isTruncated: boolean;
}

/** Where another thread finds this module. */
export const CUT_DOCUMENT_URL = import.meta.url;

export async function cutDocument(document: Cuttable): Promise<Pieces> {
  const chunks =
    document.kind === 'pdf'
      ? await pdfChunks(document.bytes, document.title)
      : await chunksOf(document.text, document.title, document.language);
  return { chunks: chunks.slice(0, MAX_CHUNKS), isTruncated: chunks.length > MAX_CHUNKS };
}

/**
 * The same, with an error as a value that can be sent. The worker thread imports it by its name.
 *
 * @public
 */
export async function answerCut(document: Cuttable): Promise<Pieces | { readonly error: ErrorJson }> {
  try {
    return await cutDocument(document);
  } catch (error) {
    return { error: errorToJson(error) };
  }
}
