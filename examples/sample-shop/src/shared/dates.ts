const DAY_MS = 24 * 60 * 60 * 1000;

/** `2025-03-09` for a time, in UTC. */
export function toDay(time: Date): string {
  return time.toISOString().slice(0, 10);
}

export function addDays(time: Date, days: number): Date {
  return new Date(time.getTime() + days * DAY_MS);
}

/** The quarter of a time, such as `2025-Q1`. */
export function toQuarter(time: Date): string {
  return `${time.getUTCFullYear()}-Q${Math.floor(time.getUTCMonth() / 3) + 1}`;
}
