/** In which order plugins start, and which can't: what they depend on must be there, in a version that fits. */
import type { PluginMetadata } from '../contracts/plugin.ts';
import { OrchestratorError } from '../shared/errors.ts';
import { findCycle } from '../tasks/find-cycle.ts';
import type { VersionFits } from './version-fits.ts';

/** `ordered` starts front to back and stops back to front; `refused` says why by name. */
export interface StartOrder {
  readonly ordered: readonly string[];
  readonly refused: ReadonlyMap<string, OrchestratorError>;
}

/** Plugins keep the order of registration where dependencies allow. */
export function startOrder(
  plugins: readonly PluginMetadata[],
  libraryVersion: string,
  fits: VersionFits,
): StartOrder {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const refused = new Map<string, OrchestratorError>();
  for (const plugin of plugins) {
    const problem = ownProblem(plugin, byName, libraryVersion, fits);
    if (problem !== undefined) refused.set(plugin.name, problem);
  }
  refuseCycles(plugins, refused);
  return { ordered: placeAll(plugins, byName, refused), refused };
}

/** Depth first without recursion: a chain may be as long as somebody likes. What needs a refused one is refused, too. */
function placeAll(
  plugins: readonly PluginMetadata[],
  byName: ReadonlyMap<string, PluginMetadata>,
  refused: Map<string, OrchestratorError>,
): readonly string[] {
  const placed = new Set<string>();
  const open = [...plugins].reverse();
  for (let plugin = open.at(-1); plugin !== undefined; plugin = open.at(-1)) {
    const { name } = plugin;
    const needs = placed.has(name) || refused.has(name) ? [] : dependenciesOf(plugin);
    const broken = needs.find((need) => refused.has(need));
    const waiting = broken === undefined ? needs.filter((need) => !placed.has(need)) : [];
    if (waiting.length > 0) {
      open.push(...waiting.reverse().map((need) => byName.get(need) as PluginMetadata));
      continue;
    }
    open.pop();
    if (broken !== undefined)
      refused.set(name, refusal(name, `needs ${broken}, which can't start`, { dependency: broken }));
    else if (!refused.has(name)) placed.add(name);
  }
  return [...placed];
}

function ownProblem(
  { name, dependencies = {}, engine }: PluginMetadata,
  byName: ReadonlyMap<string, PluginMetadata>,
  libraryVersion: string,
  fits: VersionFits,
): OrchestratorError | undefined {
  const ofEngine = engine === undefined || fits(libraryVersion, engine);
  if (ofEngine === undefined) {
    return refusal(name, `asks for ${engine} of this library, which is no range of versions`, {
      expected: 'a range of versions',
      got: engine ?? '',
    });
  }
  if (engine !== undefined && !ofEngine) {
    return refusal(name, `needs version ${engine} of this library, which is ${libraryVersion}`, {
      expected: engine,
      got: libraryVersion,
    });
  }
  for (const [dependency, range] of Object.entries(dependencies)) {
    const found = byName.get(dependency);
    if (found === undefined)
      return refusal(name, `needs the plugin ${dependency}, which is not registered`, { dependency });
    const isFit = fits(found.version, range);
    if (isFit === undefined) {
      return refusal(name, `asks for ${range} of ${dependency}, which is no range of versions`, {
        dependency,
        expected: 'a range of versions',
        got: range,
      });
    }
    if (!isFit) {
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
