import { describe, expect, it } from 'vitest';
import { checkKeys } from '../../src/shared/check.ts';

const KNOWN = ['leaseMs', 'timeZone', 'cron', 'id'];

describe('an object with a key that nobody knows', () => {
  it.each([
    ['leaseMS', 'leaseMs'],
    ['timezone', 'timeZone'],
    ['timeZnoe', 'timeZone'],
    ['crom', 'cron'],
  ])('is refused, and told that %s was meant to be %s', (wrong, right) => {
    expect(() => checkKeys('options', { [wrong]: 1 }, KNOWN)).toThrow(
      `no other keys than leaseMs, timeZone, cron, id (did you mean \`${right}\` by \`${wrong}\`?), got`,
    );
  });

  it.each(['interval', 'is', 'x', 'a'.repeat(100_000), '__proto__x'])(
    'is refused without a guess: %.20s',
    (wrong) => {
      expect(() => checkKeys('options', { [wrong]: 1 }, KNOWN)).toThrow(
        'than leaseMs, timeZone, cron, id, got',
      );
    },
  );
});
