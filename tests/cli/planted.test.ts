import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { prepareSample } from '../../src/cli/sample/prepare-sample.ts';
import { differencesOf, precisionOf, recallOf, reviewSample, scoreSample } from '../support/sample-score.ts';

const LEAST = 0.9;
/** So that a repository can't become easy unnoticed. */
const PLANTED = [{ name: 'python', faults: 60, skills: 13 }] as const;

describe.each(PLANTED)('a review of the planted repository $name', ({ name, faults, skills }) => {
  it('finds nearly all that is planted, and hardly anything else', { timeout: 240_000 }, async () => {
    const source = fileURLToPath(new URL(`../fixtures/planted/${name}`, import.meta.url));
    const sample = await prepareSample({ source });
    onTestFinished(() => sample.dispose());
    const artifacts = await reviewSample(sample.root);

    // Where pytest is not installed, its skill says so and is not judged.
    const isAbsent = (skill: string): boolean =>
      artifacts.some((one) => one.skill === skill && one.status === 'unavailable');
    const { lookAlikes } = sample.manifest;
    const planted = sample.manifest.faults.filter(({ skill }) => !isAbsent(skill));
    const scores = scoreSample({ ...sample.manifest, faults: planted }, artifacts);

    const differences = differencesOf(scores).join('\n');
    for (const score of scores) {
      expect(precisionOf(score), `precision of ${score.skill}:\n${differences}`).toBeGreaterThanOrEqual(
        LEAST,
      );
      expect(recallOf(score), `recall of ${score.skill}:\n${differences}`).toBeGreaterThanOrEqual(LEAST);
    }
    expect(sample.manifest.faults.length).toBeGreaterThanOrEqual(faults);
    expect(new Set(sample.manifest.faults.map(({ skill }) => skill)).size).toBeGreaterThanOrEqual(skills);
    expect(lookAlikes.length).toBeGreaterThanOrEqual(sample.manifest.faults.length);
  });
});
