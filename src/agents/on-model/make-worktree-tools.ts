/** The tools that write in a git worktree: whole files, or one place in a file. Each tells the diff of what it did. */
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { z } from 'zod';
import type { AnyTool } from '../../contracts/tool.ts';
import { defineTool } from '../../llm/loop/define-tool.ts';
import { repositoryKind } from '../../process/git-command.ts';
import { boundText } from '../../shared/bound-text.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { digestOf, type JsonObject } from '../../shared/json.ts';
import { unifiedDiff } from '../../shared/line-diff.ts';

const MOST_CHARACTERS = 1_000_000;
const MOST_SHOWN = 100_000;
const PATH = z.string().min(1).max(1000).describe('relative to the worktree, with /');

export async function makeWorktreeTools(worktree: string): Promise<readonly AnyTool[]> {
  const root = await realpath(worktree).catch(() => undefined);
  if (root === undefined || (await repositoryKind(root)) === 'none')
    throw new OrchestratorError('not-found', `There is no git worktree at ${worktree}.`, {
      details: { worktree },
    });
  return [
    defineTool({
      name: 'worktree_read',
      description: 'Reads a file of the worktree as it is now, with what was written.',
      sideEffects: 'read',
      input: z.object({ path: PATH }),
      execute: async ({ path }) => boundText(await textOf(root, path), MOST_SHOWN).text,
    }),
    defineTool({
      name: 'worktree_write',
      description: 'Writes a whole file into the worktree, new or in place of what is there.',
      sideEffects: 'write',
      // Writing the same again changes nothing.
      onUnfinished: 'retry',
      input: z.object({ path: PATH, content: z.string().max(MOST_CHARACTERS) }),
      execute: async ({ path, content }) =>
        write(root, path, await textOf(root, path).catch(ifMissing), content),
    }),
    defineTool({
      name: 'worktree_replace',
      description: 'Replaces a text in a file of the worktree. The text must stand there exactly once.',
      sideEffects: 'write',
      onUnfinished: 'retry',
      input: z.object({
        path: PATH,
        old: z.string().min(1).max(MOST_CHARACTERS),
        new: z.string().max(MOST_CHARACTERS),
      }),
      async execute({ path, old, new: replacement }) {
        const before = await textOf(root, path);
        const at = before.indexOf(old);
        if (at < 0 && replacement !== '' && before.includes(replacement))
          return { path, digest: digestOf(before), diff: '', wasThere: true };
        if (at < 0 || before.indexOf(old, at + 1) >= 0)
          throw new OrchestratorError(
            at < 0 ? 'not-found' : 'invalid-argument',
            `The text stands ${at < 0 ? 'nowhere' : 'more than once'} in ${path}: give one that stands there exactly once.`,
          );
        return write(root, path, before, before.slice(0, at) + replacement + before.slice(at + old.length));
      },
    }),
  ];
}

async function write(root: string, path: string, before: string, after: string): Promise<JsonObject> {
  const target = await placeOf(root, path);
  await mkdir(dirname(target), { recursive: true });
  // Made whole beside it first: nobody sees half a file.
  const draft = `${target}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const mode = await lstat(target).then(
      (stats) => stats.mode & 0o777,
      () => 0o644,
    );
    await writeFile(draft, after, { mode, flag: 'wx' });
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return {
    path,
    digest: digestOf(after),
    diff: boundText(unifiedDiff(path, before, after), MOST_SHOWN).text,
  };
}

async function textOf(root: string, path: string): Promise<string> {
  const target = await placeOf(root, path);
  const stats = await lstat(target).catch(() => undefined);
  if (stats?.isFile() !== true)
    throw new OrchestratorError('not-found', `There is no file ${path} in the worktree.`, {
      details: { path },
    });
  if (stats.size > MOST_CHARACTERS)
    throw new OrchestratorError('limit-reached', `${path} is larger than ${MOST_CHARACTERS} bytes.`, {
      details: { path },
    });
  return readFile(target, 'utf8');
}

function ifMissing(error: unknown): string {
  if (OrchestratorError.isInstance(error) && error.code === 'not-found') return '';
  throw error;
}

/** The absolute place. Rejects with `path-escape` for one outside of the worktree, in its `.git`, or behind a link. */
async function placeOf(root: string, path: string): Promise<string> {
  const parts = path.split('/');
  const isOdd = parts.some(
    (part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git',
  );
  if (isOdd || path.includes('\0') || path.includes('\\')) throw escapes(path);
  const target = join(root, ...parts);
  for (let place = target; place !== root; place = dirname(place)) {
    const stats = await lstat(place).catch(() => undefined);
    if (stats?.isSymbolicLink() === true || !place.startsWith(root + sep)) throw escapes(path);
  }
  return target;
}

function escapes(path: string): OrchestratorError {
  return new OrchestratorError('path-escape', `${path} is not a place in the worktree.`, {
    details: { path },
  });
}
