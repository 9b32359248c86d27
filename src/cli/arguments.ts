/** Reads the command line into a typed request; what does not fit is a usage error that says what would. */
import { parseArgs } from 'node:util';
import { SEVERITIES, type Severity } from '../contracts/artifact.ts';

/** Characters of a reason. */
const MAX_REASON = 2000;

export const EXIT_CODES = {
  /** The review ran to its end; with `--gate`, the gate passed too. */
  ok: 0,
  /** Something went wrong that is not about the reviewed repository. */
  failed: 1,
  /** The command line was not understood, or the folder or a named file can't be read. */
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
  /** An earlier report.json to compare with. */
  readonly compare: string | undefined;
  /** The gate looks at new findings alone. */
  readonly gateNewOnly: boolean;
  /** A file of known findings to let pass. */
  readonly baseline: string | undefined;
  /** Where to write what is found as a baseline, and why it may pass. */
  readonly writeBaseline: { readonly path: string; readonly reason: string } | undefined;
  /** Print nothing but errors, where the report is, and what made a gate fail. */
  readonly isQuiet: boolean;
}

/** The commands that only look at this program and this machine. */
export const LISTINGS = ['skills', 'doctor'] as const;

export interface ListingRequest {
  readonly command: (typeof LISTINGS)[number];
  readonly isJson: boolean;
}

export type CliRequest =
  | ReviewRequest
  | ListingRequest
  | { readonly command: 'help' }
  | { readonly command: 'version' };

/** A command line that was not understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `autogen-orchestrator: nine agents review a repository and write a report.

Usage
  autogen-orchestrator [review] [PATH] [options]
  autogen-orchestrator skills [--json]     what each agent can do, with all rules
  autogen-orchestrator doctor [--json]     what this machine has, and what is missing

  PATH               a folder or git repository in any language; without it, the sample that comes along

Options
  --out DIR          where the report goes             (default: orchestrator-report)
  --execute          also run the repository's tests, in a copy, sandboxed where the machine allows it
  --gate             exit with 3 when a finding is at or over the limit, an agent failed, or there was nothing to see
  --gate-severity S  the limit: ${SEVERITIES.join(', ')}       (default: error)
  --compare FILE     an earlier report.json: each finding is new or still there, and what is fixed is listed
  --gate-new         like --gate, but only findings that are new beside --compare count
  --baseline FILE    known findings to let pass; each entry has a reason and, where wanted, a last day
  --write-baseline FILE --reason TEXT
                     write what is found now as a baseline, for this reason
  --json             after skills or doctor: data instead of text
  --quiet            print only where the report is, and what made a gate fail
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
  const listing = LISTINGS.find((name) => name === first);
  if (listing !== undefined) return listingRequest(listing, argv, others);
  if (values.json) throw new UsageError(`--json belongs to ${LISTINGS.join(' and ')}.`);
  const paths = first === 'review' ? others : positionals;
  if (paths.length > 1) throw new UsageError(`Expected one PATH, got ${paths.length}: ${paths.join(', ')}.`);
  const gateSeverity = values['gate-severity'];
  if (!SEVERITIES.includes(gateSeverity as Severity)) {
    throw new UsageError(
      `Expected --gate-severity to be one of ${SEVERITIES.join(', ')}, got ${JSON.stringify(gateSeverity)}.`,
    );
  }
  for (const name of ['out', 'compare', 'baseline', 'write-baseline'] as const) {
    if (values[name]?.trim() === '')
      throw new UsageError(
        `Expected --${name} to name a ${name === 'out' ? 'folder' : 'file'}, got an empty text.`,
      );
  }
  if (values['gate-new'] && values.compare === undefined)
    throw new UsageError('Expected --compare FILE beside --gate-new: without an earlier report all is new.');
  return {
    command: 'review',
    path: paths[0],
    out: values.out,
    allowExecute: values.execute,
    isGate: values.gate || values['gate-new'],
    gateSeverity: gateSeverity as Severity,
    compare: values.compare,
    gateNewOnly: values['gate-new'],
    baseline: values.baseline,
    writeBaseline: writeRequest(values['write-baseline'], values.reason),
    isQuiet: values.quiet,
  };
}

/** A baseline without a reason would let things pass that nobody has thought about. */
function writeRequest(path: string | undefined, reason: string | undefined): ReviewRequest['writeBaseline'] {
  if (path === undefined) {
    if (reason === undefined) return undefined;
    throw new UsageError('Expected --write-baseline FILE beside --reason.');
  }
  if (reason === undefined || reason.trim() === '')
    throw new UsageError('Expected --reason TEXT beside --write-baseline: why may these findings pass?');
  if (reason.length > MAX_REASON)
    throw new UsageError(`Expected --reason to have up to ${MAX_REASON} characters, got ${reason.length}.`);
  return { path, reason: reason.trim() };
}

function listingRequest(
  command: ListingRequest['command'],
  argv: readonly string[],
  others: readonly string[],
): ListingRequest {
  const options = argv.filter((argument) => argument.startsWith('-') && argument !== '--json');
  if (others.length > 0 || options.length > 0) {
    throw new UsageError(
      `Expected nothing but --json after ${command}, got ${[...options, ...others].join(' ')}. A folder of this name is ./${command}.`,
    );
  }
  return { command, isJson: argv.includes('--json') };
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
        compare: { type: 'string' },
        'gate-new': { type: 'boolean', default: false },
        baseline: { type: 'string' },
        'write-baseline': { type: 'string' },
        reason: { type: 'string' },
        json: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // What Node adds there is about paths that begin with a dash.
    throw new UsageError(message.replace(/\. To specify a positional argument.*$/s, '.'));
  }
}
