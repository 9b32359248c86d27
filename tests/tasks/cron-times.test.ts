import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCron } from '../../src/tasks/cron-times.ts';
import { type Days, minuteWalk } from '../support/minute-walk.ts';

const HOUR = 3_600_000;
/** Around each change of the clocks: the zone, and a time in the night. */
const CHANGES = [
  ['Europe/Lisbon', 'forward', '2026-03-29T01:00Z'],
  ['Europe/Lisbon', 'back', '2026-10-25T01:00Z'],
  ['America/New_York', 'forward', '2026-03-08T07:00Z'],
  ['America/New_York', 'back', '2026-11-01T06:00Z'],
  ['Australia/Lord_Howe', 'forward', '2026-10-03T15:30Z'],
  ['Australia/Lord_Howe', 'back', '2026-04-04T15:00Z'],
  ['UTC', 'nowhere', '2026-05-01T00:00Z'],
] as const;

async function times(expression: string, zone: string, from: number, to: number): Promise<readonly string[]> {
  const next = await readCron('cron', expression, zone);
  const found: string[] = [];
  for (let time = next(from); time !== undefined && time <= to; time = next(time))
    found.push(new Date(time).toISOString().slice(0, 16));
  return found;
}

const around = (middle: string, hours = 30): [number, number] => [
  Date.parse(middle) - hours * HOUR,
  Date.parse(middle) + hours * HOUR,
];

describe('times where clocks are set', () => {
  it.each([
    [
      '30 1 * * *',
      'Europe/Lisbon',
      '2026-03-29T01:00Z',
      ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      '30 1 * * *',
      'Europe/Lisbon',
      '2026-10-25T01:00Z',
      ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      '30 2 * * *',
      'America/New_York',
      '2026-03-08T07:00Z',
      ['2026-03-07T07:30', '2026-03-08T07:00', '2026-03-09T06:30'],
    ],
    [
      '30 1 * * *',
      'America/New_York',
      '2026-11-01T06:00Z',
      ['2026-10-31T05:30', '2026-11-01T05:30', '2026-11-02T06:30'],
    ],
    [
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T15:30Z',
      ['2026-10-02T15:45', '2026-10-03T15:30', '2026-10-04T15:15'],
    ],
    [
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T15:00Z',
      ['2026-04-03T14:45', '2026-04-04T14:45', '2026-04-05T15:15'],
    ],
  ])('are one a day: %s in %s', async (expression, zone, middle, expected) => {
    expect(await times(expression, zone, ...around(middle))).toEqual(expected);
  });

  it('of wildcards go on through both hours that have the same name, and have none in the gap', async () => {
    const [from] = around('2026-10-25T00:00Z', 0);
    expect(await times('*/30 1 * * *', 'Europe/Lisbon', from - 1, from + 2 * HOUR)).toEqual([
      ...['2026-10-25T00:00', '2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30'],
    ]);
    expect(await times('*/30 1 * * *', 'Europe/Lisbon', ...around('2026-03-29T01:00Z', 20))).toEqual([]);
  });

  it.each(CHANGES)('are those of a walk over every minute: %s, %s', async (zone, _, middle) => {
    const [from, to] = around(middle, 26);
    await fc.assert(
      fc.asyncProperty(field(0, 59), field(0, 5), days(), async (minute, hour, [text, isDay]) => {
        const expression = `${minute.text} ${hour.text} * * ${text}`;
        const walked = minuteWalk({ minute, hour, isDay, zone, from, to });
        expect(await times(expression, zone, from, to)).toEqual(walked);
      }),
      { numRuns: 40, seed: 41 },
    );
  });

  it.each(CHANGES)('do not depend on when they are asked for: %s, %s', async (zone, _, middle) => {
    const [from, to] = around(middle, 6);
    await fc.assert(
      fc.asyncProperty(
        field(0, 59),
        field(0, 5),
        fc.array(fc.integer({ min: from, max: to }), { minLength: 10, maxLength: 10 }),
        async (minute, hour, moments) => {
          const next = await readCron('cron', `${minute.text} ${hour.text} * * *`, zone);
          const chain: number[] = [];
          for (let time = next(from); time !== undefined && chain.length < 2000; time = next(time)) {
            chain.push(time);
            if (time > to) break;
          }
          for (const moment of moments) {
            const expected = chain.find((time) => time > moment);
            expect([moment, next(moment)]).toEqual([moment, expected]);
          }
        },
      ),
      { numRuns: 60, seed: 43 },
    );
  });
});

/** One field of an expression, as text and as what it means. */
function field(min: number, max: number): fc.Arbitrary<Days> {
  const value = fc.integer({ min, max });
  return fc.oneof(
    fc.constant({ text: '*', isExplicit: false, fits: () => true }),
    fc.integer({ min: 2, max: 20 }).map((step) => ({
      text: `*/${step}`,
      isExplicit: false,
      fits: (at: number) => at % step === 0,
    })),
    fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((list) => ({
      text: list.join(','),
      isExplicit: true,
      fits: (at: number) => list.includes(at),
    })),
    fc.tuple(value, value).map(([a, b]) => ({
      text: `${Math.min(a, b)}-${Math.max(a, b)}`,
      isExplicit: true,
      fits: (at: number) => at >= Math.min(a, b) && at <= Math.max(a, b),
    })),
  );
}

function days(): fc.Arbitrary<[string, (weekday: number) => boolean]> {
  return fc.constantFrom<[string, (weekday: number) => boolean][]>(
    ['*', () => true],
    ['1-5', (weekday) => weekday >= 1 && weekday <= 5],
    ['SUN', (weekday) => weekday === 0],
    ['7', (weekday) => weekday === 0],
  );
}
