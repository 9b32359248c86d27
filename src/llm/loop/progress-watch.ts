/**
 * Sees that a model goes in circles. A turn is idle when every call in it was made before with the same arguments and the
 * same result; any circle, of whatever length, is idle turns from its second round on.
 */
import type { JsonValue } from '../../shared/json.ts';
import { digestJson } from '../../shared/json.ts';

/** One call that was made, with the digest of what came back. */
export interface SeenCall {
  readonly tool: string;
  readonly input: JsonValue;
  readonly resultDigest: string;
  /** Asked again until something happens: it says nothing about progress. */
  readonly polling: boolean;
}

/** `warn`: with the results. `nudge`: in a message of its own. `stop`: enough. */
export type ProgressVerdict = 'go-on' | 'warn' | 'nudge' | 'stop';

export class ProgressWatch {
  readonly #seen = new Set<string>();
  readonly #most: number;
  #idleTurns = 0;

  /** Stops after `most` idle turns in a row, and nudges one before. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes in the calls of one turn. */
  judge(calls: readonly SeenCall[]): ProgressVerdict {
    const telling = calls.filter(({ polling }) => !polling);
    if (telling.length === 0) return 'go-on';
    const keys = telling.map(({ tool, input, resultDigest }) => digestJson([tool, input, resultDigest]));
    const isIdle = keys.every((key) => this.#seen.has(key));
    for (const key of keys) this.#seen.add(key);
    this.#idleTurns = isIdle ? this.#idleTurns + 1 : 0;
    if (!isIdle) return 'go-on';
    if (this.#idleTurns >= this.#most) return 'stop';
    return this.#idleTurns === this.#most - 1 ? 'nudge' : 'warn';
  }
}
