/** Runs one process to its end under a time limit, an output limit and a signal, and leaves no descendant behind. */
import { setTimeout } from 'node:timers/promises';
import { OrchestratorError } from '../shared/errors.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { type CapturedOutput, captureOutput } from './capture-output.ts';
import { JOB_VARIABLE, signalGroup, sweepJob } from './kill-tree.ts';

/** Everything decided: what starts, where, with what. */
export interface ProcessPlan {
  /** Absolute path of the program. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: string | undefined;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly killGraceMs: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  /** Unique to the run; it marks its processes. */
  readonly job: string;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly terminationSignal: string | null;
  readonly stdout: CapturedOutput;
  readonly stderr: CapturedOutput;
  readonly timedOut: boolean;
  readonly durationMs: number;
}

type Exit = Pick<ProcessEnd, 'exitCode' | 'terminationSignal'>;

/** How long output may keep coming after the program's own end. */
const DRAIN_MS = 200;
/** How long a killed process is waited for; only one stuck in the kernel needs it. */
const KILLED_WAIT_MS = 2_000;

/** Rejects with `program-failed` when the process can't be started, and with the signal's reason when aborted. */
export async function runProcess(plan: ProcessPlan): Promise<ProcessEnd> {
  const { signal, clock } = plan;
  const { execa } = await import('execa');
  signal?.throwIfAborted();
  const startedAt = clock.now();
  const subprocess = execa(plan.file, plan.args, {
    cwd: plan.cwd,
    env: { ...plan.env, [JOB_VARIABLE]: jobTrail(plan.job) },
    extendEnv: false,
    detached: process.platform !== 'win32',
    buffer: false,
    cleanup: false,
    reject: false,
    shell: false,
    stdin: plan.input === undefined ? 'ignore' : 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    encoding: 'buffer',
    windowsHide: true,
  });
  const stdout = captureOutput(subprocess.stdout, plan.maxOutputBytes);
  const stderr = captureOutput(subprocess.stderr, plan.maxOutputBytes);
  // A program may end without reading its input; the broken pipe is no failure of ours.
  subprocess.stdin?.on('error', () => undefined);
  if (plan.input !== undefined) subprocess.stdin?.end(plan.input);

  const leader = subprocess.pid;
  if (leader === undefined) throw startFailure(plan.file, (await subprocess).cause);
  const exited = new Promise<Exit>((resolve) => {
    subprocess.nodeChildProcess.once('exit', (exitCode, terminationSignal) => {
      resolve({ exitCode, terminationSignal });
    });
  });

  const stop = createStop(leader, plan.killGraceMs);
  let timedOut = false;
  const clearTimeLimit = clock.after(plan.timeoutMs, () => {
    timedOut = true;
    stop.begin();
  });
  const onAbort = (): void => stop.begin();
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) stop.begin();
  try {
    const exit = await Promise.race([exited, stop.gaveUp]);
    const drained = Promise.all([stdout.ended, stderr.ended]);
    await Promise.race([drained, stop.begun, pause(DRAIN_MS, drained)]);
    signalGroup(leader, 'SIGKILL');
    await sweepJob(plan.job);
    await Promise.race([drained, pause(DRAIN_MS, drained)]);
    signal?.throwIfAborted();
    return {
      ...exit,
      stdout: stdout.finish(),
      stderr: stderr.finish(),
      timedOut,
      durationMs: Math.max(0, clock.now() - startedAt),
    };
  } finally {
    clearTimeLimit();
    stop.end();
    signal?.removeEventListener('abort', onAbort);
    subprocess.stdin?.destroy();
    subprocess.stdout.destroy();
    subprocess.stderr.destroy();
  }
}

/** Tells a group to end and kills it after the grace. */
function createStop(leader: number, graceMs: number) {
  const begun = Promise.withResolvers<void>();
  const gaveUp = Promise.withResolvers<Exit>();
  const undo: (() => void)[] = [];
  let isBegun = false;
  return {
    begun: begun.promise,
    gaveUp: gaveUp.promise,
    begin(): void {
      if (isBegun) return;
      isBegun = true;
      begun.resolve();
      signalGroup(leader, 'SIGTERM');
      // The system's clock, not the caller's: this waits for the operating system.
      undo.push(systemClock.after(graceMs, () => signalGroup(leader, 'SIGKILL')));
      const giveUp = (): void => gaveUp.resolve({ exitCode: null, terminationSignal: 'SIGKILL' });
      undo.push(systemClock.after(graceMs + KILLED_WAIT_MS, giveUp));
    },
    end(): void {
      for (const clear of undo) clear();
    },
  };
}

/** Waits, unless `until` settles first: then its timer goes too. */
async function pause(milliseconds: number, until: Promise<unknown>): Promise<void> {
  const controller = new AbortController();
  void until.finally(() => controller.abort());
  await setTimeout(milliseconds, undefined, { signal: controller.signal }).catch(() => undefined);
}

/** A run inside a run carries the marks of both, so that ending the outer one finds the inner one's processes. */
export function jobTrail(job: string): string {
  const outer = process.env[JOB_VARIABLE];
  return outer === undefined ? job : `${outer}:${job}`.slice(-1_000);
}

function startFailure(file: string, cause: unknown): OrchestratorError {
  const reason = cause instanceof Error ? cause.message : 'the system gave no reason';
  return new OrchestratorError('program-failed', `${file} could not be started: ${reason}.`, {
    details: { file },
    cause,
  });
}
