export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

const WEIGHT: Record<LogLevel, number> = { debug: 10, info: 20, warn: 30, error: 40 };

/** One JSON object a line; lines below `level` are left out. */
export function createLogger(level: LogLevel, write: (line: string) => void = console.log): Logger {
  const log =
    (own: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      if (WEIGHT[own] < WEIGHT[level]) return;
      write(JSON.stringify({ level: own, message, ...fields }));
    };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}
