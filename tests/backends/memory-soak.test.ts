import { expect, it } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import { soak } from '../full/backends/soak.ts';

it('twenty thousand runs in memory take no more heap than the first two thousand, and give no warning', async () => {
  const backend = new MemoryBackend({ keepFinished: 100 });
  backend.register('work', (context, input) => context.step('work', async () => input));
  await backend.start();
  const { heaps, warnings, unhandled } = await soak(20_000, 200, async (index) => {
    const { id } = await backend.submit('work', { index }, { queue: 'work', tenant: 'north' });
    expect((await backend.store.result(id, 'north')).status).toBe('completed');
  });
  expect([warnings, unhandled]).toEqual([[], []]);
  expect(heaps.at(-1)).toBeLessThan((heaps[0] as number) * 1.1);
  await backend.stop();
});
