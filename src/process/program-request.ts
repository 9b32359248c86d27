/** A request to run a program, checked against the runner's policy and filled with the defaults. */
import type { ProgramRequest } from '../contracts/program.ts';
import {
  checkBoolean,
  checkInteger,
  checkObject,
  checkOneOf,
  checkSignal,
  checkString,
  checkText,
} from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { checkRequestVariable } from './program-environment.ts';
import type { ResolvedRunnerOptions } from './runner-options.ts';

/** A request with every default in place. */
export interface CheckedRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: string | undefined;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** The stronger of what the request and the runner ask for. */
  readonly sandbox: NonNullable<ProgramRequest['sandbox']>;
  readonly network: boolean;
  readonly signal: AbortSignal | undefined;
}

/** From the weakest to the strongest. */
const WISHES: readonly CheckedRequest['sandbox'][] = ['none', 'preferred', 'required'];
const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_OUTPUT_BYTES = 10 * 2 ** 20;
/** Beyond this a string in memory is the wrong place for output. */
const MOST_OUTPUT_BYTES = 2 ** 28;

/** Throws `InvalidArgumentError`, or `not-allowed` for a program or variable that the policy refuses. */
export function checkProgramRequest(
  request: ProgramRequest,
  policy: Pick<ResolvedRunnerOptions, 'allow' | 'allowEnv' | 'sandbox'>,
): CheckedRequest {
  checkObject('request', request);
  const { command, args = [], env = {} } = request;
  checkProgramText('command', checkText('command', command));
  if (!Array.isArray(args)) throw new InvalidArgumentError('args', 'an array of strings', args);
  for (const [index, argument] of args.entries()) checkProgramText(`args[${index}]`, argument);
  if (!policy.allow.has(command)) throw notAllowed(command, policy.allow);
  for (const [name, value] of Object.entries(checkObject('env', env))) {
    checkRequestVariable(name, value, policy.allowEnv);
  }
  const wish = checkOneOf('sandbox', request.sandbox ?? 'none', WISHES);
  return {
    command,
    args: [...(args as readonly string[])],
    cwd: checkText('cwd', request.cwd ?? '.'),
    env: { ...env },
    input: request.input === undefined ? undefined : checkString('input', request.input),
    timeoutMs: checkInteger('timeoutMs', request.timeoutMs ?? DEFAULT_TIMEOUT_MS, 1),
    maxOutputBytes: checkInteger(
      'maxOutputBytes',
      request.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES,
      0,
      MOST_OUTPUT_BYTES,
    ),
    sandbox: WISHES.indexOf(wish) > WISHES.indexOf(policy.sandbox) ? wish : policy.sandbox,
    network: checkBoolean('network', request.network ?? false),
    signal: checkSignal('signal', request.signal),
  };
}

function checkProgramText(name: string, value: unknown): void {
  if (checkString(name, value).includes('\0'))
    throw new InvalidArgumentError(name, 'a string without NUL', value);
}

function notAllowed(command: string, allow: ReadonlySet<string>): OrchestratorError {
  return new OrchestratorError(
    'not-allowed',
    `The program ${command} is not on the list of allowed programs.`,
    {
      details: { command, allowed: [...allow] },
    },
  );
}
