/** What the outside world may have seen of flows whose processes were killed. */
import { expect } from 'vitest';
import { type Kind, kindOf, nameOf, STEPS } from './flow.ts';
import type { Sight } from './outside.ts';

/** Requests beyond the first of each step, and questions whether it happened, by kind of step. */
export interface Repeats {
  readonly repeated: Readonly<Record<string, number>>;
  readonly asked: Readonly<Record<string, number>>;
}

const LETTERS: Readonly<Record<Sight['what'], string>> = { requested: 'r', happened: 'h', asked: 'a' };

/** What may be seen of a step: a letter for each sight, in their order. */
interface Rules {
  readonly allowed: Readonly<Record<Kind, RegExp>>;
  /** Whether all of a step is seen before anything of the next one. */
  readonly isInOrder: boolean;
}

/** Never done again without a question, never after it happened. An intent may stand without a request. */
const ASKED_FIRST = /^a*(?:ra+)*rha*$/;
/** The other side recognises the key: it happens once, whatever is requested. */
const ONCE = /^r+hr*$/;
/** Done again from the start, until its end was recorded. */
const AT_LEAST_ONCE = /^(?:rh?)*rh(?:rh?)*$/;

export const KILLED: Rules = {
  allowed: {
    retry: ONCE,
    reconcile: ASKED_FIRST,
    file: ASKED_FIRST,
    ask: ASKED_FIRST,
    step: AT_LEAST_ONCE,
    model: AT_LEAST_ONCE,
  },
  isInOrder: true,
};

/** A sleeper may finish what it has in hand. It begins nothing: whoever begins again has asked before. */
const BEGUN_ONCE = /^a*(?:rh*a[ah]*)*rh[ah]*$/;

/** What left a process right before it fell asleep may arrive when it wakes: the other side has to recognise the key. */
const HAPPENS_ONCE = /^[ra]*r[ra]*h[ra]*$/;

export const WOKEN: Rules = {
  allowed: {
    retry: HAPPENS_ONCE,
    reconcile: HAPPENS_ONCE,
    file: BEGUN_ONCE,
    ask: HAPPENS_ONCE,
    step: /h/,
    model: /h/,
  },
  isInOrder: false,
};

/** Fails unless each step of each flow was seen as its policy has it, and nothing of it after the step behind it began. */
export function checkSights(
  sights: readonly Sight[],
  flows: readonly string[],
  { allowed, isInOrder }: Rules = KILLED,
  steps = STEPS,
): Repeats {
  const byName = Map.groupBy(
    sights.map((sight, at) => ({ ...sight, at })),
    ({ name = '' }) => name,
  );
  const repeated: Record<string, number> = {};
  const asked: Record<string, number> = {};
  const add = (to: Record<string, number>, kind: Kind, count: number): void => {
    to[kind] = (to[kind] ?? 0) + count;
  };
  for (const flow of flows) {
    let earlier = -1;
    for (let step = 1; step <= steps; step += 1) {
      const name = nameOf(flow, step);
      const kind = kindOf(step);
      const seen = byName.get(name) ?? [];
      const story = seen.map(({ what }) => LETTERS[what]).join('');
      expect([name, kind, story]).toEqual([name, kind, expect.stringMatching(allowed[kind])]);
      expect([name, new Set(seen.map(({ key }) => key)).size]).toEqual([name, 1]);
      if (isInOrder) expect([name, (seen[0]?.at ?? 0) > earlier]).toEqual([name, true]);
      earlier = seen.at(-1)?.at ?? earlier;
      add(repeated, kind, [...story].filter((letter) => letter === 'r').length - 1);
      add(asked, kind, [...story].filter((letter) => letter === 'a').length);
    }
  }
  return { repeated, asked };
}
