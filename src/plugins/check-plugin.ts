/** Checks that what is registered is a plugin of the type it says. */
import { type PluginContract, PluginType } from '../contracts/plugin.ts';
import { checkObject, checkOneOf, checkText } from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';

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

/** Semantic Versioning 2.0.0, without what only ranges need. */
const VERSION = /^\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,64})?(?:\+[0-9A-Za-z.-]{1,64})?$/;

/** Throws {@link InvalidArgumentError} naming the member. */
export function checkPlugin(plugin: unknown): PluginContract {
  if (typeof plugin !== 'object' || plugin === null)
    throw new InvalidArgumentError('plugin', 'a plugin', plugin);
  const { metadata } = plugin as Partial<PluginContract>;
  checkObject('plugin.metadata', metadata);
  const {
    name,
    version,
    description,
    pluginType,
    dependencies = {},
    engine,
  } = metadata as PluginContract['metadata'];
  checkText('plugin.metadata.name', name);
  checkText('plugin.metadata.description', description);
  if (!VERSION.test(checkText('plugin.metadata.version', version))) {
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
  if (!wanted.some((method) => typeof (plugin as Record<string, unknown>)[method] === 'function')) {
    throw new InvalidArgumentError(
      `plugin ${name}`,
      `a plugin of type ${pluginType}, with ${wanted.map((method) => `\`${method}\``).join(' or ')}`,
      plugin,
    );
  }
  return plugin as PluginContract;
}
