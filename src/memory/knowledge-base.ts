/** What all agents know: titled entries with a category, references and a confidence, searched by rank. */
import type {
  KnowledgeCategory,
  KnowledgeEntry,
  KnowledgeQuery,
  KnowledgeReader,
} from '../contracts/memory.ts';
import type { StatePort } from '../contracts/state.ts';
import {
  checkClock,
  checkFunction,
  checkInteger,
  checkObject,
  checkOneOf,
  checkSignal,
  checkString,
  checkText,
} from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { type IdSource, randomIds } from '../shared/ids.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { compareTexts } from './compare-texts.ts';
import { DEFAULT_KNOWLEDGE } from './default-knowledge.ts';
import { checkExport, checkShortText, SCHEMA_VERSION } from './entry-checks.ts';
import type { IngestDocument, IngestOptions, IngestReport } from './ingestion/ingest.ts';
import {
  KNOWLEDGE_CATEGORIES,
  knowledgeTexts,
  mergeKnowledgeEntries,
  parseKnowledgeEntry,
} from './knowledge-entry.ts';
import type {
  AddOptions,
  KnowledgeBaseOptions,
  KnowledgeChanges,
  KnowledgeExport,
  KnowledgeStats,
} from './knowledge-options.ts';
import { newId } from './new-id.ts';
import { Persistence, type PersistenceOptions } from './persistence.ts';
import { rankKnowledge } from './rank-knowledge.ts';
import { checkEmbedder, SemanticSearch } from './semantic-search.ts';
import { TextIndex } from './text-index.ts';

const CHANGEABLE = [
  'title',
  'content',
  'category',
  'tags',
  'source',
  'author',
  'references',
  'confidence',
] as const;

/**
 * Holds knowledge. All methods but `open` and `flush` are synchronous; bad arguments throw `InvalidArgumentError`.
 * Entries are frozen.
 *
 * A search with a query ranks by text (BM25+; a title weighs twice, a tag one and a half times as much as the content), in
 * steps of one hundredth of the best score, then by confidence. Without a query it filters, the surest first.
 *
 * @example
 * const knowledge = KnowledgeBase.createWithDefaults();
 * knowledge.add('Our branches', 'A branch lives two days at most.', KnowledgeCategory.CONVENTION, { tags: ['git'] });
 * console.log(knowledge.search({ query: 'how long may a branch live' })[0]?.title);
 */
export class KnowledgeBase implements KnowledgeReader {
  readonly #maxEntries: number;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  /** In the order they came. */
  readonly #entries = new Map<string, KnowledgeEntry>();
  readonly #index = new TextIndex({ title: 2, tags: 1.5, content: 1, references: 1 });
  readonly #semantic: SemanticSearch | undefined;
  #persistence: Persistence<KnowledgeEntry> | undefined;

  constructor(options: KnowledgeBaseOptions = {}) {
    checkObject('options', options);
    this.#maxEntries =
      options.maxEntries === undefined ? Infinity : checkInteger('maxEntries', options.maxEntries, 1);
    this.#clock = checkClock('clock', options.clock ?? systemClock);
    this.#ids = checkFunction('ids', options.ids ?? randomIds);
    if (options.embedder !== undefined)
      this.#semantic = new SemanticSearch(checkEmbedder('embedder', options.embedder));
  }

