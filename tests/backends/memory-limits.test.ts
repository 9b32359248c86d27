import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Alarms } from '../../src/backends/driving/alarms.ts';
import { Fifo } from '../../src/backends/memory/fifo.ts';
import { MemoryBackend, type MemoryBackendOptions } from '../../src/backends/memory/index.ts';
import type { RunFunction } from '../../src/contracts/backend.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

const WHERE = { queue: 'work', tenant: 'north' } as const;
const open: MemoryBackend[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((backend) => backend.stop()));
});

async function started(
  functions: Record<string, RunFunction>,
  options: MemoryBackendOptions = {},
): Promise<MemoryBackend> {
  const backend = new MemoryBackend(options);
  open.push(backend);
  for (const [name, work] of Object.entries(functions)) backend.register(name, work);
  await backend.start();
  return backend;
}

const echo: RunFunction = async (_context, input) => input;
const fails: RunFunction = async () => {
  throw new Error('broken');
};

/** Works until it is aborted. */
function held(signal: AbortSignal): Promise<null> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

/** Runs `count` runs to their end, one after the other. */
async function fill(backend: MemoryBackend, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const { id } = await backend.submit('echo', `filler ${index}`, WHERE);
    await backend.store.result(id, WHERE.tenant);
  }
}

describe('what the memory backend forgets', () => {
  it('keeps the newest ended runs, as many as told', async () => {
    const backend = await started({ echo }, { keepFinished: 5 });
    await fill(backend, 12);
    const kept: unknown[] = [];
    for await (const { input } of backend.store.list({ tenant: WHERE.tenant })) kept.push(input);
    expect(kept).toEqual([7, 8, 9, 10, 11].map((index) => `filler ${index}`));
  });

  it('still knows whether a forgotten run completed, for those that depend on it', async () => {
    const backend = await started({ echo, fails }, { keepFinished: 2 });
    await backend.submit('echo', 1, { ...WHERE, id: 'good' });
    await backend.submit('fails', 1, { ...WHERE, id: 'bad' });
    await fill(backend, 5);
    expect(await backend.store.get('good', WHERE.tenant)).toBeUndefined();
    await expect(backend.store.result('good', WHERE.tenant)).rejects.toMatchObject({ code: 'not-found' });
    const after = await backend.submit('echo', 'after', { ...WHERE, dependencies: ['good'] });
    expect((await backend.store.result(after.id, WHERE.tenant)).output).toBe('after');
    const never = await backend.submit('echo', 'never', { ...WHERE, dependencies: ['good', 'bad'] });
    expect((await backend.store.result(never.id, WHERE.tenant)).error?.code).toBe('dependency-failed');
  });

  it('does not run a forgotten run again, and refuses its id for something else', async () => {
    let calls = 0;
    const count: RunFunction = async () => {
      calls += 1;
      return calls;
    };
    const backend = await started({ echo, count }, { keepFinished: 1 });
    const long = { text: 'x'.repeat(200), n: 1 };
    await backend.submit('count', long, { ...WHERE, id: 'once' });
    await fill(backend, 3);
    expect(await backend.submit('count', { n: 1, text: 'x'.repeat(200) }, { ...WHERE, id: 'once' })).toEqual({
      id: 'once',
    });
    await expect(backend.submit('count', { ...long, n: 2 }, { ...WHERE, id: 'once' })).rejects.toMatchObject({
      code: 'already-exists',
    });
    await backend.cancel('once', WHERE.tenant);
    expect(calls).toBe(1);
  });

  it('forgets the traces too, in time', async () => {
    const backend = await started({ echo }, { keepFinished: 1 });
    await backend.submit('echo', 'old', { ...WHERE, id: 'old' });
    await fill(backend, 20);
    await expect(backend.submit('echo', 1, { ...WHERE, dependencies: ['old'] })).rejects.toMatchObject({
      code: 'unknown-dependency',
    });
  });

  it('keeps an ended run that is needed only later', async () => {
    const backend = await started({ echo }, { keepFinished: 2 });
    await backend.submit('echo', 'needed', { ...WHERE, id: 'needed' });
    await backend.store.result('needed', WHERE.tenant);
    await backend.submit('echo', 'later', { ...WHERE, dependencies: ['needed'], delayMs: 3_600_000 });
    await fill(backend, 10);
    expect((await backend.store.get('needed', WHERE.tenant))?.output).toBe('needed');
  });

  it('keeps what an open run depends on, and the children of an open run', async () => {
    const parent: RunFunction = async (context) => {
      const child = await context.child('one', 'echo', 'child', { queue: 'work' });
      await child.outcome();
      await context.waitForSignal('wait', 'go');
      return (await child.outcome()).output;
    };
    const backend = await started({ echo, parent }, { keepFinished: 1 });
    await backend.submit('echo', 'needed', { ...WHERE, id: 'needed' });
    await backend.submit('echo', 'later', {
      ...WHERE,
      id: 'later',
      dependencies: ['needed'],
      delayMs: 3_600_000,
    });
    await backend.submit('parent', null, { ...WHERE, id: 'parent' });
    await fill(backend, 10);
    expect((await backend.store.get('needed', WHERE.tenant))?.output).toBe('needed');
    expect((await backend.store.get('parent/one', WHERE.tenant))?.output).toBe('child');
    await backend.signal('parent', WHERE.tenant, 'go', null);
    expect((await backend.store.result('parent', WHERE.tenant)).output).toBe('child');
    await backend.cancel('later', WHERE.tenant);
    await fill(backend, 3);
    expect(await backend.store.get('needed', WHERE.tenant)).toBeUndefined();
    expect(await backend.store.get('parent/one', WHERE.tenant)).toBeUndefined();
  });

  it('holds no more memory after many runs that follow each other in a chain', async () => {
    const backend = await started({ echo }, { keepFinished: 10 });
    let last: string | undefined;
    const link = async (): Promise<void> => {
      const { id }: { id: string } = await backend.submit('echo', 'x'.repeat(1000), {
        ...WHERE,
        dependencies: last === undefined ? [] : [last],
      });
      last = id;
    };
    // One ahead of what runs, so that each is added while the one before is open.
    for (let index = 0; index < 20_000; index += 1) await link();
    await backend.store.result(last as string, WHERE.tenant);
    let kept = 0;
    for await (const _run of backend.store.list({ tenant: WHERE.tenant })) kept += 1;
    expect(kept).toBe(10);
  });
});

