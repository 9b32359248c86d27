/** Compares two texts line by line: the shortest edit by Myers (Algorithmica 1986), bounded, and its unified form. */

/** Lines of the old text that lines of the new one take the place of. Lines count from 1. */
export interface LineHunk {
  /** First old line; where nothing was removed, the line before which the new ones stand. */
  readonly beforeStart: number;
  readonly beforeCount: number;
  readonly afterStart: number;
  readonly afterCount: number;
}

/** Texts that differ in more lines than this are taken as replaced where they differ at all. */
const MAX_EDITS = 1_000;

/** The hunks, first to last; none when the texts are the same. Line ends are not compared: cut them off first. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly LineHunk[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  const old = before.slice(start, before.length - end);
  const next = after.slice(start, after.length - end);
  if (old.length === 0 && next.length === 0) return [];
  const whole = {
    beforeStart: start + 1,
    beforeCount: old.length,
    afterStart: start + 1,
    afterCount: next.length,
  };
  if (old.length === 0 || next.length === 0) return [whole];
  const kept = matches(old, next);
  if (kept === undefined) return [whole];
  const hunks: LineHunk[] = [];
  let oldAt = 0;
  let nextAt = 0;
  for (const [oldIndex, nextIndex] of [...kept, [old.length, next.length] as const]) {
    if (oldIndex > oldAt || nextIndex > nextAt)
      hunks.push({
        beforeStart: start + oldAt + 1,
        beforeCount: oldIndex - oldAt,
        afterStart: start + nextAt + 1,
        afterCount: nextIndex - nextAt,
      });
    oldAt = oldIndex + 1;
    nextAt = nextIndex + 1;
  }
  return hunks;
}

/** Pairs of lines that stay; undefined when there are too many edits. */
function matches(old: readonly string[], next: readonly string[]): (readonly [number, number])[] | undefined {
  const most = Math.min(old.length + next.length, MAX_EDITS);
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    trace.push(new Map([...furthest].filter(([diagonal]) => Math.abs(diagonal) <= edits + 1)));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = stepDown(furthest, diagonal, edits)
        ? (furthest.get(diagonal + 1) ?? 0)
        : (furthest.get(diagonal - 1) ?? 0) + 1;
      let y = x - diagonal;
      while (x < old.length && y < next.length && old[x] === next[y]) {
        x += 1;
        y += 1;
      }
      furthest.set(diagonal, x);
      if (x >= old.length && y >= next.length) return walkBack(trace, old.length, next.length);
    }
  }
  return undefined;
}

function stepDown(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) return true;
  return diagonal !== edits && (furthest.get(diagonal - 1) ?? 0) < (furthest.get(diagonal + 1) ?? 0);
}

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  oldLength: number,
  nextLength: number,
): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let x = oldLength;
  let y = nextLength;
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const furthest = trace[edits] as ReadonlyMap<number, number>;
    const diagonal = x - y;
    const from = stepDown(furthest, diagonal, edits) ? diagonal + 1 : diagonal - 1;
    const fromX = furthest.get(from) ?? 0;
    const fromY = fromX - from;
    while (x > Math.max(fromX, 0) && y > Math.max(fromY, 0) && x > 0 && y > 0) {
      x -= 1;
      y -= 1;
      pairs.push([x, y]);
    }
    x = fromX;
    y = fromY;
  }
  return pairs.reverse().filter(([a, b]) => a >= 0 && b >= 0);
}

/** The unified form that `patch` and `git apply` read, with three lines around each change; empty for equal texts. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return '';
  const old = linesOf(before);
  const next = linesOf(after);
  const groups: LineHunk[][] = [];
  for (const hunk of diffLines(old, next)) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && hunk.beforeStart - (last.beforeStart + last.beforeCount) <= CONTEXT * 2)
      groups.at(-1)?.push(hunk);
    else groups.push([hunk]);
  }
  return [`--- a/${path}\n+++ b/${path}\n`, ...groups.map((group) => groupText(group, old, next))].join('');
}

const CONTEXT = 3;

/** Lines with their ends, so that a missing last end shows. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function groupText(group: readonly LineHunk[], old: readonly string[], next: readonly string[]): string {
  const first = group[0] as LineHunk;
  const last = group.at(-1) as LineHunk;
  const from = Math.max(0, first.beforeStart - 1 - CONTEXT);
  const to = Math.min(old.length, last.beforeStart - 1 + last.beforeCount + CONTEXT);
  const nextFrom = first.afterStart - (first.beforeStart - from);
  const body: string[] = [];
  let at = from;
  let added = 0;
  const push = (mark: string, line: string): void => {
    body.push(line.endsWith('\n') ? mark + line : `${mark}${line}\n\\ No newline at end of file\n`);
  };
  for (const hunk of group) {
    for (; at < hunk.beforeStart - 1; at += 1) push(' ', old[at] as string);
    for (; at < hunk.beforeStart - 1 + hunk.beforeCount; at += 1) push('-', old[at] as string);
    for (const line of next.slice(hunk.afterStart - 1, hunk.afterStart - 1 + hunk.afterCount))
      push('+', line);
    added += hunk.afterCount - hunk.beforeCount;
  }
  for (; at < to; at += 1) push(' ', old[at] as string);
  const count = to - from;
  const range = (start: number, lines: number): string => `${lines === 0 ? start : start + 1},${lines}`;
  return `@@ -${range(from, count)} +${range(nextFrom, count + added)} @@\n${body.join('')}`;
}