  /** A base with a dozen entries on common practice in software work, each with what it rests on. */
  static createWithDefaults(options: KnowledgeBaseOptions = {}): KnowledgeBase {
    const base = new KnowledgeBase(options);
    const time = new Date(base.#clock.now()).toISOString();
    for (const entry of DEFAULT_KNOWLEDGE) {
      base.#insert(parseKnowledgeEntry(entry.id, { ...entry, source: 'built-in', createdAt: time }));
    }
    return base;
  }

  /**
   * Opens a base that is kept in a state port under the name `owner`. Changes are written behind: a crash loses those of
   * the last `writeDelayMs` (1000 by default) and the time that writing takes; `flush` before leaving loses none. Two
   * processes may have one base open: an entry that both changed is merged, the last updated version stands. Changes
   * of others are seen when the entry is written here, or the base opened again.
   */
  static async open(
    state: StatePort,
    options: KnowledgeBaseOptions & PersistenceOptions & { readonly owner: string },
  ): Promise<KnowledgeBase> {
    checkObject('options', options);
    const base = new KnowledgeBase(options);
    const persistence = new Persistence<KnowledgeEntry>(
      state,
      `knowledge/${encodeURIComponent(checkShortText('owner', options.owner, 200))}/`,
      {
        get: (id) => base.#entries.get(id),
        adopt: (entry) => base.#put(entry),
        parse: parseKnowledgeEntry,
        merge: mergeKnowledgeEntries,
        changedAt: (entry) => entry.updatedAt,
      },
      options,
    );
    const kept = await persistence.load(options.signal);
    for (const entry of [...kept].sort((a, b) => compareTexts(a.createdAt, b.createdAt))) base.#put(entry);
    base.#persistence = persistence;
    return base;
  }

  /** Adds an entry. Returns its id. Throws `limit-reached` when the base is full. */
  add(title: string, content: string, category: KnowledgeCategory, options: AddOptions = {}): string {
    checkObject('options', options);
    checkText('title', title);
    checkText('content', content);
    checkOneOf('category', category, KNOWLEDGE_CATEGORIES);
    const time = new Date(this.#clock.now()).toISOString();
    const { tags, source, author, references, confidence } = options;
    const entry = parseKnowledgeEntry('entry', {
      id: newId(this.#ids, 'knowledge', (id) => this.#entries.has(id)),
      ...{ title, content, category, tags, source, author, references, confidence },
      createdAt: time,
    });
    this.#insert(entry);
    this.#persistence?.touch(entry.id);
    return entry.id;
  }

  /** An entry, which counts as a view of it; undefined when it is unknown. */
  get(id: string): KnowledgeEntry | undefined {
    const entry = this.#entries.get(checkString('id', id));
    if (entry === undefined) return undefined;
    return this.#change({ ...entry, viewCount: entry.viewCount + 1 });
  }

  /** Entries that meet all that is asked; of `tags` one is enough. A search does not count as a view. */
  search(query: KnowledgeQuery): readonly KnowledgeEntry[] {
    checkObject('query', query);
    return rankKnowledge([...this.#entries.values()].reverse(), this.#index, query);
  }

  /**
   * Searches by words and by meaning at once. Entries are embedded when they are first searched. Rejects with
   * `invalid-argument` where the base was made without an embedder.
   */
  async searchSemantic(
    query: Omit<KnowledgeQuery, 'query'> & { readonly query: string },
    { signal = new AbortController().signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly KnowledgeEntry[]> {
    checkObject('query', query);
    checkText('query.query', query.query);
    checkSignal('signal', signal);
    if (this.#semantic === undefined) {
      throw new InvalidArgumentError(
        'embedder',
        'given to the knowledge base for a search by meaning',
        undefined,
      );
    }
    const { query: words, limit = 10, ...filters } = query;
    const all = Math.max(1, this.#entries.size);
    const entries = this.search({ ...filters, limit: all });
    const byWords = this.search({ ...filters, query: words, limit: all });
    return this.#semantic.search(words, entries, byWords, checkInteger('query.limit', limit, 1), signal);
  }

  /**
   * Takes in a file, a folder (with its ignore rules) or a document: Markdown, text, HTML, source code by symbols, and
   * PDF with the package `unpdf`. Only what has changed since the last time is cut anew. Each entry's `source` opens:
   * `docs/guide.md#L12-L30`. Rejects with `invalid-argument`, `optional-package-missing` or the signal's reason.
   */
  async ingest(source: string | IngestDocument, options: IngestOptions = {}): Promise<IngestReport> {
    const { ingest } = await import('./ingestion/ingest.ts');
    const target = {
      entries: [...this.#entries.values()],
      add: (...parameters: Parameters<KnowledgeBase['add']>) => this.add(...parameters),
      delete: (id: string) => this.delete(id),
    };
    return ingest(target, source, options);
  }

  /** Changes an entry. Returns it as it is now, or undefined when it is unknown. */
  update(id: string, changes: KnowledgeChanges): KnowledgeEntry | undefined {
    const unknown = Object.keys(checkObject('changes', changes)).find(
      (key) => !(CHANGEABLE as readonly string[]).includes(key),
    );
    if (unknown !== undefined) {
      throw new InvalidArgumentError(
        'changes',
        `an object with keys among ${CHANGEABLE.join(', ')}`,
        changes,
      );
    }
    const entry = this.#entries.get(checkString('id', id));
    if (entry === undefined) return undefined;
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    return this.#change(
      parseKnowledgeEntry('changes', { ...entry, ...given, updatedAt: this.#later(entry) }),
    );
  }

  /** Deletes an entry. Returns whether there was one. */
  delete(id: string): boolean {
    const entry = this.#entries.get(checkString('id', id));
    if (entry === undefined) return false;
    this.#index.remove(id, knowledgeTexts(entry));
    this.#entries.delete(id);
    this.#persistence?.touch(id);
    return true;
  }

  /** Adds what an entry rests on, once. Returns whether there is such an entry. */
  addReference(id: string, reference: string): boolean {
    checkText('reference', reference);
    const entry = this.#entries.get(checkString('id', id));
    if (entry === undefined) return false;
    if (!entry.references.includes(reference))
      this.update(id, { references: [...entry.references, reference] });
    return true;
  }

  /** All of a category, the last updated first. */
  getByCategory(category: KnowledgeCategory): readonly KnowledgeEntry[] {
    checkOneOf('category', category, KNOWLEDGE_CATEGORIES);
    return this.#newestFirst().filter((entry) => entry.category === category);
  }

  /** All that have a tag, the last updated first. */
  getByTag(tag: string): readonly KnowledgeEntry[] {
    checkText('tag', tag);
    return this.#newestFirst().filter((entry) => entry.tags.includes(tag));
  }

  /** The most viewed entries. */
  getPopular(limit = 10): readonly KnowledgeEntry[] {
    checkInteger('limit', limit);
    return this.#newestFirst()
      .sort((a, b) => b.viewCount - a.viewCount)
      .slice(0, limit);
  }

  /** The last updated entries. */
  getRecent(limit = 10): readonly KnowledgeEntry[] {
    checkInteger('limit', limit);
    return this.#newestFirst().slice(0, limit);
  }

  /** Counts of what is kept. */
  getStats(): KnowledgeStats {
    const byCategory = Object.fromEntries(KNOWLEDGE_CATEGORIES.map((category) => [category, 0]));
    const tags = new Map<string, number>();
    let totalViews = 0;
    let confidence = 0;
    for (const entry of this.#entries.values()) {
      byCategory[entry.category] = (byCategory[entry.category] ?? 0) + 1;
      for (const tag of entry.tags) tags.set(tag, (tags.get(tag) ?? 0) + 1);
      totalViews += entry.viewCount;
      confidence += entry.confidence;
    }
    const { size: total } = this.#entries;
    return {
      total,
      byCategory: byCategory as Record<KnowledgeCategory, number>,
      totalViews,
      averageConfidence: total === 0 ? 0 : confidence / total,
      tags: Object.fromEntries([...tags].sort(([, a], [, b]) => b - a)),
    };
  }

  /** Everything as JSON, in the order it came. */
  export(): KnowledgeExport {
    const exportedAt = new Date(this.#clock.now()).toISOString();
    return { schemaVersion: SCHEMA_VERSION, exportedAt, entries: [...this.#entries.values()] };
  }

  /**
   * Takes in an export. All of it is checked before anything changes. An entry that is here already is merged, the
   * last updated version stands. Returns how many entries were read. Throws `schema-mismatch` for an export of a later
   * release and `limit-reached` when not all would fit.
   */
  import(data: unknown): number {
    const entries = checkExport('data', data).map((entry, index) =>
      parseKnowledgeEntry(`data.entries[${index}]`, entry),
    );
    const added = new Set(entries.map(({ id }) => id).filter((id) => !this.#entries.has(id)));
    this.#checkRoom(added.size);
    for (const entry of entries) {
      const known = this.#entries.get(entry.id);
      this.#change(known === undefined ? entry : mergeKnowledgeEntries(known, entry));
    }
    return entries.length;
  }

  /** Deletes everything. Returns how many entries that were. */
  clear(): number {
    const ids = [...this.#entries.keys()];
    this.#entries.clear();
    this.#index.clear();
    for (const id of ids) this.#persistence?.touch(id);
    return ids.length;
  }

  /** Writes what is not yet written. Does nothing for a base that was not opened on a state port. */
  async flush(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkObject('options', options);
    const signal = checkSignal('signal', options.signal);
    await this.#persistence?.flush(signal);
  }

  /** The same as {@link flush}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  #insert(entry: KnowledgeEntry): void {
    this.#checkRoom(1);
    this.#put(entry);
  }

  #change(entry: KnowledgeEntry): KnowledgeEntry {
    const frozen = Object.freeze(entry);
    this.#put(frozen);
    this.#persistence?.touch(frozen.id);
    return frozen;
  }

  #put(entry: KnowledgeEntry): void {
    const known = this.#entries.get(entry.id);
    if (known === undefined || !hasSameTexts(known, entry)) {
      if (known !== undefined) this.#index.remove(known.id, knowledgeTexts(known));
      this.#index.add(entry.id, knowledgeTexts(entry));
    }
    this.#entries.set(entry.id, entry);
  }

  #checkRoom(more: number): void {
    if (this.#entries.size + more <= this.#maxEntries) return;
    throw new OrchestratorError(
      'limit-reached',
      `The knowledge base holds ${this.#entries.size} entries of ${this.#maxEntries} at most; ${more} more do not fit.`,
      {
        details: { held: this.#entries.size, more, maxEntries: this.#maxEntries },
      },
    );
  }

  /** Now, and never before the last update: a clock may be set back. */
  #later({ updatedAt }: KnowledgeEntry): string {
    return new Date(Math.max(this.#clock.now(), Date.parse(updatedAt))).toISOString();
  }

  #newestFirst(): KnowledgeEntry[] {
    // Reversed first: of two from the same millisecond the later one is newer.
    return [...this.#entries.values()].reverse().sort((a, b) => compareTexts(b.updatedAt, a.updatedAt));
  }
}

function hasSameTexts(a: KnowledgeEntry, b: KnowledgeEntry): boolean {
  return a.title === b.title && a.content === b.content && a.tags === b.tags && a.references === b.references;
}
