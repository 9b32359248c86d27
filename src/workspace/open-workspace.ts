/**
 * The folder a run works in, opened for reading.
 * What it holds is data from strangers: nothing in it is followed, executed or believed.
 */
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { ProgramRunner } from '../contracts/program.ts';
import type { GitFacts, TextFile, Workspace, WorkspaceListing } from '../contracts/workspace.ts';
import { raceSignal } from '../shared/abort.ts';
import { checkFunction, checkText, checkTextArray } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { resolveLimits, type WorkspaceLimits } from './limits.ts';
import { isInsidePath, readText } from './read-text.ts';
import { TextCache } from './text-cache.ts';

export interface WorkspaceOptions {
  /** Runs git; it must allow the program and hold the folder inside its root. @default none: `git()` gives undefined */
  readonly runner?: ProgramRunner;
  /** Asks git about the folder in another way. Called at most once. @default through `runner` */
  readonly git?: (root: string) => Promise<GitFacts | undefined>;
  readonly limits?: Partial<WorkspaceLimits>;
  /** Patterns as in `.gitignore`; only files that match one are listed. @default all files */
  readonly include?: readonly string[];
  /** Paths of files and folders, relative to the root with `/`, that are not listed: what a run itself writes. @default none */
  readonly exclude?: readonly string[];
}

const ABSENT: ReadonlySet<string> = new Set(['not-found', 'tool-missing', 'not-allowed']);

/**
 * Opens a folder. Rejects with `not-found` when there is none and with `invalid-argument` when it is a file.
 *
 * @example
 * const workspace = await openWorkspace('.');
 * const { files } = await workspace.list();
 * const readme = await workspace.read('README.md');
 */
export async function openWorkspace(root: string, options: WorkspaceOptions = {}): Promise<Workspace> {
  const absolute = resolve(checkText('root', root));
  const limits = resolveLimits(options.limits);
  const include = options.include === undefined ? undefined : checkTextArray('include', options.include);
  const exclude = new Set(options.exclude === undefined ? [] : checkTextArray('exclude', options.exclude));
  if (options.git !== undefined) checkFunction('git', options.git);
  let real: string;
  try {
    real = await realpath(absolute);
  } catch (cause) {
    throw new OrchestratorError('not-found', `There is no folder at ${absolute}.`, {
      details: { path: absolute },
      cause,
    });
  }
  if (!(await stat(real)).isDirectory()) throw new InvalidArgumentError('root', 'a folder', absolute);
  const { runner } = options;
  const ask = options.git ?? (runner === undefined ? undefined : (folder: string) => askGit(runner, folder));
  return new FolderWorkspace(real, limits, { include, exclude }, ask);
}

interface Wanted {
  readonly include: readonly string[] | undefined;
  readonly exclude: ReadonlySet<string>;
}

class FolderWorkspace implements Workspace {
  readonly root: string;
  readonly name: string;
  readonly #limits: WorkspaceLimits;
  readonly #wanted: Wanted;
  readonly #askGit: WorkspaceOptions['git'];
  readonly #texts: TextCache;
  readonly #reading = new Map<string, Promise<TextFile | undefined>>();
  readonly #memo = new Map<string, Promise<unknown>>();
  #listing: Promise<WorkspaceListing> | undefined;

  constructor(root: string, limits: WorkspaceLimits, wanted: Wanted, git: WorkspaceOptions['git']) {
    this.root = root;
    this.name = basename(root) || root;
    this.#limits = limits;
    this.#wanted = wanted;
    this.#askGit = git;
    this.#texts = new TextCache(limits.maxCachedBytes);
  }

  async list({ signal }: { readonly signal?: AbortSignal } = {}): Promise<WorkspaceListing> {
    signal?.throwIfAborted();
    // A walk that its first caller gave up is begun anew for one who did not.
    for (;;) {
      const isOwn = this.#listing === undefined;
      this.#listing ??= this.#walk(signal);
      const listing = this.#listing;
      try {
        return await raceSignal(listing, signal);
      } catch (error) {
        if ((isOwn || !signal?.aborted) && this.#listing === listing) this.#listing = undefined;
        if (isOwn || signal?.aborted) throw error;
      }
    }
  }

  async #walk(signal: AbortSignal | undefined): Promise<WorkspaceListing> {
    const [{ walkFolder }, { default: ignore }] = await Promise.all([
      import('./walk-folder.ts'),
      import('ignore'),
    ]);
    const { include, exclude } = this.#wanted;
    const wanted = ignore({ ignorecase: false, allowRelativePaths: true }).add([...(include ?? [])]);
    const isIncluded = include === undefined ? () => true : (path: string) => wanted.ignores(path);
    return walkFolder({
      root: this.root,
      limits: this.#limits,
      isIncluded,
      isExcluded: (path) => exclude.has(path),
      signal,
    });
  }

  async read(path: string): Promise<TextFile | undefined> {
    if (typeof path !== 'string') throw new InvalidArgumentError('path', 'a string', path);
    if (!isInsidePath(path)) return undefined;
    const known = this.#texts.get(path) ?? this.#reading.get(path);
    if (known !== undefined) return known;
    const reading = this.#load(path).finally(() => this.#reading.delete(path));
    this.#reading.set(path, reading);
    return reading;
  }

  async #load(path: string): Promise<TextFile | undefined> {
    const opened = await readText(this.root, path, this.#limits.maxFileBytes);
    if (!('value' in opened)) return undefined;
    this.#texts.set(opened.value);
    return opened.value;
  }

  async git({ signal }: { readonly signal?: AbortSignal } = {}): Promise<GitFacts | undefined> {
    signal?.throwIfAborted();
    const ask = this.#askGit;
    if (ask === undefined) return undefined;
    return raceSignal(
      this.memo('workspace:git', () => ask(this.root)),
      signal,
    );
  }

  memo<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#memo.get(key);
    if (known !== undefined) return known as Promise<T>;
    const made = Promise.resolve().then(make);
    this.#memo.set(key, made);
    made.catch(() => {
      if (this.#memo.get(key) === made) this.#memo.delete(key);
    });
    return made;
  }
}

/** Facts through the git of `process/`; undefined without a repository or without git. */
async function askGit(runner: ProgramRunner, root: string): Promise<GitFacts | undefined> {
  const { createGit } = await import('../process/git.ts');
  const git = createGit(runner, root);
  try {
    if (!(await git.isRepository())) return undefined;
    const [head, branch, commitCount] = await Promise.all([git.head(), git.branch(), git.commitCount()]);
    return { head, branch, commitCount };
  } catch (error) {
    if (OrchestratorError.isInstance(error) && ABSENT.has(error.code)) return undefined;
    throw error;
  }
}
