/**
 * The one error family. Every failure this library reports on purpose carries a `code`, says whether trying again
 * can help, and survives a trip through JSON, so that a journalled error reads the same after a restart.
 */
import { isPlainObject, type JsonValue, toJsonValue } from './json.ts';

/** Every code an {@link OrchestratorError} may carry. */
export const ERROR_CODES = [
  'invalid-argument',
  'invalid-json',
  'schema-mismatch',
  'illegal-transition',
  'not-found',
  'already-exists',
  'stopped',
  'dependency-cycle',
  'unknown-dependency',
  'dependency-failed',
  'no-agent',
  'agent-failed',
  'task-failed',
  'condition-failed',
  'missing-variable',
  'unknown-template',
  'queue-full',
  'tenant-mismatch',
  'version-conflict',
  'journal-mismatch',
  'cancelled',
  'timed-out',
  'limit-reached',
  'budget-exceeded',
  'effect-unfinished',
  'not-approved',
  'tool-missing',
  'not-allowed',
  'sandbox-unavailable',
  'path-escape',
  'program-failed',
  'adapter-disabled',
  'adapter-failed',
  'tool-changed',
  'config-invalid',
  'model-failed',
  'unexpected-call',
  'evidence-mismatch',
  'optional-package-missing',
  'storage-failed',
  'plugin-failed',
  'plugin-refused',
  'internal',
] as const;

/** Why something failed, for programs: codes are kept when messages change. */
export type ErrorCode = (typeof ERROR_CODES)[number];

function isErrorCode(value: unknown): value is ErrorCode {
  return (ERROR_CODES as readonly unknown[]).includes(value);
}

/** What an error looks like in JSON: in a journal, a result or a report. */
export interface ErrorJson {
  readonly name: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, JsonValue>>;
  readonly cause?: ErrorJson;
}

/** What may be given beside the message. */
export interface ErrorOptions {
  /** Whether doing the same again may succeed. @default false */
  readonly retryable?: boolean;
  /** JSON-safe facts about the failure. @default {} */
  readonly details?: Readonly<Record<string, JsonValue>>;
  /** What led to it. */
  readonly cause?: unknown;
}

const BRAND = Symbol.for('autogen-orchestrator.error');

/** The base of every error this library throws or reports, except {@link InvalidArgumentError}, which shares its shape. */
export class OrchestratorError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, JsonValue>>;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    if (!isPlainObject(options))
      throw new InvalidArgumentError('options', 'an object with retryable, details and cause', options);
    const { retryable = false, details = {}, cause }: ErrorOptions = options;
    if (!isErrorCode(code)) throw new InvalidArgumentError('code', `one of ${ERROR_CODES.join(', ')}`, code);
    if (typeof message !== 'string') throw new InvalidArgumentError('message', 'a string', message);
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'OrchestratorError';
    this.code = code;
    this.retryable = retryable;
    this.details = details;
  }

  /** True for any error of the family, also one made by another copy of this package. */
  static isInstance(value: unknown): value is OrchestratorError {
    return typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  }

  /** The error as it is journalled; `errorFromJson` reads it back. */
  toJSON(): ErrorJson {
    return errorToJson(this);
  }
}

/**
 * A caller's mistake: a `TypeError` that belongs to the family. Its message always reads
 * "Expected `name` to be …, got …".
 */
export class InvalidArgumentError extends TypeError {
  readonly code = 'invalid-argument' as const;
  readonly retryable = false;
  readonly details: Readonly<Record<string, JsonValue>>;
  readonly [BRAND] = true;

  constructor(argument: string, expected: string, received: unknown) {
    if (typeof argument !== 'string') throw new InvalidArgumentError('argument', 'a string', argument);
    if (typeof expected !== 'string') throw new InvalidArgumentError('expected', 'a string', expected);
    const got = describe(received);
    super(`Expected \`${argument}\` to be ${expected}, got ${got}.`);
    this.name = 'InvalidArgumentError';
    this.details = { argument, expected, got };
  }

  /** The error as it is journalled; `errorFromJson` reads it back. */
  toJSON(): ErrorJson {
    return errorToJson(this);
  }
}

/** Turns anything thrown into an `Error`; a thrown non-Error becomes the cause of a new one. */
export function toError(value: unknown): Error {
  if (value instanceof Error) return value;
  return new OrchestratorError('internal', `Something that is not an Error was thrown: ${describe(value)}.`, {
    details: { thrown: describe(value) },
  });
}

/** Writes an error as JSON, with at most five causes. Never throws: of a stranger's error what can't be read is left out. */
export function errorToJson(value: unknown, depth = 0): ErrorJson {
  try {
    const error = toError(value);
    const known = OrchestratorError.isInstance(error) ? error : undefined;
    const json = {
      name: textOf(error.name, 'Error'),
      code: known !== undefined && isErrorCode(known.code) ? known.code : 'internal',
      message: textOf(error.message, 'an error without a readable message'),
      retryable: known?.retryable === true,
      details: known === undefined ? {} : readableDetails(known.details),
    } satisfies ErrorJson;
    if (error.cause === undefined || depth >= 4) return json;
    return { ...json, cause: errorToJson(error.cause, depth + 1) };
  } catch {
    const message = "Something that can't be read was thrown.";
    return { name: 'Error', code: 'internal', message, retryable: false, details: {} };
  }
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

/** Details as JSON holds them; none where it can't. */
function readableDetails(details: unknown): Readonly<Record<string, JsonValue>> {
  if (!isPlainObject(details)) return {};
  try {
    return toJsonValue(details) as Readonly<Record<string, JsonValue>>;
  } catch {
    return {};
  }
}

/**
 * Makes an error again from its JSON. Match on `code`, not on the class: subclasses come back as the base. A code that
 * this release does not know becomes `internal`.
 */
export function errorFromJson(json: ErrorJson): OrchestratorError {
  const code = isErrorCode(json.code) ? json.code : 'internal';
  const error = new OrchestratorError(code, json.message, {
    retryable: json.retryable,
    details: json.details,
    ...(json.cause === undefined ? {} : { cause: errorFromJson(json.cause) }),
  });
  error.name = json.name;
  return error;
}

/** Says in a few words what a value is: `'text' (string)`, `12 (number)`, `an array of 3`, `null`. Never throws. */
export function describe(value: unknown): string {
  try {
    return wordsFor(value);
  } catch {
    return "an object that can't be read";
  }
}

function wordsFor(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string')
    return `${JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)} (string)`;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return `\`${String(value)}\` (${typeof value})`;
  }
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (typeof value === 'symbol') return value.toString();
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor
    ?.name;
  return name === undefined || name === 'Object'
    ? `an object with keys ${keysOf(value)}`
    : `an instance of ${name}`;
}

function keysOf(value: object): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return '(none)';
  return keys.length > 6 ? `${keys.slice(0, 6).join(', ')}, …` : keys.join(', ');
}
