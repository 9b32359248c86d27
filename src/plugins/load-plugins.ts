/** Loads plugins by name from packages that the application allows, and from nowhere else. */
import type { PluginContract } from '../contracts/plugin.ts';
import { checkFunction, checkObject, checkTextArray } from '../shared/check.ts';
import { OrchestratorError, toError } from '../shared/errors.ts';
import { checkPlugin } from './check-plugin.ts';

/** A package name as npm has them, with an optional subpath: no paths, no URLs, no `node:` modules. */
const PACKAGE = /^(?:@[a-z0-9][\w.-]{0,100}\/)?[a-z0-9][\w.-]{0,100}(?:\/[\w-][\w./-]{0,200})?$/;

export interface LoadPluginsOptions {
  /** Names that may be loaded, each exactly as written. */
  readonly allowed: readonly string[];
  /** Loads a module by name. @default `import`, from this library's place */
  readonly load?: (name: string) => Promise<unknown>;
}

/**
 * Each module's default export must be a plugin, or a function that makes one. Rejects with `not-allowed` before
 * anything is loaded, `optional-package-missing` for what is not installed, `invalid-argument` for what is no plugin.
 */
export async function loadPlugins(
  names: readonly string[],
  options: LoadPluginsOptions,
): Promise<readonly PluginContract[]> {
  checkObject('options', options);
  const { allowed, load = (name: string) => import(name) } = options;
  checkFunction('options.load', load);
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
    const exported = ((await loaded(name, load)) as { default?: unknown }).default;
    plugins.push(
      checkPlugin(typeof exported === 'function' ? await (exported as () => unknown)() : exported),
    );
  }
  return plugins;
}

async function loaded(name: string, load: (name: string) => Promise<unknown>): Promise<unknown> {
  try {
    return await load(name);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new OrchestratorError(
      'optional-package-missing',
      `Plugin ${name} is not installed: npm install ${name}. (${toError(error).message})`,
      {
        cause: error,
        details: { name },
      },
    );
  }
}
