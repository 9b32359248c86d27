/** Plugins: what an application adds without changing the library. */
export { type LoadPluginsOptions, loadPlugins } from './load-plugins.ts';
export { HookPlugin, ObserverPlugin, Plugin, ProcessorPlugin } from './plugin.ts';
export {
  PluginManager,
  type PluginManagerOptions,
  type PluginState,
  type PluginStatus,
} from './plugin-manager.ts';
