/** Applies proposed fixes to a git worktree that the caller names: all of them, or none. */

import { randomUUID } from 'node:crypto';
import { chmod, lstat, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repositoryKind } from '../../process/git-command.ts';
import { checkObject, checkText } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/json.ts';
import { unifiedDiff } from '../../shared/line-diff.ts';
import type { SafeFix } from './safe-fixes.ts';

export interface ApplyFixesOptions {
  /** A folder with a git repository or worktree of its own, so that every change can be seen and undone. */
  readonly worktree: string;
  readonly signal?: AbortSignal;
}

/** What was written. */
export interface AppliedFixes {
  readonly paths: readonly string[];
  /** Of what is in the files now against what was. */
  readonly diff: string;
}

/**
 * Writes files: each must still be the one its fix was made for. Rejects with `not-found` without a repository, with
 * `evidence-mismatch` when a file has changed, is no UTF-8, has two fixes or a diff does not fit, and with `path-escape`
 * for a path that leads out; nothing is written then. When writing itself fails, what was written is put back first.
 */
export async function applySafeFixes(
  fixes: readonly SafeFix[],
  options: ApplyFixesOptions,
): Promise<AppliedFixes> {
  const { worktree, signal } = options;
  checkText('options.worktree', checkObject('options', options)['worktree']);
  const root = await realpath(worktree);
  if ((await repositoryKind(root)) === 'none')
    throw new OrchestratorError('not-found', `There is no git worktree at ${worktree}.`, {
      details: { worktree },
    });
  const writes: Write[] = [];
  const named = new Set<string>();
  for (const { path, baseDigest, diff } of fixes) {
    signal?.throwIfAborted();
    const absolute = join(root, path);
    const stats = await lstat(absolute).catch(() => undefined);
    const isOutside =
      path.split('/').some((part) => part === '..' || part === '.git' || part === '') ||
      (stats !== undefined && (await realpath(absolute)) !== absolute);
    if (isOutside)
      throw new OrchestratorError('path-escape', `${path} leads out of ${worktree}.`, { details: { path } });
    const bytes = stats?.isFile() === true ? await readFile(absolute) : undefined;
    if (bytes === undefined || stats === undefined || digestOf(bytes) !== baseDigest)
      throw mismatch(path, 'is not the file that the fix was made for');
    if (named.has(path)) throw mismatch(path, 'has two fixes, each made for the file without the other');
    named.add(path);
    const before = bytes.toString('utf8');
    // Bytes that are no text would come back as replacement characters, also in lines that no fix touches.
    if (!bytes.equals(Buffer.from(before, 'utf8'))) throw mismatch(path, 'is not UTF-8');
    const after = applyUnifiedDiff(before, diff);
    if (after === undefined) throw mismatch(path, 'does not fit its diff');
    writes.push({ path, absolute, before, after, mode: stats.mode });
  }
  await writeAll(writes);
  return {
    paths: writes.map(({ path }) => path),
    diff: writes.map(({ path, before, after }) => unifiedDiff(path, before, after)).join(''),
  };
}

interface Write {
  readonly path: string;
  readonly absolute: string;
  readonly before: string;
  readonly after: string;
  readonly mode: number;
}

/** A folder that takes no file, a full disk: the files before it get their old text again. */
async function writeAll(writes: readonly Write[]): Promise<void> {
  const written: Write[] = [];
  try {
    for (const write of writes) {
      await replaceFile(write.absolute, write.after, write.mode);
      written.push(write);
    }
  } catch (error) {
    const left: string[] = [];
    for (const { path, absolute, before, mode } of written)
      await replaceFile(absolute, before, mode).catch(() => left.push(path));
    if (left.length === 0) throw error;
    throw new OrchestratorError('evidence-mismatch', `${left.join(', ')} could not be put back.`, {
      cause: error,
      details: { paths: left },
    });
  }
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { flag: 'wx', mode });
    // What the file may do is its own, whatever this process grants to new ones.
    await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The text with a unified diff of one file applied; undefined when a line is not what the diff says. */
function applyUnifiedDiff(text: string, diff: string): string | undefined {
  const old = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const lines = diff.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const made: string[] = [];
  let at = 0;
  for (let index = 2; index < lines.length; index += 1) {
    const line = lines[index] as string;
    const start = /^@@ -(\d{1,9}),(\d{1,9}) \+/.exec(line);
    if (start !== null) {
      const from = Number(start[1]) - (start[2] === '0' ? 0 : 1);
      if (from < at || from > old.length) return undefined;
      made.push(...old.slice(at, from));
      at = from;
      continue;
    }
    if (line.startsWith('\\')) continue;
    const isEndless = lines[index + 1]?.startsWith('\\') === true;
    const content = isEndless ? line.slice(1).replace(/\n$/, '') : line.slice(1);
    if (line.startsWith('+')) made.push(content);
    else if (old[at] !== content) return undefined;
    else {
      if (line.startsWith(' ')) made.push(content);
      at += 1;
    }
  }
  return [...made, ...old.slice(at)].join('');
}

function mismatch(path: string, what: string): OrchestratorError {
  return new OrchestratorError('evidence-mismatch', `${path} ${what}; nothing was written.`, {
    details: { path },
  });
}
