/** Takes documents into a knowledge base: cut into pieces, cited by line, and only what has changed. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { KnowledgeCategory, type KnowledgeEntry } from '../../contracts/memory.ts';
import type { Workspace } from '../../contracts/workspace.ts';
import { checkInteger, checkObject, checkOneOf, checkSignal, checkText } from '../../shared/check.ts';
import { InvalidArgumentError, OrchestratorError, toError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/json.ts';
import { languageOf } from '../../workspace/language-of.ts';
import { readBytes } from '../../workspace/read-text.ts';
import { checkLabels } from '../entry-checks.ts';
import { beginningOf, type Chunk } from './chunk.ts';
import { formatCitation, parseCitation } from './citation.ts';
import type { Cuttable, Pieces } from './cut-document.ts';
import { Cutter } from './cutter.ts';
import { textChunks } from './text-chunks.ts';

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
  /** The longest that one document may take to be read, in milliseconds; it is skipped then. @default 60_000 */
  readonly documentTimeoutMs?: number;
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
  /** Of these only the first 2000 pieces were taken. */
  readonly truncated: readonly string[];
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
const MAX_TEXT_LENGTH = 10_000_000;
/** A title is cut here, and an entry's `source` holds a path of this length at most. */
const LONGEST_TITLE = 200;
const LONGEST_PATH = 960;
/** Of a file with more replaced or control characters than this, nothing can be read. */
const MOST_UNREADABLE = 0.1;
const LONGEST_SPELL_MS = 20;

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
  const { category = KnowledgeCategory.REFERENCE, tags = [], documentTimeoutMs = 60_000, signal } = options;
  checkOneOf('options.category', category, Object.values(KnowledgeCategory));
  checkLabels('options.tags', tags);
  checkInteger('options.documentTimeoutMs', documentTimeoutMs, 1);
  checkSignal('options.signal', signal);
  await using cutter = new Cutter(documentTimeoutMs);
  const ingestion = new Ingestion(target, cutter, { ...options, category, tags });
  if (typeof source !== 'string') {
    checkObject('source', source);
    checkText('source.path', source.path);
    const { text, path, language } = source;
    if (typeof text !== 'string') throw new InvalidArgumentError('source.text', 'a string', text);
    await ingestion.document(digestOf(text), { kind: 'text', title: path, text, language });
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
  readonly #truncated: string[] = [];
  readonly #cutter: Cutter;
  #entryCount = 0;
  #breathedAt = performance.now();

  constructor(
    target: IngestTarget,
    cutter: Cutter,
    options: IngestOptions & { readonly category: KnowledgeCategory; readonly tags: readonly string[] },
  ) {
    this.#target = target;
    this.#cutter = cutter;
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
    return {
      ...this.#lists,
      skipped: this.#skipped,
      truncated: this.#truncated,
      entryCount: this.#entryCount,
    };
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
    const { text, digest } = file;
    await this.document(
      digest,
      { kind: 'text', title: path, text, language: languageOf(path) },
      workspace.root,
    );
  }

  async #pdf(root: string, path: string): Promise<void> {
    this.#options.signal?.throwIfAborted();
    const opened = await readBytes(root, path, MAX_PDF_BYTES);
    if ('reason' in opened) {
      const { reason } = opened;
      this.#skip(path, reason === 'too-large' ? `It is larger than ${MAX_PDF_BYTES} bytes.` : reason);
      return;
    }
    const { value: bytes } = opened;
    await this.document(digestOf(bytes), { kind: 'pdf', title: path, bytes }, root);
  }

  /**
   * A document whose digest is known stays; otherwise its pieces take the place of the old ones, all or none. What is
   * wrong with one document is told of that document alone.
   */
  async document(digest: string, document: Cuttable, root?: string): Promise<void> {
    await this.#breathe();
    const path = document.title;
    this.#seen.add(path);
    const old = this.#known.get(path) ?? [];
    if (isWhole(old, digest)) {
      this.#lists.unchanged.push(path);
      this.#entryCount += old.length;
      this.#options.onFile?.(path, 'unchanged');
      return;
    }
    const problem = problemOf(document);
    const pieces = problem === undefined ? await this.#cut(document) : problem;
    if (typeof pieces === 'string') {
      this.#skip(path, pieces);
      return;
    }
    const { chunks, isTruncated } = pieces;
    const references = [digest, piecesMark(chunks.length), ...(root === undefined ? [] : [rootMark(root)])];
    await this.#replace(path, old, chunks, references);
    if (isTruncated) this.#truncated.push(path);
    this.#entryCount += chunks.length;
    const outcome = old.length > 0 ? 'updated' : 'added';
    this.#lists[outcome].push(path);
    this.#options.onFile?.(path, outcome);
  }

  /** The pieces, or why there are none. */
  async #cut(document: Cuttable): Promise<Pieces | string> {
    const { signal } = this.#options;
    try {
      return await this.#cutter.cut(document, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const code = OrchestratorError.isInstance(error) ? error.code : undefined;
      // What is missing to read it is told once and for all; a broken file is one file less.
      if (code === 'optional-package-missing') throw error;
      if (document.kind === 'pdf' || (code !== 'timed-out' && code !== 'limit-reached'))
        return toError(error).message;
      // What is too much for a parser is still text that can be found.
      return { chunks: textChunks(document.text, document.title), isTruncated: false };
    }
  }

  /** Puts new pieces in the place of old ones. Where that fails, or is aborted, the old ones stand. */
  async #replace(
    path: string,
    old: readonly KnowledgeEntry[],
    chunks: readonly Chunk[],
    references: readonly string[],
  ): Promise<void> {
    const { category, tags } = this.#options;
    const left = [...old];
    const added: string[] = [];
    const add = ({ title, content, line, endLine }: Chunk): void => {
      // A heading of blanks alone (`# &nbsp;`) is no title.
      const name = beginningOf(title.trim(), LONGEST_TITLE) || beginningOf(path, LONGEST_TITLE);
      added.push(
        this.#target.add(withoutNul(name), withoutNul(content), category, {
          tags: [INGESTED, ...tags],
          source: formatCitation({ path, line, endLine }),
          references,
        }),
      );
    };
    try {
      for (const chunk of chunks) {
        await this.#breathe();
        try {
          add(chunk);
        } catch (error) {
          // A full base has room for the new where the old one goes.
          const one = left.shift();
          if (one === undefined || !isFull(error)) throw error;
          this.#target.delete(one.id);
          add(chunk);
        }
      }
    } catch (error) {
      for (const id of added) this.#target.delete(id);
      // Half of what was there is nothing to stand on.
      if (left.length < old.length) for (const { id } of left) this.#target.delete(id);
      throw error;
    }
    for (const { id } of left) this.#target.delete(id);
  }

  /** Gives timers and signals a turn after each spell of work. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#breathedAt >= LONGEST_SPELL_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#breathedAt = performance.now();
    }
    this.#options.signal?.throwIfAborted();
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

/** Says how many pieces belong together: after a crash there may be fewer of them. Too long to be found as a word. */
function piecesMark(count: number): string {
  return `pieces${String(count).padStart(60, '0')}`;
}

