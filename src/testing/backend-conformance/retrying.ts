/** Trying again: a step for each attempt and a sleep between them, so that neither is lost with the process. */
import assert from 'node:assert/strict';
import type { RunFunction } from '../../contracts/backend.ts';
import type { CaseBody } from './bench.ts';

/** Tries up to four times, and waits 100, 200, 400 ms in between. */
export function retrier(attempt: (number: number) => Promise<string>): RunFunction {
  return async (context) => {
    for (let number = 1; ; number += 1) {
      try {
        return await context.step(`attempt ${number}`, () => attempt(number));
      } catch (error) {
        if (number === 4) throw error;
        await context.sleep(`pause ${number}`, 50 * 2 ** number);
      }
    }
  };
}

export const retrying: Readonly<Record<string, CaseBody>> = {
  'tries again after a pause until it succeeds': async (bench) => {
    const attempts: number[] = [];
    await bench.start({
      work: retrier(async (number) => {
        attempts.push(number);
        if (number < 3) throw new Error(`attempt ${number} failed`);
        return 'in the end';
      }),
    });
    const id = await bench.submit('work');
    await bench.untilStatus(id, 'suspended');
    await bench.advance(50);
    assert.deepEqual(attempts, [1]);
    await bench.advance(80);
    await bench.until('the second attempt failed', () => attempts.length === 2);
    await bench.untilStatus(id, 'suspended');
    await bench.advance(230);
    assert.equal(await bench.output(id), 'in the end');
    assert.deepEqual(attempts, [1, 2, 3]);
  },
  'fails with the last error when no attempt is left': async (bench) => {
    await bench.start({
      work: retrier(async (number) => {
        throw new Error(`attempt ${number} failed`);
      }),
    });
    const id = await bench.submit('work');
    for (const pause of [120, 220, 420]) {
      await bench.untilStatus(id, 'suspended');
      await bench.advance(pause);
    }
    const { status, error } = await bench.result(id);
    assert.deepEqual([status, error?.message], ['failed', 'attempt 4 failed']);
  },
};
