/** Evidence of what a skill has read: the first line of each file with the whole file's digest. */
import type { LocationEvidence } from '../../contracts/artifact.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { locate } from './finding.ts';

/** Files named as evidence of one artifact; the figures in its data tell how many there were. */
const MAX_EVIDENCE = 20;

/** One place for each of the first 20 files. `mask` lists texts to hide wherever they stand in the excerpts. */
export function readEvidence(
  files: readonly TextFile[],
  mask: readonly string[] = [],
): readonly LocationEvidence[] {
  return files.slice(0, MAX_EVIDENCE).map((file) => locate(file, 1, { mask }));
}
