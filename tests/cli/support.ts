import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { review } from '../../src/cli/review.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Report } from '../../src/report/report-schema.ts';

export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Files larger than this are compared by size and time alone. */
const MAX_HASHED = 4 * 1024 * 1024;

export interface TempFolder {
  readonly root: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A folder with these files, removed at the end. */
export async function tempFolder(files: Readonly<Record<string, string>> = {}): Promise<TempFolder> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'review-')));
  await writeFiles(root, files);
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

export async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** Everything about a folder that a reader could change: names, kinds, modes, sizes, times, link targets, contents. */
export async function digestTree(root: string): Promise<string> {
  const hash = createHash('sha256');
  const waiting: Buffer[] = [Buffer.from(root)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const stats: Stats = await lstat(path);
    hash.update(path).update(`\0${stats.mode} ${stats.size} ${stats.mtimeMs} ${stats.ino}\0`);
    if (stats.isSymbolicLink()) hash.update(await readlink(path, 'buffer'));
    else if (stats.isFile() && stats.size <= MAX_HASHED) hash.update(await readFile(path));
    else if (stats.isDirectory()) {
      const names = await readdir(path, { encoding: 'buffer' });
      for (const name of names.sort(Buffer.compare))
        waiting.push(Buffer.concat([path, Buffer.from('/'), name]));
    }
  }
  return hash.digest('hex');
}

/** Reviews a folder in this process. */
export function reviewFolder(
  root: string,
  { signal = new AbortController().signal, onEvent = () => {} }: Partial<Parameters<typeof review>[0]> = {},
): Promise<Report> {
  return review({
    root,
    allowExecute: false,
    gateSeverity: 'error',
    logger: createLogger({ level: 'silent' }),
    signal,
    onEvent,
  });
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(
  command: string,
  args: readonly string[],
  {
    cwd,
    env = process.env,
    onOutput,
  }: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    /** Hears all of standard output so far. */
    readonly onOutput?: (text: string, child: { readonly pid?: number | undefined }) => void;
  } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(stdout, child);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Runs the command line as a user does. */
export function runMain(args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<Ended> {
  return run(process.execPath, [MAIN, ...args], options);
}
