/** Structured logs over pino. */
import { pino } from 'pino';
import {
  checkClock,
  checkFunction,
  checkMethods,
  checkObject,
  checkOneOf,
  checkString,
} from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { LOG_LEVEL_NAMES, type LogLevel, parseLogLevel } from './log-level.ts';
import { readableLine } from './readable-line.ts';
import { redactFields } from './redact-fields.ts';

/** What code needs of a logger: pino's shape, fields first. */
export interface Logger {
  /** For those who look for a fault. */
  debug(fields: object, message: string): void;
  /** What went as planned. */
  info(fields: object, message: string): void;
  /** What went otherwise and was dealt with. */
  warn(fields: object, message: string): void;
  /** What went wrong. */
  error(fields: object, message: string): void;
  /** A logger that puts these fields on each of its lines too. */
  child(bindings: object): Logger;
}

/** What {@link createLogger} makes: a logger with all levels, which tells its own. */
export interface RootLogger extends Logger {
  readonly level: LogLevel;
  trace(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
  isLevelEnabled(level: LogLevel): boolean;
  child(bindings: object): RootLogger;
}

/** Where lines go: the part of a Node stream that is used. */
export interface LogStream {
  write(line: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** The least level that is written, in any case; `WARNING` and `CRITICAL` are known too. @default 'info' */
  readonly level?: LogLevel | (string & {});
  /** JSON lines, or one for people; `auto` is for people where the stream is a terminal. @default 'auto' */
  readonly format?: 'auto' | 'json' | 'readable';
  /** @default standard error */
  readonly stream?: LogStream;
  /** Fields on every line. @default {} */
  readonly bindings?: object;
  /** Secrets to hide wherever they stand. Read for each line: a set may grow. @default [] */
  readonly secrets?: Iterable<string>;
  /** Takes secrets out of fields (an object) and messages (a string), in place of the built-in redaction. */
  readonly redact?: (value: unknown) => unknown;
  /** @default the system clock */
  readonly clock?: Clock;
}

/**
 * Makes a logger. A line is `{ level, time, …fields, message }`. Redaction sees all fields, however deep, the
 * bindings and the message. Logging never throws: what can't be read, redacted or written is left out.
 * Throws {@link InvalidArgumentError} for a level or format that does not exist, or for both `secrets` and `redact`.
 *
 * @example
 * const logger = createLogger({ level: 'WARNING' }).child({ runId: 'run-1' });
 * logger.warn({ attempt: 2, token: 'abc' }, 'The model did not answer.');
 * // {"level":"warn","time":"…","runId":"run-1","attempt":2,"token":"[redacted]","message":"The model did not answer."}
 */
export function createLogger(options: LoggerOptions = {}): RootLogger {
  checkObject('options', options);
  const { format = 'auto', bindings = {}, secrets, clock = systemClock } = options;
  const level = parseLogLevel(checkString('level', options.level ?? 'info'));
  if (level === undefined)
    throw new InvalidArgumentError('level', `one of ${LOG_LEVEL_NAMES.join(', ')}`, options.level);
  checkOneOf('format', format, ['auto', 'json', 'readable']);
  checkClock('clock', clock);
  if (options.stream !== undefined) checkMethods('stream', options.stream, ['write'], 'a stream');
  if (typeof bindings !== 'object' || bindings === null || Array.isArray(bindings))
    throw new InvalidArgumentError('bindings', 'an object', bindings);
  if (
    secrets !== undefined &&
    (typeof secrets === 'string' || typeof secrets?.[Symbol.iterator] !== 'function')
  )
    throw new InvalidArgumentError('secrets', 'an array or a set of strings', secrets);
  if (options.redact !== undefined) {
    checkFunction('redact', options.redact);
    if (secrets !== undefined)
      throw new InvalidArgumentError('secrets', 'left out where `redact` is given', secrets);
  }
  const root = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
    },
    destination(options.stream, format),
  );
  return new PinoLogger(root, bindings, options.redact ?? ((value) => redactFields(value, secrets)));
}

/** A logger that says nothing. */
export const silentLogger: Logger = Object.freeze({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
});

/** Names on a line that belong to the logger: a field of such a name is written with `field.` before it. */
const OWN_NAMES: ReadonlySet<string> = new Set(['level', 'time', 'message']);

class PinoLogger implements RootLogger {
  readonly #pino: pino.Logger;
  readonly #bindings: object;
  readonly #redact: (value: unknown) => unknown;

  constructor(root: pino.Logger, bindings: object, redact: (value: unknown) => unknown) {
    this.#pino = root;
    this.#bindings = bindings;
    this.#redact = redact;
  }

  get level(): LogLevel {
    return this.#pino.level as LogLevel;
  }

  trace(fields: object, message: string): void {
    this.#write('trace', fields, message);
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message);
  }

  fatal(fields: object, message: string): void {
    this.#write('fatal', fields, message);
  }

  isLevelEnabled(level: LogLevel): boolean {
    return this.#pino.isLevelEnabled(level);
  }

  child(bindings: object): RootLogger {
    return new PinoLogger(this.#pino, { ...this.#bindings, ...bindings }, this.#redact);
  }

  #write(level: Exclude<LogLevel, 'silent'>, fields: object, message: string): void {
    try {
      if (!this.#pino.isLevelEnabled(level)) return;
      this.#pino[level](this.#fields(fields), this.#text(message));
    } catch {
      // The work goes on without this line.
    }
  }

  /** Bindings are redacted with each line and not once: a secret may become known later. */
  #fields(given: object): Record<string, unknown> {
    const named = given instanceof Error ? { error: given } : given;
    try {
      const shown = this.#redact({ ...this.#bindings, ...named }) as Record<string, unknown>;
      return Object.fromEntries(
        Object.entries(shown).map(([key, value]) => [OWN_NAMES.has(key) ? `field.${key}` : key, value]),
      );
    } catch {
      return { fields: '[unreadable]' };
    }
  }

  #text(message: string): string {
    try {
      return String(this.#redact(String(message)));
    } catch {
      return '[unreadable]';
    }
  }
}

function destination(
  stream: LogStream | undefined,
  format: 'auto' | 'json' | 'readable',
): pino.DestinationStream {
  const isTerminal = stream === undefined ? process.stderr.isTTY === true : stream.isTTY === true;
  const target = stream ?? standardError();
  const isReadable = format === 'readable' || (format === 'auto' && isTerminal);
  return {
    write(line) {
      target.write(isReadable ? readableLine(line, { hasColors: isTerminal }) : line);
    },
  };
}

/** Synchronous, so that nothing is lost when the process ends at once. */
function standardError(): LogStream {
  const boom = pino.destination({ dest: 2, sync: true });
  // A closed standard error must not end the work.
  boom.on('error', () => undefined);
  return boom;
}
