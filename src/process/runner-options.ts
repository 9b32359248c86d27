/** What a program runner can be told, checked once and filled with the defaults. */
import { homedir, tmpdir } from 'node:os';
import { isAbsolute } from 'node:path';
import type { ProgramRequest } from '../contracts/program.ts';
import {
  checkClock,
  checkInteger,
  checkKeys,
  checkObject,
  checkOneOf,
  checkString,
  checkText,
  checkTextArray,
} from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { checkVariable } from './program-environment.ts';

/** How much a program may have to itself; enforced in the sandbox, where `prlimit` is present. */
export interface ProgramLimits {
  /** Address space in bytes. @default 8 GiB */
  readonly memoryBytes?: number;
  /** The largest file it may write, in bytes. @default 1 GiB */
  readonly fileBytes?: number;
  /** @default 1024 */
  readonly openFiles?: number;
}

/** Options of `createProgramRunner`. */
export interface ProgramRunnerOptions {
  /** The folder that every working folder must be in. */
  readonly root: string;
  /** Programs that may run: bare names, looked up on `path`, or absolute paths. */
  readonly allow: readonly string[];
  /** The least isolation of every run; a request can ask for more, never for less. @default 'none' */
  readonly sandbox?: NonNullable<ProgramRequest['sandbox']>;
  /** Variables that every program gets, taken as they are. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Names that a request may set although they are refused otherwise, such as `NODE_OPTIONS`. @default [] */
  readonly allowEnv?: readonly string[];
  /** Where programs are looked for; relative entries and entries inside the root are left out. @default PATH */
  readonly path?: string;
  /** HOME of programs outside the sandbox. @default a new folder per run, removed after it */
  readonly home?: string;
  /** Whether a sandboxed program may write to the root. @default 'read-write' */
  readonly rootAccess?: 'read-write' | 'read-only';
  /** Absolute paths that a sandboxed program may read besides the system's programs and its own. @default [] */
  readonly readOnly?: readonly string[];
  readonly limits?: ProgramLimits;
  /** How long a program that was told to stop may take until it is killed, in milliseconds. @default 100 */
  readonly killGraceMs?: number;
  /** Measures time-outs and durations. @default the system's clock */
  readonly clock?: Clock;
}

/** The same with every default in place. */
export interface ResolvedRunnerOptions {
  readonly root: string;
  readonly allow: ReadonlySet<string>;
  readonly sandbox: NonNullable<ProgramRequest['sandbox']>;
  readonly env: Readonly<Record<string, string>>;
  readonly allowEnv: ReadonlySet<string>;
  readonly path: string;
  readonly home: string | undefined;
  readonly rootAccess: 'read-write' | 'read-only';
  readonly readOnly: readonly string[];
  readonly limits: Required<ProgramLimits>;
  readonly killGraceMs: number;
  readonly clock: Clock;
  readonly temporaryFolder: string;
  /** The user's own home, which a sandbox never shows as a whole. */
  readonly userHome: string;
}

const GIB = 2 ** 30;

/** Checks the options. Throws `InvalidArgumentError` on the first that is wrong. */
export function resolveRunnerOptions(options: ProgramRunnerOptions): ResolvedRunnerOptions {
  checkObject('options', options);
  const { env = {}, limits = {}, readOnly = [], allowEnv = [] } = options;
  for (const [name, value] of Object.entries(checkObject('env', env))) checkVariable('env', name, value);
  checkKeys('limits', limits, ['memoryBytes', 'fileBytes', 'openFiles']);
  for (const path of checkTextArray('readOnly', readOnly)) checkAbsolute('readOnly', path);
  for (const name of checkTextArray('allow', options.allow)) checkProgramName(name);
  return {
    root: checkText('root', options.root),
    allow: new Set(options.allow),
    sandbox: checkOneOf('sandbox', options.sandbox ?? 'none', ['required', 'preferred', 'none']),
    env,
    allowEnv: new Set(checkTextArray('allowEnv', allowEnv)),
    path: checkString('path', options.path ?? process.env['PATH'] ?? ''),
    home: options.home === undefined ? undefined : checkAbsolute('home', options.home),
    rootAccess: checkOneOf('rootAccess', options.rootAccess ?? 'read-write', ['read-write', 'read-only']),
    readOnly,
    limits: {
      memoryBytes: checkInteger('limits.memoryBytes', limits.memoryBytes ?? 8 * GIB, 2 ** 20),
      fileBytes: checkInteger('limits.fileBytes', limits.fileBytes ?? GIB, 0),
      openFiles: checkInteger('limits.openFiles', limits.openFiles ?? 1024, 16),
    },
    killGraceMs: checkInteger('killGraceMs', options.killGraceMs ?? 100, 0, 600_000),
    clock: checkClock('clock', options.clock ?? systemClock),
    temporaryFolder: tmpdir(),
    userHome: homedir(),
  };
}

function checkAbsolute(argument: string, path: unknown): string {
  if (typeof path !== 'string' || !isAbsolute(path) || path.includes('\0')) {
    throw new InvalidArgumentError(argument, 'an absolute path', path);
  }
  return path;
}

function checkProgramName(name: string): void {
  const isPath = name.includes('/') || name.includes('\\');
  if (name.includes('\0') || (isPath && !isAbsolute(name))) {
    throw new InvalidArgumentError('allow', 'bare program names and absolute paths', name);
  }
}
