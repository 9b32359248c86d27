import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SchedulePlan } from '../../src/tasks/schedule-plan.ts';
import { resolveTiming, type ScheduleTiming } from '../../src/tasks/schedule-timing.ts';

const MADE_AT = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
type Loose = Partial<Record<keyof ScheduleTiming, unknown>>;

async function planOf(timing: Loose): Promise<SchedulePlan> {
  const { id, kept } = await resolveTiming({ id: 'look', ...timing } as ScheduleTiming);
  return SchedulePlan.open(id, kept, MADE_AT);
}

/** The times of a plan in a span, one by one. */
function walk(plan: SchedulePlan, from: number, to: number): number[] {
  const times: number[] = [];
  for (let time = plan.after(from); time !== undefined && time <= to; time = plan.after(time))
    times.push(time);
  return times;
}

describe('a plan', () => {
  it('of an interval counts from startAt or from when it was made, not from when it is asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1000, max: 10_000_000 }),
        fc.option(fc.integer({ min: -1e9, max: 1e9 })),
        fc.integer({ min: 0, max: 1e9 }),
        async (everyMs, start, asked) => {
          const startAt = start === null ? undefined : new Date(MADE_AT + start);
          const plan = await planOf({ everySeconds: everyMs / 1000, ...(startAt && { startAt }) });
          const next = plan.after(MADE_AT + asked) as number;
          const anchor = startAt?.getTime() ?? MADE_AT;
          expect(next).toBeGreaterThan(MADE_AT + asked);
          expect((next - anchor) % everyMs).toBe(0);
          const isFirst = next === anchor;
          expect(isFirst || next - everyMs <= MADE_AT + asked).toBe(true);
        },
      ),
      { seed: 5 },
    );
  });

  it.each<[string, Loose]>([
    ['an interval', { everySeconds: 7 }],
    ['an interval with jitter', { everySeconds: 7, jitterSeconds: 20 }],
    ['an expression', { cron: '*/3 8-9 * * *', timeZone: 'Europe/Lisbon' }],
    [
      'an expression with jitter and an end',
      { cron: '*/7 * * * * *', jitterSeconds: 5, endAt: new Date(MADE_AT + 2 * HOUR) },
    ],
  ])('tells what is due as a walk does: %s', async (_, timing) => {
    const plan = await planOf(timing);
    const all = walk(plan, MADE_AT, MADE_AT + 12 * HOUR);
    fc.assert(
      fc.property(
        fc.nat({ max: Math.min(500, all.length - 1) }),
        fc.integer({ min: 0, max: HOUR }),
        fc.integer({ min: 1, max: 20 }),
        (index, passed, keep) => {
          const first = all[index] as number;
          const now = first + passed;
          const held = all.findIndex((time, at) => at >= index && plan.fireTime(time) > now);
          const due = all.slice(index, held < 0 ? undefined : held);
          expect(plan.due(first, now, keep)).toEqual({
            count: due.length,
            isExact: true,
            newest: due.slice(-keep),
          });
        },
      ),
      { seed: 11 },
    );
  });

  it.each<[string, Loose, string]>([
    ['an interval', { everySeconds: 1 }, '2027-01-01T00:00:00.000Z'],
    ['each second', { cron: '* * * * * *', timeZone: 'Europe/Lisbon' }, '2027-01-01T00:00:00.000Z'],
    [
      'times that are long over',
      { cron: '* * * 2 *', timeZone: 'America/New_York' },
      '2026-03-01T04:59:00.000Z',
    ],
  ])('finds the newest of very many without a walk through all: %s', async (_, timing, last) => {
    const plan = await planOf(timing);
    const first = plan.after(MADE_AT) as number;
    const begun = performance.now();
    const { count, isExact, newest } = plan.due(first, Date.UTC(2027, 0, 1), 100);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect({ count, isExact, newest: newest.length }).toEqual({ count: 5000, isExact: false, newest: 100 });
    expect(new Date(newest.at(-1) as number).toISOString()).toBe(last);
    expect(newest).toEqual(walk(plan, (newest[0] as number) - 1, newest.at(-1) as number));
  });

  it('gives a planned time the same jitter always, below the limit, spread over it', async () => {
    const [one, other] = [
      await planOf({ everySeconds: 60, jitterSeconds: 30 }),
      await planOf({ everySeconds: 60, jitterSeconds: 30 }),
    ];
    const late = walk(one, MADE_AT, MADE_AT + 10 * HOUR).map((time) => one.fireTime(time) - time);
    expect(late).toEqual(
      walk(other, MADE_AT, MADE_AT + 10 * HOUR).map((time) => other.fireTime(time) - time),
    );
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThan(30_000);
    const mean = late.reduce((sum, each) => sum + each, 0) / late.length;
    expect(mean).toBeGreaterThan(13_000);
    expect(mean).toBeLessThan(17_000);
  });
});

describe('an expression that is wrong', () => {
  it.each([
    ['0 25 * * *', 'its field 2, the hour, is "25" (Invalid value for hour: 25)'],
    ['61 * * * *', 'its field 1, the minute, is "61"'],
    ['0 0 32 * *', 'its field 3, the day of the month, is "32"'],
    ['0 0 * FOO *', 'its field 4, the month, is "FOO"'],
    ['0 0 * * 8', 'its field 5, the day of the week, is "8"'],
    ['99 0 0 * * *', 'its field 1, the second, is "99"'],
    ['*/0 * * * *', 'its field 1, the minute, is "*/0"'],
    ['1,,2 * * * *', 'its field 1, the minute, is "1,,2"'],
    ['0 5-1 * * *', 'its field 2, the hour, is "5-1"'],
    ['? * * * *', '`?` has no fixed meaning'],
    ['* * *', 'it has 3'],
    ['0 0 1 1 * * 2030', 'it has 7'],
    ['2030-01-01T00:00:00', 'it has 1'],
    ['@reboot', 'one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly'],
    ['0 0 30 2 *', 'this day never comes'],
  ])('is refused with what is wrong: %s', async (cron, reason) => {
    await expect(planOf({ cron })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(reason),
    });
  });

  it('is refused when it is endless', async () => {
    const cron = `${'1,'.repeat(200)}1 * * * *`;
    await expect(planOf({ cron })).rejects.toThrow('at most 200 characters');
  });

  it('never hangs or throws anything else, whatever the text', async () => {
    const part = fc.stringMatching(/^[-0-9*,/#LW?A-F]{1,8}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 4, maxLength: 7 }), async (parts) => {
        const outcome = await planOf({ cron: parts.join(' ') }).catch((error: unknown) => error);
        if (!(outcome instanceof SchedulePlan)) expect(outcome).toMatchObject({ code: 'invalid-argument' });
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});

describe('nicknames and seconds', () => {
  it.each([
    ['@hourly', '2026-01-01T01:00:00.000Z'],
    ['@daily', '2026-01-02T00:00:00.000Z'],
    ['@weekly', '2026-01-04T00:00:00.000Z'],
    ['@monthly', '2026-02-01T00:00:00.000Z'],
    ['@yearly', '2027-01-01T00:00:00.000Z'],
    ['30 0 0 * * *', '2026-01-01T00:00:30.000Z'],
    ['0 12 L * *', '2026-01-31T12:00:00.000Z'],
    ['0 12 * * FRI#2', '2026-01-09T12:00:00.000Z'],
    ['  0   9 * *  MON-FRI ', '2026-01-01T09:00:00.000Z'],
  ])('%s', async (cron, next) => {
    expect(new Date((await planOf({ cron })).after(MADE_AT) as number).toISOString()).toBe(next);
  });
});
