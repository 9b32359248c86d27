import { describe, expect, it, onTestFinished } from 'vitest';
import type { PreparedSample } from '../../../src/cli/sample/prepare-sample.ts';
import { describeRewritten } from '../../support/rewritten-sample/expect-rewritten.ts';
import { rewriteSample } from '../../support/rewritten-sample/rewrite-sample.ts';

describeRewritten(1);

async function prepared(seed: number): Promise<PreparedSample> {
  const sample = await rewriteSample(seed);
  onTestFinished(() => sample.dispose());
  return sample;
}

describe('rewritten samples', { timeout: 60_000 }, () => {
  it('are the same for the same seed, down to the commit, and differ between seeds', async () => {
    const [one, same, other] = [await prepared(7), await prepared(7), await prepared(8)];
    expect(one.history).toEqual(same.history);
    expect(one.manifest).toEqual(same.manifest);
    expect(one.history).not.toEqual(other.history);
    expect(one.manifest.faults.map(({ id }) => id)).not.toEqual(other.manifest.faults.map(({ id }) => id));
  });
});
