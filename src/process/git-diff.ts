/**
 * Which files differ between two commits, and what they held. Names and object ids alone are asked for: no work-tree
 * file is read, so no filter, driver or attribute of the repository has a say.
 */
import type { ProgramRunner } from '../contracts/program.ts';
import { checkText } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { createGitCommand, outputOf, repositoryKind } from './git-command.ts';

interface Cancellable {
  readonly signal?: AbortSignal;
}

/** A regular file as a commit holds it. */
export interface GitTreeFile {
  readonly path: string;
  /** Object id of its content. */
  readonly blob: string;
}

/** A file that two commits hold differently. */
export interface GitFileChange {
  readonly path: string;
  /** Object id before; undefined when the file was added. */
  readonly before: string | undefined;
  /** Object id after; undefined when the file was deleted. */
  readonly after: string | undefined;
}

/** Reads what commits hold. Each call rejects with `not-found` without a repository, `tool-missing` without git. */
export interface GitDiff {
  /** The full hash of a revision (`main`, `HEAD~1`, `v1.2`, a hash); undefined when there is no such commit. */
  resolve(revision: string, options?: Cancellable): Promise<string | undefined>;
  /** The best common ancestor of two commits; undefined when they have none. */
  mergeBase(a: string, b: string, options?: Cancellable): Promise<string | undefined>;
  /** Regular files of a commit, by path in git's order; no links, no submodules. */
  tree(commit: string, options?: Cancellable): Promise<readonly GitTreeFile[]>;
  /** Regular files that differ from one commit to the other; renames are a deletion and an addition. */
  changes(base: string, head: string, options?: Cancellable): Promise<readonly GitFileChange[]>;
  /** A file's content as UTF-8, unconverted; undefined when it is larger than 2 MiB or binary. */
  readBlob(blob: string, options?: Cancellable): Promise<string | undefined>;
}

const MAX_BLOB_BYTES = 2 * 2 ** 20;
/** What a revision may be made of: no option, no range, no search in messages. */
const REVISION = /^[A-Za-z0-9_][\w./@~^+-]{0,199}$/;
const HASH = /^[0-9a-f]{40,64}$/;
const REGULAR = /^100(?:644|755|664)$/;

/** Over a runner that allows the program `git`. `root` is the folder that holds `.git`; one that points elsewhere is not followed. */
export function createGitDiff(runner: ProgramRunner, root: string): GitDiff {
  const call = createGitCommand(runner, checkText('root', root));
  const git: typeof call = async (args, options) => {
    if ((await repositoryKind(root)) === 'own') return call(args, options);
    throw new OrchestratorError('not-found', `There is no git repository in ${root}.`, { details: { root } });
  };
  return {
    async resolve(revision, { signal } = {}) {
      if (!REVISION.test(checkText('revision', revision)) || revision.includes('..'))
        throw new InvalidArgumentError(
          'revision',
          'the name of one commit, such as main, HEAD~1 or a hash',
          revision,
        );
      const result = await git(
        ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
        {
          signal,
        },
      );
      const hash = result.stdout.trim();
      return result.exitCode === 0 && HASH.test(hash) ? hash : undefined;
    },
    async mergeBase(a, b, { signal } = {}) {
      const result = await git(['merge-base', checkHash('a', a), checkHash('b', b)], { signal });
      return result.exitCode === 1 ? undefined : outputOf(result, 'merge-base').trim();
    },
    async tree(commit, { signal } = {}) {
      const result = await git(['ls-tree', '-r', '-z', '--full-tree', checkHash('commit', commit)], {
        signal,
      });
      return whole(outputOf(result, 'ls-tree'), result.truncated).flatMap((entry): GitTreeFile[] => {
        const [, mode = '', blob = '', path = ''] = /^(\d{6}) blob ([0-9a-f]+)\t([\s\S]+)$/.exec(entry) ?? [];
        return REGULAR.test(mode) ? [{ path, blob }] : [];
      });
    },
    async changes(base, head, { signal } = {}) {
      const safe = ['-r', '-z', '--raw', '--full-index', '--no-renames', '--no-ext-diff', '--no-textconv'];
      const args = [
        'diff-tree',
        ...safe,
        '--ignore-submodules=all',
        checkHash('base', base),
        checkHash('head', head),
      ];
      const result = await git([...args, '--'], { signal });
      const entries = whole(outputOf(result, 'diff-tree'), result.truncated);
      return entries.flatMap((entry, index): GitFileChange[] => {
        const match = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*$/.exec(entry);
        const path = entries[index + 1];
        if (match === null || path === undefined) return [];
        const [, oldMode = '', newMode = '', before = '', after = ''] = match;
        const change = {
          path,
          before: REGULAR.test(oldMode) ? before : undefined,
          after: REGULAR.test(newMode) ? after : undefined,
        };
        return change.before === change.after ? [] : [change];
      });
    },
    async readBlob(blob, { signal } = {}) {
      const args = ['cat-file', 'blob', checkHash('blob', blob)];
      const result = await git(args, { signal, maxOutputBytes: MAX_BLOB_BYTES });
      const text = outputOf(result, 'cat-file');
      return result.truncated || text.includes('\0') ? undefined : text;
    },
  };
}

/** The parts of a list whose members end with NUL. */
function whole(output: string, isTruncated: boolean): readonly string[] {
  return output.split('\0').slice(0, isTruncated ? -2 : -1);
}

function checkHash(name: string, hash: string): string {
  if (typeof hash !== 'string' || !HASH.test(hash))
    throw new InvalidArgumentError(name, 'a full object id', hash);
  return hash;
}
