/** Steps: done once, remembered, guarded. */
import assert from 'node:assert/strict';
import type { RunContext, RunFunction } from '../../contracts/backend.ts';
import type { JsonValue } from '../../shared/json.ts';
import { type Bench, type CaseBody, Gate } from './bench.ts';

/** Runs one function and gives its output. */
async function run(bench: Bench, work: (context: RunContext) => Promise<JsonValue>): Promise<JsonValue> {
  await bench.start({ work: work as RunFunction });
  return bench.output(await bench.submit('work', null, { id: 'journalled' }));
}

/** The code of what is thrown. */
async function codeOf(work: () => Promise<unknown>): Promise<JsonValue> {
  try {
    await work();
    return 'nothing was thrown';
  } catch (error) {
    return (error as { code?: string }).code ?? 'no code';
  }
}

export const journal: Readonly<Record<string, CaseBody>> = {
  'does a step once and remembers what it returned': async (bench) => {
    let calls = 0;
    const work = async (): Promise<number> => {
      calls += 1;
      return calls;
    };
    assert.deepEqual(
      await run(bench, async (context) => [
        await context.step('a', work),
        await context.step('a', work),
        await context.step('b', work),
      ]),
      [1, 1, 2],
    );
  },
  'remembers the error of a step': async (bench) => {
    let calls = 0;
    const output = await run(bench, async (context) => {
      const messages: string[] = [];
      for (let turn = 0; turn < 2; turn += 1) {
        await context
          .step('bad', async () => {
            calls += 1;
            throw new Error(`call ${calls}`);
          })
          .catch((error: Error) => messages.push(error.message));
      }
      return messages;
    });
    assert.deepEqual(output, ['call 1', 'call 1']);
  },
  'throws the error of a step as JSON holds it, the first time too': async (bench) => {
    const output = await run(bench, async (context) => {
      const seen: JsonValue[] = [];
      for (let turn = 0; turn < 2; turn += 1) {
        await context
          .step('bad', async () => {
            throw Object.assign(new RangeError('too far'), { distance: 7 });
          })
          .catch((error: Error) => seen.push([error.name, error.message, 'distance' in error]));
      }
      return seen;
    });
    assert.deepEqual(output, [
      ['RangeError', 'too far', false],
      ['RangeError', 'too far', false],
    ]);
  },
  'nests steps, each with its own memory': async (bench) => {
    const log: string[] = [];
    const output = await run(bench, async (context) => {
      const outer = (): Promise<number> =>
        context.step('outer', async () => {
          log.push('outer');
          const inner = await context.step('inner', async () => {
            log.push('inner');
            return 20;
          });
          return inner + 1;
        });
      return [await outer(), await outer(), await context.step('inner', async () => 99)];
    });
    assert.deepEqual(output, [21, 21, 20]);
    assert.deepEqual(log, ['outer', 'inner']);
  },
  'joins a step that is going on under the same key': async (bench) => {
    let calls = 0;
    const gate = new Gate();
    const slow = async (): Promise<number> => {
      calls += 1;
      await gate.pass();
      return calls;
    };
    const output = await run(bench, async (context) => {
      const both = Promise.all([context.step('a', slow), context.step('a', slow)]);
      gate.open();
      return both;
    });
    assert.deepEqual(output, [1, 1]);
  },
  'gives a step its idempotency key and a signal': async (bench) => {
    const output = await run(bench, (context) =>
      context.step('pay', async ({ idempotencyKey, signal }) => [
        idempotencyKey,
        signal instanceof AbortSignal && !signal.aborted,
      ]),
    );
    assert.deepEqual(output, ['journalled/pay', true]);
  },
  'gives each reader of a step its own copy': async (bench) => {
    const output = await run(bench, async (context) => {
      const read = (): Promise<number[]> => context.step('list', async () => [1]);
      (await read()).push(2);
      return read();
    });
    assert.deepEqual(output, [1]);
  },
  'refuses another fingerprint under a known key': async (bench) => {
    const output = await run(bench, async (context) => {
      const step = (fingerprint?: string): Promise<string> =>
        context.step('ask', async () => 'done', fingerprint === undefined ? {} : { fingerprint });
      return [
        await step('a'),
        await step('a'),
        await codeOf(() => step('b')),
        await codeOf(() => step()),
        await step('a'),
      ];
    });
    assert.deepEqual(output, ['done', 'done', 'journal-mismatch', 'journal-mismatch', 'done']);
  },
  'refuses a key that was used for something else': async (bench) => {
    const output = await run(bench, async (context) => {
      await context.step('key', async () => 1);
      return [await codeOf(() => context.sleep('key', 1)), await codeOf(() => context.now('key'))];
    });
    assert.deepEqual(output, ['journal-mismatch', 'journal-mismatch']);
  },
  'tells the time once a key': async (bench) => {
    const at = { first: 0, second: 0 };
    await bench.start({
      work: async (context) => {
        at.first = await context.now('t');
        await context.sleep('nap', 50);
        at.second = await context.now('t');
        return (await context.now('later')) - at.first;
      },
    });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    await bench.advance(60);
    assert.ok(Number(await bench.output(id)) >= 50);
    assert.equal(at.first, at.second);
  },
  'refuses a bad key or bad work': async (bench) => {
    const output = await run(bench, async (context) => [
      await codeOf(async () => context.step('', async () => 1)),
      await codeOf(async () => context.step('x', 1 as never)),
      await codeOf(async () => context.sleep('y', -1)),
      await codeOf(async () => context.waitForSignal('z', '')),
    ]);
    assert.deepEqual(
      output,
      Array.from({ length: 4 }, () => 'invalid-argument'),
    );
  },
};
