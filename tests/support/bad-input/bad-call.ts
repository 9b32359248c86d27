/** Rows of the bad-input table: which call gets which wrong values, and which code must come back. */
import type { ErrorCode } from '../../../src/shared/errors.ts';

/** One argument of one call, with values that it must refuse. */
export interface BadCall {
  /** What is called: `Task`, `Task.complete`, `loadConfig`. A class's bare name is its constructor. */
  readonly of: string;
  /** The argument or member that is wrong. */
  readonly argument: string;
  readonly values: readonly unknown[];
  readonly call: (value: never) => unknown;
  readonly code: ErrorCode;
}

/** A row. The parameter of `call` is `never`, so that it fits wherever the types would forbid the value. */
export function bad(
  of: string,
  argument: string,
  values: readonly unknown[],
  call: (value: never) => unknown,
  code: ErrorCode = 'invalid-argument',
): BadCall {
  return { of, argument, values, call, code };
}

/** Values that are none of the sort named; `undefined` is apart where a default takes its place. */
export const NOT = {
  text: [undefined, null, 7, true, {}, ['text'], '', '  '],
  optionalText: [null, 7, true, {}, ['text'], '', '  '],
  string: [undefined, null, 7, true, {}, ['text']],
  object: [undefined, null, 'text', 7, true, [], new Date(0)],
  optionalObject: [null, 'text', 7, true, [], new Date(0)],
  list: [undefined, null, 'text', 7, {}],
  optionalList: [null, 'text', 7, {}],
  texts: [null, 'text', 7, {}, [7], [''], [null]],
  count: [null, '3', -1, 1.5, Number.NaN, Infinity, {}],
  positive: [null, '3', 0, -1, 1.5, Number.NaN, {}],
  share: [null, '1', -0.1, 1.1, Number.NaN, {}],
  number: [null, '3', Number.NaN, {}],
  boolean: [null, 'true', 1, {}],
  function: [undefined, null, 'f', 7, {}],
  optionalFunction: [null, 'f', 7, {}],
  word: [null, 'nonsense', '', 7, {}],
  signal: [null, 'now', 7, {}, new AbortController()],
  clock: [null, 'now', 7, {}, { now: 1 }, Date],
  json: [() => 1, 1n, circle()],
} as const;

/** For what counts `null` as left out. */
export function butNull(values: readonly unknown[]): readonly unknown[] {
  return values.filter((value) => value !== null);
}

function circle(): object {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}
