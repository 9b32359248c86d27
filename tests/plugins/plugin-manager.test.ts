import { describe, expect, it } from 'vitest';
import type { PluginContext, PluginContract, PluginMetadata } from '../../src/contracts/plugin.ts';
import type { TaskJson, TaskResult } from '../../src/contracts/task.ts';
import { loadPlugins } from '../../src/plugins/load-plugins.ts';
import { HookPlugin, ObserverPlugin, Plugin, ProcessorPlugin } from '../../src/plugins/plugin.ts';
import { PluginManager } from '../../src/plugins/plugin-manager.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import { Task } from '../../src/tasks/task.ts';
import { toTaskResult } from '../../src/tasks/task-result.ts';

const told: string[] = [];

/** A hook plugin that tells when it starts and stops. */
function hook(
  name: string,
  more: Partial<PluginMetadata> = {},
  behaviour: Partial<PluginContract> = {},
): PluginContract {
  return {
    metadata: { name, version: '1.2.3', description: 'Tells.', pluginType: 'hook', ...more },
    initialize: () => void told.push(`start ${name}`),
    shutdown: () => void told.push(`stop ${name}`),
    onTaskCreated: () => void told.push(`hook ${name}`),
    ...behaviour,
  } as PluginContract;
}

async function managed(...plugins: readonly PluginContract[]): Promise<PluginManager> {
  told.length = 0;
  const manager = new PluginManager();
  for (const plugin of plugins) await manager.register(plugin);
  await manager.startAll();
  return manager;
}

const task: TaskJson = new Task({ title: 'A task', description: 'Something.', taskType: 'data' }).toJSON();

describe('starting and stopping', () => {
  it('starts each plugin after those it depends on, and stops in the reverse order', async () => {
    const manager = await managed(
      hook('c', { dependencies: { b: '^1.0.0' } }),
      hook('b', { dependencies: { a: '>=1.0.0 <2.0.0' } }),
      hook('a'),
    );
    await manager.shutdownAll();
    expect(told).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
    expect(manager.listPlugins().map(({ name, state }) => [name, state])).toEqual([
      ['a', 'stopped'],
      ['b', 'stopped'],
      ['c', 'stopped'],
    ]);
  });

  it.each([
    [
      'a missing dependency',
      { dependencies: { ghost: '*' } },
      /needs the plugin ghost, which is not registered/,
    ],
    [
      'a dependency of another version',
      { dependencies: { a: '^2.0.0' } },
      /needs version \^2\.0\.0 of a, which is 1\.2\.3/,
    ],
    [
      'another version of the library',
      { engine: '>=99.0.0' },
      /needs version >=99\.0\.0 of this library, which is 0\.1\.0/,
    ],
    ['itself in a circle', { dependencies: { b: '*' } }, /waits for itself: b > b/],
  ])('refuses a plugin that needs %s, and starts the rest', async (_what, needs, message) => {
    const manager = await managed(hook('a'), hook('b', needs));
    expect(manager.getStatus('b')).toMatchObject({ state: 'failed', error: { code: 'plugin-refused' } });
    expect(manager.getStatus('b').error?.message).toMatch(message);
    expect(told).toEqual(['start a']);
  });

  it('isolates a plugin that breaks while it starts, and those that depend on it', async () => {
    const broken = hook('broken', {}, { initialize: () => Promise.reject(new Error('No socket.')) });
    const manager = await managed(broken, hook('after', { dependencies: { broken: '*' } }), hook('other'));
    expect(told).toEqual(['start other']);
    expect(manager.getStatus('broken')).toMatchObject({
      state: 'failed',
      error: { code: 'plugin-failed', message: 'Plugin broken failed: No socket.' },
    });
    expect(manager.getStatus('after')).toMatchObject({ state: 'failed', error: { code: 'plugin-refused' } });
    expect(manager.getEnabled().map(({ metadata }) => metadata.name)).toEqual(['other']);
  });

  it('starts a failed plugin anew when it is enabled', async () => {
    let works = false;
    const manager = await managed(
      hook(
        'moody',
        {},
        {
          initialize: () => {
            if (!works) throw new Error('Not now.');
          },
        },
      ),
    );
    works = true;
    await manager.enable('moody');
    expect(manager.getStatus('moody')).toMatchObject({ state: 'started', error: null });
  });

  it('gives a plugin its configuration, and starts it anew with another', async () => {
    const seen: JsonObject[] = [];
    const manager = await managed();
    await manager.register(
      hook(
        'configured',
        {},
        { initialize: ({ configuration }: PluginContext) => void seen.push(configuration) },
      ),
      { level: 1 },
    );
    await manager.configure('configured', { level: 2 });
    expect(seen).toEqual([{ level: 1 }, { level: 2 }]);
    expect(told).toEqual(['stop configured']);
  });

  it('goes on stopping when one breaks', async () => {
    const manager = await managed(
      hook('a'),
      hook('b', {}, { shutdown: () => Promise.reject(new Error('Stuck.')) }),
    );
    await manager.shutdownAll();
    expect(told).toEqual(['start a', 'start b', 'stop a']);
    expect(manager.getStatus('b')).toMatchObject({ state: 'stopped', failureCount: 1 });
  });
});

