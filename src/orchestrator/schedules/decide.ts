/** What is to be done with planned times that have come: a pure step from one record to the next. */
import type { ScheduleNote } from '../../contracts/schedule.ts';
import type { SchedulePlan } from '../../tasks/schedule-plan.ts';
import { isoOf, noted, type ScheduleRecord, settled } from './schedule-record.ts';

export interface Moment {
  readonly now: number;
  /** Which process decides. */
  readonly by: string;
  /** Runs of the schedule that have not ended; not looked at when overlap is allowed. */
  readonly working: readonly string[];
}

/**
 * The record with the next decision in it, and what was noted; undefined when there is nothing to decide now. At most
 * one firing is taken up at a time; call again once it was handed in.
 */
export function decide(
  record: ScheduleRecord,
  plan: SchedulePlan,
  moment: Moment,
): { readonly record: ScheduleRecord; readonly notes: readonly ScheduleNote[] } | undefined {
  if (record.state !== 'active' || record.firing !== null) return undefined;
  const taken = takeDue({ ...record, working: moment.working }, plan, moment);
  const next = takeWaiting(taken?.record ?? { ...record, working: moment.working }, moment);
  if (taken === undefined && next === undefined) return undefined;
  return { record: settled(next ?? (taken as Step).record), notes: taken?.notes ?? [] };
}

interface Step {
  readonly record: ScheduleRecord;
  readonly notes: readonly ScheduleNote[];
}

/** Decides about every planned time that is due: which fire, which were missed, which are skipped. */
function takeDue(record: ScheduleRecord, plan: SchedulePlan, { now }: Moment): Step | undefined {
  const { next, timing, waiting } = record;
  if (next === null || plan.fireTime(next) > now) return undefined;
  const { missed, maxCatchUp, overlap, graceSeconds } = timing;
  const most = missed === 'all' ? maxCatchUp : 1;
  // One more than may fire: the newest of those that were missed.
  const { count, isExact, newest } = plan.due(next, now, most + 1);
  const last = newest.at(-1) ?? next;
  const isTooLate = missed === 'skip' && now - plan.fireTime(last) > graceSeconds * 1000;
  const fitting = isTooLate ? [] : newest.slice(-most);
  const notes: ScheduleNote[] = [];
  if (count > fitting.length) {
    notes.push({
      ...noteOf('missed', next, now, `missed: '${missed}'`),
      lastPlannedAt: isoOf(newest.at(-fitting.length - 1) ?? next),
      count: count - fitting.length,
      isAtLeast: !isExact,
    });
  }
  // Those beyond the last firing that is allowed are neither missed nor skipped: the schedule has ended before them.
  const left = timing.maxFirings === null ? Infinity : timing.maxFirings - record.taken;
  const chosen = fitting.slice(0, left);
  const isBusy = record.working.length > 0 || waiting.length > 0;
  const room = { allow: Infinity, skip: isBusy ? 0 : 1, queue: maxCatchUp - waiting.length }[overlap];
  const going = chosen.slice(0, Math.max(0, room));
  const reason = overlap === 'skip' ? 'the last one was at work' : `${maxCatchUp} were waiting already`;
  for (const planned of chosen.slice(going.length)) notes.push(noteOf('skipped', planned, now, reason));
  const taken: ScheduleRecord = {
    ...record,
    taken: record.taken + going.length,
    waiting: [...waiting, ...going],
    next: going.length >= left ? null : (plan.after(last) ?? null),
  };
  return { record: notes.reduce(noted, taken), notes };
}

/** Takes up the first that waits, unless the last one is at work and must not be overlapped. */
function takeWaiting(record: ScheduleRecord, { by }: Moment): ScheduleRecord | undefined {
  const [plannedAt, ...waiting] = record.waiting;
  if (plannedAt === undefined) return undefined;
  if (record.timing.overlap !== 'allow' && record.working.length > 0) return undefined;
  return { ...record, waiting, firing: { plannedAt, by } };
}

/** A note about one planned time. */
export function noteOf(
  outcome: ScheduleNote['outcome'],
  planned: number,
  now: number,
  reason: string | null,
  runId: string | null = null,
): ScheduleNote {
  return {
    outcome,
    plannedAt: isoOf(planned),
    lastPlannedAt: isoOf(planned),
    count: 1,
    isAtLeast: false,
    notedAt: isoOf(now),
    runId,
    reason,
  };
}
