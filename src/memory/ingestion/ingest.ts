/** Takes documents into a knowledge base: cut into pieces, cited by line, and only what has changed. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { KnowledgeCategory, type KnowledgeEntry } from '../../contracts/memory.ts';
import type { Workspace } from '../../contracts/workspace.ts';
import { checkObject, checkOneOf, checkSignal, checkText, checkTextArray } from '../../shared/check.ts';
import { InvalidArgumentError, OrchestratorError, toError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/json.ts';
import type { Chunk } from './chunk.ts';
import { chunksOf } from './chunks-of.ts';
import { formatCitation, parseCitation } from './citation.ts';
import { pdfChunks } from './pdf-chunks.ts';

/** A document that is at hand as text. */
export interface IngestDocument {
  /** What it is cited by, such as a path or an address. */
  readonly path: string;
  readonly text: string;
  /** `markdown`, `html`, `typescript` … @default plain text */
  readonly language?: string;
}

export interface IngestOptions {
  /** @default 'reference' */
  readonly category?: KnowledgeCategory;
  /** Put on every entry besides `ingested`. @default [] */
  readonly tags?: readonly string[];
  readonly signal?: AbortSignal;
  /** Hears of each file, for progress. */
  readonly onFile?: (path: string, outcome: 'added' | 'updated' | 'unchanged' | 'skipped') => void;
}

