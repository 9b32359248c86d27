/** Keeps paths inside a folder: links are followed first, so that one that leads out is seen. */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';

/** True when `path` is `folder` or lies in it. Compares names only: give it real paths. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** The real path of a folder that must exist. Throws `InvalidArgumentError` when it does not. */
export async function realFolder(argument: string, path: string): Promise<string> {
  if (path.includes('\0')) throw new InvalidArgumentError(argument, 'a path without NUL', path);
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || !(await stat(real)).isDirectory()) {
    throw new InvalidArgumentError(argument, 'an existing folder', path);
  }
  return real;
}

/** The real path of the folder `path` (absolute, or relative to `root`) in `root`; `path-escape` when it is elsewhere. */
export async function confineFolder(root: string, path: string): Promise<string> {
  const wanted = resolve(root, path);
  const escaped = (): OrchestratorError =>
    new OrchestratorError('path-escape', `The folder ${path} is outside of ${root}.`, {
      details: { path, root },
    });
  // A missing folder outside is an escape too: what exists out there is nobody's business.
  const real = await realFolder('cwd', wanted).catch((error: unknown) => {
    throw isInside(root, wanted) ? error : escaped();
  });
  if (!isInside(root, real)) throw escaped();
  return real;
}
