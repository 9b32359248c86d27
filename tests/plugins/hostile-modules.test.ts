import { describe, expect, it } from 'vitest';
import { loadPlugins } from '../../src/plugins/load-plugins.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { never, trap, until } from './support.ts';

const allowed = ['a-plugin'];

describe('a module that is loaded by name', () => {
  it.each([
    ['is never there', never],
    ['makes its plugin without end', async () => ({ default: never })],
  ])('and %s is given up after the limit', async (_what, load) => {
    const clock = new ManualClock();
    const loading = loadPlugins(allowed, { allowed, load, clock, timeoutMs: 100 });
    const refused = expect(loading).rejects.toMatchObject({
      code: 'plugin-failed',
      message: 'Plugin a-plugin failed: loading did not finish in 100 ms.',
    });
    await until(() => clock.pendingTimers === 1);
    await clock.advance(100);
    await refused;
  });

  it.each([
    ['throws while it is loaded', trap],
    ['throws while it makes its plugin', async () => ({ default: trap })],
    [
      'throws when it is asked for its plugin',
      async () => Object.defineProperty({}, 'default', { get: trap }),
    ],
  ])('and %s is named', async (_what, load) => {
    await expect(loadPlugins(allowed, { allowed, load })).rejects.toMatchObject({
      code: 'plugin-failed',
      message: 'Plugin a-plugin failed: Hands off.',
      details: { plugin: 'a-plugin' },
    });
  });
});
