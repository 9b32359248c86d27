/** The door to programs of this machine: one allow-list, one folder, no shell. Closed unless it is opened. */
import {
  type AdapterContract,
  type AdapterResult,
  AdapterStatus,
  AdapterType,
  type OperationDescription,
} from '../../contracts/adapter.ts';
import type { ProgramRequest, ProgramResult, SandboxLevel } from '../../contracts/program.ts';
import { createProgramRunner, type LocalProgramRunner } from '../../process/program-runner.ts';
import type { ProgramLimits } from '../../process/runner-options.ts';
import {
  checkBoolean,
  checkInteger,
  checkKeys,
  checkObject,
  checkOneOf,
  checkText,
  checkTextArray,
} from '../../shared/check.ts';
import { type ErrorJson, errorToJson, InvalidArgumentError, OrchestratorError } from '../../shared/errors.ts';
import type { JsonObject } from '../../shared/json.ts';
import { type Clock, systemClock } from '../../shared/time.ts';

/** Options of {@link CLIAdapter}. */
export interface CLIAdapterOptions {
  /** @default false */
  readonly enabled?: boolean;
  /** Programs that may run: bare names, or absolute paths. @default [] */
  readonly allowedCommands?: readonly string[];
  /** The folder that programs run in. @default the current folder */
  readonly workspace?: string;
  /** The least isolation of every program. @default 'none' */
  readonly sandbox?: NonNullable<ProgramRequest['sandbox']>;
  /** Whether a sandboxed program may reach the network. @default false */
  readonly network?: boolean;
  /** Variables that every program gets. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Where programs are looked for. @default PATH */
  readonly path?: string;
  /** Used where an operation names none, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
  /** Most bytes kept of each output stream. @default 10 MiB */
  readonly maxOutputBytes?: number;
  readonly limits?: ProgramLimits;
  /** @default the system's clock */
  readonly clock?: Clock;
}

/** What the operation `run` takes. */
export interface RunParameters {
  readonly command: string;
  /** @default [] */
  readonly args?: readonly string[];
  /** Inside the workspace. @default the workspace */
  readonly cwd?: string;
  /** @default {} */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** @default the adapter's */
  readonly timeoutMs?: number;
}

/** What the operation `run` gives. */
export interface RunData {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
  readonly truncated: boolean;
  readonly timedOut: boolean;
  readonly sandbox: SandboxLevel;
}

const OPERATIONS = { run: 'external' } as const;
const OPTIONS = [
  'enabled',
  'allowedCommands',
  'workspace',
  'sandbox',
  'network',
  'env',
  'path',
  'timeoutMs',
  'maxOutputBytes',
  'limits',
  'clock',
] as const;
const RUN_PARAMETERS = ['command', 'args', 'cwd', 'env', 'input', 'timeoutMs'] as const;
/** Codes that say something about this machine, not about the caller: they are results, not exceptions. */
const MACHINE_CODES: ReadonlySet<string> = new Set(['tool-missing', 'sandbox-unavailable', 'program-failed']);

export class CLIAdapter implements AdapterContract {
  readonly name = 'cli';
  readonly type = AdapterType.CLI;
  readonly operations = OPERATIONS;
  readonly #runner: LocalProgramRunner;
  readonly #commands: readonly string[];
  readonly #defaults: Pick<ProgramRequest, 'timeoutMs' | 'maxOutputBytes' | 'network'>;
  readonly #clock: Clock;
  #status: AdapterStatus;

