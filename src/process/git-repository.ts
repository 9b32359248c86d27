/** Makes a small repository out of a list of commits: the same list gives the same hashes on every machine. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramRunner } from '../contracts/program.ts';
import { checkText } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { createGitCommand, outputOf, repositoryKind } from './git-command.ts';

/** A commit to make. */
export interface CommitPlan {
  readonly message: string;
  /** Milliseconds since the epoch; whole seconds count. */
  readonly time: number;
  /** @default { name: 'Sample Author', email: 'author@example.com' } */
  readonly author?: { readonly name: string; readonly email: string };
  /** Texts by path; `null` deletes the file. */
  readonly files: Readonly<Record<string, string | null>>;
}

const AUTHOR = { name: 'Sample Author', email: 'author@example.com' };

/**
 * Makes `folder` (which may exist, without a repository) hold the commits on branch `main` and the files of the last.
 * Resolves with the hash of the last commit. The runner must allow `git` and have `folder` inside its root.
 */
export async function createRepository(
  runner: ProgramRunner,
  folder: string,
  commits: readonly CommitPlan[],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<string> {
  if (commits.length === 0) throw new InvalidArgumentError('commits', 'at least one commit', commits);
  const stream = commits.map(toFastImport).join('');
  await mkdir(folder, { recursive: true });
  if ((await repositoryKind(folder)) !== 'none') {
    throw new OrchestratorError('already-exists', `There is a git repository in ${folder} already.`, {
      details: { folder },
    });
  }
  const git = createGitCommand(runner, folder);
  outputOf(await git(['init', '--quiet', '--template=', '--initial-branch=main'], { signal }), 'init');
  outputOf(
    await git(['fast-import', '--quiet', '--date-format=raw'], { signal, input: stream }),
    'fast-import',
  );
  outputOf(await git(['reset', '--quiet', '--hard', 'refs/heads/main'], { signal }), 'reset');
  return outputOf(await git(['rev-parse', 'refs/heads/main'], { signal }), 'rev-parse').trim();
}

function toFastImport({ message, time, author = AUTHOR, files }: CommitPlan, index: number): string {
  const name = `commits[${index}]`;
  checkText(`${name}.message`, message);
  if (!Number.isFinite(time))
    throw new InvalidArgumentError(`${name}.time`, 'milliseconds since the epoch', time);
  const person = `${checkIdentity(`${name}.author.name`, author.name)} <${checkIdentity(`${name}.author.email`, author.email)}>`;
  const when = `${Math.floor(time / 1_000)} +0000`;
  const changes = Object.entries(files).map(([path, text]) => {
    const quoted = quotePath(`${name}.files`, path);
    return text === null ? `D ${quoted}\n` : `M 100644 inline ${quoted}\n${data(text)}`;
  });
  return `commit refs/heads/main\nauthor ${person} ${when}\ncommitter ${person} ${when}\n${data(`${message}\n`)}${changes.join('')}\n`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function checkIdentity(name: string, value: string): string {
  // These four would end the field they stand in.
  if (/[<>\n\0]/.test(checkText(name, value)))
    throw new InvalidArgumentError(name, 'a text without <, > and line breaks', value);
  return value;
}

function quotePath(name: string, path: string): string {
  const parts = checkText(name, path).split('/');
  const isBad = parts.some(
    (part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git',
  );
  if (isBad || path.includes('\0')) throw new InvalidArgumentError(name, 'paths inside the repository', path);
  return `"${join(...parts)
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')}"`;
}
