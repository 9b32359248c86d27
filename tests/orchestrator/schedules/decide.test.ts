import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScheduleNote } from '../../../src/contracts/schedule.ts';
import { decide, noteOf } from '../../../src/orchestrator/schedules/decide.ts';
import {
  newRecord,
  noted,
  type ScheduleRecord,
  settled,
} from '../../../src/orchestrator/schedules/schedule-record.ts';
import { SchedulePlan } from '../../../src/tasks/schedule-plan.ts';
import { resolveTiming, type ScheduleTiming } from '../../../src/tasks/schedule-timing.ts';
import { START } from './support.ts';

const WORK = { kind: 'task', task: {} } as const;

async function made(timing: ScheduleTiming): Promise<{ record: ScheduleRecord; plan: SchedulePlan }> {
  const { id, kept } = await resolveTiming(timing);
  const plan = await SchedulePlan.open(id, kept, START);
  const next = plan.after(START) ?? null;
  return { record: newRecord({ id, timing: kept, work: WORK, digest: '', madeAt: START, next }), plan };
}

const timings = fc.record({
  id: fc.constant('look'),
  everySeconds: fc.integer({ min: 1, max: 100 }),
  missed: fc.constantFrom('skip', 'once', 'all'),
  overlap: fc.constantFrom('allow', 'skip', 'queue'),
  maxCatchUp: fc.integer({ min: 1, max: 5 }),
  jitterSeconds: fc.constantFrom(0, 0, 30),
  graceSeconds: fc.integer({ min: 1, max: 100 }),
}) as fc.Arbitrary<ScheduleTiming>;

/** What happens to a schedule, one after the other: time passes; the run at work ends or goes on. */
const stories = fc.array(fc.record({ seconds: fc.integer({ min: 0, max: 300 }), ends: fc.boolean() }), {
  minLength: 1,
  maxLength: 30,
});

describe('decisions', () => {
  it('are made about every planned time, about each once, in order, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(timings, stories, async (timing, story) => {
        const { record: first, plan } = await made(timing);
        let record = first;
        let now = START;
        let working: readonly string[] = [];
        const fired: number[] = [];
        const notes: ScheduleNote[] = [];
        for (const { seconds, ends } of story) {
          now += seconds * 1000;
          if (ends) working = [];
          for (;;) {
            const decision = decide(record, plan, { now, by: 'me', working });
            if (decision === undefined) break;
            notes.push(...decision.notes);
            record = decision.record;
            if (record.firing === null) continue;
            const { plannedAt } = record.firing;
            expect(plan.fireTime(plannedAt)).toBeLessThanOrEqual(now);
            fired.push(plannedAt);
            if (timing.overlap !== 'allow') {
              // One at a time: nothing was at work when this was taken up.
              expect(working).toEqual([]);
              working = [`run ${plannedAt}`];
            }
            record = settled(noted({ ...record, firing: null }, noteOf('fired', plannedAt, now, null)));
          }
        }
        const told = [...fired, ...notes.flatMap(timesOf(plan)), ...record.waiting];
        const expected: number[] = [];
        for (
          let time = plan.after(START);
          time !== record.next && time !== undefined;
          time = plan.after(time)
        )
          expected.push(time);
        expect([...told].sort((a, b) => a - b)).toEqual(expected);
        expect(fired).toEqual([...fired].sort((a, b) => a - b));
        expect(record.fired + record.missed + record.skipped + record.waiting.length).toBe(expected.length);
        expect(record.next !== null && plan.fireTime(record.next) > now).toBe(true);
        expect(record.waiting.length).toBeLessThanOrEqual(record.timing.maxCatchUp);
      }),
      { seed: 17, numRuns: 300 },
    );
  });

  it('let no more fire than maxFirings, and end then', async () => {
    await fc.assert(
      fc.asyncProperty(
        timings,
        fc.integer({ min: 1, max: 4 }),
        stories,
        async (timing, maxFirings, story) => {
          let { record, plan } = await made({ ...timing, maxFirings });
          let now = START;
          let count = 0;
          for (const { seconds } of story) {
            now += seconds * 1000;
            for (let step = decide(record, plan, { now, by: 'me', working: [] }); step !== undefined; ) {
              record = step.record;
              if (record.firing !== null) {
                count += 1;
                record = settled({ ...record, firing: null });
              }
              step = decide(record, plan, { now, by: 'me', working: [] });
            }
          }
          expect(count).toBeLessThanOrEqual(maxFirings);
          expect(record.state).toBe(count === maxFirings ? 'ended' : 'active');
        },
      ),
      { seed: 19, numRuns: 200 },
    );
  });

  it('are none while paused, and none while one is being handed in', async () => {
    const { record, plan } = await made({ id: 'look', everySeconds: 1 });
    const moment = { now: START + 5000, by: 'me', working: [] };
    expect(decide({ ...record, state: 'paused' }, plan, moment)).toBeUndefined();
    expect(decide({ ...record, firing: { plannedAt: START, by: 'me' } }, plan, moment)).toBeUndefined();
    expect(decide(record, plan, moment)).toBeDefined();
  });
});

/** The planned times that a note is about. */
function timesOf(plan: SchedulePlan): (note: ScheduleNote) => readonly number[] {
  return ({ plannedAt, lastPlannedAt, count }) => {
    const times = [Date.parse(plannedAt)];
    for (let time = times[0] as number; time < Date.parse(lastPlannedAt); ) {
      time = plan.after(time) as number;
      times.push(time);
    }
    expect(times.length).toBe(count);
    return times;
  };
}
