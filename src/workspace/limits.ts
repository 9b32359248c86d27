/** How much of a folder is read. Defaults stand here and nowhere else. */
import { checkInteger, checkObject } from '../shared/check.ts';

export interface WorkspaceLimits {
  /** Most files listed. @default 20_000 */
  readonly maxFiles: number;
  /** Largest text file, in bytes. @default 1 MiB */
  readonly maxFileBytes: number;
  /** Most bytes of all listed files together. @default 512 MiB */
  readonly maxTotalBytes: number;
  /** Deepest folder that is entered; the root is 0. @default 40 */
  readonly maxDepth: number;
  /** Most directory entries looked at, listed or not. @default 200_000 */
  readonly maxEntries: number;
  /** Bytes of file text that are remembered; the least recently used go first. @default 128 MiB */
  readonly maxCachedBytes: number;
}

const DEFAULTS: WorkspaceLimits = {
  maxFiles: 20_000,
  maxFileBytes: 1024 * 1024,
  maxTotalBytes: 512 * 1024 * 1024,
  maxDepth: 40,
  maxEntries: 200_000,
  maxCachedBytes: 128 * 1024 * 1024,
};

/** Fills in the defaults. Throws `invalid-argument` on an unknown name or a value below 1 (depth: below 0). */
export function resolveLimits(limits: Partial<WorkspaceLimits> = {}): WorkspaceLimits {
  const resolved: Record<string, number> = { ...DEFAULTS };
  for (const [name, value] of Object.entries(checkObject('limits', limits))) {
    if (value === undefined) continue;
    if (!Object.hasOwn(DEFAULTS, name)) checkInteger(`limits.${name}`, undefined);
    resolved[name] = checkInteger(`limits.${name}`, value, name === 'maxDepth' ? 0 : 1);
  }
  return resolved as unknown as WorkspaceLimits;
}
