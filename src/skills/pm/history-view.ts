/** What a commit log says about progress: weeks, areas of the tree and who worked on which. */
import type { GitCommit } from '../../process/git-log.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const MAX_WEEKS = 260;
const MAX_ROWS = 50;

export interface WeekRow {
  /** The Monday it begins on, in UTC: `2026-01-05`. */
  readonly week: string;
  readonly commits: number;
  readonly authors: number;
  readonly files: number;
  readonly added: number;
  readonly deleted: number;
}

export interface AuthorRow {
  readonly author: string;
  readonly commits: number;
  readonly added: number;
  readonly deleted: number;
  readonly firstCommit: string;
  readonly lastCommit: string;
}

export interface AreaRow {
  readonly area: string;
  readonly commits: number;
  readonly added: number;
  readonly deleted: number;
  /** Most commits first. */
  readonly people: readonly { readonly author: string; readonly commits: number; readonly share: number }[];
}

/** A week without commits has a row of zeros. The latest 260 weeks, oldest first. */
export function weeksOf(commits: readonly GitCommit[]): readonly WeekRow[] {
  const byWeek = groupBy(commits, ({ time }) => mondayOf(time));
  const starts = [...byWeek.keys()];
  if (starts.length === 0) return [];
  const last = Math.max(...starts);
  const first = Math.max(Math.min(...starts), last - (MAX_WEEKS - 1) * 7 * DAY_MS);
  const rows: WeekRow[] = [];
  for (let start = first; start <= last; start += 7 * DAY_MS) {
    const own = byWeek.get(start) ?? [];
    rows.push({
      week: dayOf(start),
      commits: own.length,
      authors: new Set(own.map(({ authorName }) => authorName)).size,
      files: new Set(own.flatMap(({ files }) => files.map(({ path }) => path))).size,
      ...linesOf(own),
    });
  }
  return rows;
}

/** Most commits first, at most fifty. */
export function peopleOf(commits: readonly GitCommit[]): readonly AuthorRow[] {
  return [...groupBy(commits, ({ authorName }) => authorName)]
    .map(([author, own]) => {
      const times = own.map(({ time }) => time);
      return {
        author,
        commits: own.length,
        ...linesOf(own),
        firstCommit: new Date(least(times)).toISOString(),
        lastCommit: new Date(most(times)).toISOString(),
      };
    })
    .sort((a, b) => b.commits - a.commits || (a.author < b.author ? -1 : 1))
    .slice(0, MAX_ROWS);
}

/** Who worked where. Most commits first, at most fifty areas and ten people each. */
export function areasOf(commits: readonly GitCommit[]): readonly AreaRow[] {
  const areas = new Map<
    string,
    { commits: number; added: number; deleted: number; people: Map<string, number> }
  >();
  for (const { authorName, files } of commits) {
    const touched = new Set<string>();
    for (const { path, added, deleted } of files) {
      const name = areaOf(path);
      const area = areas.get(name) ?? { commits: 0, added: 0, deleted: 0, people: new Map<string, number>() };
      area.added += added;
      area.deleted += deleted;
      areas.set(name, area);
      if (touched.has(name)) continue;
      touched.add(name);
      area.commits += 1;
      area.people.set(authorName, (area.people.get(authorName) ?? 0) + 1);
    }
  }
  return [...areas]
    .map(([area, { people, ...figures }]) => ({
      area,
      ...figures,
      people: [...people]
        .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .slice(0, 10)
        .map(([author, count]) => ({
          author,
          commits: count,
          share: Math.round((count / figures.commits) * 1_000) / 1_000,
        })),
    }))
    .sort((a, b) => b.commits - a.commits || (a.area < b.area ? -1 : 1))
    .slice(0, MAX_ROWS);
}

/** The folder at the top; below folders that only gather (`src`, `packages` …), the one under it. `.` is the root. */
export function areaOf(path: string): string {
  const folders = path.split('/').slice(0, -1);
  if (folders.length === 0) return '.';
  const depth = /^(?:src|lib|app|apps|packages|services|modules|crates|cmd|internal)$/.test(folders[0] ?? '')
    ? 2
    : 1;
  return folders.slice(0, depth).join('/');
}

function mondayOf(time: number): number {
  const day = Math.floor(time / DAY_MS);
  // Day 0, 1970-01-01, was a Thursday.
  return (day - ((((day + 3) % 7) + 7) % 7)) * DAY_MS;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function linesOf(commits: readonly GitCommit[]): { readonly added: number; readonly deleted: number } {
  let added = 0;
  let deleted = 0;
  for (const { files } of commits)
    for (const file of files) {
      added += file.added;
      deleted += file.deleted;
    }
  return { added, deleted };
}

function groupBy<K>(commits: readonly GitCommit[], keyOf: (commit: GitCommit) => K): Map<K, GitCommit[]> {
  const groups = new Map<K, GitCommit[]>();
  for (const commit of commits) {
    const key = keyOf(commit);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [commit]);
    else group.push(commit);
  }
  return groups;
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), Infinity);
}

function most(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b), -Infinity);
}