/** All pieces of a document as it is now. What an earlier release ingested has no count. */
function isWhole(entries: readonly KnowledgeEntry[], digest: string): boolean {
  const [first] = entries;
  if (first === undefined || !entries.every(({ references }) => references.includes(digest))) return false;
  const mark = first.references.find((reference) => /^pieces\d{60}$/.test(reference));
  return mark === undefined || mark === piecesMark(entries.length);
}

/** Why a document is not even cut. */
function problemOf(document: Cuttable): string | undefined {
  if (document.title.length > LONGEST_PATH) return `Its path is longer than ${LONGEST_PATH} characters.`;
  if (document.kind === 'pdf') return undefined;
  const { text } = document;
  if (text.length > MAX_TEXT_LENGTH) return `It is longer than ${MAX_TEXT_LENGTH} characters.`;
  const unreadable = text.match(UNREADABLE)?.length ?? 0;
  return unreadable > text.length * MOST_UNREADABLE
    ? 'It is no text: most of it can not be read.'
    : undefined;
}

/** Control characters and what stands for bytes that are no UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNREADABLE = /[\0-\x08\x0E-\x1A\x1C-\x1F\uFFFD]/g;

/** Databases hold no NUL in a text. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

function isFull(error: unknown): boolean {
  return OrchestratorError.isInstance(error) && error.code === 'limit-reached';
}
