/** When a schedule fires and what becomes of firings that could not be: the caller's options, checked and filled in. */
import {
  checkBoolean,
  checkInteger,
  checkKeys,
  checkNumber,
  checkOneOf,
  checkText,
} from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import { checkTimeZone, readCron } from './cron-times.ts';
import { checkTime } from './task-fields.ts';

/** What becomes of planned times that passed while nothing was running: none fires, the newest fires, or all fire. */
export type MissedPolicy = 'skip' | 'once' | 'all';

/** What becomes of a firing while the last one is still at work: it runs beside it, is left out, or waits. */
export type OverlapPolicy = 'allow' | 'skip' | 'queue';

interface CommonTiming {
  /** Names the schedule within its tenant. No slash. */
  readonly id: string;
  /** No firing before this time. @default none */
  readonly startAt?: Date | string;
  /** No firing after this time. @default none */
  readonly endAt?: Date | string;
  /** Each firing comes up to so many seconds late, by an amount that its planned time decides; at most 3600. @default 0 */
  readonly jitterSeconds?: number;
  /** The schedule ends after so many. @default Infinity */
  readonly maxFirings?: number;
  /** @default 'once' */
  readonly missed?: MissedPolicy;
  /** With `missed: 'all'`, the most that are caught up at once; older ones are left out. 1 to 1000. @default 100 */
  readonly maxCatchUp?: number;
  /** A firing later than this counts as missed. @default 60 */
  readonly graceSeconds?: number;
  /** @default 'skip', or 'queue' when `missed` is 'all' */
  readonly overlap?: OverlapPolicy;
  /** Whether another schedule under this id is replaced; otherwise it is `already-exists`. @default false */
  readonly replace?: boolean;
}

/** Fires at the times of a cron expression. */
export interface CronTiming extends CommonTiming {
  /** Five fields, six with seconds first, or a nickname such as `@daily`. */
  readonly cron: string;
  /** An IANA name. @default 'UTC' */
  readonly timeZone?: string;
  readonly everySeconds?: never;
}

/** Fires at even distances, counted from `startAt` or from when the schedule was made. */
export interface IntervalTiming extends CommonTiming {
  /** From 1 to 31,536,000 (a year), with at most three decimals. */
  readonly everySeconds: number;
  readonly cron?: never;
  readonly timeZone?: never;
}

/** When a schedule fires. */
export type ScheduleTiming = CronTiming | IntervalTiming;

/** The same as it is kept: plain JSON, everything present; times are milliseconds since the epoch. */
export type KeptTiming = {
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly everySeconds: number | null;
  readonly startAt: number | null;
  readonly endAt: number | null;
  readonly jitterSeconds: number;
  readonly maxFirings: number | null;
  readonly missed: MissedPolicy;
  readonly maxCatchUp: number;
  readonly graceSeconds: number;
  readonly overlap: OverlapPolicy;
};

const KNOWN = [
  ...['id', 'cron', 'timeZone', 'everySeconds', 'startAt', 'endAt', 'jitterSeconds', 'maxFirings'],
  ...['missed', 'maxCatchUp', 'graceSeconds', 'overlap', 'replace'],
];
const YEAR = 31_536_000;
const LONGEST_ID = 200;

/** Checks the options of a schedule. Throws `invalid-argument`; of a cron expression it names the field. */
export async function resolveTiming(
  timing: ScheduleTiming,
): Promise<{ readonly id: string; readonly isReplacing: boolean; readonly kept: KeptTiming }> {
  checkKeys('timing', timing, KNOWN);
  const { missed = 'once', maxCatchUp = 100, graceSeconds = 60, jitterSeconds = 0, replace = false } = timing;
  const { overlap = missed === 'all' ? 'queue' : 'skip', maxFirings = Infinity } = timing;
  const id = checkScheduleId('timing.id', timing.id);
  const startAt = timeOrNull('timing.startAt', timing.startAt);
  const endAt = timeOrNull('timing.endAt', timing.endAt);
  if (startAt !== null && endAt !== null && endAt < startAt)
    throw new InvalidArgumentError('timing.endAt', 'a time that is not before `startAt`', timing.endAt);
  const kept: KeptTiming = {
    ...(await rhythmOf(timing)),
    startAt,
    endAt,
    jitterSeconds: checkNumber('timing.jitterSeconds', jitterSeconds, 0, 3600),
    maxFirings: maxFirings === Infinity ? null : checkInteger('timing.maxFirings', maxFirings, 1),
    missed: checkOneOf('timing.missed', missed, ['skip', 'once', 'all']),
    maxCatchUp: checkInteger('timing.maxCatchUp', maxCatchUp, 1, 1000),
    graceSeconds: checkNumber('timing.graceSeconds', graceSeconds, 1, YEAR),
    overlap: checkOneOf('timing.overlap', overlap, ['allow', 'skip', 'queue']),
  };
  return { id, isReplacing: checkBoolean('timing.replace', replace), kept };
}

/** A schedule's name: short, and without what would make its run ids ambiguous. Throws `invalid-argument`. */
export function checkScheduleId(name: string, value: unknown): string {
  const id = checkText(name, value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is kept out
  if (id.length > LONGEST_ID || /[/\u0000-\u001f\u007f]/.test(id) || !id.isWellFormed())
    throw new InvalidArgumentError(
      name,
      `a text of at most ${LONGEST_ID} characters without slashes and control characters`,
      value,
    );
  return id;
}

async function rhythmOf(
  timing: ScheduleTiming,
): Promise<Pick<KeptTiming, 'cron' | 'timeZone' | 'everySeconds'>> {
  const { cron, everySeconds, timeZone } = timing;
  if ((cron === undefined) === (everySeconds === undefined))
    throw new InvalidArgumentError('timing', 'an object with either `cron` or `everySeconds`', timing);
  if (everySeconds !== undefined) {
    checkNumber('timing.everySeconds', everySeconds, 1, YEAR);
    if (Math.round(everySeconds * 1000) / 1000 !== everySeconds)
      throw new InvalidArgumentError(
        'timing.everySeconds',
        'a number with at most three decimals',
        everySeconds,
      );
    if (timeZone !== undefined)
      throw new InvalidArgumentError('timing.timeZone', 'left out beside `everySeconds`', timeZone);
    return { cron: null, timeZone: null, everySeconds };
  }
  const zone = checkTimeZone('timing.timeZone', timeZone === undefined ? 'UTC' : timeZone);
  await readCron('timing.cron', cron, zone);
  return { cron: cron.trim().replace(/\s+/g, ' '), timeZone: zone, everySeconds: null };
}

function timeOrNull(name: string, value: unknown): number | null {
  return value === undefined ? null : checkTime(name, value);
}
