/** What a journal keeps: JSON text, so that each reader gets its own copy, as after a restart. */
import { describe, OrchestratorError, toError } from '../../shared/errors.ts';
import { canonicalJson } from '../../shared/json.ts';

/** JSON text of anything; `null` for what JSON has no word for. Throws `invalid-json` for a circular value or a bigint. */
export function toJsonText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw new OrchestratorError(
      'invalid-json',
      `Expected a value that JSON can hold, got ${describe(value)}: ${toError(error).message}`,
      { cause: error },
    );
  }
}

/** Whether two JSON texts mean the same, in whatever order their keys stand. */
export function isEqualJson(one: string, other: string): boolean {
  return one === other || canonicalJson(JSON.parse(one)) === canonicalJson(JSON.parse(other));
}