describe('functions that do not listen', () => {
  it('ends the wait of cancel after the grace, and frees the slot', async () => {
    const clock = new ManualClock();
    const { promise: late, resolve: finish } = Promise.withResolvers<null>();
    const backend = await started({ deaf: () => late, echo }, { clock, cancelGraceMs: 100 });
    await backend.setQueue('work', { concurrency: 1 });
    const { id } = await backend.submit('deaf', null, WHERE);
    const next = await backend.submit('echo', 'next', WHERE);
    await clock.advance(0);
    let isCancelled = false;
    const cancelling = backend.cancel(id, WHERE.tenant).then(() => {
      isCancelled = true;
    });
    await clock.advance(50);
    expect((await backend.store.get(id, WHERE.tenant))?.status).toBe('cancelled');
    expect((await backend.store.get(next.id, WHERE.tenant))?.status).toBe('queued');
    expect(isCancelled).toBe(false);
    await clock.advance(60);
    await cancelling;
    expect((await backend.store.result(next.id, WHERE.tenant)).output).toBe('next');
    finish(null);
    await clock.advance(0);
    expect((await backend.store.get(id, WHERE.tenant))?.status).toBe('cancelled');
    const third = await backend.submit('echo', 'third', WHERE);
    expect((await backend.store.result(third.id, WHERE.tenant)).output).toBe('third');
  });

  it('marks what is open as cancelled when it stops, with the code stopped', async () => {
    const backend = await started({ wait: (context) => context.waitForSignal('w', 'never') });
    const { id } = await backend.submit('wait', null, WHERE);
    const delayed = await backend.submit('wait', null, { ...WHERE, delayMs: 60_000 });
    await backend.stop();
    for (const each of [id, delayed.id]) {
      const { status, error } = await backend.store.result(each, WHERE.tenant);
      expect([status, error?.code]).toEqual(['cancelled', 'stopped']);
    }
  });

  it('takes up waits and children of a family while it drains, but starts nothing new', async () => {
    const log: unknown[] = [];
    const parent: RunFunction = async (context) => {
      await context.waitForSignal('w', 'go');
      log.push('went on');
      await context.child('late', 'echo', 'late', { queue: 'work' });
      return 'done';
    };
    const note: RunFunction = async (_context, input) => {
      log.push(input);
      return input;
    };
    const holds: RunFunction = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const clock = new ManualClock();
    const backend = await started({ parent, echo: note, holds }, { clock });
    const { id } = await backend.submit('parent', null, WHERE);
    await backend.submit('holds', null, WHERE);
    await clock.advance(0);
    const stopping = backend.stop({ drainMs: 1000 });
    await backend.signal(id, WHERE.tenant, 'go', null);
    await clock.advance(500);
    expect((await backend.store.get(id, WHERE.tenant))?.output).toBe('done');
    await clock.advance(600);
    await stopping;
    expect(log).toEqual(['went on']);
    expect((await backend.store.get(`${id}/late`, WHERE.tenant))?.error?.code).toBe('stopped');
  });

  it('gives the only slot to a run that was under way while it drains, not to one that waits to start', async () => {
    const clock = new ManualClock();
    const backend = await started(
      { asks: (context) => context.waitForSignal('w', 'go'), holds: ({ signal }) => held(signal), echo },
      { clock },
    );
    await backend.setQueue('work', { concurrency: 1 });
    const { id } = await backend.submit('asks', null, WHERE);
    await clock.advance(0);
    await backend.submit('holds', null, { ...WHERE, queue: 'other' });
    const { promise, resolve } = Promise.withResolvers<void>();
    const unstarted = await backend.submit('echo', 'unstarted', { ...WHERE, delayMs: 10 });
    const stopping = backend.stop({ drainMs: 1000 }).then(resolve);
    await clock.advance(20);
    await backend.signal(id, WHERE.tenant, 'go', 'went on');
    await clock.advance(20);
    expect((await backend.store.get(id, WHERE.tenant))?.output).toBe('went on');
    expect((await backend.store.get(unstarted.id, WHERE.tenant))?.startedAt).toBeNull();
    await clock.advance(1000);
    await Promise.all([promise, stopping]);
  });

  it('keeps no timer of a run that has ended', async () => {
    const clock = new ManualClock();
    const backend = await started({ echo }, { clock });
    const { id } = await backend.submit('echo', 1, { ...WHERE, timeoutMs: 60_000 });
    await backend.store.result(id, WHERE.tenant, { timeoutMs: 60_000 });
    const delayed = await backend.submit('echo', 1, { ...WHERE, delayMs: 60_000 });
    await backend.cancel(delayed.id, WHERE.tenant);
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves no rejection unhandled when a run is cancelled with waits that nobody awaits', async () => {
    const seen: unknown[] = [];
    const listen = (reason: unknown): void => {
      seen.push(reason);
    };
    process.on('unhandledRejection', listen);
    const floating: RunFunction = async (context) => {
      void context.sleep('a', 1_000_000);
      void context.waitForSignal('b', 'never');
      void context.step('c', () => new Promise<null>(() => undefined));
      return new Promise<null>((_resolve, reject) => {
        context.signal.addEventListener('abort', () => reject(context.signal.reason as Error));
      });
    };
    const leaves: RunFunction = async (context) => {
      void context.sleep('a', 1_000_000);
      void context.sleep('a', 1_000_000);
      return 'left';
    };
    const clock = new ManualClock();
    const backend = await started({ floating, leaves }, { clock });
    const { id } = await backend.submit('floating', null, WHERE);
    const left = await backend.submit('leaves', null, WHERE);
    await clock.advance(1);
    await backend.cancel(id, WHERE.tenant);
    expect((await backend.store.result(left.id, WHERE.tenant)).output).toBe('left');
    await clock.advance(1);
    process.off('unhandledRejection', listen);
    expect(seen).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('how the memory backend shares the event loop', () => {
  it('lets other callbacks run while it works off a backlog', async () => {
    let done = 0;
    const backend = new MemoryBackend();
    open.push(backend);
    backend.register('count', async () => {
      done += 1;
      return null;
    });
    await backend.setQueue('work', { concurrency: 8 });
    let last = '';
    for (let index = 0; index < 5000; index += 1) last = (await backend.submit('count', index, WHERE)).id;
    const seen: number[] = [];
    const look = (): void => {
      seen.push(done);
      if (done < 5000) setImmediate(look);
    };
    await backend.start();
    setImmediate(look);
    await backend.store.result(last, WHERE.tenant);
    expect(done).toBe(5000);
    expect(seen.filter((count) => count > 0 && count < 5000).length).toBeGreaterThan(2);
  });

  it('runs with the real clock: delays, sleeps and time-outs', async () => {
    const backend = await started({
      nap: async (context) => {
        const before = await context.now('before');
        await context.sleep('nap', 20);
        return (await context.now('after')) - before;
      },
    });
    const { id } = await backend.submit('nap', null, { ...WHERE, delayMs: 5, timeoutMs: 10_000 });
    expect(Number((await backend.store.result(id, WHERE.tenant)).output)).toBeGreaterThanOrEqual(19);
    const slow = await backend.submit('nap', null, { ...WHERE, timeoutMs: 1 });
    expect((await backend.store.result(slow.id, WHERE.tenant)).error?.code).toBe('timed-out');
  });
});

describe('Alarms', () => {
  it('rings in order of time, then of setting, over one timer of the clock', async () => {
    const clock = new ManualClock();
    const alarms = new Alarms(clock);
    const log: string[] = [];
    for (const [name, at] of [
      ['late', 30],
      ['first', 10],
      ['second', 10],
      ['never', 20],
    ] as const) {
      const alarm = alarms.set(at, () => log.push(name));
      if (name === 'never') alarms.cancel(alarm);
    }
    for (let index = 0; index < 1000; index += 1) alarms.set(1000 + index, () => log.push('far'));
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(40);
    expect(log).toEqual(['first', 'second', 'late']);
    alarms.clear();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(5000);
    expect(log).toHaveLength(3);
  });

  it('takes alarms that are set and taken back while others ring', async () => {
    const clock = new ManualClock();
    const alarms = new Alarms(clock);
    const log: string[] = [];
    const victim = alarms.set(10, () => log.push('victim'));
    alarms.set(5, () => {
      alarms.cancel(victim);
      alarms.set(0, () => log.push('at once'));
    });
    await clock.advance(20);
    expect(log).toEqual(['at once']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('Fifo', () => {
  it('gives things back in the order in which they came, at any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: -900, max: -1 })), {
          maxLength: 20,
        }),
        (moves) => {
          const fifo = new Fifo<number>();
          const model: number[] = [];
          let next = 0;
          for (const move of moves) {
            for (let count = 0; count < move; count += 1) {
              next += 1;
              fifo.push(next);
              model.push(next);
            }
            for (let count = 0; count > move; count -= 1) expect(fifo.shift()).toBe(model.shift());
            expect(fifo.size).toBe(model.length);
          }
        },
      ),
    );
  });
});

describe('any graph of dependencies', () => {
  it('runs each run once, after all it depends on, and cancels exactly what cannot run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            before: fc.array(fc.nat(30), { maxLength: 4 }),
            breaks: fc.integer({ min: 0, max: 9 }),
            priority: fc.nat(3),
          }),
          { minLength: 1, maxLength: 30 },
        ),
        fc.integer({ min: 1, max: 5 }),
        async (plan, concurrency) => {
          const order: number[] = [];
          const backend = new MemoryBackend();
          backend.register('node', async (_context, input) => {
            const index = Number(input);
            order.push(index);
            if (plan[index]?.breaks === 0) throw new Error('broken');
            return index;
          });
          await backend.setQueue('work', { concurrency });
          const needs = plan.map(({ before }, index) => [...new Set(before.filter((each) => each < index))]);
          for (const [index, { priority }] of plan.entries()) {
            const dependencies = (needs[index] as number[]).map((each) => `n${each}`);
            await backend.submit('node', index, { ...WHERE, id: `n${index}`, dependencies, priority });
          }
          await backend.start();
          const expected: string[] = [];
          for (const [index, { breaks }] of plan.entries()) {
            const isBlocked = (needs[index] as number[]).some((each) => expected[each] !== 'completed');
            expected.push(isBlocked ? 'cancelled' : breaks === 0 ? 'failed' : 'completed');
          }
          const got: string[] = [];
          for (const index of plan.keys())
            got.push((await backend.store.result(`n${index}`, WHERE.tenant)).status);
          expect(got).toEqual(expected);
          expect(new Set(order).size).toBe(order.length);
          expect([...order].sort((a, b) => a - b)).toEqual(
            [...plan.keys()].filter((index) => expected[index] !== 'cancelled'),
          );
          for (const [place, index] of order.entries()) {
            for (const each of needs[index] as number[]) expect(order.indexOf(each)).toBeLessThan(place);
          }
          await backend.stop();
        },
      ),
      { numRuns: 60 },
    );
  });
});
