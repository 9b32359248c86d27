/** Reads what `git log --numstat -z` prints. */

/** A file that a commit changed. */
export interface GitFileChange {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Lines added; 0 for a binary file. */
  readonly added: number;
  /** Lines deleted; 0 for a binary file. */
  readonly deleted: number;
}

/** One commit. Names and subjects are data from strangers. */
export interface GitCommit {
  readonly hash: string;
  readonly authorName: string;
  /** When it was written, in milliseconds since the epoch. */
  readonly time: number;
  readonly subject: string;
  /** Empty for a merge. */
  readonly files: readonly GitFileChange[];
}

/** Commits, newest first. */
export interface GitLog {
  readonly commits: readonly GitCommit[];
  /** True when the output was larger than what is kept, so that older commits are missing. */
  readonly isTruncated: boolean;
}

/** Hash, time, author and subject, each ended by NUL, which none of them can hold. */
export const LOG_FORMAT = 'tformat:%H%x00%at%x00%an%x00%s';

const CHANGE = /^(\d+|-)\t(\d+|-)\t(.+)$/s;
const HASH = /^[0-9a-f]{40,64}$/;

/** Parses output in {@link LOG_FORMAT}; with `isTruncated`, the last commit, which may be cut, is left out. */
export function parseGitLog(output: string, isTruncated: boolean): GitLog {
  const fields = output.split('\0');
  const commits: GitCommit[] = [];
  let index = 0;
  while (index + 3 < fields.length) {
    const hash = (fields[index] ?? '').trim();
    if (!HASH.test(hash)) {
      index += 1;
      continue;
    }
    const [time = '', authorName = '', subject = ''] = fields.slice(index + 1, index + 4);
    index += 4;
    const files: GitFileChange[] = [];
    for (; index < fields.length; index += 1) {
      // The first change comes after a line break, or after an empty field.
      const field = (fields[index] ?? '').replace(/^\n/, '');
      const change = CHANGE.exec(field);
      if (change?.[3] === undefined) {
        if (field === '') continue;
        break;
      }
      files.push({ path: change[3], added: toCount(change[1]), deleted: toCount(change[2]) });
    }
    commits.push({ hash, authorName, time: Number(time) * 1_000, subject, files });
  }
  if (isTruncated) commits.pop();
  return { commits, isTruncated };
}

function toCount(text: string | undefined): number {
  return text === undefined || text === '-' ? 0 : Number(text);
}
