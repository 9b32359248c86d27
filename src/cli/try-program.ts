/** Tries a program by asking for its version, and says what is wrong with one that does not tell it, and what to do. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { LocalProgramRunner } from '../process/program-runner.ts';
import { toError } from '../shared/errors.ts';

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 4_000;

/** `missing`: nothing of that name is on the search path. `unusable`: something is, and `reason` says what is wrong. */
export type ProgramTrial =
  | { readonly status: 'ok'; readonly version: string }
  | { readonly status: 'missing' | 'unusable'; readonly reason: string };

/** Rejects with the signal's reason alone. */
export async function tryProgram(
  program: string,
  { runner, signal }: { readonly runner: LocalProgramRunner; readonly signal: AbortSignal },
): Promise<ProgramTrial> {
  const path = await runner.which(program);
  if (path === undefined) return missing(program);
  const argument = program === 'go' ? 'version' : '--version';
  const unusable = (what: string): ProgramTrial => ({
    status: 'unusable',
    reason: `${path} ${what}; see what \`${path} ${argument}\` says, and install it anew`,
  });
  try {
    if ((await stat(path)).size === 0) return unusable('is an empty file');
    const { exitCode, terminationSignal, timedOut, stdout, stderr } = await runner.run({
      command: program,
      args: [argument],
      sandbox: 'none',
      timeoutMs: TIMEOUT_MS,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      signal,
    });
    if (timedOut) return unusable(`does not tell its version within ${TIMEOUT_MS / 1000} s`);
    if (exitCode === null)
      return unusable(`was ended by the signal ${terminationSignal ?? 'of another process'}`);
    const [complaint = ''] = stderr.trim().slice(0, 200).split('\n', 1);
    if (exitCode !== 0)
      return unusable(`does not tell its version: ${complaint || `it ends with exit code ${exitCode}`}`);
    const version = /\d+(?:\.\d+)+/.exec(stdout.slice(0, 500))?.[0];
    return version === undefined
      ? unusable('ends well but tells no version: it may be another program')
      : { status: 'ok', version };
  } catch (error) {
    signal.throwIfAborted();
    return unusable(`does not start: ${toError(error).message.replace(/\.$/, '')}`);
  }
}

/** Not there at all, or there with no leave to run it. */
async function missing(program: string): Promise<ProgramTrial> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    const path = join(folder, program);
    const isFile = await stat(path).then(
      (found) => found.isFile(),
      () => false,
    );
    const mayRun = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isFile && !mayRun)
      return { status: 'unusable', reason: `${path} may not be executed: chmod +x ${path}` };
  }
  return { status: 'missing', reason: 'not on the search path' };
}
