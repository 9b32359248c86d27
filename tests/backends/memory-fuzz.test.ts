import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import type { RunContext } from '../../src/contracts/backend.ts';
import type { JsonValue } from '../../src/shared/json.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { seededIds } from '../../src/testing/seeded.ts';

/** What a made-up function does, one after the other or side by side. */
type Act =
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'step' }
  | { readonly do: 'signal'; readonly timeoutMs: number }
  | { readonly do: 'throw' }
  | { readonly do: 'child'; readonly acts: readonly Act[] }
  | { readonly do: 'both'; readonly acts: readonly Act[] };

const leaf: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('sleep' as const), ms: fc.integer({ min: 0, max: 50 }) }),
  fc.constant({ do: 'step' as const }),
  fc.record({ do: fc.constant('signal' as const), timeoutMs: fc.integer({ min: 0, max: 60 }) }),
  fc.constant({ do: 'throw' as const }),
);
const { act } = fc.letrec<{ act: Act }>((tie) => ({
  act: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ do: fc.constant('child' as const), acts: fc.array(tie('act'), { maxLength: 3 }) }),
    fc.record({ do: fc.constant('both' as const), acts: fc.array(tie('act'), { maxLength: 3 }) }),
  ),
}));
const move = fc.oneof(
  fc.record({
    move: fc.constant('submit' as const),
    acts: fc.array(act, { maxLength: 4 }),
    tenant: fc.constantFrom('a', 'b'),
    timeoutMs: fc.option(fc.integer({ min: 1, max: 80 })),
    after: fc.option(fc.nat(20)),
  }),
  fc.record({ move: fc.constant('cancel' as const), target: fc.nat(20) }),
  fc.record({ move: fc.constant('signal' as const), target: fc.nat(20) }),
  fc.record({ move: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 30 }) }),
);

/** Counts the runs that have a step at work, to see that there are never more than slots. */
class Floor {
  readonly working = new Map<string, number>();
  most = 0;

  async step(context: RunContext, key: string): Promise<void> {
    await context.step(key, async () => {
      this.#count(context.runId, 1);
      this.most = Math.max(this.most, this.working.size);
      await new Promise((resolve) => setImmediate(resolve));
      this.#count(context.runId, -1);
      return 1;
    });
  }

  #count(runId: string, change: number): void {
    const steps = (this.working.get(runId) ?? 0) + change;
    if (steps === 0) this.working.delete(runId);
    else this.working.set(runId, steps);
  }

  async play(context: RunContext, acts: readonly Act[], path: string): Promise<void> {
    for (const [index, act] of acts.entries()) await this.one(context, act, `${path}.${index}`);
  }

  async one(context: RunContext, act: Act, key: string): Promise<void> {
    if (act.do === 'sleep') await context.sleep(key, act.ms);
    if (act.do === 'step') await this.step(context, key);
    if (act.do === 'signal') await context.waitForSignal(key, 'go', { timeoutMs: act.timeoutMs });
    if (act.do === 'throw') throw new Error('as told');
    if (act.do === 'child') {
      const child = await context.child(key, 'play', act.acts as unknown as JsonValue, { queue: 'work' });
      await child.outcome();
    }
    if (act.do === 'both') {
      // All are waited for: a step that goes on after its function has ended holds no slot.
      const ends = await Promise.allSettled(
        act.acts.map((each, index) => this.one(context, each, `${key}+${index}`)),
      );
      const failed = ends.find(({ status }) => status === 'rejected');
      if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    }
  }
}

describe('whatever is done to the memory backend', () => {
  it('every run ends, no slot is lost, no timer is left, and limits are kept', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', listen);
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { maxLength: 25 }),
        fc.integer({ min: 1, max: 3 }),
        async (moves, concurrency) => {
          const clock = new ManualClock();
          const floor = new Floor();
          const backend = new MemoryBackend({ clock, ids: seededIds(), keepFinished: 5 });
          backend.register('play', async (context, input) => {
            await floor.play(context, input as unknown as Act[], 'k');
            return 'played';
          });
          await backend.setQueue('work', { concurrency });
          await backend.start();
          const runs: { id: string; tenant: string }[] = [];
          for (const each of moves) {
            const target = 'target' in each ? runs[each.target % Math.max(1, runs.length)] : undefined;
            if (each.move === 'submit') {
              const { tenant, acts, timeoutMs, after } = each;
              const before = after === null ? undefined : runs.filter((run) => run.tenant === tenant)[after];
              const { id } = await backend.submit('play', acts as unknown as JsonValue, {
                queue: 'work',
                tenant,
                ...(timeoutMs !== null && { timeoutMs }),
                ...(before !== undefined && { dependencies: [before.id] }),
              });
              runs.push({ id, tenant });
            }
            if (each.move === 'cancel' && target !== undefined)
              await backend.cancel(target.id, target.tenant);
            if (each.move === 'signal' && target !== undefined)
              await backend.signal(target.id, target.tenant, 'go', 1);
            if (each.move === 'advance') await clock.advance(each.ms);
          }
          // Far longer than all sleeps and waits together can last.
          for (let turn = 0; turn < 60; turn += 1) await clock.advance(100);
          for (const tenant of ['a', 'b']) {
            for await (const run of backend.store.list({ tenant }))
              expect(run.completedAt, `${run.id} is ${run.status}`).not.toBeNull();
          }
          expect(floor.working.size).toBe(0);
          expect(floor.most).toBeLessThanOrEqual(concurrency);
          expect(clock.pendingTimers).toBe(0);
          // All slots are free again: as many as there are work at once.
          floor.most = 0;
          const last = await Promise.all(
            Array.from({ length: concurrency }, () =>
              backend.submit('play', [{ do: 'step' }], { queue: 'work', tenant: 'a' }),
            ),
          );
          for (const { id } of last) expect((await backend.store.result(id, 'a')).output).toBe('played');
          expect(floor.most).toBe(concurrency);
          await backend.stop();
        },
      ),
      { numRuns: 150 },
    );
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  }, 60_000);
});
