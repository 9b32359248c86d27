import { describe, expect, it } from 'vitest';
import { checkPlugin, readMetadata } from '../../src/plugins/check-plugin.ts';
import { managed, plugin } from './support.ts';

describe('names and versions', () => {
  it('that every object knows are names like any other', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const { manager } = await managed(
      names.map((name, index) =>
        plugin(
          name,
          'processor',
          { execute: () => index },
          {
            dependencies: index === 0 ? {} : Object.fromEntries([[names[index - 1] as string, '*']]),
          },
        ),
      ),
    );
    expect(manager.listPlugins().map(({ state }) => state)).toEqual(names.map(() => 'started'));
    expect(Object.entries(await manager.executeAll({}))).toEqual(names.map((name, index) => [name, index]));
    await expect(manager.unregister('__proto__')).rejects.toMatchObject({ code: 'illegal-transition' });
    expect(manager.get('valueOf')).toBeUndefined();
  });

  it.each([
    ['1.5.0-beta.1', '^1.0.0', true],
    ['2.0.0-rc.1', '>=1.0.0 <2.0.0', false],
    ['2.0.0-rc.1', '^1.0.0', false],
    ['1.0.0-beta', '^1.0.0', false],
    ['2.0.0-rc.1', '>=2.0.0-rc.0', true],
    ['1.0.0+build.5', '1.0.0', true],
    ['1.2.3', '1.x || >=3', true],
    ['1.2.3', '', undefined],
  ])('%s for the range %j: %s', async (version, range, fits) => {
    const registered = managed([
      plugin('base', 'processor', { execute: () => 1 }, { version }),
      plugin('user', 'processor', { execute: () => 1 }, { dependencies: { base: range } }),
    ]);
    if (fits === undefined) await expect(registered).rejects.toThrow(/dependencies\.base` to be a non-empty/);
    else expect((await registered).manager.getStatus('user').state).toBe(fits ? 'started' : 'failed');
  });

  it.each([
    [{ dependencies: { base: 'newest' } }, 'asks for newest of base, which is no range of versions'],
    [{ engine: 'any old one' }, 'asks for any old one of this library, which is no range of versions'],
  ])('are refused with what is wrong about %o', async (needs, why) => {
    const { manager } = await managed([
      plugin('base', 'processor', { execute: () => 1 }),
      plugin('user', 'processor', { execute: () => 1 }, needs),
    ]);
    expect(manager.getStatus('user').error?.message).toBe(`Plugin user ${why}.`);
  });

  it.each([
    '01.0.0',
    '1.0.0-01',
    '1.0.0-',
    '1.0.0-a..b',
    '1.0.0+',
    '1.0',
    'v1.0.0',
    `1.0.0-${'a'.repeat(500)}`,
  ])('like %s are no versions', (version) => {
    expect(() => checkPlugin(plugin('a', 'processor', { execute: () => 1 }, { version }))).toThrow(
      /a version such as 1\.4\.0/,
    );
  });

  it.each(['1.0.0-0a', '1.0.0-x-y-z.--', '1.0.0-alpha.1+001', '0.0.0'])('like %s are versions', (version) => {
    expect(readMetadata(plugin('a', 'processor', { execute: () => 1 }, { version })).version).toBe(version);
  });

  it('stand on each other in a chain of thousands, and in circles that are refused whole', async () => {
    const chain = Array.from({ length: 3_000 }, (_, index) =>
      plugin(
        `p${index}`,
        'processor',
        { execute: () => 1 },
        {
          dependencies: index === 2_999 ? {} : { [`p${index + 1}`]: '*' },
        },
      ),
    );
    const { manager } = await managed([
      ...chain,
      plugin('a', 'processor', { execute: () => 1 }, { dependencies: { b: '*' } }),
      plugin('b', 'processor', { execute: () => 1 }, { dependencies: { c: '*' } }),
      plugin('c', 'processor', { execute: () => 1 }, { dependencies: { a: '*' } }),
      plugin('d', 'processor', { execute: () => 1 }, { dependencies: { a: '*' } }),
    ]);
    const list = manager.listPlugins();
    expect(list.slice(0, 2).map(({ name }) => name)).toEqual(['p2999', 'p2998']);
    expect(list.filter(({ state }) => state === 'failed').map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });
});
