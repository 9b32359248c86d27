import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoopWorkshop, ONCE } from '../../support/loop/loop-workshop.ts';

// Processes start slowly on a loaded machine.
vi.setConfig({ testTimeout: 90_000 });

let shop: LoopWorkshop;
afterEach(() => shop.close());

describe.each(['ours', 'own'] as const)('a loop whose process is killed (%s)', (way) => {
  beforeEach(async () => {
    shop = await LoopWorkshop.open(way);
  });

  it.each([2])(
    'while turn %i is asked for goes on without asking again for what was answered',
    async (turn) => {
      const result = await shop.killAt(way, turn);
      expect(result).toMatchObject({ success: true, usage: { modelCalls: 4, toolCalls: 4 } });
      expect(shop.server.answered).toEqual([0, 1, 2, 3]);
      expect(shop.server.asked.filter((one) => one === turn)).toHaveLength(2);
      expect(shop.server.asked).toHaveLength(5);
      expect(shop.tools).toEqual(ONCE);
    },
  );

  it.each(['write-3'])('while it calls %s makes that call again, and no other', async (name) => {
    const result = await shop.killAt(way, name);
    expect(result.success).toBe(true);
    expect(shop.server.asked).toEqual([0, 1, 2, 3]);
    const again = [...ONCE, name].sort((a, b) => (a < b ? -1 : 1));
    // A look beside the one that was killed may have ended or not.
    if (name === 'look-2') expect([again.length, again.length + 1]).toContain(shop.tools.length);
    else expect(shop.tools).toEqual(again);
  });
});

describe('a loop that waits for a person', () => {
  it('survives a kill, and does exactly what was approved, once', async () => {
    shop = await LoopWorkshop.open('ask');
    const first = shop.start('ask');
    await expect.poll(() => first.said(), { timeout: 20_000 }).toContain('asked');
    await first.kill();
    expect(shop.tools).toEqual([]);
    const second = shop.start('approve');
    expect(await second.result).toMatchObject({ success: true });
    expect(JSON.parse(/^\{.*\}$/m.exec(second.said())?.[0] ?? '')).toEqual({
      tool: 'write',
      sideEffects: 'external',
      input: { n: 3 },
    });
    expect(shop.tools).toEqual(['write-3']);
    expect(shop.server.asked).toEqual([0, 1]);
  });
});
