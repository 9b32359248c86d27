/** Cron expressions: checked field by field, and asked for the next time in a time zone. The parsing is croner's. */
import { checkText } from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';

/** Gives the first planned time strictly after `time`, both in milliseconds since the epoch; undefined when there is none. */
export type NextTime = (time: number) => number | undefined;

const FIELDS = ['second', 'minute', 'hour', 'day of the month', 'month', 'day of the week'] as const;
const NICKNAMES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const LONGEST = 200;

/** What croner is told: explicit times fire once a day however the clock is set, wildcards and steps follow each real minute. */
const RULES = { mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard', paused: true } as const;

/**
 * Reads an expression of five fields, or six with seconds first, or a nickname such as `@daily`. Throws
 * `invalid-argument` that says which field is wrong, also when no time ever fits.
 *
 * When clocks go forward, explicit times (numbers, lists, ranges) that do not exist fire once, at the first minute after
 * the gap; wildcards and steps have no times there. When clocks go back, explicit times fire at the first of the two;
 * wildcards and steps fire in both hours, which are real time passing.
 */
export async function readCron(name: string, expression: unknown, timeZone: string): Promise<NextTime> {
  const text = checkText(name, expression).trim().replace(/\s+/g, ' ');
  checkShape(name, text);
  const { Cron } = await import('croner');
  const open = (pattern: string): InstanceType<typeof Cron> =>
    new Cron(pattern, { ...RULES, timezone: timeZone });
  let cron: InstanceType<typeof Cron>;
  try {
    cron = open(text);
  } catch (error) {
    throw wrongField(name, text, error, open);
  }
  const next: NextTime = (time) => cron.nextRun(new Date(time))?.getTime();
  if (next(0) === undefined)
    throw new InvalidArgumentError(name, 'a cron expression that some day fits: this day never comes', text);
  return next;
}

/** The name of a time zone as the platform knows it. Throws `invalid-argument`. */
export function checkTimeZone(name: string, value: unknown): string {
  const zone = checkText(name, value);
  try {
    // An offset such as +01:00 is no zone: it does not say when clocks change.
    if (/^[+-]/.test(zone)) throw new RangeError(zone);
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone && zone;
  } catch {
    throw new InvalidArgumentError(name, 'an IANA time zone such as Europe/Lisbon', value);
  }
}

/** Keeps out what croner would take beyond cron: dates, a year, `?` for the time at which it was asked. */
function checkShape(name: string, text: string): void {
  if (text.length > LONGEST)
    throw new InvalidArgumentError(name, `a cron expression of at most ${LONGEST} characters`, text);
  if (text.startsWith('@')) {
    if (NICKNAMES.includes(text.toLowerCase())) return;
    throw new InvalidArgumentError(name, `one of ${NICKNAMES.join(', ')}`, text);
  }
  const fields = text.split(' ');
  if (fields.length !== 5 && fields.length !== 6) {
    throw new InvalidArgumentError(
      name,
      `a cron expression of five fields (minute, hour, day of the month, month, day of the week) or six with the second first; it has ${fields.length}`,
      text,
    );
  }
  const index = fields.findIndex((field) => field.includes('?'));
  if (index >= 0) throw fieldError(name, text, fields, index, '`?` has no fixed meaning, use `*`');
}

/** Tries each field by itself, so that the error can name the first wrong one. */
function wrongField(name: string, text: string, error: unknown, open: (pattern: string) => unknown): Error {
  const fields = text.split(' ');
  for (const [index, field] of fields.entries()) {
    try {
      open(fields.map((_, other) => (other === index ? field : '*')).join(' '));
    } catch (reason) {
      return fieldError(name, text, fields, index, messageOf(reason));
    }
  }
  return new InvalidArgumentError(name, `a cron expression (${messageOf(error)})`, text);
}

function fieldError(
  name: string,
  text: string,
  fields: readonly string[],
  index: number,
  reason: string,
): InvalidArgumentError {
  const field = FIELDS[index + FIELDS.length - fields.length];
  return new InvalidArgumentError(
    name,
    `a cron expression; its field ${index + 1}, the ${field}, is "${fields[index]}" (${reason})`,
    text,
  );
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^CronPattern: /, '').replace(/\.$/, '');
}