describe('asking', () => {
  it('calls hooks of enabled plugins in order, and reports one that throws', async () => {
    const failures: string[] = [];
    told.length = 0;
    const manager = new PluginManager({
      onFailure: (plugin, error) => failures.push(`${plugin}: ${error.message}`),
    });
    await manager.register(
      hook('a', {}, { onTaskCreated: () => Promise.reject(new Error('Oops.')) } as never),
    );
    await manager.register(hook('b'));
    await manager.register(hook('c'));
    await manager.startAll();
    manager.disable('c');
    told.length = 0;
    await manager.triggerHook('onTaskCreated', task);
    expect(told).toEqual(['hook b']);
    expect(failures).toEqual(['a: Plugin a failed: Oops.']);
    await manager.enable('c');
    await manager.triggerHook('onTaskCreated', task);
    expect(told).toEqual(['hook b', 'hook b', 'hook c']);
  });

  it('lets processors change tasks and results one after another', async () => {
    class Shout extends ProcessorPlugin {
      readonly metadata = {
        name: 'shout',
        version: '1.0.0',
        description: 'Shouts.',
        pluginType: 'processor',
      } as const;
      override processTask(given: TaskJson): TaskJson {
        return { ...given, title: given.title.toUpperCase() };
      }
      override processResult(result: TaskResult): TaskResult {
        return { ...result, output: `${result.output}!` };
      }
    }
    class Broken extends ProcessorPlugin {
      readonly metadata = {
        name: 'broken',
        version: '1.0.0',
        description: 'Breaks.',
        pluginType: 'processor',
      } as const;
      override processTask(): TaskJson {
        throw new Error('No.');
      }
    }
    const manager = await managed(new Broken(), new Shout());
    expect(await manager.processTask(task)).toEqual({ ...task, title: 'A TASK' });
    expect((await manager.processResult(toTaskResult({ success: true, output: 'done' }), task)).output).toBe(
      'done!',
    );
    expect(manager.getStatus('broken').failureCount).toBe(1);
  });

  it('executes all of a type, with a failure as the answer of the one that fails', async () => {
    class Adder extends Plugin {
      readonly metadata = {
        name: 'adder',
        version: '1.0.0',
        description: 'Adds.',
        pluginType: 'processor',
      } as const;
      override execute({ a, b }: JsonObject): number {
        return Number(a) + Number(b);
      }
    }
    const failing = hook(
      'failing',
      { pluginType: 'processor' },
      { execute: () => Promise.reject(new Error('Broken.')) },
    );
    const manager = await managed(new Adder(), failing);
    expect(await manager.executeAll({ a: 40, b: 2 })).toMatchObject({
      adder: 42,
      failing: { error: { code: 'plugin-failed' } },
    });
    expect(await manager.executeAll({}, { pluginType: 'agent' })).toEqual({});
  });

  it('tells observers, and is not broken by one', async () => {
    const seen: string[] = [];
    class Watcher extends ObserverPlugin {
      readonly metadata = {
        name: 'watcher',
        version: '1.0.0',
        description: 'Watches.',
        pluginType: 'observer',
      } as const;
      onEvent({ type }: { type: string }): void {
        seen.push(type);
        throw new Error('Blinded.');
      }
    }
    const manager = await managed(new Watcher());
    manager.observe({
      type: 'task-submitted',
      title: 'T',
      position: 1,
      at: 0,
      tenant: 'default',
      runId: 'r',
      rootRunId: 'r',
    });
    expect(seen).toEqual(['task-submitted']);
    expect(manager.getStatus('watcher').failureCount).toBe(1);
  });

  it('has hooks that do nothing until they are overridden', async () => {
    class Quiet extends HookPlugin {
      readonly metadata = {
        name: 'quiet',
        version: '1.0.0',
        description: 'Says nothing.',
        pluginType: 'hook',
      } as const;
    }
    const manager = await managed(new Quiet());
    await manager.triggerHook('onTaskStarted', task, 'Agent');
    await manager.triggerHook('onTaskFailed', task, toTaskResult({ success: false }));
    expect(manager.getStatus('quiet').failureCount).toBe(0);
  });
});

