/** Finds relative imports that lead to nothing, leaving out what is built, ignored, linked or not read. */
import type { Workspace, WorkspaceListing } from '../../contracts/workspace.ts';
import { IgnoreRules, isBuiltInIgnored } from '../../workspace/ignore-rules.ts';
import { type FindingParts, locate } from '../kit/finding.ts';
import { folderOf, joinPath } from '../source/file-index.ts';
import type { ImportRecord, SourceModel, SourceModule } from '../source/source-model.ts';
import { UNRESOLVED_IMPORT } from './rules.ts';

const SOURCE_ENDING = /\.(?:[mc]?[jt]sx?|json)$/;
/** What frameworks make on the fly and no repository holds. */
const MADE_ON_THE_FLY =
  /(?:^|\/)(?:\$types|\+types|__?generated__?|generated|\.\w[^/]*|_?build|paraglide)(?:\/|$)/;

export async function findUnresolved(
  workspace: Workspace,
  { modules }: SourceModel,
  signal: AbortSignal,
): Promise<FindingParts[]> {
  const listing = await workspace.list({ signal });
  // Of a folder that was not wholly listed nobody can say what is missing.
  if (listing.isTruncated || listing.skippedCount > listing.skipped.length) return [];
  const absent = new AbsentFiles(workspace, listing);
  const parts: FindingParts[] = [];
  for (const module of modules.values()) {
    if (module.isFixture || isGenerated(module)) continue;
    for (const record of module.imports) {
      signal.throwIfAborted();
      const path = missingPath(module, record);
      if (path === undefined || !(await absent.isMissing(path))) continue;
      parts.push({
        rule: UNRESOLVED_IMPORT,
        message: `\`${record.specifier}\` leads to no file.`,
        suggestion: `Correct the path or add ${path}.`,
        location: locate(module.file, record.line, { column: record.column }),
      });
    }
  }
  return parts;
}

/** The path a relative import should have reached, or undefined when there is nothing to complain of. */
function missingPath(module: SourceModule, record: ImportRecord): string | undefined {
  const { specifier, target, isLocal, isOptional } = record;
  if (target !== undefined || !isLocal || isOptional) return undefined;
  if (!/^\.{1,2}(?:\/|$)/.test(specifier) || /[?#*]/.test(specifier)) return undefined;
  const path = joinPath(folderOf(module.path), specifier);
  return path === undefined || path === '' || MADE_ON_THE_FLY.test(path) ? undefined : path;
}

/** Written by programs, or to be copied elsewhere first. */
function isGenerated(module: SourceModule): boolean {
  if (/(?:^|\/)(?:templates?|boilerplates?|scaffolds?)\//.test(module.path)) return true;
  return /@generated|auto-?generated|do not edit/i.test(module.file.text.slice(0, 600));
}

class AbsentFiles {
  readonly #workspace: Workspace;
  readonly #skipped: ReadonlySet<string>;
  readonly #rules = new Map<string, Promise<IgnoreRules>>();

  constructor(workspace: Workspace, listing: WorkspaceListing) {
    this.#workspace = workspace;
    this.#skipped = new Set(listing.skipped.map(({ path }) => path));
  }

  async isMissing(path: string): Promise<boolean> {
    const stem = path.replace(SOURCE_ENDING, '');
    for (const skipped of this.#skipped) {
      if (
        skipped === path ||
        skipped.startsWith(`${stem}.`) ||
        path.startsWith(`${skipped}/`) ||
        skipped === stem
      )
        return false;
    }
    if (await this.#isIgnored(path)) return false;
    // A folder with a manifest means what that says is built.
    if ((await this.#workspace.read(`${path}/package.json`)) !== undefined) return false;
    return (await this.#workspace.read(path)) === undefined;
  }

  /** True when the file would not be listed even if it were there. */
  async #isIgnored(path: string): Promise<boolean> {
    const parts = path.split('/');
    const candidates = SOURCE_ENDING.test(path)
      ? [path, `${path.replace(SOURCE_ENDING, '')}.ts`]
      : [path, `${path}.ts`, `${path}.js`, `${path}/index.ts`];
    if (
      parts.some(
        (part, index) => isBuiltInIgnored(part, index < parts.length - 1) || isBuiltInIgnored(part, true),
      )
    )
      return true;
    const rules = await this.#rulesOf(folderOf(path));
    if (parts.some((_part, index) => index > 0 && rules.ignores(parts.slice(0, index).join('/'), true)))
      return true;
    return rules.ignores(path, true) || candidates.some((one) => rules.ignores(one, false));
  }

  #rulesOf(folder: string): Promise<IgnoreRules> {
    const known = this.#rules.get(folder);
    if (known !== undefined) return known;
    const made = (async () => {
      const above = folder === '' ? IgnoreRules.none : await this.#rulesOf(folderOf(folder));
      const file = await this.#workspace.read(folder === '' ? '.gitignore' : `${folder}/.gitignore`);
      return file === undefined ? above : above.with(folder, file.text);
    })();
    this.#rules.set(folder, made);
    return made;
  }
}
