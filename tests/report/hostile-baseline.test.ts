import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBaseline } from '../../src/report/baseline.ts';
import { temporaryFolder } from '../support/sample-report.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const entry = (id: string, rest: object = {}): object => ({
  ...{ id, rule: 'some-rule', path: 'src/a.ts', reason: 'Known.' },
  ...rest,
});
const textOf = (entries: readonly object[], schemaVersion: unknown = 1): string =>
  JSON.stringify({ schemaVersion, entries });
const many = (count: number, make: (index: number) => object): object[] =>
  Array.from({ length: count }, (_none, index) => make(index));

/** Reads a text as a baseline, which must take little time whatever it is. */
async function read(text: string | Buffer): Promise<number> {
  const path = join(folder.root, 'known.json');
  await writeFile(path, text);
  const beganAt = performance.now();
  try {
    return (await readBaseline(path)).entries.length;
  } finally {
    expect(performance.now() - beganAt).toBeLessThan(10_000);
  }
}

describe('a baseline from a stranger', { timeout: 60_000 }, () => {
  it('of 100,000 entries is read', async () => {
    expect(await read(textOf(many(100_000, (index) => entry(`finding-${index}`))))).toBe(100_000);
  });

  it.each([
    ['of more entries', textOf(many(150_000, (index) => entry(`f${index}`))), /more than 100002 objects/],
    ['of 100 MB', Buffer.alloc(100_000_000, ' '), /100000000 bytes, over the 67108864 that are read/],
    ['of a million wrong entries', textOf(many(1_000_000, () => ({ id: 1 }))), /more than 100002 objects/],
    ['of 50,000 wrong entries', textOf(many(50_000, () => ({ id: 1 }))), /at entries\.0\.id/],
    ['of 5,000,000 levels', `${'['.repeat(5_000_000)}${']'.repeat(5_000_000)}`, /more than 1000 levels/],
    [
      'of levels in an entry',
      textOf([JSON.parse(`${'{"a":'.repeat(900)}1${'}'.repeat(900)}`)]),
      /at entries\.0\.id/,
    ],
    [
      'that says a thing twice',
      textOf([entry('a'), entry('b'), entry('a', { reason: 'Other.' })]),
      /the finding of entries\.0 again at entries\.2/,
    ],
    ['of a later version', textOf([], 2), /schema version 2, which a newer release wrote; this one reads 1/],
    ['of no version', '{"entries":[]}', /does not fit its schema at schemaVersion/],
    ['of a version in words', textOf([], '1'), /does not fit its schema at schemaVersion/],
    [
      'with a prototype',
      '{"schemaVersion":1,"entries":[],"__proto__":{"a":1}}',
      /does not fit its schema at the whole/,
    ],
  ])('%s is refused, with what is wrong', async (_what, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringMatching(message),
    });
  });

  it('may say a thing twice with other last days, and brackets in its words', async () => {
    const words = '[{"'.repeat(500);
    expect(
      await read(
        textOf([entry('a', { until: '2026-01-01' }), entry('a', { until: '2027-01-01', reason: words })]),
      ),
    ).toBe(2);
  });
});
