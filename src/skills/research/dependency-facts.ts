/** Compares what the code imports with what the manifests declare and the lock file holds. */

import { posix } from 'node:path';
import { z } from 'zod';
import type { RuleInfo, Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { loadSources } from '../source/load-sources.ts';
import type { PackageManifest, SourceModel } from '../source/source-model.ts';
import { LOCK_NAMES, type LockFile, readLockFile } from './lock-file.ts';
import {
  type Declared,
  ECOSYSTEMS,
  isOtherManifest,
  NPM_SECTIONS,
  npmDependencies,
  otherDependencies,
} from './manifest-dependencies.ts';
import { PackageUsage } from './package-usage.ts';
import { undeclaredImports } from './undeclared-imports.ts';

const MAX_TEXTS = 4_000;
const MAX_MANIFESTS = 200;
/** From so many on, a majority of unused packages means that the code that uses them is not in the folder. */
const FEWEST_IDLE = 3;

const RULES = {
  undeclared: {
    id: 'undeclared-dependency',
    severity: 'error',
    title: 'Import of a package that no manifest declares',
    help: 'It works only as long as another package happens to bring it. Add it to the dependencies.',
  },
  unused: {
    id: 'unused-dependency',
    severity: 'warning',
    title: 'Declared package that nothing uses',
    help: 'It is installed, audited and updated for nothing. Remove it, or say where it is used.',
  },
  unlocked: {
    id: 'unlocked-dependency',
    severity: 'warning',
    title: 'Declared package that the lock file lacks',
    help: 'A clean install stops or takes whatever version is newest. Install again and commit the lock file.',
  },
} as const satisfies Record<string, RuleInfo>;

const input = z.object({}).loose();
const output = z.object({
  dependencies: z.array(
    z.object({
      name: z.string(),
      ecosystem: z.enum(ECOSYSTEMS),
      manifest: z.string(),
      section: z.string(),
      wanted: z.string(),
      locked: z.string().nullable(),
      importers: z.number(),
    }),
  ),
  lockFiles: z.array(z.string()),
  notes: z.array(z.string()),
});
type Output = z.infer<typeof output>;

/** Lists the dependencies of npm, Python, Go and Rust manifests; for npm also what is undeclared, unused or unlocked. */
export const dependencyFacts: Skill<z.infer<typeof input>, Output> = {
  name: 'dependency-facts',
  title: 'Dependency facts',
  description:
    'Lists declared dependencies with locked versions and importers; for npm reports undeclared, unused and unlocked ones.',
  taskTypes: ['research', 'planning', 'code_review'],
  sideEffects: 'read',
  rules: Object.values(RULES),
  input,
  output,
  async available(context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    const has = files.some(({ path }) => posix.basename(path) === 'package.json' || isOtherManifest(path));
    if (has) return { status: 'available' };
    return { status: 'not-applicable', reason: 'There is no manifest of npm, Python, Go or Rust.' };
  },
  async run(_input, context) {
    const { workspace, signal } = context;
    const { files } = await workspace.list({ signal });
    const paths = files.map(({ path }) => path);
    const model = await loadSources(workspace, signal);
    const report: Report = { parts: [], data: { dependencies: [], lockFiles: [], notes: [] }, read: [] };
    const manifests = model.packages.filter(({ path }) => !isTestData(path)).slice(0, MAX_MANIFESTS);
    const locks = await readLocks(context, paths, report);
    const usage =
      manifests.length === 0
        ? undefined
        : new PackageUsage(model, await otherTexts(context, paths, model), paths);
    const ownNames = new Set(model.packages.map(({ name }) => name));
    for (const manifest of manifests) {
      signal.throwIfAborted();
      const file = await workspace.read(manifest.path);
      if (file === undefined || usage === undefined) continue;
      report.read.push(file);
      judgeManifest(manifest, file, usage, nearestLock(locks, manifest.directory), ownNames, report);
    }
    for (const { packageName, places, hint } of undeclaredImports(model, manifests, paths, locks.size > 0)) {
      const [first, ...more] = places.map(({ file, line, column }) => locate(file, line, { column }));
      if (first === undefined) continue;
      report.parts.push({
        rule: RULES.undeclared,
        message: `\`${packageName}\` is imported, but no manifest above this file declares it.${hint}`,
        suggestion: `Add it: npm install ${packageName}`,
        location: first,
        related: more.slice(0, 5),
      });
    }
    for (const path of paths
      .filter((one) => isOtherManifest(one) && !isTestData(one))
      .slice(0, MAX_MANIFESTS)) {
      const file = await workspace.read(path);
      if (file === undefined) continue;
      report.read.push(file);
      for (const entry of otherDependencies(file)) report.data.dependencies.push(row(entry, path, null, 0));
    }
    if (report.read.length === 0) {
      return {
        status: 'not-applicable',
        summary: 'No manifest could be read.',
        data: report.data,
        evidence: [],
      };
    }
    const findings = makeFindings(report.parts);
    return {
      summary: `${counted(report.data.dependencies.length, 'dependency', 'dependencies')} in ${counted(report.read.length, 'manifest')}; ${counted(findings.length, 'finding')}.`,
      data: report.data,
      findings,
      evidence: report.read.slice(0, 20).map((file) => locate(file, 1)),
    };
  },
};

interface Report {
  readonly parts: FindingParts[];
  readonly data: Output;
  readonly read: TextFile[];
}

function judgeManifest(
  manifest: PackageManifest,
  file: TextFile,
  usage: PackageUsage,
  lock: LockFile | undefined,
  ownNames: ReadonlySet<string | undefined>,
  report: Report,
): void {
  const { directory, json, path } = manifest;
  const declared = npmDependencies(file, json);
  const isOwn = ({ name, wanted }: Declared): boolean =>
    ownNames.has(name) || /^(?:workspace|file|link|portal|catalog):|^\.{0,2}\//.test(wanted);
  const unused = new Set(
    // An optional package may be there for one platform only, as `fsevents` is.
    declared.filter(
      (entry) =>
        entry.section !== 'optionalDependencies' &&
        !isOwn(entry) &&
        !usage.isUsed(entry.name, directory, json, lock),
    ),
  );
  const hidden = NPM_SECTIONS.filter((section) => {
    const all = declared.filter((entry) => entry.section === section).length;
    const idle = [...unused].filter((entry) => entry.section === section).length;
    return idle >= FEWEST_IDLE && idle > all / 2;
  });
  for (const section of hidden) {
    report.data.notes.push(
      `${path}: most of \`${section}\` is used by nothing that can be seen, as in a published or built package; not judged.`,
    );
  }
  for (const entry of declared) {
    const { name, section, wanted, line } = entry;
    const locked = lock?.versionOf(name);
    report.data.dependencies.push(
      row(entry, path, locked ?? null, usage.importersOf(name, directory).length),
    );
    if (section === 'peerDependencies') continue;
    if (unused.has(entry) && !hidden.some((one) => one === section)) {
      report.parts.push({
        rule: RULES.unused,
        message: `\`${name}\` is declared in \`${section}\`, and nothing imports, runs or names it.`,
        suggestion: `Remove it: npm uninstall ${name}`,
        location: locate(file, line),
      });
    }
    const isLocal = isOwn(entry) && !wanted.startsWith('catalog:');
    if (lock !== undefined && locked === undefined && !isLocal) {
      report.parts.push({
        rule: RULES.unlocked,
        message: `\`${name}\` is declared, but \`${lock.path}\` does not hold it.`,
        suggestion: 'Run the package manager’s install and commit the lock file.',
        location: locate(file, line),
      });
    }
  }
}

function row(
  entry: Declared,
  manifest: string,
  locked: string | null,
  importers: number,
): Output['dependencies'][number] {
  const { name, ecosystem, section, wanted } = entry;
  return { name, ecosystem, manifest, section, wanted, locked, importers };
}

async function readLocks(
  context: SkillContext,
  paths: readonly string[],
  report: Report,
): Promise<ReadonlyMap<string, LockFile>> {
  const locks = new Map<string, LockFile>();
  const names: readonly string[] = LOCK_NAMES;
  const folders = new Set(
    paths.filter((path) => posix.basename(path) === 'package.json').map((path) => posix.dirname(path)),
  );
  for (const folder of folders) {
    for (const name of names) {
      const path = posix.join(folder, name);
      const file = await context.workspace.read(path);
      if (file === undefined) continue;
      const lock = readLockFile(file);
      if (lock === undefined) {
        report.data.notes.push(`${path} was not understood, so that nothing is said about locked versions.`);
        continue;
      }
      report.data.lockFiles.push(path);
      if (!locks.has(folder)) locks.set(folder, lock);
    }
  }
  return locks;
}

/** The lock file beside the manifest, or of a folder above it that has one (a workspace's root). */
function nearestLock(locks: ReadonlyMap<string, LockFile>, directory: string): LockFile | undefined {
  for (let folder = directory === '' ? '.' : directory; ; folder = posix.dirname(folder)) {
    const lock = locks.get(folder);
    if (lock !== undefined)
      return lock.covers(posix.relative(folder, directory === '' ? '.' : directory)) ? lock : undefined;
    if (folder === '.') return undefined;
  }
}

/** Texts that may name a package: configuration, pages, scripts. Not prose, lock files and manifests. */
async function otherTexts(
  context: SkillContext,
  paths: readonly string[],
  model: SourceModel,
): Promise<readonly TextFile[]> {
  const texts: TextFile[] = [];
  for (const path of paths) {
    if (model.modules.has(path) || texts.length >= MAX_TEXTS) continue;
    if (
      /\.(?:md|markdown|txt|rst|svg|csv|tsv|ndjson|jsonl|sql|css|py|go|rs|java|lock)$|(?:^|\/)(?:package\.json|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|bun\.lockb?|yarn\.lock|LICENSE|CHANGELOG)$/i.test(
        path,
      )
    ) {
      // Style sheets and MDX may import packages too.
      if (!/\.(?:css|mdx)$/.test(path)) continue;
    }
    context.signal.throwIfAborted();
    const file = await context.workspace.read(path);
    if (file !== undefined) texts.push(file);
  }
  return texts;
}

function isTestData(path: string): boolean {
  return /(?:^|\/)(?:__fixtures__|fixtures?|testdata|__mocks__|templates?)\//.test(path);
}
