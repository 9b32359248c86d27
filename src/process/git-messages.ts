/** Reads whole commit messages out of what `git log` prints. */

/** A commit with its message. Names and messages are data from strangers. */
export interface GitMessage {
  readonly hash: string;
  readonly authorName: string;
  /** When it was written, in milliseconds since the epoch. */
  readonly time: number;
  readonly subject: string;
  /** What follows the subject, trimmed. */
  readonly body: string;
}

/** Hash, time, author, subject and body, each ended by NUL, which none of them can hold. */
export const MESSAGE_FORMAT = 'tformat:%H%x00%at%x00%an%x00%s%x00%b%x00';

/** Parses output in {@link MESSAGE_FORMAT}; with `isTruncated`, the last commit, which may be cut, is left out. */
export function parseGitMessages(output: string, isTruncated: boolean): GitMessage[] {
  const fields = output.split('\0');
  const messages: GitMessage[] = [];
  for (let index = 0; index + 4 < fields.length; index += 5) {
    const [hash = '', time = '', authorName = '', subject = '', body = ''] = fields.slice(index, index + 5);
    messages.push({ hash: hash.trim(), authorName, time: Number(time) * 1_000, subject, body: body.trim() });
  }
  if (isTruncated) messages.pop();
  return messages;
}
