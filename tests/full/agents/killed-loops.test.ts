import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LoopWorkshop, ONCE } from '../../support/loop/loop-workshop.ts';

let shop: LoopWorkshop;
afterEach(() => shop.close());

describe.each(['ours', 'own'] as const)('a loop whose process is killed (%s)', (way) => {
  beforeEach(async () => {
    shop = await LoopWorkshop.open(way);
  });

  it.each([0, 1, 3])(
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

  it.each(['look-2', 'look-4'])('while it calls %s makes that call again, and no other', async (name) => {
    const result = await shop.killAt(way, name);
    expect(result.success).toBe(true);
    expect(shop.server.asked).toEqual([0, 1, 2, 3]);
    const again = [...ONCE, name].sort((a, b) => (a < b ? -1 : 1));
    // A look beside the one that was killed may have ended or not.
    if (name === 'look-2') expect([again.length, again.length + 1]).toContain(shop.tools.length);
    else expect(shop.tools).toEqual(again);
  });
});
