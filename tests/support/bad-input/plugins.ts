/** Bad input for plugins and their manager. */
import { loadPlugins, PluginManager } from 'autogen-orchestrator';
import { type BadCall, bad, NOT } from './bad-call.ts';

const manager = (): PluginManager => new PluginManager();
const metadata = { name: 'a', version: '1.0.0', description: 'A.', pluginType: 'observer' };
const plugin = { metadata, onEvent: () => undefined };
const known = async (): Promise<PluginManager> => {
  const made = manager();
  await made.register(plugin as never);
  return made;
};
const member = (argument: string, values: readonly unknown[]): BadCall =>
  bad('PluginManager.register', argument, values, (value) =>
    manager().register({ ...plugin, metadata: { ...metadata, [argument]: value } } as never),
  );

export const PLUGIN_CALLS: readonly BadCall[] = [
  bad('PluginManager', 'options', NOT.optionalObject, (value) => new PluginManager(value)),
  bad(
    'PluginManager',
    'plugins',
    [null, 'text', 7, {}, [{}]],
    (value) => new PluginManager({ plugins: value }),
  ),
  bad(
    'PluginManager',
    'limits',
    [null, 7, [], { hookMS: 1 }],
    (value) => new PluginManager({ limits: value }),
  ),
  ...['initializeMs', 'hookMs', 'processMs', 'executeMs', 'shutdownMs', 'maxOutputLength'].map((limit) =>
    bad(
      'PluginManager',
      `limits.${limit}`,
      [null, 0, -1, 1.5, Number.NaN, '5'],
      (value) => new PluginManager({ limits: { [limit]: value } }),
    ),
  ),
  bad('PluginManager', 'clock', [null, 7, {}], (value) => new PluginManager({ clock: value })),
  bad('PluginManager.register', 'plugin', [undefined, null, 'text', 7, {}], (value) =>
    manager().register(value),
  ),
  bad('PluginManager.register', 'configuration', NOT.optionalObject, (value) =>
    manager().register(plugin as never, value),
  ),
  member('name', NOT.text),
  member('version', [...NOT.text, 'one', '1', 'v1.0.0']),
  member('description', NOT.text),
  member('pluginType', ['magic', 7, null]),
  member('dependencies', [null, 'text', [], { b: 7 }]),
  member('engine', [null, 7, '']),
  bad('PluginManager.unregister', 'name', NOT.text, (value) => manager().unregister(value)),
  bad('PluginManager.get', 'name', NOT.text, (value) => manager().get(value)),
  bad('PluginManager.getByType', 'pluginType', ['magic', 7, null, undefined], (value) =>
    manager().getByType(value),
  ),
  bad('PluginManager.enable', 'name', NOT.text, (value) => manager().enable(value)),
  bad('PluginManager.enable', 'name', ['nobody'], (value) => manager().enable(value), 'not-found'),
  bad('PluginManager.disable', 'name', NOT.text, (value) => manager().disable(value)),
  bad('PluginManager.configure', 'name', NOT.text, (value) => manager().configure(value, {})),
  bad('PluginManager.configure', 'configuration', NOT.object, async (value) =>
    (await known()).configure('a', value),
  ),
  bad('PluginManager.getStatus', 'name', NOT.text, (value) => manager().getStatus(value)),
  bad('PluginManager.executeAll', 'input', NOT.object, (value) => manager().executeAll(value)),
  bad('PluginManager.executeAll', 'pluginType', ['magic', 7, null], (value) =>
    manager().executeAll({}, { pluginType: value }),
  ),
  bad('PluginManager.triggerHook', 'name', ['onNothing', 7, null, undefined], (value) =>
    manager().triggerHook(value, ...([] as never)),
  ),
  bad('PluginManager.processTask', 'task', NOT.object, (value) => manager().processTask(value)),
  bad('PluginManager.processResult', 'result', NOT.object, (value) =>
    manager().processResult(value, {} as never),
  ),
  bad('PluginManager.observe', 'event', NOT.object, (value) => manager().observe(value)),
  bad('loadPlugins', 'names', [undefined, null, 'text', 7, {}, [7], ['']], (value) =>
    loadPlugins(value, { allowed: [] }),
  ),
  bad('loadPlugins', 'options', NOT.object, (value) => loadPlugins(['a'], value)),
  bad('loadPlugins', 'allowed', [undefined, null, 'text', 7, {}, [7]], (value) =>
    loadPlugins([], { allowed: value }),
  ),
  bad('loadPlugins', 'options.timeoutMs', [null, 0, -1, 1.5, '5'], (value) =>
    loadPlugins([], { allowed: [], timeoutMs: value }),
  ),
  bad('loadPlugins', 'options.clock', [null, 7, {}], (value) =>
    loadPlugins([], { allowed: [], clock: value }),
  ),
  bad('loadPlugins', 'load', NOT.optionalFunction, (value) => loadPlugins([], { allowed: [], load: value })),
];
