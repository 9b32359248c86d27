/** What a commit log says about a code base: how often files change, who changes them, which files stand out. */
import type { GitCommit } from '../../process/git-log.ts';

export interface FileChurn {
  readonly path: string;
  /** Commits that touch it. */
  readonly commits: number;
  /** Lines now. */
  readonly lines: number;
  /** commits × lines. */
  readonly score: number;
  readonly isHotspot: boolean;
}

/** A hotspot has at least this many commits. */
const FEWEST_COMMITS = 5;
/** And at least this share of all: what one commit in thirty does not touch is large, perhaps, but does not keep changing. */
const LEAST_SHARE = 0.03;
const MOST_HOTSPOTS = 5;
const NOT_CODE =
  /(?:^|\/)(?:package(?:-lock)?\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|[\w.-]+\.lock|go\.(?:sum|mod)|CHANGELOG[\w.-]*|CHANGES[\w.-]*|HISTORY[\w.-]*|README[\w.-]*|LICENSE[\w.-]*)$|\.(?:md|markdown|mdx|rst|adoc|txt|json|jsonc|ya?ml|toml|csv|tsv|svg|snap|map|lock|ini|cfg|xml|ndjson|jsonl)$|(?:^|\/)(?:docs?|dist|vendor|generated|__generated__|__snapshots__|fixtures|testdata)\/|\.(?:generated|gen|pb|min)\.\w+$|_pb2?\.\w+$/i;

const TEST = /(?:^|\/)(?:tests?|__tests__|specs?|e2e)\/|[._](?:test|spec)\.\w+$|(?:^|\/)test_[\w-]+\.py$/i;

/** True for code that people write; tests, lock files, prose, data and generated files change for other reasons. */
export function isWrittenCode(path: string): boolean {
  return !NOT_CODE.test(path) && !TEST.test(path);
}

/**
 * Most changed first. A hotspot has five commits or more, three in a hundred of all, and a score above the mean by two
 * standard deviations.
 */
export function churnOf(
  commits: readonly GitCommit[],
  lines: ReadonlyMap<string, number>,
): readonly FileChurn[] {
  const counts = new Map<string, number>();
  for (const { files } of commits) {
    for (const path of new Set(files.map((file) => file.path))) {
      if (lines.has(path)) counts.set(path, (counts.get(path) ?? 0) + 1);
    }
  }
  const rows = [...counts].map(([path, count]) => ({
    path,
    commits: count,
    lines: lines.get(path) ?? 0,
    score: count * (lines.get(path) ?? 0),
  }));
  const mean = rows.reduce((sum, { score }) => sum + score, 0) / Math.max(1, rows.length);
  const deviation = Math.sqrt(
    rows.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / Math.max(1, rows.length),
  );
  const fewest = Math.max(FEWEST_COMMITS, commits.length * LEAST_SHARE);
  const inOrder = rows.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
  return inOrder.map((row, index) => ({
    ...row,
    isHotspot: index < MOST_HOTSPOTS && row.commits >= fewest && row.score > mean + 2 * deviation,
  }));
}

/** Commits per author, most first. */
export function authorsOf(
  commits: readonly GitCommit[],
): readonly (readonly [name: string, commits: number])[] {
  const counts = new Map<string, number>();
  for (const { authorName } of commits) counts.set(authorName, (counts.get(authorName) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** The fewest authors who together made more than half of the commits; 0 without commits. */
export function busFactor(authors: readonly (readonly [name: string, commits: number])[]): number {
  const total = authors.reduce((sum, [, count]) => sum + count, 0);
  let made = 0;
  for (const [index, [, count]] of authors.entries()) {
    made += count;
    if (made > total / 2) return index + 1;
  }
  return 0;
}
