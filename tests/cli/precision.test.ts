import { describe, expect, it, onTestFinished } from 'vitest';
import { type PreparedSample, prepareSample } from '../../src/cli/sample/prepare-sample.ts';
import { differencesOf, precisionOf, recallOf, reviewSample, scoreSample } from '../support/sample-score.ts';

async function prepared(make: () => Promise<PreparedSample>): Promise<PreparedSample> {
  const sample = await make();
  onTestFinished(() => sample.dispose());
  return sample;
}

describe('a review of the sample shop', { timeout: 120_000 }, () => {
  it('reports every planted fault and nothing else', async () => {
    const sample = await prepared(() => prepareSample());
    const scores = scoreSample(sample.manifest, await reviewSample(sample.root));
    expect(differencesOf(scores)).toEqual([]);
    for (const score of scores)
      expect({ skill: score.skill, precision: precisionOf(score), recall: recallOf(score) }).toEqual({
        skill: score.skill,
        precision: 1,
        recall: 1,
      });
    expect(scores.reduce((sum, { planted }) => sum + planted, 0)).toBe(sample.manifest.faults.length);
  });
});