describe('keeping', () => {
  it('finds plugins by name and type, and lets one go that nobody needs', async () => {
    const manager = await managed(hook('a'), hook('b', { dependencies: { a: '*' } }));
    expect(manager.get('a')?.metadata.name).toBe('a');
    expect(manager.getByType('hook')).toHaveLength(2);
    await expect(manager.unregister('a')).rejects.toThrow(/b depends on it/);
    expect(await manager.unregister('b')).toBe(true);
    expect(await manager.unregister('a')).toBe(true);
    expect(await manager.unregister('a')).toBe(false);
  });

  it.each([
    ['nothing', undefined, /`plugin` to be a plugin/],
    ['no metadata', {}, /`plugin\.metadata` to be a plain object/],
    ['a version that is none', hook('a', { version: 'one' }), /a version such as 1\.4\.0, got "one"/],
    ['an unknown type', hook('a', { pluginType: 'magic' as never }), /one of agent, adapter/],
    [
      'a type whose methods it lacks',
      hook('a', { pluginType: 'observer' }),
      /a plugin of type observer, with `onEvent`/,
    ],
  ])('refuses %s', async (_what, plugin, message) => {
    await expect(new PluginManager().register(plugin as never)).rejects.toThrow(message);
  });

  it('refuses a name in use and an unknown one', async () => {
    const manager = await managed(hook('a'));
    await expect(manager.register(hook('a'))).rejects.toMatchObject({ code: 'already-exists' });
    expect(() => manager.getStatus('z')).toThrow(/no plugin z; registered: a/);
  });
});

describe('loading by name', () => {
  const load = async (name: string): Promise<unknown> => ({
    default: name.endsWith('factory') ? () => hook(name) : hook(name),
  });

  it('loads what is allowed, a plugin or what makes one', async () => {
    const plugins = await loadPlugins(['a-plugin', '@team/factory'], {
      allowed: ['a-plugin', '@team/factory'],
      load,
    });
    expect(plugins.map(({ metadata }) => metadata.name)).toEqual(['a-plugin', '@team/factory']);
  });

  it.each([
    'other',
    '../evil.js',
    '/etc/passwd',
    'node:fs',
    'file:///tmp/x.mjs',
    'data:text/javascript,1',
    'a/../../b',
  ])('loads nothing when asked for %s', async (name) => {
    const loaded: string[] = [];
    const watch = (one: string): Promise<unknown> => {
      loaded.push(one);
      return load(one);
    };
    await expect(
      loadPlugins(['a-plugin', name], {
        allowed: name === 'other' ? ['a-plugin'] : ['a-plugin', name],
        load: watch,
      }),
    ).rejects.toMatchObject({ code: 'not-allowed' });
    expect(loaded).toEqual([]);
  });

  it('says how to install what is not there, and refuses a module that holds no plugin', async () => {
    await expect(
      loadPlugins(['not-installed-plugin'], { allowed: ['not-installed-plugin'] }),
    ).rejects.toMatchObject({ code: 'optional-package-missing' });
    await expect(
      loadPlugins(['a-plugin'], { allowed: ['a-plugin'], load: async () => ({ default: 1 }) }),
    ).rejects.toThrow(/`plugin` to be a plugin/);
  });
});
