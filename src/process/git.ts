/** What can be asked of a folder's git history. Only operations that read committed data and run no program. */
import type { ProgramRunner } from '../contracts/program.ts';
import { checkInteger, checkText, checkTextArray } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { type BlameLine, parseGitBlame } from './git-blame.ts';
import { createGitCommand, outputOf, repositoryKind } from './git-command.ts';
import { type GitLog, LOG_FORMAT, parseGitLog } from './git-log.ts';
import { type GitMessage, MESSAGE_FORMAT, parseGitMessages } from './git-messages.ts';

interface Cancellable {
  readonly signal?: AbortSignal;
}

/** Which commits a log is asked for. */
export interface GitLogOptions extends Cancellable {
  /** Most commits, newest first. @default 1000 */
  readonly limit?: number;
  /** Only commits that change one of these files or folders; names, not patterns. @default all */
  readonly paths?: readonly string[];
}

/** A tag and the commit that it stands at. */
export interface GitTag {
  readonly name: string;
  readonly hash: string;
}

/** Which messages are asked for. */
export interface GitMessagesOptions extends Cancellable {
  /** A full hash: only commits that it does not reach. @default all */
  readonly since?: string;
  /** Most commits, newest first. @default 1000 */
  readonly limit?: number;
}

/** Questions about one repository. Each rejects with `not-found` when the folder has none, `tool-missing` without git. */
export interface Git {
  /** Whether the folder has a repository that may be asked. Never rejects for the lack of one. */
  isRepository(): Promise<boolean>;
  /** The commit HEAD points at; undefined before the first. */
  head(options?: Cancellable): Promise<string | undefined>;
  /** The current branch; undefined when HEAD is detached. */
  branch(options?: Cancellable): Promise<string | undefined>;
  /** Commits that HEAD reaches; 0 before the first. */
  commitCount(options?: Cancellable): Promise<number>;
  /** Tracked files, sorted, relative to the root with `/`. */
  listFiles(options?: Cancellable): Promise<readonly string[]>;
  log(options?: GitLogOptions): Promise<GitLog>;
  /** The tag nearest to HEAD in its history; undefined when there is none. */
  latestTag(options?: Cancellable): Promise<GitTag | undefined>;
  /** Whole messages of commits without merges, newest first. */
  messages(options?: GitMessagesOptions): Promise<readonly GitMessage[]>;
  /** Who last changed each line of a file as it is in HEAD; undefined when HEAD has no such file. */
  blame(path: string, options?: Cancellable): Promise<readonly BlameLine[] | undefined>;
}

/** What `createGit` can be told. */
export interface GitOptions {
  /**
   * Whether a `.git` that points elsewhere (a worktree, a submodule) is followed. A stranger's folder could point at
   * a private repository. @default false
   */
  readonly allowLinked?: boolean;
}

