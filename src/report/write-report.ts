/** Writes a report into a folder in its four forms. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OrchestratorError, toError } from '../shared/errors.ts';
import { toHtml } from './html.ts';
import { toMarkdown } from './markdown.ts';
import type { Report } from './report-schema.ts';
import { toSarif } from './sarif.ts';

const REFUSED: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);
const NO_FOLDER: ReadonlySet<string> = new Set(['EEXIST', 'ENOTDIR', 'ENOENT', 'EISDIR', 'ENAMETOOLONG']);

/** The names of the files of a report. */
export const REPORT_FILES = ['report.html', 'report.md', 'report.json', 'findings.sarif'] as const;

/**
 * Makes the folder where needed and replaces each file whole. Returns the files' names. Rejects with `invalid-argument`
 * where the folder, or a place of a file in it, is something else; with `not-allowed` where nothing may be written; no
 * half-written file stays behind.
 */
export async function writeReport(report: Report, folder: string): Promise<readonly string[]> {
  const files: Record<(typeof REPORT_FILES)[number], string> = {
    'report.html': await toHtml(report),
    'report.md': toMarkdown(report),
    'report.json': `${JSON.stringify(report, null, 2)}\n`,
    'findings.sarif': `${JSON.stringify(toSarif(report), null, 2)}\n`,
  };
  // Written beside and moved into place: a reader never sees half a file, and all are written before the first is replaced.
  const suffix = `.${randomUUID()}.tmp`;
  const pending = new Map(Object.keys(files).map((name) => [name, join(folder, `.${name}${suffix}`)]));
  try {
    await makeFolder(folder);
    for (const [name, text] of Object.entries(files))
      await writeFile(pending.get(name) as string, text, { flag: 'wx' });
    for (const [name, temporary] of pending) await rename(temporary, join(folder, name));
  } catch (error) {
    await Promise.all(
      [...pending.values()].map((temporary) => rm(temporary, { force: true }).catch(() => undefined)),
    );
    throw await explain(error, folder, Object.keys(files));
  }
  return Object.keys(files);
}

/** Like `mkdir -p`. Node's own never ends where a folder is there in which none can be made, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await kindOf(folder)) === 'a folder') return;
    if (code !== 'ENOENT' || dirname(folder) === folder || (await kindOf(dirname(folder))) !== 'nothing')
      throw error;
    await makeFolder(dirname(folder));
    // Not `mkdir`: another may have made it meanwhile.
    await makeFolder(folder);
  }
}

async function explain(cause: unknown, folder: string, names: readonly string[]): Promise<OrchestratorError> {
  const error = toError(cause) as NodeJS.ErrnoException;
  const code = error.code ?? '';
  const details = { folder, system: code };
  const expected = `Expected the report's folder ${folder} to be a folder that can be written`;
  if (NO_FOLDER.has(code)) {
    const kind = await kindOf(folder);
    if (kind === 'a folder') {
      for (const name of names) {
        if ((await kindOf(join(folder, name))) === 'a folder')
          return new OrchestratorError(
            'invalid-argument',
            `Expected ${join(folder, name)} to be a file that can be replaced, got a folder.`,
            { details, cause },
          );
      }
    }
    const got = kind === 'nothing' ? `a path where none can be made (${code})` : kind;
    return new OrchestratorError('invalid-argument', `${expected}, got ${got}.`, { details, cause });
  }
  if (REFUSED.has(code)) {
    return new OrchestratorError('not-allowed', `${expected}, but the system refuses it (${code}).`, {
      details,
      cause,
    });
  }
  return new OrchestratorError('internal', `The report could not be written to ${folder}: ${error.message}`, {
    details,
    cause,
    retryable: true,
  });
}

async function kindOf(path: string): Promise<'a folder' | 'a file' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'a folder' : 'a file';
  } catch {
    return 'nothing';
  }
}
