/** Looks at what this machine has: each part is really tried, and what is missing says what it would add. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProgramRunner, type LocalProgramRunner } from '../process/program-runner.ts';
import { MACHINE_PARTS, type MachinePart, NO_MANAGER, PACKAGE_MANAGERS } from './machine-parts.ts';
import { packageRoot } from './package-root.ts';
import { packageVersion } from './package-version.ts';
import { tryProgram } from './try-program.ts';

export interface PartState {
  readonly name: string;
  /** `unusable`: it is there, and does not work. */
  readonly status: 'ok' | 'missing' | 'unusable';
  readonly isRequired: boolean;
  readonly version: string | null;
  /** Why it is not `ok`. */
  readonly reason: string | null;
  readonly adds: string;
  /** The one command that installs it; null when it is there, or nothing is known that would help. */
  readonly install: string | null;
}

export interface Diagnosis {
  /** Of this package. */
  readonly version: string;
  readonly platform: string;
  /** All that is required is there. */
  readonly isReady: boolean;
  readonly parts: readonly PartState[];
}

/** Never rejects for what is missing. */
export async function diagnose({
  nodeVersion = process.versions.node,
  signal = new AbortController().signal,
}: {
  /** @default the one that runs this */
  readonly nodeVersion?: string;
  readonly signal?: AbortSignal;
} = {}): Promise<Diagnosis> {
  const root = await mkdtemp(join(tmpdir(), 'orchestrator-doctor-'));
  try {
    const programs = MACHINE_PARTS.filter(({ kind }) => kind === 'program').map(({ name }) => name);
    const managers = PACKAGE_MANAGERS.map(({ program }) => program);
    const runner = createProgramRunner({ root, allow: [...programs, 'bwrap', ...managers] });
    const installer = await findInstaller(runner);
    const parts: PartState[] = [await nodeState(nodeVersion)];
    for (const part of MACHINE_PARTS) {
      signal.throwIfAborted();
      parts.push(await partState(part, { runner, installer, signal }));
    }
    const isReady = parts.every(({ isRequired, status }) => !isRequired || status === 'ok');
    return { version: packageVersion(), platform: `${process.platform} ${process.arch}`, isReady, parts };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** For people, ending in a line feed. */
export function diagnosisText({ version, platform, isReady, parts }: Diagnosis): string {
  const width = Math.max(...parts.map(({ name }) => name.length));
  const mark = { ok: '✓', missing: '○', unusable: '○' } as const;
  const lines = parts.flatMap(({ name, status, isRequired, version: own, reason, adds, install }) => {
    const sign = isRequired && status !== 'ok' ? '✗' : mark[status];
    const indent = ' '.repeat(width + 4);
    return [
      `${sign} ${name.padEnd(width)}  ${status === 'ok' ? (own ?? 'there') : (reason ?? status)}`,
      ...(status === 'ok' ? [] : [`${indent}adds: ${adds}`]),
      ...(install === null ? [] : [`${indent}install: ${install}`]),
    ];
  });
  const left = parts.filter(({ status }) => status !== 'ok').length;
  const end = !isReady
    ? 'Something that is required is missing.'
    : left === 0
      ? 'Everything is there.'
      : 'All that is required is there; the rest is optional.';
  return `autogen-orchestrator ${version} on ${platform}\n\n${lines.join('\n')}\n\n${end}\n`;
}

interface Tools {
  readonly runner: LocalProgramRunner;
  /** Says how a part is installed by the package manager of this machine. */
  readonly installer: (part: MachinePart) => string;
  readonly signal: AbortSignal;
}

async function nodeState(version: string): Promise<PartState> {
  const { engines } = readManifest();
  const { satisfies } = (await import('semver')).default;
  const isEnough = satisfies(version, engines.node, { includePrerelease: true });
  return {
    name: 'Node',
    status: isEnough ? 'ok' : 'unusable',
    isRequired: true,
    version,
    reason: isEnough ? null : `expected version ${engines.node}, got ${version}`,
    adds: 'everything: nothing runs without it',
    install: isEnough ? null : 'npm install --global node@24',
  };
}

async function partState(part: MachinePart, tools: Tools): Promise<PartState> {
  const state = (status: PartState['status'], version: string | null, reason: string | null): PartState => ({
    name: part.name,
    status,
    isRequired: false,
    version,
    reason,
    adds: part.adds,
    install:
      status === 'missing' || (version !== null && status === 'unusable') ? installOf(part, tools) : null,
  });
  if (part.kind === 'module')
    return isBuiltin(part.name)
      ? state('ok', process.versions['sqlite'] ?? null, null)
      : state('unusable', null, 'this Node was built without it');
  if (part.kind === 'package') {
    const version = packageVersionOf(part.name);
    if (version === undefined) return state('missing', null, 'not installed');
    const range = rangeOf(part.name);
    const { satisfies } = (await import('semver')).default;
    return satisfies(version, range)
      ? state('ok', version, null)
      : state('unusable', version, `expected version ${range}, got ${version}`);
  }
  const trial = await tryProgram(part.kind === 'sandbox' ? 'bwrap' : part.name, tools);
  if (trial.status !== 'ok') return state(trial.status, null, trial.reason);
  if (part.kind === 'sandbox') {
    const probe = await tools.runner.probeSandbox();
    if (!probe.available) return state('unusable', null, probe.reason);
  }
  return state('ok', trial.version, null);
}

interface Manifest {
  readonly engines: { readonly node: string };
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as Manifest;
}

/** The versions of an optional package that this one works with. */
function rangeOf(name: string): string {
  return readManifest().peerDependencies?.[name] ?? '*';
}

/** The version of an installed package; it is looked up as an import would, and not loaded. */
function packageVersionOf(name: string): string | undefined {
  try {
    let folder = dirname(fileURLToPath(import.meta.resolve(name)));
    for (; folder !== dirname(folder); folder = dirname(folder)) {
      const file = join(folder, 'package.json');
      if (!existsSync(file)) continue;
      const found = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
      // An alias has the name of another package.
      if (found.name === name || folder.endsWith(join('node_modules', name))) return found.version;
    }
  } catch {
    // What can't be resolved is not there.
  }
  return undefined;
}

function installOf(part: MachinePart, { installer }: Tools): string | null {
  return part.kind === 'package' ? `npm install "${part.name}@${rangeOf(part.name)}"` : installer(part);
}

async function findInstaller(runner: LocalProgramRunner): Promise<Tools['installer']> {
  const found: (typeof PACKAGE_MANAGERS)[number][] = [];
  for (const manager of PACKAGE_MANAGERS)
    if ((await runner.which(manager.program)) !== undefined) found.push(manager);
  // Where none is on the path, the most common one of the platform is still the best advice.
  const usual = PACKAGE_MANAGERS.find(({ platform }) => platform === process.platform);
  const { program, install, needsRoot } = found[0] ?? usual ?? NO_MANAGER;
  const prefix = needsRoot && process.getuid?.() !== 0 ? 'sudo ' : '';
  return ({ name, packageName = {} }) => `${prefix}${install} ${packageName[program] ?? name}`;
}
