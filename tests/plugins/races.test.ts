import { describe, expect, it } from 'vitest';
import type { PluginContract } from '../../src/contracts/plugin.ts';
import { PluginManager } from '../../src/plugins/plugin-manager.ts';
import { event, managed, never, open, plugin, task, trap, until } from './support.ts';

describe('at the same time', () => {
  /** A plugin that starts when it is told to. */
  function gated(name: string): { plugin: PluginContract; begun: string[]; go: () => void } {
    const gate = open<void>();
    const begun: string[] = [];
    return {
      begun,
      go: () => gate.settle(),
      plugin: plugin(name, 'hook', {
        onTaskCreated: () => void begun.push('hook'),
        initialize: () => {
          begun.push('start');
          return gate.promise;
        },
        shutdown: () => void begun.push('stop'),
      }),
    };
  }

  it('two who ask for the start get the same one', async () => {
    const { plugin: slow, begun, go } = gated('slow');
    const manager = new PluginManager({ plugins: [slow] });
    const starts = [manager.startAll(), manager.startAll()];
    await until(() => begun.length === 1);
    go();
    await Promise.all(starts);
    expect(begun).toEqual(['start']);
  });

  it('one registered while others start is started once, after what it needs', async () => {
    const { plugin: slow, begun, go } = gated('slow');
    const manager = new PluginManager({ plugins: [slow] });
    const starting = manager.startAll();
    await until(() => begun.length === 1);
    const registering = manager.register(
      plugin(
        'user',
        'hook',
        { onTaskCreated: () => undefined, initialize: () => void begun.push('user') },
        {
          dependencies: { slow: '*' },
        },
      ),
    );
    go();
    await Promise.all([starting, registering]);
    expect(begun).toEqual(['start', 'user']);
    expect(manager.listPlugins().map(({ state }) => state)).toEqual(['started', 'started']);
  });

  it('one let go while it starts is stopped again', async () => {
    const { plugin: slow, begun, go } = gated('slow');
    const manager = new PluginManager({ plugins: [slow] });
    const starting = manager.startAll();
    await until(() => begun.length === 1);
    const going = manager.unregister('slow');
    go();
    await starting;
    expect(await going).toBe(true);
    expect(begun).toEqual(['start', 'stop']);
    expect(manager.listPlugins()).toEqual([]);
  });

  it('one let go while its hook is at work is stopped after it', async () => {
    const gate = open<void>();
    const told: string[] = [];
    const { manager } = await managed([
      plugin('busy', 'hook', {
        onTaskCreated: async () => {
          await gate.promise;
          told.push('hook');
        },
        shutdown: () => void told.push('stop'),
      }),
    ]);
    const hook = manager.triggerHook('onTaskCreated', task);
    const going = manager.unregister('busy');
    await until(() => manager.getStatus('busy').state === 'stopped');
    gate.settle();
    await Promise.all([hook, going]);
    expect(told).toEqual(['hook', 'stop']);
  });

  it('the last of enable and disable holds, whatever is starting', async () => {
    const { plugin: slow, begun, go } = gated('slow');
    const manager = new PluginManager({ plugins: [slow] });
    const starting = manager.startAll();
    await until(() => begun.length === 1);
    manager.disable('slow');
    const enabling = manager.enable('slow');
    manager.disable('slow');
    go();
    await Promise.all([starting, enabling]);
    expect(manager.getStatus('slow').state).toBe('disabled');
    await manager.triggerHook('onTaskCreated', task);
    await Promise.all([manager.enable('slow'), manager.enable('slow')]);
    await manager.triggerHook('onTaskCreated', task);
    expect(begun).toEqual(['start', 'hook']);
  });

  it('one configured while it starts is started anew with the last settings', async () => {
    const gate = open<void>();
    const seen: unknown[] = [];
    const manager = new PluginManager();
    await manager.register(
      plugin('set', 'hook', {
        onTaskCreated: () => undefined,
        initialize: ({ configuration }: { configuration: unknown }) => {
          seen.push(configuration);
          return gate.promise;
        },
      }),
      { level: 1 },
    );
    const starting = manager.startAll();
    await until(() => seen.length === 1);
    const configuring = manager.configure('set', { level: 2 });
    gate.settle();
    await Promise.all([starting, configuring]);
    expect(seen).toEqual([{ level: 1 }, { level: 2 }]);
    expect(manager.getStatus('set').state).toBe('started');
  });

  it('one that failed is started anew when it is configured', async () => {
    const { manager } = await managed([
      plugin('picky', 'hook', {
        onTaskCreated: () => undefined,
        initialize: ({ configuration }: { configuration: { key?: string } }) => {
          if (configuration.key === undefined) throw new Error('No key.');
        },
      }),
    ]);
    expect(manager.getStatus('picky').state).toBe('failed');
    await manager.configure('picky', { key: 'k' });
    expect(manager.getStatus('picky').state).toBe('started');
  });

  it('stopping and starting again starts all again, those that had failed too', async () => {
    const { plugin: gate, begun, go } = gated('a');
    go();
    let works = false;
    const moody = plugin('moody', 'hook', {
      onTaskCreated: () => undefined,
      initialize: () => {
        if (!works) throw new Error('Not now.');
      },
    });
    const { manager } = await managed([gate, moody]);
    works = true;
    await Promise.all([manager.shutdownAll(), manager.startAll()]);
    expect(begun).toEqual(['start', 'stop', 'start']);
    expect(manager.listPlugins().map(({ state }) => state)).toEqual(['started', 'started']);
    await manager.triggerHook('onTaskCreated', task);
    expect(begun.at(-1)).toBe('hook');
  });

  it('an observer that rejects later, with whatever it likes, is reported', async () => {
    const { manager, failures } = await managed([
      plugin('late', 'observer', { onEvent: () => Promise.reject(new Error('Later.')) }),
      plugin('odd', 'observer', {
        onEvent: () => Object.defineProperty({}, 'then', { get: trap }),
      }),
      plugin('stuck', 'observer', { onEvent: never }),
    ]);
    manager.observe(event);
    await until(() => failures.length === 2);
    expect(new Set(failures.map(({ message }) => message))).toEqual(
      new Set(['Plugin late failed: Later.', 'Plugin odd failed: Hands off.']),
    );
  });
});
