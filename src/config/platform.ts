/** What machine the program runs on. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, homedir, platform, totalmem } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { checkFunction, checkObject } from '../shared/check.ts';
import type { Variables } from './config-file.ts';
import { checkVariables } from './variables.ts';

/** Facts about the machine. */
export interface PlatformInfo {
  readonly os: NodeJS.Platform;
  readonly arch: string;
  /** Without the `v`. */
  readonly nodeVersion: string;
  /** Linux inside Windows. */
  readonly isWSL: boolean;
  readonly isContainer: boolean;
  readonly isCI: boolean;
  /** CPUs that this process may use; a container's share is rounded up. At least 1. */
  readonly cpuCount: number;
  /** Bytes that this process may use: what the machine has, or a container's limit where that is less. */
  readonly memoryBytes: number;
  /** This program's own folders by the platform's custom. They may not exist yet. */
  readonly paths: { readonly config: string; readonly cache: string; readonly data: string };
}

/** What {@link getPlatformInfo} looks at; the defaults are the real things. */
export interface PlatformSources {
  readonly platform?: NodeJS.Platform;
  readonly environment?: Variables;
  readonly home?: string;
  /** A file's text, or undefined when it is not there. */
  readonly readText?: (path: string) => string | undefined;
  readonly cpuCount?: number;
  readonly memoryBytes?: number;
}

const FOLDER = 'orchestrator';
/** What CI services set, besides `CI`. */
const CI_VARIABLES = [
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'BUILDKITE',
  'CIRCLECI',
  'TF_BUILD',
  'JENKINS_URL',
  'TEAMCITY_VERSION',
];

/** Tells about the machine. Reads a few small files on Linux and starts nothing. */
export function getPlatformInfo(sources: PlatformSources = {}): PlatformInfo {
  checkObject('sources', sources);
  const { environment = process.env, readText = readSmallFile } = sources;
  checkVariables(environment);
  checkFunction('readText', readText);
  const os = sources.platform ?? platform();
  const isLinux = os === 'linux';
  const kernel = isLinux ? (readText('/proc/sys/kernel/osrelease') ?? '') : '';
  const cpus = sources.cpuCount ?? availableParallelism();
  const memory = sources.memoryBytes ?? totalmem();
  return Object.freeze({
    os,
    arch: arch(),
    nodeVersion: process.versions.node,
    isWSL: /microsoft/i.test(kernel),
    isContainer: isLinux && isInContainer(environment, readText),
    isCI: isInCI(environment),
    cpuCount: Math.max(1, Math.min(cpus, isLinux ? Math.ceil(cpuShare(readText)) : Infinity)),
    memoryBytes: Math.min(memory, isLinux ? memoryLimit(readText) : Infinity),
    paths: Object.freeze(folders(os, environment, sources.home ?? homedir())),
  });
}

type ReadText = (path: string) => string | undefined;

function readSmallFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isInContainer(environment: Variables, readText: ReadText): boolean {
  if (environment['KUBERNETES_SERVICE_HOST'] !== undefined || environment['container'] !== undefined)
    return true;
  if (readText('/.dockerenv') !== undefined || readText('/run/.containerenv') !== undefined) return true;
  return /docker|containerd|kubepods|libpod|lxc/.test(readText('/proc/1/cgroup') ?? '');
}

function isInCI(environment: Variables): boolean {
  const { CI: flag = '' } = environment;
  if (flag !== '') return !['false', '0'].includes(flag.toLowerCase());
  return CI_VARIABLES.some((name) => (environment[name] ?? '') !== '');
}

/** The quota of control groups, version 2 then 1, in CPUs; `Infinity` without one. */
function cpuShare(readText: ReadText): number {
  const [quota, period] = (readText('/sys/fs/cgroup/cpu.max') ?? '').trim().split(' ').map(Number);
  const share = ratio(quota, period);
  if (share !== undefined) return share;
  const oldQuota = numberIn(readText('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'));
  return ratio(oldQuota, numberIn(readText('/sys/fs/cgroup/cpu/cpu.cfs_period_us'))) ?? Infinity;
}

function memoryLimit(readText: ReadText): number {
  const limits = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'].map((path) =>
    numberIn(readText(path)),
  );
  return Math.min(...limits.map((limit) => (limit !== undefined && limit > 0 ? limit : Infinity)));
}

function numberIn(text: string | undefined): number | undefined {
  const number = Number.parseInt(text ?? '', 10);
  return Number.isNaN(number) ? undefined : number;
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  if (part === undefined || whole === undefined || !(part > 0) || !(whole > 0)) return undefined;
  return part / whole;
}

function folders(os: NodeJS.Platform, environment: Variables, home: string): PlatformInfo['paths'] {
  const given = (variable: string, fallback: string): string => {
    const value = environment[variable] ?? '';
    return isAbsolute(value) || /^[A-Za-z]:[\\/]/.test(value) ? value : fallback;
  };
  if (os === 'win32') {
    const roaming = given('APPDATA', join(home, 'AppData', 'Roaming'));
    const local = given('LOCALAPPDATA', join(home, 'AppData', 'Local'));
    return {
      config: join(roaming, FOLDER),
      cache: join(local, FOLDER, 'Cache'),
      data: join(local, FOLDER, 'Data'),
    };
  }
  if (os === 'darwin') {
    const library = join(home, 'Library');
    const support = join(library, 'Application Support', FOLDER);
    return { config: support, cache: join(library, 'Caches', FOLDER), data: support };
  }
  return {
    config: join(given('XDG_CONFIG_HOME', join(home, '.config')), FOLDER),
    cache: join(given('XDG_CACHE_HOME', join(home, '.cache')), FOLDER),
    data: join(given('XDG_DATA_HOME', join(home, '.local', 'share')), FOLDER),
  };
}
