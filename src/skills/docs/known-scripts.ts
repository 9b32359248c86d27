/** Which package scripts exist, and where. */
import { posix } from 'node:path';
import { isPlainObject } from '../../shared/json.ts';
import type { PackageManifest } from '../source/source-model.ts';
import type { ScriptMention } from './script-mentions.ts';

/** Answers whether a script that a page mentions exists. */
export class KnownScripts {
  readonly #packages: readonly PackageManifest[];
  readonly #all: ReadonlySet<string>;
  readonly #paths: ReadonlySet<string>;

  /** `paths` are the files of the workspace. */
  constructor(packages: readonly PackageManifest[], paths: ReadonlySet<string>) {
    this.#packages = packages;
    this.#paths = paths;
    this.#all = new Set(packages.flatMap((one) => scriptsOf(one)));
  }

  /** The manifest that lacks the script, or undefined when one has it or it is unclear which package is meant. */
  missingFrom(page: string, { script, folder, isOfAnother }: ScriptMention): PackageManifest | undefined {
    if (folder === undefined || isOfAnother === true || this.#packages.length === 0) return undefined;
    const own = this.#nearest(posix.dirname(page));
    const named = folder === '.' ? undefined : this.#named(own?.directory ?? '', folder);
    // A folder that is not here: the clone's own name, or one that the reader is about to make.
    const manifest = folder === '.' || named === undefined ? own : named;
    if (manifest === undefined || (named === undefined && this.#all.has(script))) return undefined;
    if (scriptsOf(manifest).includes(script)) return undefined;
    // `npm start` without a script runs server.js.
    if (script === 'start' && this.#paths.has(posix.join(manifest.directory, 'server.js'))) return undefined;
    return manifest;
  }

  #nearest(folder: string): PackageManifest | undefined {
    for (let at = folder === '.' ? '' : folder; ; at = posix.dirname(at) === '.' ? '' : posix.dirname(at)) {
      const found = this.#packages.find(({ directory }) => directory === at);
      if (found !== undefined || at === '') return found;
    }
  }

  #named(base: string, folder: string): PackageManifest | undefined {
    const candidates = [posix.join(base, folder), posix.normalize(folder)].map((path) =>
      path.replace(/\/$/, ''),
    );
    return this.#packages.find(({ directory }) => directory !== '' && candidates.includes(directory));
  }
}

function scriptsOf({ json }: PackageManifest): string[] {
  return isPlainObject(json['scripts']) ? Object.keys(json['scripts']) : [];
}
