/** The configuration: environment variables over the first file found over defaults. */
import { resolve } from 'node:path';
import type { LogLevel } from '../observability/log-level.ts';
import { checkObject, checkSignal, checkText } from '../shared/check.ts';
import { badValue } from './config-error.ts';
import { type FileValues, readConfigFile, type Variables } from './config-file.ts';
import { CONFIG_KEYS, type ConfigKey } from './config-keys.ts';
import type { Environment } from './environment.ts';
import type { Secret } from './secret.ts';
import { checkVariables } from './variables.ts';

/** What a program is told by its environment and its file. Frozen. */
export interface OrchestratorConfig {
  /** @default 'development' */
  readonly environment: Environment;
  /** @default false */
  readonly debug: boolean;
  readonly llm: {
    /** Shows as `[redacted]`; `reveal()` gives it. @default undefined: skills only */
    readonly apiKey: Secret | undefined;
    /** @default 'gpt-4' */
    readonly model: string;
    /** @default 4096 */
    readonly maxTokens: number;
    /** @default 0.7 */
    readonly temperature: number;
    /** Where the model is; without a slash at the end. @default undefined: the client's own */
    readonly baseUrl: string | undefined;
  };
  /** @default 'info', or 'debug' with `debug` */
  readonly logLevel: LogLevel;
  /** Metrics stay in the process unless an OpenTelemetry SDK is registered. @default true */
  readonly enableMetrics: boolean;
  /** The same for traces. @default true */
  readonly enableTracing: boolean;
  /** Doors that tasks, tools and models may use. @default all false */
  readonly adapters: { readonly cli: boolean; readonly api: boolean; readonly vcs: boolean };
  /** The file that was read, if any. */
  readonly file: string | undefined;
}

/** Options of {@link loadConfig}. */
export interface LoadConfigOptions {
  /** @default process.env */
  readonly environment?: Variables;
  /** The folder where files are looked for first. @default the working folder */
  readonly cwd?: string;
  /** The one file to read, in place of the search; it must be there. */
  readonly file?: string;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/**
 * Loads the configuration. Files are looked for in this order, and the first one found counts alone:
 * `orchestrator.yaml`, `orchestrator.yml` and `config/orchestrator.yaml` in the working folder,
 * `$XDG_CONFIG_HOME/orchestrator/config.yaml`, `~/.orchestrator/config.yaml`. A variable that is empty is as good as none.
 *
 * Rejects with `config-invalid` for a value that does not parse (the error names the variable or key, its file, the value
 * unless it may be secret, and what was expected), for an unknown key in a file (with the nearest known one), and for a
 * file that can't be read.
 *
 * @example
 * const config = await loadConfig();
 * console.log(config.llm.model, config.llm.apiKey); // gpt-4 [redacted]
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<OrchestratorConfig> {
  checkObject('options', options);
  const { environment = process.env } = options;
  checkVariables(environment);
  const cwd = resolve(options.cwd === undefined ? '.' : checkText('cwd', options.cwd));
  const file = options.file === undefined ? undefined : checkText('file', options.file);
  const found = await readConfigFile({ cwd, environment, file }, checkSignal('signal', options.signal));
  const values = new Map(CONFIG_KEYS.map((key) => [key.path, valueFor(key, environment, found)]));
  return assemble(values, found?.file);
}

function valueFor(key: ConfigKey, environment: Variables, found: FileValues | undefined): unknown {
  // What the file holds is checked also where a variable covers it.
  let value = key.fallback;
  if (found?.values.has(key.path) === true) {
    value = read(key, `\`${key.path}\` in ${found.file}`, found.values.get(key.path));
  }
  const variable = environment[key.variable];
  return variable === undefined || variable.trim() === ''
    ? value
    : read(key, `the variable ${key.variable}`, variable);
}

function read(key: ConfigKey, place: string, given: unknown): unknown {
  const value = key.read(given);
  if (value === undefined) throw badValue(key, place, given);
  return value;
}

function assemble(values: ReadonlyMap<string, unknown>, file: string | undefined): OrchestratorConfig {
  // Each value was read by its own key's reader; this is the one place that trusts the table.
  const value = <T>(path: string): T => values.get(path) as T;
  const debug = value<boolean>('debug');
  return Object.freeze({
    environment: value<Environment>('environment'),
    debug,
    llm: Object.freeze({
      apiKey: value<Secret | undefined>('llm.apiKey'),
      model: value<string>('llm.model'),
      maxTokens: value<number>('llm.maxTokens'),
      temperature: value<number>('llm.temperature'),
      baseUrl: value<string | undefined>('llm.baseUrl'),
    }),
    logLevel: value<LogLevel | undefined>('logLevel') ?? (debug ? 'debug' : 'info'),
    enableMetrics: value<boolean>('enableMetrics'),
    enableTracing: value<boolean>('enableTracing'),
    adapters: Object.freeze({
      cli: value<boolean>('adapters.cli'),
      api: value<boolean>('adapters.api'),
      vcs: value<boolean>('adapters.vcs'),
    }),
    file,
  });
}
