/** Reads what `git blame --porcelain` prints. */

/** Who last changed a line. */
export interface BlameLine {
  /** Counts from 1. */
  readonly line: number;
  readonly hash: string;
  readonly authorName: string;
  /** In milliseconds since the epoch. */
  readonly time: number;
  /** The line itself, as it is in that commit. */
  readonly text: string;
}

const HEADER = /^([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?$/;

/** One entry per line of the file. A commit's facts are printed only where it first occurs. */
export function parseGitBlame(output: string): readonly BlameLine[] {
  const facts = new Map<string, { authorName: string; time: number }>();
  const lines: { hash: string; line: number; text: string }[] = [];
  let current = { authorName: '', time: 0 };
  for (const text of output.split('\n')) {
    // The line's own text follows a tab: it is never taken for a header.
    if (text.startsWith('\t')) {
      const last = lines.at(-1);
      if (last !== undefined) last.text = text.slice(1);
      continue;
    }
    const header = HEADER.exec(text);
    if (header?.[1] !== undefined) {
      current = facts.get(header[1]) ?? { authorName: '', time: 0 };
      facts.set(header[1], current);
      lines.push({ hash: header[1], line: Number(header[2]), text: '' });
    } else if (text.startsWith('author ')) current.authorName = text.slice('author '.length);
    else if (text.startsWith('author-time '))
      current.time = Number(text.slice('author-time '.length)) * 1_000;
  }
  return lines.map(({ hash, line, text }) => ({
    line,
    hash,
    authorName: '',
    time: 0,
    ...facts.get(hash),
    text,
  }));
}
