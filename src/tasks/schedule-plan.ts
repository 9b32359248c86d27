/** The times of a schedule: worked out from the plan alone, never from when something fired, so that nothing drifts. */
import { createHash } from 'node:crypto';
import { type NextTime, readCron } from './cron-times.ts';
import type { KeptTiming } from './schedule-timing.ts';

/** Planned times between two others. */
export interface PlannedSpan {
  /** How many; at least so many when `isExact` is false. */
  readonly count: number;
  readonly isExact: boolean;
  /** The newest of them, oldest first. */
  readonly newest: readonly number[];
}

/** Planned times are counted one by one up to here; after that only the newest are looked for. */
const COUNTED = 5_000;

/** All times are milliseconds since the epoch. */
export class SchedulePlan {
  readonly #id: string;
  readonly #jitterMs: number;
  readonly #startAt: number;
  readonly #endAt: number;
  readonly #next: NextTime;

  private constructor(id: string, timing: KeptTiming, next: NextTime) {
    this.#id = id;
    this.#jitterMs = timing.jitterSeconds * 1000;
    this.#startAt = timing.startAt ?? -Infinity;
    this.#endAt = timing.endAt ?? Infinity;
    this.#next = next;
  }

  /** `madeAt` is where intervals are counted from when there is no `startAt`. Throws `invalid-argument`. */
  static async open(id: string, timing: KeptTiming, madeAt: number): Promise<SchedulePlan> {
    const { cron, timeZone, everySeconds, startAt } = timing;
    if (everySeconds !== null)
      return new SchedulePlan(id, timing, intervals(startAt ?? madeAt, Math.round(everySeconds * 1000)));
    return new SchedulePlan(id, timing, await readCron('timing.cron', cron, timeZone ?? 'UTC'));
  }

  /** The first planned time after `time`; undefined when there is none. */
  after(time: number): number | undefined {
    const next = this.#next(Math.max(time, this.#startAt - 1));
    return next === undefined || next > this.#endAt ? undefined : next;
  }

  /** When a planned time fires: the same in every process. */
  fireTime(planned: number): number {
    if (this.#jitterMs === 0) return planned;
    const share = createHash('sha256').update(`${this.#id}/${planned}`).digest().readUInt32BE(0) / 2 ** 32;
    return planned + Math.floor(share * this.#jitterMs);
  }

  /**
   * The planned times from `first`, which is one of them, that are to fire by `now`; those of which `keep` are the
   * newest are named. One whose jitter is not over holds back those behind it.
   */
  due(first: number, now: number, keep: number): PlannedSpan {
    let newest: number[] = [];
    let count = 0;
    for (let time: number | undefined = first; time !== undefined; time = this.after(time)) {
      if (this.fireTime(time) > now) return { count, isExact: true, newest: newest.slice(-keep) };
      if (count === COUNTED) return { count, isExact: false, newest: this.#newest(time, now, keep) };
      count += 1;
      newest.push(time);
      if (newest.length > keep * 2) newest = newest.slice(-keep);
    }
    return { count, isExact: true, newest: newest.slice(-keep) };
  }

  /** Looks for a span before `now` that holds enough and not many more. There are far more after `from`. */
  #newest(from: number, now: number, keep: number): readonly number[] {
    let few = 0;
    let many = now - from + 1;
    let span = Math.min(1000 * (keep + 1) + this.#jitterMs, many);
    for (;;) {
      const found: number[] = [];
      let time = this.after(now - span);
      while (time !== undefined && this.fireTime(time) <= now && found.length <= keep * 4) {
        found.push(time);
        time = this.after(time);
      }
      if (found.length > keep * 4) many = span;
      else if (found.length < keep) few = span;
      else return found.slice(-keep);
      if (many - few <= 1) return found.slice(-keep);
      span = Math.floor((few + many) / 2);
    }
  }
}

function intervals(anchor: number, every: number): NextTime {
  return (time) => anchor + Math.max(0, Math.floor((time - anchor) / every) + 1) * every;
}
