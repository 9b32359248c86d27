/** When a line was written, also where the file has changed since the commit that is blamed. */
import type { BlameLine } from '../../process/git-blame.ts';

/**
 * The time of the committed line with the same text that stands nearest, in milliseconds since the epoch. Undefined when
 * there is none: a line that is in no commit has no age.
 */
export function timeOfLine(
  blame: readonly BlameLine[] | undefined,
  line: number,
  text: string | undefined,
): number | undefined {
  if (blame === undefined || text === undefined) return undefined;
  const wanted = text.trimEnd();
  let nearest: BlameLine | undefined;
  for (const candidate of blame) {
    if (candidate.text.trimEnd() !== wanted) continue;
    if (nearest === undefined || Math.abs(candidate.line - line) < Math.abs(nearest.line - line))
      nearest = candidate;
  }
  return nearest?.time;
}
