/** The runner of programs: an allow-list, a search path that can't be planted in, an empty environment, limits, a sandbox. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { ProgramRequest, ProgramResult, ProgramRunner, SandboxLevel } from '../contracts/program.ts';
import { checkText } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { bubblewrapArguments, limitArguments } from './bubblewrap.ts';
import { confineFolder, realFolder } from './confine-path.ts';
import { findProgram, isExecutable, trustedSearchPath } from './find-program.ts';
import { JOB_VARIABLE } from './kill-tree.ts';
import { firstLine, probeBubblewrap, type SandboxProbe } from './probe-bubblewrap.ts';
import { type CheckedRequest, checkProgramRequest } from './program-request.ts';
import { type ProcessEnd, runProcess } from './run-process.ts';
import {
  type ProgramRunnerOptions,
  type ResolvedRunnerOptions,
  resolveRunnerOptions,
} from './runner-options.ts';

/**
 * A {@link ProgramRunner} on this machine. A sandboxed program that a signal ended shows as exit code 128 and the signal's
 * number, as in a shell.
 */
export interface LocalProgramRunner extends ProgramRunner {
  /** Starts an empty program in the sandbox, once; later calls get the same answer. */
  probeSandbox(): Promise<SandboxProbe>;
}

/**
 * Makes a runner for one folder. Nothing is started or looked up until the first run. Throws `InvalidArgumentError`
 * for bad options; what a run throws is said in {@link ProgramRunner}.
 */
export function createProgramRunner(options: ProgramRunnerOptions): LocalProgramRunner {
  return new HostProgramRunner(resolveRunnerOptions(options));
}

class HostProgramRunner implements LocalProgramRunner {
  readonly #options: ResolvedRunnerOptions;
  readonly #found = new Map<string, Promise<string | undefined>>();
  #place: Promise<{ readonly root: string; readonly searchPath: readonly string[] }> | undefined;
  #probe: Promise<SandboxProbe> | undefined;

  constructor(options: ResolvedRunnerOptions) {
    this.#options = options;
  }

