/** Whether what a `COPY` names is in the build context, looked up on disk without following it. */
import { lstat, readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import ignore from 'ignore';
import type { Workspace } from '../../contracts/workspace.ts';

/** Folders and files that a build makes: their absence in a checkout says nothing. */
const BUILD_OUTPUT =
  /^(?:dist|build|out|output|target|bin|obj|publish|release|releases|node_modules|vendor|\.next|\.output|\.nuxt|\.svelte-kit|coverage|artifacts?|venv|\.venv|wheels?|wheelhouse|result|generated)$/i;
const BUILT_FILE = /\.(?:jar|war|ear|whl|tgz|tar|gz|zip|deb|rpm|apk|exe|so|dll|wasm|pem|crt|key)$/i;

/** Answers `isMissing` for one workspace. */
export class CopySources {
  readonly #root: string;
  readonly #workspace: Workspace;
  #ignored: Promise<(path: string) => boolean> | undefined;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    this.#root = workspace.root;
  }

  /** True when the source is in none of the contexts (folders relative to the root, `''` for the root itself). */
  async isMissing(source: string, contexts: readonly string[]): Promise<boolean> {
    const clean = posix.normalize(source).replace(/^\/+/, '').replace(/\/+$/, '');
    if (clean === '' || clean === '.' || clean.startsWith('..')) return false;
    const parts = clean.split('/');
    if (parts.some((part) => BUILD_OUTPUT.test(part)) || BUILT_FILE.test(clean)) return false;
    for (const context of contexts) {
      const path = posix.join(context, clean);
      if (path.startsWith('..') || (await this.#exists(path))) return false;
      this.#ignored ??= this.#ignoreRules();
      const isIgnored = await this.#ignored;
      if (isIgnored(path) || isIgnored(`${path}/`)) return false;
    }
    return true;
  }

  async #exists(path: string): Promise<boolean> {
    const isPattern = /[*?[]/.test(path);
    try {
      if (!isPattern) {
        await lstat(posix.join(this.#root, path));
        return true;
      }
      const folder = posix.dirname(path);
      if (/[*?[]/.test(folder)) return true;
      const names = await readdir(posix.join(this.#root, folder));
      return names.some((name) => posix.matchesGlob(name, posix.basename(path)));
    } catch {
      return false;
    }
  }

  async #ignoreRules(): Promise<(path: string) => boolean> {
    const file = await this.#workspace.read('.gitignore');
    const rules = ignore().add(file?.text ?? '');
    return (path) => rules.ignores(path);
  }
}
