/** Reads the command line into a typed request; what does not fit is a usage error that says what would. */
import { parseArgs } from 'node:util';
import { SEVERITIES, type Severity } from '../contracts/artifact.ts';

export const EXIT_CODES = {
  /** The review ran to its end; with `--gate`, the gate passed too. */
  ok: 0,
  /** Something went wrong that is not about the reviewed repository. */
  failed: 1,
  /** The command line was not understood, or the folder can't be read. */
  usage: 2,
  /** `--gate`: findings at or over the limit, a failed agent, or nothing to look at. */
  gateFailed: 3,
  /** Interrupted. */
  interrupted: 130,
} as const;

export interface ReviewRequest {
  readonly command: 'review';
  /** The folder to review; undefined for the sample. */
  readonly path: string | undefined;
  readonly out: string;
  readonly allowExecute: boolean;
  readonly isGate: boolean;
  readonly gateSeverity: Severity;
  /** Print nothing but errors and the paths of the report. */
  readonly isQuiet: boolean;
}

export type CliRequest = ReviewRequest | { readonly command: 'help' } | { readonly command: 'version' };

/** A command line that was not understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `autogen-orchestrator: nine agents review a repository and write a report.

Usage
  autogen-orchestrator [review] [PATH] [options]

  PATH               a folder or git repository in any language; without it, the sample that comes along

Options
  --out DIR          where the report goes             (default: orchestrator-report)
  --execute          also run the repository's tests, in a copy, sandboxed where the machine allows it
  --gate             exit with 3 when a finding is at or over the limit, an agent failed, or there was nothing to see
  --gate-severity S  the limit: ${SEVERITIES.join(', ')}       (default: error)
  --quiet            print only where the report is
  -h, --help         this text
  -v, --version      the version

Exit codes
  0 done (and the gate passed)   1 failed   2 bad usage   3 the gate failed   130 interrupted
`;

/** Throws {@link UsageError}. */
export function parseCommandLine(argv: readonly string[]): CliRequest {
  const { values, positionals } = parse(argv);
  if (values.help) return { command: 'help' };
  if (values.version) return { command: 'version' };
  const [first, ...others] = positionals;
  const paths = first === 'review' ? others : positionals;
  if (paths.length > 1) throw new UsageError(`Expected one PATH, got ${paths.length}: ${paths.join(', ')}.`);
  const gateSeverity = values['gate-severity'];
  if (!SEVERITIES.includes(gateSeverity as Severity)) {
    throw new UsageError(
      `Expected --gate-severity to be one of ${SEVERITIES.join(', ')}, got ${JSON.stringify(gateSeverity)}.`,
    );
  }
  if (values.out.trim() === '') throw new UsageError('Expected --out to name a folder, got an empty text.');
  return {
    command: 'review',
    path: paths[0],
    out: values.out,
    allowExecute: values.execute,
    isGate: values.gate,
    gateSeverity: gateSeverity as Severity,
    isQuiet: values.quiet,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        out: { type: 'string', default: 'orchestrator-report' },
        execute: { type: 'boolean', default: false },
        gate: { type: 'boolean', default: false },
        'gate-severity': { type: 'string', default: 'error' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
