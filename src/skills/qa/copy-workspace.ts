/** Copies a repository to where its tests may do as they like. The original is only read. */
import type { Dirent } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readlink, realpath, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { OrchestratorError } from '../../shared/errors.ts';

export interface CopyOptions {
  readonly signal: AbortSignal;
  /** `link`: packages are linked to the original's, for a sandbox that can't write there. `copy`: they are copied. */
  readonly packages: 'link' | 'copy';
  /** @default 50_000 */
  readonly maxFiles?: number;
  /** Bytes. @default 1 GiB */
  readonly maxBytes?: number;
  /** Of packages that are copied. @default 200_000 */
  readonly maxPackageFiles?: number;
  /** Bytes of packages that are copied. @default 4 GiB */
  readonly maxPackageBytes?: number;
}

/** What has been copied of one sort, and how much may be. */
interface Tally {
  readonly what: string;
  readonly maxFiles: number;
  readonly maxBytes: number;
  files: number;
  bytes: number;
}

const LEFT_OUT = new Set(['.git', '.hg', '.svn']);

/**
 * Copies all but version control and installed packages; those are linked or copied as asked. Returns the folders of
 * packages that links lead to. Throws `limit-reached`.
 */
export async function copyWorkspace(
  from: string,
  to: string,
  options: CopyOptions,
): Promise<readonly string[]> {
  return new WorkspaceCopy(await realpath(from), to, options).run();
}

class WorkspaceCopy {
  readonly #from: string;
  readonly #to: string;
  readonly #options: CopyOptions;
  readonly #packages: string[] = [];
  readonly #own: Tally;
  readonly #installedHere: Tally;

  constructor(from: string, to: string, options: CopyOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
    const { maxFiles = 50_000, maxBytes = 2 ** 30 } = options;
    const { maxPackageFiles = 200_000, maxPackageBytes = 2 ** 32 } = options;
    this.#own = { what: 'The repository is', maxFiles, maxBytes, files: 0, bytes: 0 };
    this.#installedHere = {
      what: 'Its installed packages are',
      maxFiles: maxPackageFiles,
      maxBytes: maxPackageBytes,
      files: 0,
      bytes: 0,
    };
  }

  async run(): Promise<readonly string[]> {
    await this.#folder(this.#from, this.#to);
    return [...new Set(this.#packages)];
  }

  async #folder(from: string, to: string): Promise<void> {
    this.#options.signal.throwIfAborted();
    await mkdir(to, { recursive: true });
    for (const entry of await readdir(from, { withFileTypes: true })) {
      if (LEFT_OUT.has(entry.name)) continue;
      const source = join(from, entry.name);
      const target = join(to, entry.name);
      if (entry.name === 'node_modules') await this.#packageFolder(entry, source, target);
      else if (entry.isDirectory()) await this.#folder(source, target);
      else await this.#entry(entry, source, target);
    }
  }

  async #entry(entry: Dirent, source: string, target: string): Promise<void> {
    if (entry.isSymbolicLink()) {
      // A link out of the repository would let its tests reach what it points at.
      const leadsTo = resolve(dirname(source), await readlink(source));
      if (this.#isInside(leadsTo)) await symlink(relative(dirname(source), leadsTo) || '.', target);
    } else if (entry.isFile()) {
      await this.#file(source, target, this.#own);
    }
  }

  async #file(source: string, target: string, tally: Tally): Promise<void> {
    const { what, maxFiles, maxBytes } = tally;
    tally.files += 1;
    tally.bytes += (await lstat(source)).size;
    if (tally.files > maxFiles || tally.bytes > maxBytes)
      throw new OrchestratorError(
        'limit-reached',
        `${what} larger than ${maxFiles} files or ${maxBytes} bytes, so its tests were not run on a copy.`,
        { details: { maxFiles, maxBytes } },
      );
    await copyFile(source, target);
  }

  /** `node_modules`, also when it is a link to that of another checkout. */
  async #packageFolder(entry: Dirent, source: string, target: string): Promise<void> {
    if (entry.isDirectory()) return this.#installed(source, target);
    const real = entry.isSymbolicLink() ? await realpath(source).catch(() => undefined) : undefined;
    return real !== undefined && basename(real) === 'node_modules'
      ? this.#installed(real, target)
      : undefined;
  }

  /** A folder of our own, so that caches land in the copy; each package in it is a link or a copy. */
  async #installed(from: string, to: string): Promise<void> {
    await mkdir(to, { recursive: true });
    if (this.#options.packages === 'link') this.#packages.push(from);
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const source = join(from, entry.name);
      const target = join(to, entry.name);
      if (entry.isDirectory() && entry.name.startsWith('@')) await this.#installed(source, target);
      else await this.#package(source, target);
    }
  }

  async #package(source: string, target: string): Promise<void> {
    this.#options.signal.throwIfAborted();
    const real = await realpath(source).catch(() => undefined);
    if (real === undefined) return;
    // A package of the repository itself, linked by its package manager: the copy's own is meant.
    const isOwn = this.#isInside(real) && !real.split(sep).includes('node_modules');
    if (!this.#isInside(real)) {
      // Stores and linked packages live elsewhere; anything that is in no store of packages is not for tests to see.
      const store = real.lastIndexOf(`${sep}node_modules${sep}`);
      if (store < 0) return;
      this.#packages.push(real.slice(0, store + sep.length + 'node_modules'.length));
    }
    if (isOwn) await symlink(join(this.#to, relative(this.#from, real)), target);
    else if (this.#options.packages === 'link') await symlink(real, target);
    else await this.#packageCopy(real, target);
  }

  /** Links stay as they are written: package managers make them relative, so that they lead to the copy. */
  async #packageCopy(source: string, target: string): Promise<void> {
    this.#options.signal.throwIfAborted();
    const stats = await lstat(source);
    if (stats.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (stats.isFile()) await this.#file(source, target, this.#installedHere);
    if (!stats.isDirectory()) return;
    await mkdir(target, { recursive: true });
    for (const name of await readdir(source)) await this.#packageCopy(join(source, name), join(target, name));
  }

  #isInside(path: string): boolean {
    return path === this.#from || path.startsWith(this.#from + sep);
  }
}
