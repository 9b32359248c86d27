/**
 * Names calls with side effects so that the same call in a later attempt at a task is recognised, and refuses one that
 * has become another when a run resumes.
 */
import { OrchestratorError } from '../../shared/errors.ts';
import { digestJson } from '../../shared/json.ts';
import type { EffectHost } from './perform-effect.ts';

export class CallNames {
  readonly #counts = new Map<string, number>();

  /** The run's name of a call: what is called, with what, and the how-manieth of this attempt that is. */
  of(what: string, input: unknown): string {
    const name = `effect:${what}:${digestJson(input).slice(7, 31)}`;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  }
}

/** Throws `journal-mismatch` when `key` of this attempt had another input before the process ended. */
export async function checkSameCall({ step }: EffectHost, key: string, input: unknown): Promise<void> {
  const digest = digestJson(input);
  const before = await step(`${key}/input`, () => Promise.resolve(digest));
  if (before === digest) return;
  throw new OrchestratorError(
    'journal-mismatch',
    `The call ${key} was made with another input before this run was resumed. Keep what differs each time (clocks, random numbers) in steps.`,
    { details: { key, expected: before, got: digest } },
  );
}
