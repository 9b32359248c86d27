import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateWindow } from '../../src/backends/driving/rate-window.ts';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import type { Clock } from '../../src/shared/time.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

describe('RateWindow', () => {
  it('never lets more than its limit start in a window, and opens not a moment later than it must', () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 80 });
    fc.assert(
      fc.property(
        arrivals,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 50 }),
        (gaps, limit, perMs) => {
          const window = new RateWindow({ limit, perMs });
          const starts: number[] = [];
          let now = 0;
          for (const gap of gaps) {
            now = Math.max(now + gap, window.opensAt);
            const counted = starts.filter((start) => start > now - perMs).length;
            expect(counted).toBeLessThan(limit);
            if (window.opensAt === now && gap === 0) expect(starts.at(-limit)).toBe(now - perMs);
            starts.push(now);
            window.note(now);
          }
        },
      ),
    );
  });

  it('goes on from what an earlier one knows, with a narrower or a wider limit', () => {
    const first = new RateWindow({ limit: 3, perMs: 100 });
    for (const at of [1, 2, 3, 4]) first.note(at);
    expect(first.opensAt).toBe(102);
    expect(new RateWindow({ limit: 1, perMs: 100 }, first).opensAt).toBe(104);
    const wider = new RateWindow({ limit: 4, perMs: 100 }, first);
    expect(wider.opensAt).toBe(-Infinity);
    wider.note(5);
    expect([wider.opensAt, wider.emptyAt]).toEqual([102, 105]);
  });
});

describe('runs that a rate holds back', () => {
  it('cost one timer, however many they are, and nothing looks at them before it rings', async () => {
    const time = new ManualClock();
    let armed = 0;
    const clock: Clock = {
      now: () => time.now(),
      after: (milliseconds, callback) => {
        armed += 1;
        return time.after(milliseconds, callback);
      },
    };
    const backend = new MemoryBackend({ clock });
    let started = 0;
    backend.register('work', async () => {
      started += 1;
      return null;
    });
    await backend.setQueue('work', { rate: { limit: 2, perSeconds: 60 } });
    await backend.start();
    for (let index = 0; index < 1000; index += 1)
      await backend.submit('work', index, { queue: 'work', tenant: `tenant ${index % 50}` });
    await time.advance(59_999);
    expect([started, time.pendingTimers]).toEqual([2, 1]);
    await time.advance(1);
    expect(started).toBe(4);
    await time.advance(600_000);
    expect(started).toBe(24);
    expect(armed).toBeLessThan(40);
    await backend.stop();
    expect(time.pendingTimers).toBe(0);
  });
});
