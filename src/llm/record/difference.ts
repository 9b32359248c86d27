/** Shows how a request differs from the nearest one that was recorded. */
import { diffLines } from '../../shared/line-diff.ts';
import type { RecordedRequest } from './recording.ts';

/** Recorded requests that are looked at, and lines that are shown: both are for people. */
const MOST_COMPARED = 50;
const MOST_LINES = 40;
const LONGEST_LINE = 200;

/** `-` is recorded, `+` is asked now. `recorded` is not empty. */
export function difference(recorded: readonly RecordedRequest[], asked: RecordedRequest): string {
  const now = linesOf(asked);
  const compared = recorded.slice(0, MOST_COMPARED).map((request) => {
    const before = linesOf(request);
    return { before, distance: distanceOf(before, now) };
  });
  const nearest = compared.reduce((best, one) => (one.distance < best.distance ? one : best));
  const hunks = diffLines(nearest.before, now);
  const lines = hunks.flatMap(({ beforeStart, beforeCount, afterStart, afterCount }) => [
    ...nearest.before.slice(beforeStart - 1, beforeStart - 1 + beforeCount).map((line) => `- ${short(line)}`),
    ...now.slice(afterStart - 1, afterStart - 1 + afterCount).map((line) => `+ ${short(line)}`),
  ]);
  const more = lines.length > MOST_LINES ? [`… and ${lines.length - MOST_LINES} more lines`] : [];
  return [
    'The nearest recorded one differs (- recorded, + asked):',
    ...lines.slice(0, MOST_LINES),
    ...more,
  ].join('\n');
}

/** Lines that only one of the two has. The whole comparison, which takes its time for long texts, is made once. */
function distanceOf(before: readonly string[], now: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of before) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of now) counts.set(line, (counts.get(line) ?? 0) - 1);
  return [...counts.values()].reduce((sum, count) => sum + Math.abs(count), 0);
}

function linesOf(request: RecordedRequest): readonly string[] {
  // Texts of many lines are compared line by line.
  return JSON.stringify(sorted(request), null, 2)
    .split('\n')
    .flatMap((line) => line.split('\\n'));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}

function short(line: string): string {
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}
