import { afterAll, describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import { backendConformance } from '../../src/testing/backend-conformance.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { seededIds } from '../../src/testing/seeded.ts';

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => {
  unhandled.push(reason);
};
const warnings: string[] = [];
const onWarning = ({ name, message }: Error): void => {
  warnings.push(`${name}: ${message}`);
};
process.on('unhandledRejection', onUnhandled);
process.on('warning', onWarning);
afterAll(() => {
  process.off('warning', onWarning);
  process.off('unhandledRejection', onUnhandled);
});

describe('the memory backend keeps the contract', () => {
  const leftTimers: number[] = [];
  const cases = backendConformance({
    create: async () => {
      const clock = new ManualClock();
      const backend = new MemoryBackend({ clock, ids: seededIds() });
      return {
        backend,
        advance: (milliseconds) => clock.advance(milliseconds),
        close: async () => {
          leftTimers.push(clock.pendingTimers);
        },
      };
    },
  });

  for (const { name, requires, run } of cases) it.skipIf(requires === 'durable')(name, run);

  it('leaves no timer after any of these, no rejection unhandled, and no warning', () => {
    expect(leftTimers.length).toBeGreaterThan(70);
    expect(leftTimers.filter((count) => count > 0)).toEqual([]);
    expect(unhandled).toEqual([]);
    expect(warnings).toEqual([]);
  });
});
