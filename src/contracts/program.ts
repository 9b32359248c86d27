/** Running a program: what is asked for and what comes back. The runner itself is in `process/`. */
import type { CommandEvidence } from './artifact.ts';

/** How well a program is shut in, strongest first. */
const SANDBOX_LEVELS = ['bwrap', 'process'] as const;
export type SandboxLevel = (typeof SANDBOX_LEVELS)[number];

/** One program to run. No shell is involved: `args` reach the program as they are. */
export interface ProgramRequest {
  /** The program's name, which must be on the runner's allow-list. */
  readonly command: string;
  /** @default [] */
  readonly args?: readonly string[];
  /** The working folder, inside the runner's root. @default the root */
  readonly cwd?: string;
  /** The whole environment of the program besides PATH, HOME, LANG; nothing is inherited. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Sent to its standard input, which is otherwise empty. */
  readonly input?: string;
  /** @default 60_000 */
  readonly timeoutMs?: number;
  /** Most bytes kept of each output stream; what is over is dropped and `truncated` is set. @default 10 MiB */
  readonly maxOutputBytes?: number;
  /** `required`: fail when the strongest level can't be had. `preferred`: take what there is. `none`: plain process. @default 'none' */
  readonly sandbox?: 'required' | 'preferred' | 'none';
  /** Whether a sandboxed program may reach the network. @default false */
  readonly network?: boolean;
  readonly signal?: AbortSignal;
}

/** How a program ended. Returned also when it failed; only misuse and cancellation reject. */
export interface ProgramResult {
  readonly argv: readonly string[];
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly terminationSignal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
  readonly truncated: boolean;
  readonly timedOut: boolean;
  readonly sandbox: SandboxLevel;
  /** Ready to be put into an artifact. */
  readonly evidence: CommandEvidence;
}

/** Runs programs under one policy. */
export interface ProgramRunner {
  /**
   * Rejects with `not-allowed`, `path-escape`, `tool-missing`, `sandbox-unavailable`, `invalid-argument`,
   * `program-failed` (the system could not start it), or the signal's reason when aborted.
   */
  run(request: ProgramRequest): Promise<ProgramResult>;
  /** Where a program would be found, or undefined. */
  which(command: string): Promise<string | undefined>;
}
