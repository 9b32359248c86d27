/** The folder a run works in, read with limits. What it holds is data from strangers: never instructions. */

/** A file that may be read. */
export interface WorkspaceFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** By ending or name: `typescript`, `python`, `markdown` …; undefined when not known. */
  readonly language: string | undefined;
}

/** A file's text. */
export interface TextFile {
  readonly path: string;
  /** Decoded as UTF-8; bytes that are not become U+FFFD. */
  readonly text: string;
  /** The text cut at line ends (LF, CRLF); `lines[0]` is line 1. */
  readonly lines: readonly string[];
  /** SHA-256 of the bytes, as `sha256:…`. */
  readonly digest: string;
}

/** Something in the folder that is not read, and why. */
export interface SkippedFile {
  readonly path: string;
  readonly reason:
    | 'too-large'
    | 'binary'
    | 'unreadable'
    | 'symlink'
    | 'special'
    | 'too-many-files'
    | 'outside';
}

/** The files of a workspace, and what was left out. */
export interface WorkspaceListing {
  /** Sorted by path. */
  readonly files: readonly WorkspaceFile[];
  /** At most 1,000 of them, sorted by path. */
  readonly skipped: readonly SkippedFile[];
  readonly skippedCount: number;
  /** True when the limit on files was met and the rest was not listed. */
  readonly isTruncated: boolean;
}

/** What git says of the folder. */
export interface GitFacts {
  /** The commit HEAD points at, or undefined before the first commit. */
  readonly head: string | undefined;
  readonly branch: string | undefined;
  readonly commitCount: number;
}

/** Read-only access to one folder. Answers are remembered, so that every skill of a run sees the same files. */
export interface Workspace {
  /** Absolute path. */
  readonly root: string;
  /** The last part of the path. */
  readonly name: string;
  /** Text files that are neither ignored (by `.gitignore`, built-in rules) nor over the limits. */
  list(options?: { readonly signal?: AbortSignal }): Promise<WorkspaceListing>;
  /** Undefined when the file is missing, binary, too large, unreadable or outside. */
  read(path: string): Promise<TextFile | undefined>;
  /** Undefined when the folder is no git repository or there is no git. */
  git(options?: { readonly signal?: AbortSignal }): Promise<GitFacts | undefined>;
  /** Makes a value once per workspace and shares it, such as parsed sources. A rejected attempt is not kept. */
  memo<T>(key: string, make: () => Promise<T>): Promise<T>;
}