  async run(request: ProgramRequest): Promise<ProgramResult> {
    const checked = checkProgramRequest(request, this.#options);
    checked.signal?.throwIfAborted();
    const { root } = await this.#locate();
    const cwd = await confineFolder(root, checked.cwd);
    const file = await this.#resolve(checked.command);
    if (file === undefined) throw missingProgram(checked.command);
    const probe = checked.sandbox === 'none' ? undefined : await this.probeSandbox();
    if (checked.sandbox === 'required' && probe?.available !== true)
      throw noSandbox(probe?.reason ?? 'not probed');
    checked.signal?.throwIfAborted();
    const end = probe?.available
      ? await this.#runSandboxed(probe.file, file, cwd, checked)
      : await this.#runPlain(file, cwd, checked);
    return toResult(checked, end, probe?.available ? 'bwrap' : 'process');
  }

  async which(command: string): Promise<string | undefined> {
    checkText('command', command);
    if (command.includes('\0')) throw new InvalidArgumentError('command', 'a name without NUL', command);
    return this.#resolve(command);
  }

  probeSandbox(): Promise<SandboxProbe> {
    this.#probe ??= this.#tryBubblewrap();
    return this.#probe;
  }

  #locate(): Promise<{ readonly root: string; readonly searchPath: readonly string[] }> {
    this.#place ??= realFolder('root', this.#options.root).then(async (root) => ({
      root,
      searchPath: await trustedSearchPath(this.#options.path, root),
    }));
    return this.#place;
  }

  /** Looked up once: what is found at first is what runs from then on. */
  #resolve(command: string): Promise<string | undefined> {
    const known = this.#found.get(command);
    if (known !== undefined) return known;
    const found = this.#look(command);
    this.#found.set(command, found);
    return found;
  }

  async #look(command: string): Promise<string | undefined> {
    if (isAbsolute(command)) return (await isExecutable(command)) ? command : undefined;
    if (command.includes('/') || command.includes('\\')) return undefined;
    const { root, searchPath } = await this.#locate();
    return findProgram(command, searchPath, root);
  }

  async #runPlain(file: string, cwd: string, request: CheckedRequest): Promise<ProcessEnd> {
    const { searchPath } = await this.#locate();
    const { home, temporaryFolder } = this.#options;
    const ownHome = home ?? (await mkdtemp(join(temporaryFolder, 'orchestrator-home-')));
    const env = this.#environment(request, { PATH: searchPath.join(delimiter), HOME: ownHome });
    try {
      return await this.#start(file, request.args, cwd, env, request, randomUUID());
    } finally {
      if (home === undefined) await rm(ownHome, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  async #runSandboxed(
    bwrap: string,
    file: string,
    cwd: string,
    request: CheckedRequest,
  ): Promise<ProcessEnd> {
    const { root, searchPath } = await this.#locate();
    const { rootAccess, readOnly, userHome, limits } = this.#options;
    const job = randomUUID();
    const profile = { file, args: request.args, root, rootAccess, cwd, searchPath, readOnly, userHome };
    const env = { ...this.#environment(request, {}), [JOB_VARIABLE]: job };
    const args = await bubblewrapArguments({ ...profile, env, network: request.network });
    const prlimit = await this.#resolve('prlimit');
    const end = await (prlimit === undefined
      ? this.#start(bwrap, args, root, {}, request, job)
      : this.#start(prlimit, [...limitArguments(limits), bwrap, ...args], root, {}, request, job));
    // The sandbox itself failed, or it does not show the program: nothing ran, which is no result of the program.
    if (end.exitCode === 1 && end.stderr.text.startsWith('bwrap: '))
      throw noSandbox(firstLine(end.stderr.text));
    return end;
  }

  #environment(request: CheckedRequest, fixed: Readonly<Record<string, string>>): Record<string, string> {
    return { LANG: 'C.UTF-8', ...this.#options.env, ...fixed, ...request.env };
  }

  #start(
    file: string,
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    request: Pick<CheckedRequest, 'input' | 'timeoutMs' | 'maxOutputBytes' | 'signal'>,
    job: string,
  ): Promise<ProcessEnd> {
    const { input, timeoutMs, maxOutputBytes, signal } = request;
    const { clock, killGraceMs } = this.#options;
    return runProcess({
      file,
      args,
      cwd,
      env,
      input,
      timeoutMs,
      maxOutputBytes,
      killGraceMs,
      signal,
      clock,
      job,
    });
  }

  async #tryBubblewrap(): Promise<SandboxProbe> {
    const { root } = await this.#locate();
    const [file, empty] = await Promise.all([this.#resolve('bwrap'), this.#resolve('true')]);
    return probeBubblewrap({ file, empty, root, options: this.#options });
  }
}

function toResult(request: CheckedRequest, end: ProcessEnd, sandbox: SandboxLevel): ProgramResult {
  const argv = [request.command, ...request.args];
  const { exitCode, terminationSignal, durationMs, timedOut, stdout, stderr } = end;
  return {
    argv,
    exitCode,
    terminationSignal,
    stdout: stdout.text,
    stderr: stderr.text,
    durationMs,
    truncated: stdout.truncated || stderr.truncated,
    timedOut,
    sandbox,
    evidence: {
      type: 'command',
      argv,
      exitCode,
      outputDigest: stdout.digest,
      tool: request.command,
      durationMs,
      sandbox,
    },
  };
}

function missingProgram(command: string): OrchestratorError {
  return new OrchestratorError('tool-missing', `The program ${command} was not found.`, {
    details: { command },
  });
}

function noSandbox(reason: string): OrchestratorError {
  return new OrchestratorError(
    'sandbox-unavailable',
    `The program needs a sandbox, which can't be had: ${reason}.`,
    {
      details: { reason },
    },
  );
}
