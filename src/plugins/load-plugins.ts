/** Loads plugins by name from packages that the application allows, and from nowhere else. */
import type { PluginContract } from '../contracts/plugin.ts';
import { raceSignal } from '../shared/abort.ts';
import { checkClock, checkFunction, checkInteger, checkObject, checkTextArray } from '../shared/check.ts';
import { errorToJson, OrchestratorError } from '../shared/errors.ts';
import { type Clock, deadline, systemClock } from '../shared/time.ts';
import { checkPlugin } from './check-plugin.ts';

/** A package name as npm has them, with an optional subpath: no paths, no URLs, no `node:` modules. */
const PACKAGE = /^(?:@[a-z0-9][\w.-]{0,100}\/)?[a-z0-9][\w.-]{0,100}(?:\/[\w-][\w./-]{0,200})?$/;

export interface LoadPluginsOptions {
  /** Names that may be loaded, each exactly as written. */
  readonly allowed: readonly string[];
  /** Loads a module by name. @default `import`, from this library's place */
  readonly load?: (name: string) => Promise<unknown>;
  /** The longest that one module and its plugin may take to load, in milliseconds. @default 30_000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Each module's default export must be a plugin, or a function that makes one. Rejects with `not-allowed` before
 * anything is loaded, `optional-package-missing` for what is not installed, `invalid-argument` for what is no plugin, and
 * `plugin-failed` for one that throws or takes too long while it is loaded.
 */
export async function loadPlugins(
  names: readonly string[],
  options: LoadPluginsOptions,
): Promise<readonly PluginContract[]> {
  checkObject('options', options);
  const { allowed, load = (name: string) => import(name), timeoutMs = 30_000, clock = systemClock } = options;
  checkFunction('options.load', load);
  checkInteger('options.timeoutMs', timeoutMs, 1);
  checkClock('options.clock', clock);
  checkTextArray('names', names);
  checkTextArray('allowed', allowed);
  for (const name of names) {
    if (allowed.includes(name) && PACKAGE.test(name) && !name.includes('..')) continue;
    throw new OrchestratorError(
      'not-allowed',
      `Plugin ${JSON.stringify(name)} may not be loaded; allowed: ${allowed.join(', ') || 'none'}.`,
      {
        details: { name, allowed: [...allowed] },
      },
    );
  }
  const plugins: PluginContract[] = [];
  for (const name of names) {
    const limit = deadline(clock, timeoutMs, 'loading');
    try {
      plugins.push(checkPlugin(await raceSignal(made(name, load), limit.signal)));
    } catch (error) {
      throw limit.signal.aborted ? failure(name, limit.signal.reason) : error;
    } finally {
      limit.clear();
    }
  }
  return plugins;
}

/** What the module exports, or what the function that it exports makes. */
async function made(name: string, load: (name: string) => Promise<unknown>): Promise<unknown> {
  try {
    const { default: exported } = (await load(name)) as { default?: unknown };
    return typeof exported === 'function' ? await (exported as () => unknown)() : exported;
  } catch (error) {
    const json = errorToJson(error);
    if (!isMissing(error)) throw failure(name, error);
    throw new OrchestratorError(
      'optional-package-missing',
      `Plugin ${name} is not installed: npm install ${name}. (${json.message})`,
      {
        cause: error,
        details: { name },
      },
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
}

function failure(name: string, cause: unknown): OrchestratorError {
  return new OrchestratorError('plugin-failed', `Plugin ${name} failed: ${errorToJson(cause).message}`, {
    details: { plugin: name },
    cause,
  });
}
