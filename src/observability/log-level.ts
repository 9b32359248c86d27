/** The names of log levels, pino's and the ones people bring from elsewhere. */

/** From the most talkative to none at all. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** How much is told: from `trace`, everything, to `silent`, nothing. */
export type LogLevel = (typeof LOG_LEVELS)[number];

const ALIASES: Readonly<Record<string, LogLevel>> = { warning: 'warn', critical: 'fatal' };

/** Every name {@link parseLogLevel} takes, for an error's text. */
export const LOG_LEVEL_NAMES: readonly string[] = [...LOG_LEVELS, ...Object.keys(ALIASES)];

/** Reads a level in any case; `WARNING` is `warn`, `CRITICAL` is `fatal`. Undefined for what is no level. */
export function parseLogLevel(text: unknown): LogLevel | undefined {
  if (typeof text !== 'string') return undefined;
  const name = text.trim().toLowerCase();
  const level = Object.hasOwn(ALIASES, name) ? ALIASES[name] : (name as LogLevel);
  return level !== undefined && LOG_LEVELS.includes(level) ? level : undefined;
}
