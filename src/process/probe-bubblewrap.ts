/** Finds out whether bubblewrap works here by using it: containers and hardened systems have it but refuse its namespaces. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../shared/time.ts';
import { bubblewrapArguments } from './bubblewrap.ts';
import { runProcess } from './run-process.ts';
import type { ResolvedRunnerOptions } from './runner-options.ts';

/** Whether the strongest level can be had here, and if not, why. */
export type SandboxProbe =
  | { readonly available: true; readonly file: string }
  | { readonly available: false; readonly reason: string };

/** What a probe needs to know. */
export interface ProbeRequest {
  /** Where `bwrap` is. */
  readonly file: string | undefined;
  /** A program that does nothing. */
  readonly empty: string | undefined;
  /** Real path. */
  readonly root: string;
  readonly options: Pick<ResolvedRunnerOptions, 'rootAccess' | 'userHome' | 'killGraceMs'>;
}

const TIMEOUT_MS = 10_000;

/** Runs the empty program in the profile that others will get. Never rejects: what goes wrong is the reason. */
export async function probeBubblewrap({ file, empty, root, options }: ProbeRequest): Promise<SandboxProbe> {
  const no = (reason: string): SandboxProbe => ({ available: false, reason });
  if (process.platform !== 'linux') return no(`bubblewrap needs Linux, this is ${process.platform}`);
  if (file === undefined) return no('bwrap is not on the search path; install bubblewrap');
  if (empty === undefined) return no('the program true, which it is tried with, is not there');
  const { rootAccess, userHome, killGraceMs } = options;
  const view = {
    root,
    rootAccess,
    cwd: root,
    env: {},
    searchPath: [],
    readOnly: [],
    userHome,
    network: false,
  };
  const limits = { timeoutMs: TIMEOUT_MS, maxOutputBytes: 2_000, killGraceMs, clock: systemClock };
  try {
    const args = await bubblewrapArguments({ ...view, file: empty, args: [] });
    const plan = { file, args, cwd: root, env: {}, input: undefined, signal: undefined, job: randomUUID() };
    const end = await runProcess({ ...plan, ...limits });
    if (end.exitCode === 0) return { available: true, file };
    const how = end.timedOut ? 'did not end in time' : `ended with ${end.exitCode ?? end.terminationSignal}`;
    return no(`bwrap ${how}: ${firstLine(end.stderr.text) || 'it gave no reason'}`);
  } catch (error) {
    return no(`bwrap could not be tried: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

/** The first line of a complaint, at most 500 characters. */
export function firstLine(text: string): string {
  return text.slice(0, 500).split('\n', 1)[0]?.trim() ?? '';
}
