/** The practices that the compliance check looks for: each with the list that asks for it, and what was found. */
import { posix } from 'node:path';
import type { Severity } from '../../contracts/artifact.ts';
import type { TextFile, Workspace } from '../../contracts/workspace.ts';
import { isPlainObject } from '../../shared/json.ts';
import { literalSecret } from '../devops/literal-secret.ts';
import { isFixturePath } from '../source/classify-path.ts';
import type { PackageManifest } from '../source/source-model.ts';
import { licencesInText, namesLicence } from './licence-text.ts';
import { isLockPath, readLocked } from './locked-components.ts';
import { isLicenceExpression, licenceFamily } from './spdx-licenses.ts';
import { workflowFacts } from './workflow-facts.ts';

export type PracticeStatus = 'pass' | 'fail' | 'unknown' | 'not-applicable';

/** What looking for one practice came to. */
export interface Practice {
  readonly id: string;
  readonly title: string;
  /** The list and the item in it. */
  readonly source: string;
  readonly status: PracticeStatus;
  readonly note: string;
  readonly places: readonly {
    readonly file: TextFile;
    readonly line: number;
    readonly mask?: readonly string[];
  }[];
  /** Set when failing is worth a finding here. */
  readonly severity?: Severity;
}

/** What all of them look at. */
export interface Repository {
  readonly workspace: Workspace;
  readonly paths: readonly string[];
  readonly manifest: PackageManifest | undefined;
  readonly manifestFile: TextFile | undefined;
  readonly hasTests: boolean;
}

type Found = Omit<Practice, 'id' | 'title' | 'source'>;
const MAX_READ = 200;
const MAX_INSTALLED = 500;
const TEST_COMMAND =
  /\b(?:npm (?:t|test|run test[\w:-]*|run (?:check|ci|verify))|(?:yarn|pnpm|bun)(?: run)? test[\w:-]*|node --test|vitest|jest|mocha|playwright test|pytest|tox|nox|go test|cargo (?:test|nextest)|make (?:test|check|ci)|(?:mvn|gradle|gradlew|\.\/gradlew)\b.{0,60}\b(?:test|verify|check|build)|dotnet test|rspec|rake test|phpunit|deno test|ctest)\b/;

/** One after the other, in a fixed order. */
export async function lookForPractices(repository: Repository): Promise<readonly Practice[]> {
  const items: readonly (readonly [string, string, string, (one: Repository) => Promise<Found>])[] = [
    [
      'security-policy',
      'A way to report vulnerabilities',
      'OpenSSF Scorecard: Security-Policy',
      securityPolicy,
    ],
    ['lock-file', 'Locked dependencies', 'OpenSSF Scorecard: Pinned-Dependencies', lockFile],
    ['pinned-actions', 'Actions pinned by hash', 'OpenSSF Scorecard: Pinned-Dependencies', pinnedActions],
    [
      'token-permissions',
      'Workflows that limit their token',
      'OpenSSF Scorecard: Token-Permissions',
      tokenPermissions,
    ],
    ['ci-tests', 'Tests run on every change', 'OpenSSF Scorecard: CI-Tests', ciTests],
    [
      'dependency-updates',
      'Dependencies kept up to date by a tool',
      'OpenSSF Scorecard: Dependency-Update-Tool',
      updateTool,
    ],
    ['code-owners', 'Named owners of the code', 'OpenSSF Scorecard: Branch-Protection', codeOwners],
    [
      'no-committed-secrets-file',
      'No file of secrets in the repository',
      'OWASP ASVS 4.0.3: 2.10.4',
      environmentFiles,
    ],
    ['licence', 'A licence', 'OpenSSF Scorecard: License', licencePresent],
    [
      'licence-consistent',
      'One licence in manifest and text',
      'SPDX 2.3: declared licence',
      licenceConsistent,
    ],
    ['dependency-licences', 'Dependencies under licences that fit', 'SPDX License List', dependencyLicences],
  ];
  const practices: Practice[] = [];
  for (const [id, title, source, look] of items)
    practices.push({ id, title, source, ...(await look(repository)) });
  return practices;
}

