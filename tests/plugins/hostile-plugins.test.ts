import { describe, expect, it } from 'vitest';
import type { TaskJson } from '../../src/contracts/task.ts';
import { PluginManager } from '../../src/plugins/plugin-manager.ts';
import { toTaskResult } from '../../src/tasks/task-result.ts';
import { event, managed, plugin, task, trap } from './support.ts';

describe('a plugin whose members are traps', () => {
  const good = plugin('good', 'hook', { onTaskCreated: () => undefined });
  it.each([
    ['metadata', Object.defineProperty({ onTaskCreated: trap }, 'metadata', { get: trap })],
    ['a name', { ...good, metadata: Object.defineProperty({ ...good.metadata }, 'name', { get: trap }) }],
    ['a method', Object.defineProperty({ ...good }, 'onTaskCreated', { get: trap })],
    ['everything', new Proxy(good, { get: trap, getPrototypeOf: trap, ownKeys: trap })],
    [
      'its dependencies',
      { ...good, metadata: { ...good.metadata, dependencies: new Proxy({}, { ownKeys: trap }) } },
    ],
    [
      'what it throws',
      new Proxy(good, {
        get() {
          throw new Proxy(new Error('Inner.'), { get: trap, getPrototypeOf: trap });
        },
      }),
    ],
    ['being revoked', revoked()],
  ])('is refused as no plugin: %s', async (_what, hostile) => {
    await expect(new PluginManager().register(hostile as never)).rejects.toMatchObject({
      name: 'InvalidArgumentError',
      code: 'invalid-argument',
      message: expect.stringMatching(/^Expected `plugin` to be a plugin whose members can be read/),
    });
  });

  it('is known by what it said first', async () => {
    let asked = 0;
    const shifty = {
      get metadata() {
        asked += 1;
        return { ...good.metadata, name: `name-${asked}` };
      },
      onTaskCreated: () => undefined,
    };
    const { manager } = await managed([shifty as never]);
    expect(manager.listPlugins().map(({ name }) => name)).toEqual(['name-1']);
    await manager.triggerHook('onTaskCreated', task);
    expect(await manager.unregister('name-1')).toBe(true);
  });

  it('that throws what can not be read is reported all the same', async () => {
    const { manager, failures } = await managed([
      plugin('nasty', 'hook', {
        onTaskCreated: () => {
          throw new Proxy(new Error('Inner.'), { get: trap, getPrototypeOf: trap, has: trap });
        },
      }),
    ]);
    await manager.triggerHook('onTaskCreated', task);
    expect(failures.map(({ code }) => code)).toEqual(['plugin-failed']);
  });

  it('that passes an error off as ours is still named', async () => {
    const { failures, manager } = await managed([
      plugin('posing', 'hook', {
        onTaskCreated: () => {
          throw Object.assign(new Error('All is well.'), {
            code: 'plugin-refused',
            [Symbol.for('autogen-orchestrator.error')]: true,
          });
        },
      }),
    ]);
    await manager.triggerHook('onTaskCreated', task);
    expect(failures[0]).toMatchObject({
      code: 'plugin-failed',
      message: 'Plugin posing failed: All is well.',
    });
  });

  it('and a listener that throws when it is told of a failure break nothing', async () => {
    const { manager } = await managed([plugin('bad', 'hook', { onTaskCreated: trap })], { onFailure: trap });
    await manager.triggerHook('onTaskCreated', task);
    expect(manager.getStatus('bad').failureCount).toBe(1);
  });

  it.each([
    ['agents that are none', 'agent', { agents: () => [{ name: 'x' }] }],
    [
      'an endless list',
      'agent',
      {
        agents: () => ({
          *[Symbol.iterator]() {
            for (;;) yield 1;
          },
        }),
      },
    ],
    ['a promise of agents', 'agent', { agents: async () => [] }],
    ['adapters that are none', 'adapter', { adapters: () => [null] }],
    ['evaluators that are none', 'evaluator', { evaluators: () => [{ evaluate: 1 }] }],
  ] as const)('that gives %s gives nothing', async (_what, type, members) => {
    const { manager, failures } = await managed([plugin('wrong', type, members)]);
    expect([...manager.agents(), ...manager.adapters(), ...manager.evaluators()]).toEqual([]);
    expect(failures).toHaveLength(1);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** A small object that unfolds into more text than any memory holds. */
function unfolding(): unknown {
  let value: unknown = 'x'.repeat(1000);
  for (let level = 0; level < 40; level += 1) value = { a: value, b: value };
  return value;
}

describe('a processor that gives back', () => {
  const circle: Record<string, unknown> = { ...task };
  circle['metadata'] = { circle };
  let deep: object = {};
  for (let level = 0; level < 5_000; level += 1) deep = { deep };
  it.each([
    ['another id', { ...task, id: 'stolen' }, /task\.id` to be left as it is/],
    ['another tenant', { ...task, tenant: 'theirs' }, /task\.tenant` to be left as it is: "mine"/],
    ['other dependencies', { ...task, dependencies: ['x'] }, /task\.dependencies` to be left/],
    ['a circle', circle, /got a circle/],
    ['a function', { ...task, metadata: { run: () => 1 } }, /at metadata\.run, got the function run/],
    ['a bigint', { ...task, metadata: { big: 1n } }, /at metadata\.big, got `1` \(bigint\)/],
    ['no number', { ...task, metadata: { ratio: Number.NaN } }, /at metadata\.ratio/],
    ['a map', new Map(), /got an instance of Map/],
    ['a text', 'task', /`the task` to be a plain object/],
    ['100 MB', { ...task, description: 'x'.repeat(100_000_000) }, /at most 10000000 characters/],
    [
      'what unfolds into terabytes',
      { ...task, metadata: { all: unfolding() } },
      /at most 10000000 characters/,
    ],
    ['5000 levels', { ...task, metadata: deep }, /more than 200 levels/],
    [
      'a prototype',
      { ...task, metadata: JSON.parse('{"__proto__":{"isAdmin":true}}') },
      /at metadata\.__proto__, got a key that reaches for a prototype/,
    ],
    [
      'a prototype by its constructor',
      { ...task, metadata: JSON.parse('{"constructor":{"prototype":{"isAdmin":true}}}') },
      /reaches for a prototype/,
    ],
    [
      'a text that writes itself without end',
      {
        ...task,
        metadata: {
          toJSON() {
            return this;
          },
        },
      },
      /a circle/,
    ],
    ['a status that is none', { ...task, status: 'magic' }, /status/],
  ])('%s for a task is refused, and the task goes on unharmed', async (_what, output, message) => {
    const { manager, failures } = await managed([
      plugin('bad', 'processor', { processTask: () => output, execute: () => output }),
    ]);
    const before = JSON.stringify(task);
    const beganAt = performance.now();
    expect(await manager.processTask(task)).toEqual(task);
    expect(performance.now() - beganAt).toBeLessThan(2_000);
    expect(JSON.stringify(task)).toBe(before);
    expect(failures).toMatchObject([{ code: 'plugin-failed', message: expect.stringMatching(message) }]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it.each([
    ['a circle', { ...toTaskResult({ success: true }), metadata: circle }],
    ['usage that is none', { ...toTaskResult({ success: true }), usage: { inputTokens: 'many' } }],
    ['half a result', { success: true }],
    ['100 MB', { ...toTaskResult({ success: true }), output: 'x'.repeat(100_000_000) }],
  ])('%s for a result is refused, and the result stands', async (_what, output) => {
    const { manager, failures } = await managed([
      plugin('bad', 'processor', { processResult: () => output }),
    ]);
    const result = toTaskResult({ success: true, output: 'fine' });
    expect(await manager.processResult(result, task)).toEqual(result);
    expect(failures.map(({ code }) => code)).toEqual(['plugin-failed']);
  });

  it('an answer while it changes what it was given harms nobody', async () => {
    const wreck = (given: Record<string, unknown>): void => {
      given['id'] = 'wrecked';
      (given['metadata'] as Record<string, unknown>)['list'] = 'wrecked';
    };
    const seen: unknown[] = [];
    const { manager } = await managed([
      plugin('vandal', 'processor', { processTask: wreck, processResult: wreck, execute: wreck }),
      plugin('vandal-hook', 'hook', { onTaskCreated: wreck }),
      plugin('witness-hook', 'hook', { onTaskCreated: (given: TaskJson) => void seen.push(given.id) }),
      plugin('vandal-observer', 'observer', {
        onEvent: (given: Record<string, unknown>) => {
          given['title'] = 'wrecked';
        },
      }),
    ]);
    const before = structuredClone(task);
    expect(await manager.processTask(task)).toEqual(before);
    await manager.triggerHook('onTaskCreated', task);
    expect(seen).toEqual([before.id]);
    expect(task).toEqual(before);
    manager.observe(event);
    expect(event).toMatchObject({ title: 'T' });
    const input = { metadata: { list: [1] } };
    await manager.executeAll(input);
    expect(input).toEqual({ metadata: { list: [1] } });
  });

  it('an object that it changes later changes nothing', async () => {
    const kept: Record<string, unknown> = { ...task, metadata: { state: 'first' } };
    const { manager } = await managed([plugin('keeper', 'processor', { processTask: () => kept })]);
    const processed = await manager.processTask(task);
    (kept['metadata'] as Record<string, unknown>)['state'] = 'second';
    expect(processed.metadata).toEqual({ state: 'first' });
  });
});
