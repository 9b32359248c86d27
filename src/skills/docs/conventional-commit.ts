/** Reads a commit message by the rules of Conventional Commits 1.0.0. */

export interface ConventionalCommit {
  /** In lower case: `feat`, `fix` …; null for a message that keeps no convention. */
  readonly type: string | null;
  readonly scope: string | null;
  /** The subject without type and scope. */
  readonly description: string;
  readonly isBreaking: boolean;
  /** What the footer `BREAKING CHANGE:` says; null when only a `!` marks it. */
  readonly breakingNote: string | null;
}

const MAX_NOTE = 1_000;

/** Any message has a reading; only the well-formed ones have a type. */
export function readConventional(subject: string, body: string): ConventionalCommit {
  const match = /^([a-z][a-z0-9-]{0,30})(?:\(([^()\n]{1,80})\))?(!)?: {1,5}(\S.*)$/i.exec(
    subject.slice(0, 1_000),
  );
  const note = breakingNoteIn(body);
  if (match === null)
    return { type: null, scope: null, description: subject, isBreaking: note !== null, breakingNote: note };
  return {
    type: (match[1] ?? '').toLowerCase(),
    scope: match[2] ?? null,
    description: (match[4] ?? '').trim(),
    isBreaking: match[3] !== undefined || note !== null,
    breakingNote: note,
  };
}

/** The footer up to the next footer or the end; the token is upper case by the specification. */
function breakingNoteIn(body: string): string | null {
  const lines = body.slice(0, 50_000).split(/\r?\n/);
  const start = lines.findIndex((line) => /^BREAKING[ -]CHANGE: /.test(line));
  if (start === -1) return null;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^(?:[A-Za-z][\w-]{0,40}(?:: | #)|BREAKING[ -]CHANGE: )/.test(line));
  return [lines[start]?.slice('BREAKING CHANGE: '.length), ...(end === -1 ? rest : rest.slice(0, end))]
    .join('\n')
    .trim()
    .slice(0, MAX_NOTE);
}
