import { describe, it } from 'vitest';
import { expectNothingLeft } from '../../support/expect-nothing-left.ts';

describe('ten thousand runs of two model calls and a tool', () => {
  it('leave no listener, timer, socket or process, and the process ends by itself', async () => {
    await expectNothingLeft(10_000);
  });
});