const found = (
  status: PracticeStatus,
  note: string,
  files: readonly TextFile[] = [],
  severity?: Severity,
): Found => ({
  status,
  note,
  places: files.slice(0, 10).map((file) => ({ file, line: 1 })),
  ...(severity === undefined ? {} : { severity }),
});

const isPublic = ({ manifest }: Repository): boolean =>
  manifest?.name !== undefined && manifest.json['private'] !== true;

async function firstOf({ workspace, paths }: Repository, pattern: RegExp): Promise<TextFile | undefined> {
  const path = paths.find((one) => pattern.test(one));
  return path === undefined ? undefined : workspace.read(path);
}

async function readAll(
  { workspace, paths }: Repository,
  isWanted: (path: string) => boolean,
): Promise<TextFile[]> {
  const files: TextFile[] = [];
  for (const path of paths.filter(isWanted).slice(0, MAX_READ)) {
    const file = await workspace.read(path);
    if (file !== undefined) files.push(file);
  }
  return files;
}

async function securityPolicy(repository: Repository): Promise<Found> {
  const file = await firstOf(repository, /^(?:\.github\/|docs\/)?SECURITY(?:\.(?:md|rst|txt|adoc))?$/i);
  if (file !== undefined) return found('pass', `${file.path} says how.`, [file]);
  const { manifestFile } = repository;
  // Who publishes a package has users that need it.
  if (!isPublic(repository) || manifestFile === undefined) return found('fail', 'There is no SECURITY.md.');
  return found('fail', 'The package can be published and has no SECURITY.md.', [manifestFile], 'info');
}

async function lockFile(repository: Repository): Promise<Found> {
  const { manifest, manifestFile, paths } = repository;
  const needs = ['dependencies', 'devDependencies'].some(
    (section) => isPlainObject(manifest?.json[section]) && Object.keys(manifest.json[section]).length > 0,
  );
  if (!needs || manifestFile === undefined)
    return found('not-applicable', 'No manifest of npm names a dependency.');
  const lock = /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/;
  const file = await firstOf(repository, lock);
  if (file !== undefined) return found('pass', `${file.path} locks them.`, [file]);
  // A binary or very large one is not listed as text.
  const { skipped } = await repository.workspace.list();
  if (skipped.some(({ path }) => lock.test(path)))
    return found('pass', 'A lock file is there, too large or binary to be read.');
  const isProgram = !isPublic(repository) && paths.length > 1;
  return found('fail', 'No lock file is committed.', [manifestFile], isProgram ? 'warning' : undefined);
}

const workflowsOf = (repository: Repository): Promise<TextFile[]> =>
  readAll(repository, (path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));

