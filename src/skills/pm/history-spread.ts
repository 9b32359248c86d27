/** How far the time for work of one size varies, measured on a commit log. */
import type { GitCommit } from '../../process/git-log.ts';
import { quantileOf } from './pert.ts';

/** Two commits further apart are not one sitting: the time between holds nights and other work. */
const LONGEST_SITTING_MS = 8 * 60 * 60 * 1_000;
/** Two commits nearer than this were one piece of work. */
const SHORTEST_SITTING_MS = 60 * 1_000;
const FEWEST_OF_ONE_SIZE = 8;
export const FEWEST_SAMPLES = 30;

export interface HistorySpread {
  /** Pairs of commits that were measured. */
  readonly samples: number;
  /** The tenth percentile of time over the median time for that size. */
  readonly optimisticFactor: number;
  /** The ninetieth. */
  readonly pessimisticFactor: number;
}

/**
 * Time between commits of one author in one sitting, each divided by the median of commits of similar size (powers of
 * four lines). Undefined with fewer than thirty such pairs, since they would say nothing.
 */
export function spreadOf(commits: readonly GitCommit[]): HistorySpread | undefined {
  const lastOf = new Map<string, number>();
  const bySize = new Map<number, number[]>();
  for (const { authorName, time, files } of [...commits].sort((a, b) => a.time - b.time)) {
    const previous = lastOf.get(authorName);
    lastOf.set(authorName, time);
    const lines = files.reduce((sum, { added, deleted }) => sum + added + deleted, 0);
    const gap = previous === undefined ? 0 : time - previous;
    if (lines === 0 || gap < SHORTEST_SITTING_MS || gap > LONGEST_SITTING_MS) continue;
    const size = Math.floor(Math.log2(lines) / 2);
    bySize.set(size, [...(bySize.get(size) ?? []), gap]);
  }
  const ratios = [...bySize.values()]
    .filter((gaps) => gaps.length >= FEWEST_OF_ONE_SIZE)
    .flatMap((gaps) => {
      const median = quantileOf(
        [...gaps].sort((a, b) => a - b),
        0.5,
      );
      return gaps.map((gap) => gap / median);
    })
    .sort((a, b) => a - b);
  if (ratios.length < FEWEST_SAMPLES) return undefined;
  return {
    samples: ratios.length,
    optimisticFactor: Math.min(1, round(quantileOf(ratios, 0.1))),
    pessimisticFactor: Math.max(1, round(quantileOf(ratios, 0.9))),
  };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
