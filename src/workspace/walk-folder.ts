/** Lists a folder with limits. Links are not followed, pipes and devices not opened, and hostile sizes cut off. */
import type { Dirent } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SkippedFile, WorkspaceFile, WorkspaceListing } from '../contracts/workspace.ts';
import { IgnoreRules, isBuiltInIgnored, MAX_IGNORE_FILE_BYTES } from './ignore-rules.ts';
import { languageOf } from './language-of.ts';
import type { WorkspaceLimits } from './limits.ts';
import { readHead, sniff } from './read-text.ts';

const MAX_SKIPPED = 1000;
/** Files whose first bytes are looked at in parallel. */
const LOOKED_AT_ONCE = 16;
const LONGEST_SPELL_MS = 20;
const REPLACEMENT = '\uFFFD';

export interface WalkOptions {
  /** Real, absolute path. */
  readonly root: string;
  readonly limits: WorkspaceLimits;
  /** Says which files are wanted. */
  readonly isIncluded: (path: string) => boolean;
  /** Says which files and folders are passed over without a word. */
  readonly isExcluded: (path: string) => boolean;
  readonly signal: AbortSignal | undefined;
}

/** Walks breadth first by path order, so that a cut-off list still shows the top of the tree. */
export async function walkFolder(options: WalkOptions): Promise<WorkspaceListing> {
  return new FolderWalk(options).run();
}

class FolderWalk {
  readonly #options: WalkOptions;
  readonly #files: WorkspaceFile[] = [];
  readonly #skipped: SkippedFile[] = [];
  #skippedCount = 0;
  #entries = 0;
  #bytes = 0;
  #isTruncated = false;
  #breathedAt = performance.now();

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  async run(): Promise<WorkspaceListing> {
    let level: { path: string; rules: IgnoreRules }[] = [{ path: '', rules: IgnoreRules.none }];
    for (let depth = 0; level.length > 0; depth += 1) {
      const next: typeof level = [];
      for (const folder of level) {
        this.#options.signal?.throwIfAborted();
        const rules = await this.#rulesOf(folder.path, folder.rules);
        for (const path of await this.#visit(folder.path, rules)) {
          if (depth < this.#options.limits.maxDepth) next.push({ path, rules });
          else this.#cut(path);
        }
      }
      level = next;
    }
    return {
      files: this.#files.sort(byPath),
      skipped: this.#skipped.sort(byPath),
      skippedCount: this.#skippedCount,
      isTruncated: this.#isTruncated,
    };
  }

  /** Gives timers and signals a turn after each spell of work: many rules over many names are all computation. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#breathedAt < LONGEST_SPELL_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#breathedAt = performance.now();
    this.#options.signal?.throwIfAborted();
  }

  async #rulesOf(folder: string, above: IgnoreRules): Promise<IgnoreRules> {
    const path = folder === '' ? '.gitignore' : `${folder}/.gitignore`;
    const text = await readHead(this.#options.root, path, MAX_IGNORE_FILE_BYTES);
    return text === undefined ? above : above.with(folder, text);
  }

  /** Takes the files of a folder; returns the folders to enter. */
  async #visit(folder: string, rules: IgnoreRules): Promise<string[]> {
    const folders: string[] = [];
    const files: string[] = [];
    for (const entry of await this.#entriesOf(folder)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const isDirectory = entry.isDirectory();
      await this.#breathe();
      if (isBuiltInIgnored(entry.name, isDirectory) || rules.ignores(path, isDirectory)) continue;
      if (this.#options.isExcluded(path)) continue;
      if (isDirectory) folders.push(path);
      else if (!this.#options.isIncluded(path)) continue;
      else if (entry.isSymbolicLink()) this.#skip(path, 'symlink');
      else if (!entry.isFile()) this.#skip(path, 'special');
      else files.push(path);
    }
    await this.#take(files);
    return folders;
  }

  async #entriesOf(folder: string): Promise<Dirent[]> {
    const entries: Dirent[] = [];
    try {
      for await (const entry of await opendir(join(this.#options.root, folder))) {
        if (this.#entries >= this.#options.limits.maxEntries) {
          this.#cut(folder);
          break;
        }
        this.#entries += 1;
        if (this.#entries % 512 === 0) this.#options.signal?.throwIfAborted();
        if (await this.#hasReadableName(folder, entry)) entries.push(entry);
      }
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if ((error as { code?: string }).code !== 'ENOENT')
        this.#skip(folder === '' ? '.' : folder, 'unreadable');
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A name that is not UTF-8 comes with replacement characters in it, and nothing is found under that name. */
  async #hasReadableName(folder: string, entry: Dirent): Promise<boolean> {
    if (!entry.name.includes(REPLACEMENT)) return true;
    const isThere = await lstat(join(this.#options.root, folder, entry.name)).then(
      () => true,
      () => false,
    );
    if (!isThere) this.#skip(folder === '' ? entry.name : `${folder}/${entry.name}`, 'unreadable');
    return isThere;
  }

  async #take(paths: readonly string[]): Promise<void> {
    const { root, limits, signal } = this.#options;
    for (let start = 0; start < paths.length; start += LOOKED_AT_ONCE) {
      signal?.throwIfAborted();
      const batch = paths.slice(start, start + LOOKED_AT_ONCE);
      const isFull = this.#files.length >= limits.maxFiles || this.#bytes >= limits.maxTotalBytes;
      const looks = isFull
        ? []
        : await Promise.all(batch.map((path) => sniff(root, path, limits.maxFileBytes)));
      for (const [index, path] of batch.entries()) {
        const look = looks[index];
        if (look === undefined) this.#cut(path);
        else if ('value' in look) this.#add(path, look.value);
        else if (look.reason !== 'missing') this.#skip(path, look.reason);
      }
    }
  }

  #add(path: string, size: number): void {
    const { maxFiles, maxTotalBytes } = this.#options.limits;
    if (this.#files.length >= maxFiles || this.#bytes + size > maxTotalBytes) {
      this.#cut(path);
      return;
    }
    this.#bytes += size;
    this.#files.push({ path, size, language: languageOf(path) });
  }

  #cut(path: string): void {
    this.#isTruncated = true;
    this.#skip(path === '' ? '.' : path, 'too-many-files');
  }

  #skip(path: string, reason: SkippedFile['reason']): void {
    this.#skippedCount += 1;
    if (this.#skipped.length < MAX_SKIPPED) this.#skipped.push({ path, reason });
  }
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