/** Git over a runner that allows the program `git`. `root` is the folder that holds `.git`. */
export function createGit(
  runner: ProgramRunner,
  root: string,
  { allowLinked = false }: GitOptions = {},
): Git {
  const call = createGitCommand(runner, checkText('root', root));

  const isRepository = async (): Promise<boolean> => {
    const kind = await repositoryKind(root);
    return kind === 'own' || (kind === 'linked' && allowLinked);
  };
  const git: typeof call = async (args, options) => {
    if (await isRepository()) return call(args, options);
    throw new OrchestratorError('not-found', `There is no git repository in ${root}.`, { details: { root } });
  };
  const head: Git['head'] = async ({ signal } = {}) => {
    const result = await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { signal });
    if (result.exitCode === 1 && result.stderr === '') return undefined;
    return outputOf(result, 'rev-parse').trim();
  };

  return {
    isRepository,
    head,
    async branch({ signal } = {}) {
      const result = await git(['symbolic-ref', '--quiet', '--short', 'HEAD'], { signal });
      return result.exitCode === 1 ? undefined : outputOf(result, 'symbolic-ref').trim();
    },
    async commitCount({ signal } = {}) {
      const commit = await head(signal === undefined ? {} : { signal });
      if (commit === undefined) return 0;
      return Number(outputOf(await git(['rev-list', '--count', commit, '--'], { signal }), 'rev-list'));
    },
    async listFiles({ signal } = {}) {
      const result = await git(['ls-files', '-z', '--cached', '--full-name'], { signal });
      const output = outputOf(result, 'ls-files');
      const names = output.split('\0').slice(0, result.truncated ? -1 : undefined);
      return [...new Set(names.filter((name) => name !== ''))].sort((a, b) => (a < b ? -1 : 1));
    },
    async log({ limit = 1_000, paths = [], signal } = {}) {
      checkInteger('limit', limit, 1, 1_000_000);
      for (const [index, path] of checkTextArray('paths', paths).entries())
        checkPath(`paths[${index}]`, path);
      const commit = await head(signal === undefined ? {} : { signal });
      if (commit === undefined) return { commits: [], isTruncated: false };
      const safe = [
        '--no-ext-diff',
        '--no-textconv',
        '--no-show-signature',
        '--no-mailmap',
        '--no-decorate',
        '--no-color',
      ];
      const shape = ['-z', '--numstat', '--no-renames', '--ignore-submodules=all', `--format=${LOG_FORMAT}`];
      const args = ['log', ...safe, ...shape, `--max-count=${limit}`, commit, '--', ...paths];
      const result = await git(args, { signal });
      return parseGitLog(outputOf(result, 'log'), result.truncated);
    },
    async latestTag({ signal } = {}) {
      const commit = await head(signal === undefined ? {} : { signal });
      if (commit === undefined) return undefined;
      const described = await git(['describe', '--tags', '--abbrev=0', commit], { signal });
      const name = described.stdout.trim();
      if (described.exitCode !== 0 || name === '') return undefined;
      const found = await git(['rev-parse', '--verify', '--quiet', `refs/tags/${name}^{commit}`], { signal });
      return found.exitCode === 0 ? { name, hash: found.stdout.trim() } : undefined;
    },
    async messages({ since, limit = 1_000, signal } = {}) {
      checkInteger('limit', limit, 1, 1_000_000);
      if (since !== undefined && !/^[0-9a-f]{40,64}$/.test(since))
        throw new InvalidArgumentError('since', 'a full commit hash', since);
      const commit = await head(signal === undefined ? {} : { signal });
      if (commit === undefined) return [];
      const safe = ['--no-show-signature', '--no-mailmap', '--no-decorate', '--no-color', '--no-merges'];
      const range = since === undefined ? [commit] : [commit, `^${since}`];
      const args = ['log', ...safe, `--format=${MESSAGE_FORMAT}`, `--max-count=${limit}`, ...range, '--'];
      const result = await git(args, { signal });
      return parseGitMessages(outputOf(result, 'log'), result.truncated);
    },
    async blame(path, { signal } = {}) {
      checkPath('path', path);
      const commit = await head(signal === undefined ? {} : { signal });
      if (commit === undefined) return undefined;
      const exists = await git(['cat-file', '-e', `${commit}:${path}`], { signal });
      if (exists.exitCode !== 0) return undefined;
      // Of the commit, not the work tree: reading the latter would send it through the repository's filters.
      const safe = ['--no-textconv', '--ignore-revs-file='];
      return parseGitBlame(
        outputOf(await git(['blame', '--porcelain', ...safe, commit, '--', path], { signal }), 'blame'),
      );
    },
  };
}

function checkPath(name: string, path: string): void {
  const parts = checkText(name, path).split('/');
  if (path.includes('\0') || path.startsWith('/') || parts.includes('..') || parts.includes('.git')) {
    throw new InvalidArgumentError(name, 'a path inside the repository, relative to its root', path);
  }
}
