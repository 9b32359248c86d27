/** Reads the stored sample: file names that tools would act on are stored with a `_` instead of their dot or before them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkText } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';

/** Texts by path with `/`. */
export type SampleFiles = Readonly<Record<string, string>>;

/** Stored name to real name: npm leaves these out of a package. */
const STORED_NAMES: Readonly<Record<string, string>> = {
  _gitignore: '.gitignore',
  '_package-lock.json': 'package-lock.json',
};

/** All files below `folder` under their real names, placeholders still in them. Rejects with `not-found`. */
export async function readSampleFiles(
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SampleFiles> {
  const entries = await readdir(checkText('folder', folder), { recursive: true, withFileTypes: true }).catch(
    (cause: unknown) => {
      throw new OrchestratorError('not-found', `There is no sample repository in ${folder}.`, {
        cause,
        details: { folder },
      });
    },
  );
  const files: Record<string, string> = {};
  for (const entry of entries.filter((one) => one.isFile())) {
    signal?.throwIfAborted();
    const path = join(entry.parentPath, entry.name);
    const parts = path
      .slice(folder.length)
      .split(/[\\/]/)
      .filter((part) => part !== '');
    const name = STORED_NAMES[entry.name] ?? entry.name;
    files[[...parts.slice(0, -1), name].join('/')] = await readFile(path, 'utf8');
  }
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}
