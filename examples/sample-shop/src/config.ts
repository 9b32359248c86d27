/** Settings, all from the environment. */
import type { LogLevel } from './shared/logger.ts';

export interface ShopConfig {
  readonly port: number;
  readonly databaseFile: string;
  readonly logLevel: LogLevel;
  readonly sessionSecret: string;
  readonly sessionTtlSeconds: number;
  readonly publicFolder: string;
  readonly exportFolder: string;
  readonly nightlyHour: number;
  readonly usesTestPayments: boolean;
}

const LOG_LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'];

/** Reads the settings. Throws when a number does not parse or the log level is unknown. */
export function loadConfig(environment: NodeJS.ProcessEnv): ShopConfig {
  return {
    port: readNumber(environment, 'SHOP_PORT', 8080),
    databaseFile: environment['SHOP_DATABASE'] ?? ':memory:',
    logLevel: readLogLevel(environment),
    sessionSecret: environment['SESSION_SECRET'] ?? '@@secret:random-hex:session@@',
    sessionTtlSeconds: readNumber(environment, 'SESSION_TTL', 86_400),
    publicFolder: environment['SHOP_PUBLIC'] ?? 'public',
    exportFolder: environment['SHOP_EXPORTS'] ?? 'exports',
    nightlyHour: readNumber(environment, 'SHOP_NIGHTLY_HOUR', 3),
    usesTestPayments: environment['SHOP_TEST_PAYMENTS'] === 'yes',
  };
}

function readNumber(environment: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = environment[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`${name} must be a number, got "${text}"`);
  return value;
}

function readLogLevel(environment: NodeJS.ProcessEnv): LogLevel {
  const level = environment['SHOP_LOG_LEVEL'] ?? 'info';
  if (!LOG_LEVELS.includes(level)) throw new Error(`SHOP_LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`);
  return level as LogLevel;
}