/** Files by what became of them, and how many entries there are of them now. */
export interface IngestReport {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
  /** Ingested before from this folder, and gone since. */
  readonly removed: readonly string[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  readonly entryCount: number;
}

/** The part of the knowledge base that ingestion needs. */
export interface IngestTarget {
  readonly entries: Iterable<KnowledgeEntry>;
  add(
    title: string,
    content: string,
    category: KnowledgeCategory,
    options: {
      readonly tags: readonly string[];
      readonly source: string;
      readonly references: readonly string[];
    },
  ): string;
  delete(id: string): boolean;
}

/** The tag by which ingested entries are known. */
const INGESTED = 'ingested';
const MAX_PDF_BYTES = 50_000_000;

/**
 * Takes in a document, a file, or a folder with its ignore rules. Entries of a file whose digest is the same stay; those
 * of a changed or vanished one are replaced or removed. Rejects with `invalid-argument` for a path that is not there.
 */
export async function ingest(
  target: IngestTarget,
  source: string | IngestDocument,
  options: IngestOptions = {},
): Promise<IngestReport> {
  checkObject('options', options);
  const { category = KnowledgeCategory.REFERENCE, tags = [], signal } = options;
  checkOneOf('options.category', category, Object.values(KnowledgeCategory));
  checkTextArray('options.tags', tags);
  checkSignal('options.signal', signal);
  const ingestion = new Ingestion(target, { ...options, category, tags });
  if (typeof source !== 'string') {
    checkObject('source', source);
    checkText('source.path', source.path);
    if (typeof source.text !== 'string')
      throw new InvalidArgumentError('source.text', 'a string', source.text);
    await ingestion.document(source.path, digestOf(source.text), () =>
      chunksOf(source.text, source.path, source.language),
    );
    return ingestion.report;
  }
  const path = resolve(checkText('source', source));
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new InvalidArgumentError('source', 'a file, a folder or a document', source);
  const { openWorkspace } = await import('../../workspace/open-workspace.ts');
  if (found.isDirectory()) await ingestion.folder(await openWorkspace(path));
  else await ingestion.file(await openWorkspace(dirname(path)), basename(path));
  return ingestion.report;
}

class Ingestion {
  readonly #target: IngestTarget;
  readonly #options: IngestOptions & {
    readonly category: KnowledgeCategory;
    readonly tags: readonly string[];
  };
  readonly #known = new Map<string, KnowledgeEntry[]>();
  readonly #seen = new Set<string>();
  readonly #lists = {
    added: [] as string[],
    updated: [] as string[],
    unchanged: [] as string[],
    removed: [] as string[],
  };
  readonly #skipped: { path: string; reason: string }[] = [];
  #entryCount = 0;

  constructor(
    target: IngestTarget,
    options: IngestOptions & { readonly category: KnowledgeCategory; readonly tags: readonly string[] },
  ) {
    this.#target = target;
    this.#options = options;
    for (const entry of target.entries) {
      const citation = entry.tags.includes(INGESTED) ? parseCitation(entry.source) : undefined;
      if (citation === undefined) continue;
      const entries = this.#known.get(citation.path) ?? [];
      entries.push(entry);
      this.#known.set(citation.path, entries);
    }
  }

  get report(): IngestReport {
    return { ...this.#lists, skipped: this.#skipped, entryCount: this.#entryCount };
  }

  async folder(workspace: Workspace): Promise<void> {
    const { signal } = this.#options;
    const { files, skipped } = await workspace.list({ ...(signal && { signal }) });
    for (const { path } of files) await this.file(workspace, path);
    const documents = skipped.filter(
      ({ path, reason }) =>
        path.toLowerCase().endsWith('.pdf') && (reason === 'binary' || reason === 'too-large'),
    );
    for (const { path } of documents) await this.#pdf(workspace.root, path);
    for (const { path, reason } of skipped)
      if (!documents.some((one) => one.path === path)) this.#skip(path, reason);
    // Another folder's files are cited by paths of their own: what was cited by this folder's names and is gone, goes.
    for (const [path, entries] of this.#known) {
      if (
        this.#seen.has(path) ||
        !entries.some(({ references }) => references.includes(rootMark(workspace.root)))
      )
        continue;
      for (const { id } of entries) this.#target.delete(id);
      this.#lists.removed.push(path);
    }
  }

  async file(workspace: Workspace, path: string): Promise<void> {
    this.#options.signal?.throwIfAborted();
    if (path.toLowerCase().endsWith('.pdf')) {
      await this.#pdf(workspace.root, path);
      return;
    }
    const file = await workspace.read(path);
    if (file === undefined) {
      this.#skip(path, 'It can not be read as text.');
      return;
    }
    const language = (await workspace.list()).files.find((one) => one.path === path)?.language;
    await this.document(path, file.digest, () => chunksOf(file.text, path, language), workspace.root);
  }

  async #pdf(root: string, path: string): Promise<void> {
    const absolute = resolve(root, path);
    const { size } = await stat(absolute);
    if (size > MAX_PDF_BYTES) {
      this.#skip(path, `It is larger than ${MAX_PDF_BYTES} bytes.`);
      return;
    }
    const bytes = await readFile(absolute);
    await this.document(path, digestOf(bytes), () => pdfChunks(bytes, path), root);
  }

  /** A document whose digest is known stays; otherwise its pieces take the place of the old ones. */
  async document(
    path: string,
    digest: string,
    cut: () => Promise<readonly Chunk[]>,
    root?: string,
  ): Promise<void> {
    this.#options.signal?.throwIfAborted();
    this.#seen.add(path);
    const old = this.#known.get(path) ?? [];
    if (old.length > 0 && old.every(({ references }) => references.includes(digest))) {
      this.#lists.unchanged.push(path);
      this.#entryCount += old.length;
      this.#options.onFile?.(path, 'unchanged');
      return;
    }
    let chunks: readonly Chunk[];
    try {
      chunks = await cut();
    } catch (error) {
      // What is missing to read it is told once and for all; a broken file is one file less.
      if (OrchestratorError.isInstance(error) && error.code === 'optional-package-missing') throw error;
      this.#skip(path, toError(error).message);
      return;
    }
    for (const { id } of old) this.#target.delete(id);
    const references = [digest, ...(root === undefined ? [] : [rootMark(root)])];
    const { category, tags } = this.#options;
    for (const { title, content, line, endLine } of chunks) {
      const source = formatCitation({ path, line, endLine });
      // A heading of blanks alone (`# &nbsp;`) is no title.
      this.#target.add(title.trim().slice(0, 200) || path.slice(0, 200), content, category, {
        tags: [INGESTED, ...tags],
        source,
        references,
      });
    }
    this.#entryCount += chunks.length;
    const outcome = old.length > 0 ? 'updated' : 'added';
    this.#lists[outcome].push(path);
    this.#options.onFile?.(path, outcome);
  }

  #skip(path: string, reason: string): void {
    this.#skipped.push({ path, reason });
    this.#options.onFile?.(path, 'skipped');
  }
}

/** Which folder an entry belongs to, without telling where that folder is. */
function rootMark(root: string): string {
  return `folder:${digestOf(root).slice('sha256:'.length, 'sha256:'.length + 16)}`;
}
