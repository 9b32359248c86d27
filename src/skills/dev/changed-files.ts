/** What changed: between two commits, or from a commit to the files of the workspace. */
import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TextFile, Workspace } from '../../contracts/workspace.ts';
import type { GitDiff } from '../../process/git-diff.ts';
import { diffLines, type LineHunk } from '../../shared/line-diff.ts';

/** A text file that changed. */
export interface ChangedFile {
  readonly path: string;
  readonly status: 'added' | 'deleted' | 'modified';
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly hunks: readonly LineHunk[];
  /** The file of the workspace, when it is what the change leads to. */
  readonly file: TextFile | undefined;
}

export interface Changes {
  readonly files: readonly ChangedFile[];
  /** Binary, too large, or over the limit. */
  readonly notCompared: readonly string[];
}

export interface ChangesBetween {
  readonly git: GitDiff;
  readonly workspace: Workspace;
  readonly base: string;
  /** Undefined: the files of the workspace. */
  readonly head: string | undefined;
  readonly signal: AbortSignal;
}

const MAX_FILES = 500;

/** Compares texts; line ends alone are no change. */
export async function changesBetween(options: ChangesBetween): Promise<Changes> {
  const { git, workspace, signal } = options;
  const candidates = await candidatesOf(options);
  const files: ChangedFile[] = [];
  const notCompared = candidates.slice(MAX_FILES).map(({ path }) => path);
  for (const { path, beforeBlob, afterBlob } of candidates.slice(0, MAX_FILES)) {
    signal.throwIfAborted();
    const own = await workspace.read(path);
    const before = beforeBlob === undefined ? undefined : await git.readBlob(beforeBlob, { signal });
    const after =
      afterBlob === 'workspace'
        ? own?.text
        : afterBlob === undefined
          ? undefined
          : await git.readBlob(afterBlob, { signal });
    const isUnread =
      (beforeBlob !== undefined && before === undefined) || (afterBlob !== undefined && after === undefined);
    if (isUnread) {
      notCompared.push(path);
      continue;
    }
    const hunks = diffLines(linesOf(before), linesOf(after));
    if (hunks.length === 0 && before !== undefined && after !== undefined) continue;
    files.push({
      path,
      status: before === undefined ? 'added' : after === undefined ? 'deleted' : 'modified',
      before,
      after,
      hunks,
      file: after !== undefined && own?.text === after ? own : undefined,
    });
  }
  return { files, notCompared };
}

interface Candidate {
  readonly path: string;
  readonly beforeBlob: string | undefined;
  readonly afterBlob: string | undefined;
}

async function candidatesOf({ git, workspace, base, head, signal }: ChangesBetween): Promise<Candidate[]> {
  if (head !== undefined) {
    const changes = await git.changes(base, head, { signal });
    return changes.map(({ path, before, after }) => ({ path, beforeBlob: before, afterBlob: after }));
  }
  const { files } = await workspace.list({ signal });
  const tree = await git.tree(base, { signal });
  const known = new Map(tree.map(({ path, blob }) => [path, blob]));
  const listed = new Set(files.map(({ path }) => path));
  const candidates: Candidate[] = [];
  for (const { path } of files) {
    signal.throwIfAborted();
    const blob = known.get(path);
    const file = await workspace.read(path);
    if (file !== undefined && (blob === undefined || blob !== blobId(file.text, blob.length)))
      candidates.push({ path, beforeBlob: blob, afterBlob: 'workspace' });
  }
  for (const { path, blob } of tree) {
    if (listed.has(path)) continue;
    // Ignored, binary and large files are not listed and yet there.
    if (!(await isFile(workspace.root, path)))
      candidates.push({ path, beforeBlob: blob, afterBlob: undefined });
  }
  return candidates.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** True for a regular file that no link leads to: as git sees it, a folder or a link in its place has replaced it. */
async function isFile(root: string, path: string): Promise<boolean> {
  try {
    const folder = dirname(join(root, path));
    const isPlain = (await realpath(folder)) === join(await realpath(root), dirname(path));
    return isPlain && (await lstat(join(root, path))).isFile();
  } catch {
    return false;
  }
}

/** The id that git gives to a content; `length` is that of the repository's ids. */
export function blobId(text: string, length: number): string {
  const bytes = Buffer.from(text, 'utf8');
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}

function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}
