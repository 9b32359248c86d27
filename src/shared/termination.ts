/**
 * When to stop: small conditions over the state of a loop, joined with `and` and `or`. A condition holds no state of
 * its own; what it looks at is handed to it, so that a loop that resumes after a restart stops where it would have.
 */
import { checkFunction, checkInteger, checkNumber, checkText } from './check.ts';
import type { JsonObject } from './json.ts';
import type { Clock } from './time.ts';

/** Why a loop is to stop. */
export interface Stop {
  /** A stable word to match on: `max-rounds`, `time-limit`, `text-mention` … */
  readonly reason: string;
  /** The condition that said so. */
  readonly condition: string;
  /** Facts, for people and reports. */
  readonly detail: JsonObject;
}

/** Says whether a loop in state `S` is to stop. Make one with {@link stopWhen} or the functions below. */
export class TerminationCondition<S> {
  readonly name: string;
  readonly #check: (state: S) => Stop | undefined;

  constructor(name: string, check: (state: S) => Stop | undefined) {
    this.name = checkText('name', name);
    this.#check = checkFunction('check', check);
  }

  /** Undefined: go on. */
  check(state: S): Stop | undefined {
    return this.#check(state);
  }

  /** Stops when either does; the first one's word counts. */
  or<T>(other: TerminationCondition<T>): TerminationCondition<S & T> {
    return new TerminationCondition(
      `(${this.name} or ${other.name})`,
      (state) => this.check(state) ?? other.check(state),
    );
  }

  /** Stops when both do at the same check. The reason is both reasons, joined by `+`. */
  and<T>(other: TerminationCondition<T>): TerminationCondition<S & T> {
    const name = `(${this.name} and ${other.name})`;
    return new TerminationCondition(name, (state) => {
      const first = this.check(state);
      const second = first === undefined ? undefined : other.check(state);
      if (first === undefined || second === undefined) return undefined;
      const detail = { ...first.detail, ...second.detail };
      return { reason: `${first.reason}+${second.reason}`, condition: name, detail };
    });
  }
}

/** Stops when the predicate holds. */
export function stopWhen<S>(
  reason: string,
  predicate: (state: S) => boolean,
  detail: (state: S) => JsonObject = () => ({}),
): TerminationCondition<S> {
  checkText('reason', reason);
  checkFunction('predicate', predicate);
  return new TerminationCondition(reason, (state) =>
    predicate(state) ? { reason, condition: reason, detail: detail(state) } : undefined,
  );
}

/** Stops once `rounds` rounds are over. */
export function maxRounds(rounds: number): TerminationCondition<{ readonly rounds: number }> {
  checkInteger('rounds', rounds, 1);
  return named(`max-rounds ${rounds}`, 'max-rounds', (state) =>
    state.rounds >= rounds ? { rounds: state.rounds } : undefined,
  );
}

/** Stops once `turns` turns were taken. */
export function maxTurns(turns: number): TerminationCondition<{ readonly turns: number }> {
  checkInteger('turns', turns, 1);
  return named(`max-turns ${turns}`, 'max-turns', (state) =>
    state.turns >= turns ? { turns: state.turns } : undefined,
  );
}

/** Stops `milliseconds` after the loop's own start, which its state tells in milliseconds since the epoch. */
export function timeLimit(
  clock: Clock,
  milliseconds: number,
): TerminationCondition<{ readonly startedAt: number }> {
  checkNumber('milliseconds', milliseconds, 0);
  return named(`time-limit ${milliseconds} ms`, 'time-limit', ({ startedAt }) => {
    const elapsedMs = clock.now() - startedAt;
    return elapsedMs >= milliseconds ? { elapsedMs, limitMs: milliseconds } : undefined;
  });
}

/** Stops at a point in time, in milliseconds since the epoch. */
export function deadlineAt(clock: Clock, time: number): TerminationCondition<unknown> {
  checkNumber('time', time);
  return named(`deadline ${new Date(time).toISOString()}`, 'deadline', () => {
    const now = clock.now();
    return now >= time ? { deadline: time, now } : undefined;
  });
}

/** Stops when the newest text holds `text`, letter by letter. */
export function textMention(text: string): TerminationCondition<{ readonly text: string }> {
  checkText('text', text);
  return named(`text-mention ${JSON.stringify(text)}`, 'text-mention', (state) =>
    state.text.includes(text) ? { text } : undefined,
  );
}

/** A condition that gives the facts of its stop, or undefined to go on. */
function named<S>(
  name: string,
  reason: string,
  facts: (state: S) => JsonObject | undefined,
): TerminationCondition<S> {
  return new TerminationCondition(name, (state) => {
    const detail = facts(state);
    return detail === undefined ? undefined : { reason, condition: name, detail };
  });
}
