/** Checks that what is registered is a plugin of the type it says. Each member is read once, so that none can change its answer. */
import { type PluginContract, type PluginMetadata, PluginType } from '../contracts/plugin.ts';
import { checkObject, checkOneOf, checkText } from '../shared/check.ts';
import { errorToJson, InvalidArgumentError } from '../shared/errors.ts';
import { isPlainObject } from '../shared/json.ts';

/** The methods that make a plugin of each type do something: one of them must be there. */
const METHODS: Readonly<Record<PluginType, readonly string[]>> = {
  agent: ['agents'],
  adapter: ['adapters'],
  evaluator: ['evaluators'],
  processor: ['processTask', 'processResult', 'execute'],
  hook: ['onTaskCreated', 'onTaskStarted', 'onTaskCompleted', 'onTaskFailed', 'onMessageSent'],
  storage: ['backend', 'memory'],
  observer: ['onEvent'],
};

/** Semantic Versioning 2.0.0: no leading zeros, no empty identifiers. */
const NUMBER = '(?:0|[1-9]\\d{0,14})';
const PRERELEASE = `(?:${NUMBER}|\\d{0,32}[a-zA-Z-][0-9a-zA-Z-]{0,64})`;
const VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${PRERELEASE}(?:\\.${PRERELEASE}){0,16})?(?:\\+[0-9A-Za-z-]{1,64}(?:\\.[0-9A-Za-z-]{1,64}){0,16})?$`,
);
const LONGEST_VERSION = 200;

/** Throws {@link InvalidArgumentError} naming the member, also where reading one throws. */
export function checkPlugin(plugin: unknown): PluginContract {
  readMetadata(plugin);
  return plugin as PluginContract;
}

/** A frozen copy of a plugin's metadata, after the same checks: what a getter answers later changes nothing. */
export function readMetadata(plugin: unknown): PluginMetadata {
  if (typeof plugin !== 'object' || plugin === null)
    throw new InvalidArgumentError('plugin', 'a plugin', plugin);
  const { metadata, methods } = membersOf(plugin);
  checkObject('plugin.metadata', metadata);
  const { name, version, description, pluginType, dependencies, engine, author } = metadata;
  checkText('plugin.metadata.name', name);
  checkText('plugin.metadata.description', description);
  if (checkText('plugin.metadata.version', version).length > LONGEST_VERSION || !VERSION.test(version)) {
    throw new InvalidArgumentError('plugin.metadata.version', 'a version such as 1.4.0', version);
  }
  checkOneOf('plugin.metadata.pluginType', pluginType, Object.values(PluginType));
  for (const [dependency, range] of Object.entries(
    checkObject('plugin.metadata.dependencies', dependencies),
  )) {
    checkText(`plugin.metadata.dependencies.${dependency}`, range);
  }
  if (engine !== undefined) checkText('plugin.metadata.engine', engine);
  const wanted = METHODS[pluginType];
  if (!wanted.some((method) => methods.has(method))) {
    throw new InvalidArgumentError(
      `plugin ${name}`,
      `a plugin of type ${pluginType}, with ${wanted.map((method) => `\`${method}\``).join(' or ')}`,
      plugin,
    );
  }
  return Object.freeze({
    ...{ name, version, description, pluginType, dependencies: Object.freeze(dependencies ?? {}) },
    ...(author === undefined ? {} : { author }),
    ...(engine === undefined ? {} : { engine }),
  });
}

/** What a plugin says of itself, each member read once. */
function membersOf(plugin: object): { readonly metadata: PluginMetadata; readonly methods: Set<string> } {
  try {
    const { metadata } = plugin as PluginContract;
    const members = plugin as Record<string, unknown>;
    const methods = Object.values(METHODS)
      .flat()
      .filter((method) => typeof members[method] === 'function');
    if (!isPlainObject(metadata)) return { metadata, methods: new Set(methods) };
    const { name, version, description, pluginType, dependencies = {}, engine, author } = metadata;
    const copied = {
      ...{ name, version, description, pluginType, engine, author },
      dependencies: isPlainObject(dependencies) ? { ...dependencies } : dependencies,
    };
    return { metadata: copied as PluginMetadata, methods: new Set(methods) };
  } catch (error) {
    const why = errorToJson(error).message;
    throw new InvalidArgumentError('plugin', `a plugin whose members can be read (${why})`, plugin);
  }
}