  /** Throws `InvalidArgumentError`. Starts nothing and looks at nothing. */
  constructor(options: CLIAdapterOptions = {}) {
    checkKeys('options', options, OPTIONS);
    const { enabled = false, allowedCommands = [], workspace = process.cwd(), network = false } = options;
    const { timeoutMs, maxOutputBytes, clock = systemClock, sandbox, env, path, limits } = options;
    this.#commands = [...checkTextArray('allowedCommands', allowedCommands)];
    this.#runner = createProgramRunner({
      root: checkText('workspace', workspace),
      allow: this.#commands,
      clock,
      ...(sandbox === undefined ? {} : { sandbox }),
      ...(env === undefined ? {} : { env }),
      ...(path === undefined ? {} : { path }),
      ...(limits === undefined ? {} : { limits }),
    });
    this.#defaults = {
      network: checkBoolean('network', network),
      ...(timeoutMs === undefined ? {} : { timeoutMs: checkInteger('timeoutMs', timeoutMs, 1) }),
      ...(maxOutputBytes === undefined
        ? {}
        : { maxOutputBytes: checkInteger('maxOutputBytes', maxOutputBytes) }),
    };
    this.#clock = clock;
    this.#status = checkBoolean('enabled', enabled) ? AdapterStatus.DISCONNECTED : AdapterStatus.DISABLED;
  }

  get status(): AdapterStatus {
    return this.#status;
  }

  /** Rejects with `adapter-disabled` when the adapter is not enabled. */
  async connect(): Promise<void> {
    this.#requireEnabled();
    this.#status = AdapterStatus.CONNECTED;
  }

  /** What a model is told of `run`: the programs that are allowed. Undefined when none is. */
  describe(operation: string): OperationDescription | undefined {
    checkText('operation', operation);
    if (operation !== 'run' || this.#commands.length === 0) return undefined;
    return {
      description: `Runs one program in the workspace, without a shell: ${this.#commands.join(', ')}. Gives its exit code and output.`,
      parameters: {
        type: 'object',
        properties: {
          command: { type: 'string', enum: this.#commands },
          args: { type: 'array', items: { type: 'string' } },
          cwd: { type: 'string', description: 'a folder of the workspace' },
          input: { type: 'string', description: 'for its standard input' },
          timeoutMs: { type: 'integer', minimum: 1 },
        },
        required: ['command'],
        additionalProperties: false,
      },
    };
  }

  /** Says that it is closed. What runs goes on to its end, and the next operation opens it again. */
  async disconnect(): Promise<void> {
    if (this.#status !== AdapterStatus.DISABLED) this.#status = AdapterStatus.DISCONNECTED;
  }

  /**
   * `run` starts one program; it succeeds when the program ends with exit code 0 in time. Connects by itself. Rejects
   * with `adapter-disabled`, `not-allowed`, `path-escape`, `invalid-argument`, or the signal's reason.
   */
  async execute(
    operation: string,
    parameters: unknown,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<AdapterResult<RunData>> {
    await this.connect();
    checkOneOf('operation', operation, Object.keys(OPERATIONS));
    checkObject('options', options);
    const request = { ...this.#defaults, ...checkRunParameters(parameters) };
    try {
      const result = await this.#runner.run(
        options.signal === undefined ? request : { ...request, signal: options.signal },
      );
      return this.#toResult(result);
    } catch (error) {
      if (!OrchestratorError.isInstance(error) || !MACHINE_CODES.has(error.code)) throw error;
      return this.#result<RunData>(false, null, errorToJson(error), { command: request.command });
    }
  }

  /** Looks which of the allowed programs are there and whether the sandbox works. Fails when a program is missing. */
  async healthCheck(): Promise<AdapterResult> {
    this.#requireEnabled();
    const places = await Promise.all(this.#commands.map((command) => this.#runner.which(command)));
    const programs = Object.fromEntries(
      this.#commands.map((command, index) => [command, places[index] ?? null]),
    );
    const sandbox = await this.#runner.probeSandbox();
    const data = {
      programs,
      sandbox: sandbox.available ? 'bwrap' : 'process',
      reason: sandbox.available ? null : sandbox.reason,
    };
    const missing = this.#commands.filter((_, index) => places[index] === undefined);
    if (missing.length === 0) return this.#result(true, data, null, {});
    const message = `Not found: ${missing.join(', ')}.`;
    return this.#result(
      false,
      data,
      errorToJson(new OrchestratorError('tool-missing', message, { details: { missing } })),
      {},
    );
  }

  #requireEnabled(): void {
    if (this.#status !== AdapterStatus.DISABLED) return;
    throw new OrchestratorError(
      'adapter-disabled',
      'The cli adapter is disabled. Enable it with `enabled: true`.',
      {
        details: { adapter: this.name },
      },
    );
  }

  #toResult(result: ProgramResult): AdapterResult<RunData> {
    const { exitCode, stdout, stderr, durationMs, truncated, timedOut, sandbox } = result;
    const data = { exitCode, stdout, stderr, durationMs, truncated, timedOut, sandbox };
    const metadata = { argv: result.argv, outputDigest: result.evidence.outputDigest };
    const error = failureOf(result);
    return this.#result(error === null, data, error, metadata);
  }

  #result<D>(
    success: boolean,
    data: D | null,
    error: ErrorJson | null,
    metadata: JsonObject,
  ): AdapterResult<D> {
    const timestamp = new Date(this.#clock.now()).toISOString();
    return { success, data, errorMessage: error?.message ?? null, error, metadata, timestamp };
  }
}

function failureOf({
  argv,
  exitCode,
  terminationSignal,
  timedOut,
  durationMs,
  stderr,
}: ProgramResult): ErrorJson | null {
  if (exitCode === 0 && !timedOut) return null;
  const command = argv[0] ?? '';
  if (timedOut) {
    const message = `${command} was stopped after ${durationMs} ms: it had not ended in time.`;
    return errorToJson(
      new OrchestratorError('timed-out', message, { retryable: true, details: { command, durationMs } }),
    );
  }
  const how =
    exitCode === null
      ? `was ended by ${terminationSignal ?? 'a signal'}`
      : `ended with exit code ${exitCode}`;
  const reason = stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  const message = `${command} ${how}${reason === '' ? '.' : `: ${reason}`}`;
  return errorToJson(
    new OrchestratorError('program-failed', message, { details: { command, exitCode, terminationSignal } }),
  );
}

function checkRunParameters(parameters: unknown): RunParameters {
  const given = checkObject('parameters', parameters);
  for (const name of Object.keys(given)) {
    if (!RUN_PARAMETERS.some((known) => known === name)) {
      throw new InvalidArgumentError('parameters', `an object of ${RUN_PARAMETERS.join(', ')}`, given);
    }
  }
  checkText('parameters.command', given['command']);
  // The runner checks the values; what is undefined must not replace a default.
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as RunParameters;
}
