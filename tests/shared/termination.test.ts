import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deadlineAt,
  maxRounds,
  maxTurns,
  stopWhen,
  textMention,
  timeLimit,
} from '../../src/shared/termination.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

describe('conditions', () => {
  it('stop at a number of rounds or turns and say which', () => {
    expect(maxRounds(3).check({ rounds: 2 })).toBeUndefined();
    expect(maxRounds(3).check({ rounds: 3 })).toEqual({
      reason: 'max-rounds',
      condition: 'max-rounds 3',
      detail: { rounds: 3 },
    });
    expect(maxTurns(1).check({ turns: 0 })).toBeUndefined();
    expect(maxTurns(1).check({ turns: 1 })?.reason).toBe('max-turns');
  });

  it("stop after a span counted from the loop's own start", async () => {
    const clock = new ManualClock();
    const startedAt = clock.now();
    const limit = timeLimit(clock, 1000);
    await clock.advance(999);
    expect(limit.check({ startedAt })).toBeUndefined();
    await clock.advance(1);
    expect(limit.check({ startedAt })).toMatchObject({
      reason: 'time-limit',
      detail: { elapsedMs: 1000, limitMs: 1000 },
    });
    expect(limit.check({ startedAt: clock.now() })).toBeUndefined();
  });

  it('stop at a point in time', async () => {
    const clock = new ManualClock();
    const deadline = deadlineAt(clock, clock.now() + 5);
    expect(deadline.check({})).toBeUndefined();
    await clock.advance(5);
    expect(deadline.check({})?.reason).toBe('deadline');
  });

  it('stop at a text, letter by letter', () => {
    expect(textMention('DONE').check({ text: 'all DONE.' })?.detail).toEqual({ text: 'DONE' });
    expect(textMention('DONE').check({ text: 'all done.' })).toBeUndefined();
  });

  it('stop at a predicate of the caller, with facts of the caller', () => {
    const budget = stopWhen<{ spent: number }>(
      'budget',
      ({ spent }) => spent > 10,
      ({ spent }) => ({ spent }),
    );
    expect(budget.check({ spent: 10 })).toBeUndefined();
    expect(budget.check({ spent: 11 })).toEqual({
      reason: 'budget',
      condition: 'budget',
      detail: { spent: 11 },
    });
  });

  it('refuse limits that make no sense', () => {
    expect(() => maxRounds(0)).toThrow(/rounds.*from 1 up/);
    expect(() => maxTurns(1.5)).toThrow(/turns/);
    expect(() => textMention('')).toThrow(/text/);
    expect(() => timeLimit(new ManualClock(), -1)).toThrow(/milliseconds/);
    expect(() => stopWhen('x', 'no function' as never)).toThrow(/predicate.*a function/);
  });
});

describe('joined conditions', () => {
  it("with or give the first one's word", () => {
    const either = maxTurns(5).or(textMention('stop'));
    expect(either.check({ turns: 1, text: 'go' })).toBeUndefined();
    expect(either.check({ turns: 1, text: 'stop' })?.reason).toBe('text-mention');
    expect(either.check({ turns: 5, text: 'stop' })?.reason).toBe('max-turns');
    expect(either.name).toBe('(max-turns 5 or text-mention "stop")');
  });

  it('with and need both at once, and give both words', () => {
    const both = maxTurns(2).and(textMention('stop'));
    expect(both.check({ turns: 1, text: 'stop' })).toBeUndefined();
    expect(both.check({ turns: 2, text: 'go' })).toBeUndefined();
    expect(both.check({ turns: 3, text: 'stop' })).toEqual({
      reason: 'max-turns+text-mention',
      condition: both.name,
      detail: { turns: 3, text: 'stop' },
    });
  });

  it('behave as the logic of their parts, however they are nested', () => {
    type Flags = { readonly flags: readonly boolean[] };
    const leaf = (index: number) => stopWhen<Flags>(`flag-${index}`, ({ flags }) => flags[index] === true);
    const expression = fc.letrec<{ node: [ReturnType<typeof leaf>, (flags: readonly boolean[]) => boolean] }>(
      (tie) => ({
        node: fc.oneof(
          { maxDepth: 4 },
          fc
            .nat(3)
            .map((index) => [leaf(index), (flags: readonly boolean[]) => flags[index] === true] as never),
          fc
            .tuple(fc.boolean(), tie('node'), tie('node'))
            .map(([isAnd, [a, truthA], [b, truthB]]) =>
              isAnd
                ? ([a.and(b), (flags: readonly boolean[]) => truthA(flags) && truthB(flags)] as never)
                : ([a.or(b), (flags: readonly boolean[]) => truthA(flags) || truthB(flags)] as never),
            ),
        ),
      }),
    ).node;
    fc.assert(
      fc.property(
        expression,
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        ([condition, truth], flags) => {
          expect(condition.check({ flags }) !== undefined).toBe(truth(flags));
        },
      ),
    );
  });
});
