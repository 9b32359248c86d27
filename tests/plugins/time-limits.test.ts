import { describe, expect, it } from 'vitest';
import type { TaskJson } from '../../src/contracts/task.ts';
import { PluginManager } from '../../src/plugins/plugin-manager.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { event, managed, never, open, plugin, task, until } from './support.ts';

describe('a plugin that never answers', () => {
  it('while it starts is given up after its limit, and the next one starts', async () => {
    const clock = new ManualClock();
    const manager = new PluginManager({
      clock,
      limits: { initializeMs: 300 },
      plugins: [
        plugin('stuck', 'hook', { onTaskCreated: () => undefined, initialize: never }),
        plugin('next', 'hook', { onTaskCreated: () => undefined }),
      ],
    });
    const starting = manager.startAll();
    await until(() => clock.pendingTimers === 1);
    await clock.advance(300);
    await starting;
    expect(manager.getStatus('stuck')).toMatchObject({
      state: 'failed',
      error: {
        code: 'plugin-failed',
        message: 'Plugin stuck failed: initialize did not finish in 300 ms.',
        details: { plugin: 'stuck', call: 'initialize', milliseconds: 300 },
        cause: { code: 'timed-out' },
      },
    });
    expect(manager.getStatus('next').state).toBe('started');
  });

  it('that comes up too late is shut down, and can be started anew', async () => {
    const late = open<void>();
    const calls: string[] = [];
    const clock = new ManualClock();
    const manager = new PluginManager({ clock });
    await manager.register(
      plugin('late', 'hook', {
        onTaskCreated: () => undefined,
        initialize: () => {
          calls.push('start');
          return calls.length === 1 ? late.promise : undefined;
        },
        shutdown: () => void calls.push('stop'),
      }),
    );
    const starting = manager.startAll();
    await until(() => clock.pendingTimers === 1);
    await clock.advance(30_000);
    await starting;
    late.settle();
    await until(() => calls.length === 2);
    expect(calls).toEqual(['start', 'stop']);
    await manager.enable('late');
    expect(manager.getStatus('late')).toMatchObject({ state: 'started', isOverdue: false });
  });

  it('from a hook delays the work once, is reported, and is left alone until it comes back', async () => {
    const late = open<void>();
    let asked = 0;
    const { manager, clock, failures } = await managed([
      plugin('slow', 'hook', {
        onTaskCreated: () => {
          asked += 1;
          return asked === 1 ? late.promise : undefined;
        },
      }),
    ]);
    const triggered = manager.triggerHook('onTaskCreated', task);
    await clock.advance(5_000);
    await triggered;
    expect(failures.map(({ message }) => message)).toEqual([
      'Plugin slow failed: onTaskCreated did not finish in 5000 ms.',
    ]);
    expect(manager.getStatus('slow')).toMatchObject({ state: 'started', isOverdue: true });
    await manager.triggerHook('onTaskCreated', task);
    expect(asked).toBe(1);
    late.settle();
    await late.promise;
    await clock.advance(0);
    await manager.triggerHook('onTaskCreated', task);
    expect(asked).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('from a processor leaves the task as it is, also when it answers late', async () => {
    const late = open<TaskJson>();
    const { manager, clock } = await managed([
      plugin('slow', 'processor', { processTask: () => late.promise, processResult: never }),
      plugin('quick', 'processor', { processTask: (given: TaskJson) => ({ ...given, title: 'Quick' }) }),
    ]);
    const processing = manager.processTask(task);
    await clock.advance(30_000);
    const processed = await processing;
    late.settle({ ...task, title: 'Late' });
    await clock.advance(0);
    expect(processed).toEqual({ ...task, title: 'Quick' });
  });

  it('from execute is an answer that says so', async () => {
    const { manager, clock } = await managed([plugin('mute', 'processor', { execute: never })]);
    const executing = manager.executeAll({});
    await clock.advance(30_000);
    expect(await executing).toMatchObject({
      mute: { error: { code: 'plugin-failed', details: { milliseconds: 30_000 } } },
    });
  });

  it('while it stops keeps none of the others from stopping', async () => {
    const stopped: string[] = [];
    const { manager, clock } = await managed([
      plugin('a', 'hook', { onTaskCreated: never, shutdown: () => void stopped.push('a') }),
      plugin('b', 'hook', { onTaskCreated: never, shutdown: never }),
      plugin('c', 'hook', { onTaskCreated: never, shutdown: never }),
    ]);
    const stopping = manager.shutdownAll();
    await clock.advance(10_000);
    await stopping;
    expect(stopped).toEqual(['a']);
    expect(manager.listPlugins().map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
  });

  it('while it starts is left when all are stopped', async () => {
    const clock = new ManualClock();
    const manager = new PluginManager({ clock });
    await manager.register(plugin('stuck', 'hook', { onTaskCreated: never, initialize: never }));
    await manager.register(plugin('next', 'hook', { onTaskCreated: never }));
    const starting = manager.startAll();
    await until(() => clock.pendingTimers === 1);
    await manager.shutdownAll();
    await starting;
    expect(manager.listPlugins().map(({ state }) => state)).toEqual(['stopped', 'registered']);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each(['hook', 'observer'] as const)(
    'and holds the whole process up is not asked again, as a %s',
    async (type) => {
      let asked = 0;
      const spin = (): void => {
        asked += 1;
        for (const end = performance.now() + 20; performance.now() < end; );
      };
      const { manager, failures } = await managed(
        [plugin('spinner', type, { onTaskCreated: spin, onEvent: spin })],
        { limits: { hookMs: 5 } },
      );
      const ask = async (): Promise<void> => {
        if (type === 'observer') manager.observe(event);
        else await manager.triggerHook('onTaskCreated', task);
      };
      await ask();
      await ask();
      expect(asked).toBe(1);
      expect(manager.getStatus('spinner').state).toBe('failed');
      expect(failures[0]?.message).toMatch(
        /^Plugin spinner failed: on\w+ held the whole process up for \d+ ms/,
      );
    },
  );
});
