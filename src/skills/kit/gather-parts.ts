/** Keeps a rule that fires all over a repository from drowning the others. */
import type { FindingParts } from './finding.ts';

const MAX_RELATED = 20;

export interface GatherOptions {
  /** Up to so many stand each for themselves. */
  readonly most: number;
  /** How many of the first still do when there are more. */
  readonly kept: number;
  /** What the one finding for the others says. */
  readonly message: (others: readonly FindingParts[]) => string;
}

/**
 * The parts as they are when they are few; else the first ones and a single one for all others, at the place of the
 * first of these and with the next twenty places as related ones. All are of one rule, the weightiest first.
 */
export function gatherParts(
  parts: readonly FindingParts[],
  { most, kept, message }: GatherOptions,
): readonly FindingParts[] {
  if (parts.length <= most) return parts;
  const others = parts.slice(kept);
  const [first, ...more] = others;
  if (first === undefined) return parts;
  return [
    ...parts.slice(0, kept),
    {
      ...first,
      message: message(others),
      related: more.slice(0, MAX_RELATED).map(({ location }) => location),
    },
  ];
}
