/** Every setting: its variable, its key in a file, its default, and how a value is read. */
import { LOG_LEVEL_NAMES, parseLogLevel } from '../observability/log-level.ts';
import { Environment } from './environment.ts';
import { Secret } from './secret.ts';

/** Reads one value, which is a text (from a variable) or any JSON (from a file). Undefined for one that does not fit. */
type ReadValue = (value: unknown) => unknown;

/** One setting. */
export interface ConfigKey {
  /** The environment variable. */
  readonly variable: string;
  /** The path in a file, with dots. */
  readonly path: string;
  readonly fallback: unknown;
  /** What a value must be, for errors. */
  readonly expected: string;
  readonly read: ReadValue;
  /** Whether errors must not show the value. */
  readonly isSecret?: boolean;
}

/** All settings. */
export const CONFIG_KEYS: readonly ConfigKey[] = [
  {
    variable: 'ORCHESTRATOR_ENV',
    path: 'environment',
    fallback: Environment.DEVELOPMENT,
    expected: `one of ${Object.values(Environment).join(', ')}`,
    read: readEnvironment,
  },
  flag('ORCHESTRATOR_DEBUG', 'debug', false),
  {
    variable: 'ORCHESTRATOR_LLM_API_KEY',
    path: 'llm.apiKey',
    fallback: undefined,
    expected: 'a text without white space or control characters',
    read: readSecret,
    isSecret: true,
  },
  {
    variable: 'ORCHESTRATOR_LLM_MODEL',
    path: 'llm.model',
    fallback: 'gpt-4',
    expected: 'the name of a model',
    read: (value) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined),
  },
  {
    variable: 'ORCHESTRATOR_LLM_MAX_TOKENS',
    path: 'llm.maxTokens',
    fallback: 4096,
    expected: 'a whole number from 1 to 10000000',
    read: (value) =>
      readNumber(value, (number) => Number.isInteger(number) && number >= 1 && number <= 10_000_000),
  },
  {
    variable: 'ORCHESTRATOR_LLM_TEMPERATURE',
    path: 'llm.temperature',
    fallback: 0.7,
    expected: 'a number from 0 to 2',
    read: (value) => readNumber(value, (number) => number >= 0 && number <= 2),
  },
  {
    variable: 'ORCHESTRATOR_LLM_BASE_URL',
    path: 'llm.baseUrl',
    fallback: undefined,
    expected: 'an http or https address without a user name or password',
    read: readAddress,
  },
  {
    variable: 'ORCHESTRATOR_LOG_LEVEL',
    path: 'logLevel',
    fallback: undefined,
    expected: `one of ${LOG_LEVEL_NAMES.join(', ')}, in any case`,
    read: parseLogLevel,
  },
  flag('ORCHESTRATOR_ENABLE_METRICS', 'enableMetrics', true),
  flag('ORCHESTRATOR_ENABLE_TRACING', 'enableTracing', true),
  flag('ORCHESTRATOR_ENABLE_CLI_ADAPTER', 'adapters.cli', false),
  flag('ORCHESTRATOR_ENABLE_API_ADAPTER', 'adapters.api', false),
  flag('ORCHESTRATOR_ENABLE_VCS_ADAPTER', 'adapters.vcs', false),
];

const YES = ['true', '1', 'yes', 'on'];
const NO = ['false', '0', 'no', 'off'];

function flag(variable: string, path: string, fallback: boolean): ConfigKey {
  return { variable, path, fallback, expected: 'true or false (or 1, 0, yes, no, on, off)', read: readFlag };
}

function readFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text =
    typeof value === 'number' || typeof value === 'string' ? String(value).trim().toLowerCase() : '';
  if (YES.includes(text)) return true;
  return NO.includes(text) ? false : undefined;
}

function readEnvironment(value: unknown): Environment | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.trim().toLowerCase();
  return Object.values(Environment).find((environment) => environment === name);
}

function readSecret(value: unknown): Secret | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return /^[^\s\p{Cc}]+$/u.test(text) ? new Secret(text) : undefined;
}

/** Decimal numbers only: `0x10`, an empty text or `Infinity` are mistakes here. */
function readNumber(value: unknown, fits: (number: number) => boolean): number | undefined {
  const isText = typeof value === 'string' && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value.trim());
  const number = isText ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && fits(number) ? number : undefined;
}

function readAddress(value: unknown): string | undefined {
  const address = typeof value === 'string' ? URL.parse(value.trim()) : null;
  if (address === null || !/^https?:$/.test(address.protocol)) return undefined;
  if (address.username !== '' || address.password !== '') return undefined;
  return address.href.replace(/\/$/, '');
}
