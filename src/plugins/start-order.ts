/** In which order plugins start, and which can't: what they depend on must be there, in a version that fits. */
import type { PluginMetadata } from '../contracts/plugin.ts';
import { OrchestratorError } from '../shared/errors.ts';
import { findCycle } from '../tasks/find-cycle.ts';

/** `ordered` starts front to back and stops back to front; `refused` says why by name. */
export interface StartOrder {
  readonly ordered: readonly string[];
  readonly refused: ReadonlyMap<string, OrchestratorError>;
}

/** `fits` says whether a version lies in a range. Plugins keep the order of registration where dependencies allow. */
export function startOrder(
  plugins: readonly PluginMetadata[],
  libraryVersion: string,
  fits: (version: string, range: string) => boolean,
): StartOrder {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const refused = new Map<string, OrchestratorError>();
  for (const plugin of plugins) {
    const problem = ownProblem(plugin, byName, libraryVersion, fits);
    if (problem !== undefined) refused.set(plugin.name, problem);
  }
  refuseCycles(plugins, refused);
  const ordered: string[] = [];
  const visit = (plugin: PluginMetadata): boolean => {
    if (refused.has(plugin.name)) return false;
    if (ordered.includes(plugin.name)) return true;
    for (const name of dependenciesOf(plugin)) {
      if (visit(byName.get(name) as PluginMetadata)) continue;
      refused.set(
        plugin.name,
        refusal(plugin.name, `needs ${name}, which can't start`, { dependency: name }),
      );
      return false;
    }
    ordered.push(plugin.name);
    return true;
  };
  for (const plugin of plugins) visit(plugin);
  return { ordered, refused };
}

function ownProblem(
  { name, dependencies = {}, engine }: PluginMetadata,
  byName: ReadonlyMap<string, PluginMetadata>,
  libraryVersion: string,
  fits: (version: string, range: string) => boolean,
): OrchestratorError | undefined {
  if (engine !== undefined && !fits(libraryVersion, engine)) {
    return refusal(name, `needs version ${engine} of this library, which is ${libraryVersion}`, {
      expected: engine,
      got: libraryVersion,
    });
  }
  for (const [dependency, range] of Object.entries(dependencies)) {
    const found = byName.get(dependency);
    if (found === undefined)
      return refusal(name, `needs the plugin ${dependency}, which is not registered`, { dependency });
    if (!fits(found.version, range)) {
      return refusal(name, `needs version ${range} of ${dependency}, which is ${found.version}`, {
        dependency,
        expected: range,
        got: found.version,
      });
    }
  }
  return undefined;
}

/** Every plugin on a cycle is refused, each with the path. */
function refuseCycles(plugins: readonly PluginMetadata[], refused: Map<string, OrchestratorError>): void {
  for (;;) {
    const open = plugins.filter(({ name }) => !refused.has(name));
    const names = new Set(open.map(({ name }) => name));
    const cycle = findCycle(
      new Map(open.map((plugin) => [plugin.name, dependenciesOf(plugin).filter((name) => names.has(name))])),
    );
    if (cycle === undefined) return;
    for (const name of new Set(cycle))
      refused.set(name, refusal(name, `waits for itself: ${cycle.join(' > ')}`, { path: [...cycle] }));
  }
}

function dependenciesOf({ dependencies = {} }: PluginMetadata): readonly string[] {
  return Object.keys(dependencies);
}

function refusal(name: string, why: string, details: Record<string, string | string[]>): OrchestratorError {
  return new OrchestratorError('plugin-refused', `Plugin ${name} ${why}.`, {
    details: { plugin: name, ...details },
  });
}
