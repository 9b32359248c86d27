import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, toJsonValue } from '../../src/shared/json.ts';

/** What it must give, in the plainest way. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}

describe('canonical JSON', () => {
  it('is what JSON.stringify writes of the same value with its keys sorted', () => {
    const anything = fc.anything({
      withDate: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
      withBoxedValues: true,
      withMap: true,
    });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue({ maxDepth: 6 }), anything), (value) => {
        expect(canonicalJson(value)).toBe(JSON.stringify(sorted(toJsonValue(value))));
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it('keeps to the order of JSON.stringify for keys that are numbers, and to toJSON', () => {
    const value = { b: 1, 10: 'ten', 9: 'nine', a: { toJSON: () => ({ z: 1, y: undefined, x: -0 }) } };
    expect(canonicalJson(value)).toBe('{"9":"nine","10":"ten","a":{"x":0,"z":1},"b":1}');
  });

  it('refuses a circle and a bigint, however deep', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => canonicalJson(circle)).toThrow(TypeError);
    expect(() => canonicalJson({ deep: [{ big: 1n }] })).toThrow(TypeError);
  });
});
