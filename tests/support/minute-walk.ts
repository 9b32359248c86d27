/** What a cron expression means, worked out without any library but `Intl`: by looking at every minute there is. */

/** One field: what it says and what it means. */
export interface Days {
  readonly text: string;
  /** Numbers, lists and ranges; otherwise a wildcard or a step. */
  readonly isExplicit: boolean;
  fits(value: number): boolean;
}

interface Walk {
  readonly minute: Days;
  readonly hour: Days;
  isDay(weekday: number): boolean;
  readonly zone: string;
  /** Milliseconds since the epoch; `from` is left out, `to` is in. */
  readonly from: number;
  readonly to: number;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** Times as ISO text to the minute. */
export function minuteWalk({ minute, hour, isDay, zone, from, to }: Walk): readonly string[] {
  const local = localOf(zone);
  const isExplicit = minute.isExplicit && hour.isExplicit;
  const found = new Set<number>();
  // Local minutes, counted as if they were UTC, against the first instant that has each.
  const firstOf = new Map<number, number>();
  const begin = Math.floor((from - DAY) / MINUTE) * MINUTE;
  for (let instant = begin; instant <= to + DAY; instant += MINUTE) {
    const wall = local(instant);
    if (!firstOf.has(wall)) firstOf.set(wall, instant);
    if (!isExplicit && fits(wall)) found.add(instant);
  }
  if (isExplicit) {
    const last = local(to + DAY - HOUR);
    let after = last;
    // Backwards, so that a minute that no clock shows knows the first one after it.
    for (let wall = last; wall >= local(from - DAY + HOUR); wall -= MINUTE) {
      if (firstOf.has(wall)) after = wall;
      if (fits(wall)) found.add(firstOf.get(after) as number);
    }
  }
  return [...found]
    .filter((instant) => instant > from && instant <= to)
    .sort((a, b) => a - b)
    .map((instant) => new Date(instant).toISOString().slice(0, 16));

  function fits(wall: number): boolean {
    const date = new Date(wall);
    return minute.fits(date.getUTCMinutes()) && hour.fits(date.getUTCHours()) && isDay(date.getUTCDay());
  }
}

const CLOCKS = new Map<string, (instant: number) => number>();

/** What a clock on the wall of the zone shows at an instant, as if that were UTC. */
function localOf(zone: string): (instant: number) => number {
  const made = CLOCKS.get(zone);
  if (made !== undefined) return made;
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  const known = new Map<number, number>();
  const local = (instant: number): number => {
    const kept = known.get(instant);
    if (kept !== undefined) return kept;
    const parts = Object.fromEntries(
      format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const wall = Date.UTC(
      parts['year'] as number,
      (parts['month'] as number) - 1,
      parts['day'],
      parts['hour'],
      parts['minute'],
    );
    known.set(instant, wall);
    return wall;
  };
  CLOCKS.set(zone, local);
  return local;
}
