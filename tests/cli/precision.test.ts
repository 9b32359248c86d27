import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type PreparedSample, prepareSample } from '../../src/cli/sample/prepare-sample.ts';
import type { Artifact } from '../../src/contracts/artifact.ts';
import {
  differencesOf,
  precisionOf,
  recallOf,
  reviewSample,
  rowsBelow,
  type SkillScore,
  scoreSample,
} from '../support/sample-score.ts';
import { makeVariant } from '../support/sample-variant.ts';

async function kept(making: Promise<PreparedSample>): Promise<PreparedSample> {
  const sample = await making;
  onTestFinished(() => sample.dispose());
  return sample;
}

const figuresOf = (score: SkillScore): { skill: string; precision: number; recall: number } => ({
  skill: score.skill,
  precision: precisionOf(score),
  recall: recallOf(score),
});

describe('a review of the sample shop', { timeout: 240_000 }, () => {
  it('reports every planted fault and nothing else', async () => {
    const { manifest, root } = await kept(prepareSample());
    const scores = scoreSample(manifest, await reviewSample(root));
    expect(differencesOf(scores)).toEqual([]);
    expect(scores.map(figuresOf)).toEqual(scores.map(({ skill }) => ({ skill, precision: 1, recall: 1 })));
    expect(scores.reduce((sum, { planted }) => sum + planted, 0)).toBe(manifest.faults.length);
  });
});

describe('a review of a shop with other names, lines, shapes and faults', { timeout: 240_000 }, () => {
  it.each([3])('finds nearly all that is planted, and hardly anything else (seed %i)', async (seed) => {
    const { manifest, root } = await kept(makeVariant(seed));
    const scores = scoreSample(manifest, await reviewSample(root));
    const differences = differencesOf(scores).join('\n');
    for (const { skill, precision, recall } of scores.map(figuresOf)) {
      expect(precision, `precision of ${skill}:\n${differences}`).toBeGreaterThanOrEqual(0.9);
      expect(recall, `recall of ${skill}:\n${differences}`).toBeGreaterThanOrEqual(0.9);
    }
    // Its own tests still pass, but for the one that is meant to fail.
    expect(scores.find(({ skill }) => skill === 'run-tests')).toMatchObject({ reported: 1, right: 1 });
  });
});

describe('the score', () => {
  it('counts what was missed and what was wrong, and marks look-alikes', () => {
    const place = (line: number) => ({ path: 'a.ts', line });
    const entry = (line: number) => ({
      ...place(line),
      skill: 's',
      rule: 'r',
      anchor: 'x',
      note: 'harmless',
    });
    const fault = (id: string, line: number) => ({
      ...entry(line),
      id,
      paths: ['a.ts'],
      places: [place(line), place(line + 1)],
    });
    const finding = (line: number, rule = 'r') => ({
      id: `${rule}${line}`,
      rule,
      severity: 'error' as const,
      message: 'm',
      location: { type: 'location' as const, ...place(line), fileDigest: 'sha256:0', excerpt: '' },
    });
    const artifact: Artifact = {
      schemaVersion: 1,
      id: 'a',
      kind: 's',
      title: 's',
      agent: 'a',
      skill: 's',
      status: 'done',
      summary: '',
      data: {},
      findings: [finding(2), finding(10), finding(20), finding(1, 'other')],
      evidence: [],
      durationMs: 0,
    };
    const scores = scoreSample(
      { schemaVersion: 1, faults: [fault('near', 1), fault('lost', 30)], lookAlikes: [entry(20)] },
      [artifact],
    );
    expect(scores.map(figuresOf)).toEqual([{ skill: 's', precision: 0.25, recall: 0.5 }]);
    expect(differencesOf(scores)).toEqual([
      '- s: r a.ts:30 lost',
      '+ s: r a.ts:10 m',
      '+ s: r a.ts:20 m (look-alike: harmless)',
      '+ s: other a.ts:1 m',
    ]);
  });
});

describe('the least score', () => {
  const score = (rest: Partial<SkillScore>): SkillScore => ({
    skill: 's',
    planted: 2,
    found: 2,
    reported: 2,
    right: 2,
    missed: [],
    wrong: [],
    ...rest,
  });

  it('is not met by a skill that could not run: its faults are missed', () => {
    const place = { path: 'a.ts', line: 1 };
    const fault = {
      ...place,
      id: 'f',
      skill: 's',
      rule: 'r',
      anchor: 'x',
      note: '',
      paths: ['a.ts'],
      places: [place],
    };
    const scores = scoreSample({ schemaVersion: 1, faults: [fault], lookAlikes: [] }, []);
    expect(rowsBelow(0.9, scores).map(({ skill }) => skill)).toEqual(['s']);
  });

  it('names what is below it, and takes nothing planted for no proof', () => {
    const low = score({ found: 1 });
    expect(rowsBelow(0.9, [score({}), low, score({ reported: 3 })])).toEqual([low, score({ reported: 3 })]);
    expect(() => rowsBelow(0.9, [])).toThrow('nothing is proved');
    expect(() => rowsBelow(0.9, [score({ planted: 0, found: 0 })])).toThrow('nothing is proved');
  });
});

describe('a variant of the sample shop', { timeout: 60_000 }, () => {
  it('is the same for the same seed, and another for another', async () => {
    const [one, same, other] = [
      await kept(makeVariant(1)),
      await kept(makeVariant(1)),
      await kept(makeVariant(2)),
    ];
    expect(one.history).toEqual(same.history);
    expect(one.manifest).toEqual(same.manifest);
    expect(other.history).not.toEqual(one.history);
    expect(other.manifest).not.toEqual(one.manifest);
  });

  it('shares hardly a place with the sample, and keeps the faults that it did not drop', async () => {
    const [sample, variant] = [await kept(prepareSample()), await kept(makeVariant(3))];
    const placeOf = ({ path, line }: { path: string; line: number }): string => `${path}:${line}`;
    const old = new Set(sample.manifest.faults.map(placeOf));
    const isNew = variant.manifest.faults.filter((fault) => !old.has(placeOf(fault)));
    expect(isNew.length / variant.manifest.faults.length).toBeGreaterThan(0.7);
    expect(variant.manifest.faults.some(({ note }) => note === 'added')).toBe(true);
    const ids = new Set(sample.manifest.faults.map(({ id }) => id));
    const left = variant.manifest.faults.filter(({ note }) => note !== 'added').map(({ id }) => id);
    expect(left.filter((id) => !ids.has(id))).toEqual([]);
    expect(left.length).toBeLessThan(ids.size);
    expect(left.length).toBeGreaterThan(ids.size * 0.7);
    for (const { path, line } of variant.manifest.faults) {
      const lines = (await readFile(join(variant.root, path), 'utf8')).split('\n');
      expect(lines.length).toBeGreaterThanOrEqual(line);
    }
  });
});
