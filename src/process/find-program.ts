/** Finds programs on a search path that the folder under review can't plant anything in. */
import { access, constants, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { isInside } from './confine-path.ts';

/** The entries of a PATH that can be trusted: absolute, existing, and neither by name nor by link inside `root`. */
export async function trustedSearchPath(path: string, root: string): Promise<readonly string[]> {
  const entries: string[] = [];
  for (const entry of new Set(path.split(delimiter))) {
    if (!isAbsolute(entry) || entry.includes('\0') || isInside(root, entry)) continue;
    const real = await realpath(entry).catch(() => undefined);
    if (real !== undefined && !isInside(root, real)) entries.push(entry);
  }
  return entries;
}

/** The first executable file called `name` on `searchPath` whose real place is not in `root`. */
export async function findProgram(
  name: string,
  searchPath: readonly string[],
  root: string,
): Promise<string | undefined> {
  for (const folder of searchPath) {
    const path = join(folder, name);
    if (!(await isExecutable(path))) continue;
    if (!isInside(root, await realpath(path))) return path;
  }
  return undefined;
}

/** True for a file that this process may execute. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