async function pinnedActions(repository: Repository): Promise<Found> {
  const files = await workflowsOf(repository);
  const uses = files.flatMap((file) =>
    file.lines.flatMap((line, index) => {
      const name = /^\s*(?:-\s+)?uses:\s*['"]?([^\s'"#]{1,300})/.exec(line)?.[1];
      return name === undefined || /^(?:\.\/|docker:)/.test(name) ? [] : [{ file, line: index + 1, name }];
    }),
  );
  if (uses.length === 0) return found('not-applicable', 'No workflow uses an action of others.');
  const open = uses.filter(({ name }) => !/@[0-9a-f]{40}$/.test(name));
  if (open.length === 0) return found('pass', `All ${uses.length} uses name a hash.`, files);
  return {
    status: 'fail',
    note: `${open.length} of ${uses.length} uses name a tag or branch.`,
    places: open.slice(0, 10),
  };
}

async function tokenPermissions(repository: Repository): Promise<Found> {
  const files = await workflowsOf(repository);
  if (files.length === 0) return found('not-applicable', 'There is no workflow.');
  const open: TextFile[] = [];
  for (const file of files) if ((await workflowFacts(file))?.isTokenLimited !== true) open.push(file);
  return open.length === 0
    ? found('pass', `All ${files.length} workflows say what their token may do.`, files)
    : found(
        'fail',
        `${open.length} of ${files.length} workflows take the rights that the repository gives.`,
        open,
      );
}

async function ciTests(repository: Repository): Promise<Found> {
  const files = [
    ...(await workflowsOf(repository)),
    ...(await readAll(repository, (path) =>
      /^(?:\.gitlab-ci\.yml|\.circleci\/config\.yml|azure-pipelines\.yml|\.travis\.yml|Jenkinsfile|\.drone\.yml|bitbucket-pipelines\.yml)$/.test(
        path,
      ),
    )),
  ];
  if (files.length === 0) return found('unknown', 'No pipeline is described in the repository.');
  for (const file of files) {
    const line = file.lines.findIndex(
      (text) => text.length < 2_000 && !/^\s*#/.test(text) && TEST_COMMAND.test(text),
    );
    const isOnChange =
      !file.path.startsWith('.github/') || (await workflowFacts(file))?.isRunOnChange !== false;
    if (line >= 0 && isOnChange)
      return { status: 'pass', note: `${file.path} runs them.`, places: [{ file, line: line + 1 }] };
  }
  // Scripts and workflows of others may run them as well.
  if (
    files.some(({ text }) =>
      /\buses:\s*['"]?[^\s'"]+\.ya?ml@|\brun:.*\.(?:sh|ps1|py|js|ts)\b|\b(?:just|task|nx|turbo|lerna|bazel|make)\b/.test(
        text,
      ),
    )
  )
    return found('unknown', 'The pipelines call what is not looked into.', files);
  return found(
    'fail',
    'No pipeline runs the tests on a change.',
    files,
    repository.hasTests ? 'info' : undefined,
  );
}

async function updateTool(repository: Repository): Promise<Found> {
  const file = await firstOf(
    repository,
    /^(?:\.github\/dependabot\.ya?ml|(?:\.github\/|\.gitlab\/)?(?:\.?renovate(?:rc)?)(?:\.json5?)?)$/,
  );
  return file === undefined
    ? found('fail', 'Neither Dependabot nor Renovate is set up here.')
    : found('pass', `${file.path} sets one up.`, [file]);
}

async function codeOwners(repository: Repository): Promise<Found> {
  const file = await firstOf(repository, /^(?:\.github\/|\.gitlab\/|docs\/)?CODEOWNERS$/);
  return file === undefined
    ? found('fail', 'There is no CODEOWNERS.')
    : found('pass', `${file.path} names them.`, [file]);
}

async function environmentFiles(repository: Repository): Promise<Found> {
  const files = await readAll(
    repository,
    (path) =>
      /^\.env(?:\.[\w-]+)*$/.test(posix.basename(path)) &&
      !/\.(?:example|sample|template|dist|defaults?|schema|test|testing|ci|vault)$/i.test(path) &&
      !isFixturePath(path),
  );
  const places = files.flatMap((file) => {
    for (const [index, line] of file.lines.entries()) {
      const [, name = '', value = ''] =
        /^\s*(?:export\s+)?([A-Za-z_]\w{0,100})\s*=\s*(.{1,2000})$/.exec(line) ?? [];
      const secret = literalSecret(name, value.replace(/^(['"])(.*)\1\s*$/, '$2'), { isDevelopment: true });
      if (secret !== undefined) return [{ file, line: index + 1, mask: [secret] }];
    }
    return [];
  });
  if (places.length === 0)
    return found(
      'pass',
      files.length === 0 ? 'No such file is listed.' : 'The files of settings hold no secret.',
      files,
    );
  return {
    status: 'fail',
    note: `${places.map(({ file }) => file.path).join(', ')} holds a secret and is not ignored.`,
    places,
    severity: 'warning',
  };
}

const licenceFile = (repository: Repository): Promise<TextFile | undefined> =>
  firstOf(repository, /^(?:LICEN[CS]E|COPYING|UNLICENSE)(?:[-.][\w.-]+)?$/i);

async function licencePresent(repository: Repository): Promise<Found> {
  const file = await licenceFile(repository);
  if (file !== undefined) return found('pass', `${file.path} is there.`, [file]);
  const { manifestFile } = repository;
  if (!isPublic(repository) || manifestFile === undefined)
    return found('fail', 'There is no text of a licence.');
  return found('fail', 'The package can be published and has no text of a licence.', [manifestFile], 'info');
}

async function licenceConsistent(repository: Repository): Promise<Found> {
  const { manifest, manifestFile } = repository;
  const declared = manifest?.json['license'];
  const file = await licenceFile(repository);
  if (typeof declared !== 'string' || file === undefined || manifestFile === undefined)
    return found('not-applicable', 'Not both the manifest and a text name a licence.');
  const ids = licencesInText(file.text);
  if (ids.length === 0 || !isLicenceExpression(declared))
    return found(
      'unknown',
      `The licence \`${declared.slice(0, 80)}\` or the text of ${file.path} is none that is known here.`,
      [file],
    );
  if (namesLicence(declared, ids)) return found('pass', `Both name ${ids.join(', ')}.`, [manifestFile, file]);
  const line = manifestFile.lines.findIndex((text) => /"license"\s*:/.test(text)) + 1;
  return {
    status: 'fail',
    note: `package.json says ${declared}, ${file.path} holds ${ids.join(', ')}.`,
    places: [
      { file: manifestFile, line: Math.max(1, line) },
      { file, line: 1 },
    ],
    severity: 'warning',
  };
}

/** Licences from npm's lock file, else from what is installed; only what is needed to run counts. */
async function dependencyLicences(repository: Repository): Promise<Found> {
  const { workspace, manifest, manifestFile } = repository;
  const locks = await readAll(repository, (path) => isLockPath(path) && !isFixturePath(path));
  const needed = locks
    .flatMap((file) => readLocked(file) ?? [])
    .filter((one) => one.ecosystem === 'npm' && !one.isDevelopment);
  const direct = isPlainObject(manifest?.json['dependencies'])
    ? Object.keys(manifest.json['dependencies'])
    : [];
  const names = needed.length > 0 ? needed : direct.map((name) => ({ name, licence: undefined }));
  if (names.length === 0) return found('not-applicable', 'No package of npm is needed to run it.');
  const licences: { name: string; licence: string }[] = [];
  let unknown = 0;
  for (const { name, licence } of names.slice(0, 5_000)) {
    const told =
      licence ??
      (licences.length + unknown < MAX_INSTALLED ? await installedLicence(workspace, name) : undefined);
    if (told === undefined || !isLicenceExpression(told)) unknown += 1;
    else licences.push({ name, licence: told });
  }
  const own = manifest?.json['license'];
  const isPermissive = typeof own === 'string' && licenceFamily(own) === 'permissive' && isPublic(repository);
  const strict = licences.filter(({ licence }) => licenceFamily(licence) === 'strong-copyleft');
  const told = `${licences.length} of ${names.length} packages name a known licence`;
  if (isPermissive && strict.length > 0 && manifestFile !== undefined) {
    const listed = strict
      .slice(0, 5)
      .map(({ name, licence }) => `${name} (${licence})`)
      .join(', ');
    const line =
      manifestFile.lines.findIndex((text) => strict.some(({ name }) => text.includes(`"${name}"`))) + 1;
    return {
      status: 'fail',
      note: `The package is under ${own} and needs ${listed}.`,
      places: [{ file: manifestFile, line: Math.max(1, line) }],
      severity: 'warning',
    };
  }
  return found(
    unknown > 0 ? 'unknown' : 'pass',
    `${told}${strict.length > 0 ? `, ${strict.length} a strict one` : ''}.`,
    locks,
  );
}

async function installedLicence(workspace: Workspace, name: string): Promise<string | undefined> {
  if (!/^(?:@[\w.~-]+\/)?[\w.~-]+$/.test(name)) return undefined;
  const file = await workspace.read(`node_modules/${name}/package.json`);
  try {
    const json: unknown = JSON.parse(file?.text ?? '');
    return isPlainObject(json) && typeof json['license'] === 'string'
      ? json['license'].slice(0, 300)
      : undefined;
  } catch {
    return undefined;
  }
}
