import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/contracts/artifact.ts';
import { type CommitPlan, createRepository } from '../../../src/process/git-repository.ts';
import { createProgramRunner } from '../../../src/process/program-runner.ts';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { estimate } from '../../../src/skills/pm/estimate.ts';
import { spreadOf } from '../../../src/skills/pm/history-spread.ts';
import { quantileOf, simulate } from '../../../src/skills/pm/pert.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import { createSkillContext, folderOf, reviewFolder } from '../../support/skill-context.ts';

const HOUR = 60 * 60 * 1_000;
const signal = new AbortController().signal;
const run = (input: object): Promise<Artifact> => reviewFolder(estimate, { 'a.txt': 'a\n' }, { input });
const CHAIN = [
  { id: 'a', optimistic: 1, likely: 2, pessimistic: 6 },
  { id: 'b', optimistic: 2, likely: 3, pessimistic: 4, dependencies: ['a'] },
  { id: 'c', optimistic: 0.1, likely: 0.2, pessimistic: 0.3, dependencies: ['a'] },
];

async function overHistory(count: number, input: object): Promise<Artifact> {
  const root = await folderOf({});
  const runner = createProgramRunner({ root, allow: ['git'] });
  const commits = Array.from(
    { length: count },
    (_unused, index): CommitPlan => ({
      message: `c${index}`,
      time: Date.UTC(2026, 0, 1) + index * HOUR + (index % 3 === 0 ? HOUR / 2 : 0),
      files: { 'a.txt': `${index}\n` },
    }),
  );
  await createRepository(runner, root, commits);
  return runSkill(estimate, input, createSkillContext(await openWorkspace(root), { runner }), {
    agent: 'PMAgent',
  });
}

describe('estimate', () => {
  it('gives percentiles that rise, a path, and how likely each task is critical', async () => {
    const { status, data, evidence } = await run({ tasks: CHAIN, seed: 7 });
    expect(status).toBe('done');
    const { p50, p80, p95 } = data as Record<'p50' | 'p80' | 'p95', number>;
    expect(p50).toBeGreaterThan(4.5);
    expect(p80).toBeGreaterThan(p50);
    expect(p95).toBeGreaterThan(p80);
    expect(p95).toBeLessThan(10);
    expect(data).toMatchObject({
      seed: 7,
      expectedPath: ['a', 'b'],
      expectedDuration: 5.5,
      tasks: [
        { id: 'a', expected: 2.5, deviation: 0.833, criticalProbability: 1 },
        { id: 'b', criticalProbability: 1 },
        { id: 'c', criticalProbability: 0 },
      ],
    });
    expect(evidence).toMatchObject([{ type: 'document', id: 'input' }]);
  });

  it('gives the same figures for a seed, and others for another', async () => {
    const [one, same, other] = [
      await run({ tasks: CHAIN, seed: 3 }),
      await run({ tasks: CHAIN, seed: 3 }),
      await run({ tasks: CHAIN, seed: 4 }),
    ];
    expect(one.data).toEqual(same.data);
    expect(one.data['mean']).not.toBe(other.data['mean']);
  });

  it('meets the mean and deviation that the PERT formulas give', async () => {
    const { totals } = await simulate([{ ...CHAIN[0], dependencies: [] } as never], {
      rounds: 40_000,
      seed: 1,
      signal,
    });
    const mean = totals.reduce((sum, one) => sum + one, 0) / totals.length;
    expect(mean).toBeCloseTo(2.5, 1);
    expect(totals[0]).toBeGreaterThanOrEqual(1);
    expect(totals.at(-1)).toBeLessThanOrEqual(6);
  });

  it('shares criticality between equal branches', async () => {
    const branch = { optimistic: 1, likely: 2, pessimistic: 3, dependencies: [] };
    const { criticality } = await simulate(
      [
        { id: 'x', ...branch },
        { id: 'y', ...branch },
      ],
      {
        rounds: 4_000,
        seed: 1,
        signal,
      },
    );
    expect(criticality.get('x')).toBeGreaterThan(0.45);
    expect(criticality.get('x')).toBeLessThan(0.55);
  });

  it('does not vary what has no spread', async () => {
    const { data } = await run({ tasks: [{ id: 'a', optimistic: 2, likely: 2, pessimistic: 2 }] });
    expect(data).toMatchObject({ p50: 2, p95: 2, mean: 2 });
  });

  it('is not applicable without tasks', async () => {
    expect(await run({})).toMatchObject({
      status: 'not-applicable',
      data: {},
      reason: expect.stringContaining('metadata.skillInputs.estimate'),
    });
  });

  it('does not make up a spread that nobody gave', async () => {
    const artifact = await run({ tasks: [{ id: 'a', likely: 2 }] });
    expect(artifact.status).toBe('not-applicable');
    expect(artifact.reason).toMatch(/a among them/);
  });

  it('measures the spread on a history that is long enough when asked to', async () => {
    const { status, data, evidence } = await overHistory(60, {
      tasks: [{ id: 'a', likely: 2 }],
      spread: 'history',
    });
    expect(status).toBe('done');
    expect(data).toMatchObject({ history: { samples: 59 }, tasks: [{ spread: 'history' }] });
    const [task] = data['tasks'] as { optimistic: number; pessimistic: number }[];
    expect(task?.optimistic).toBeLessThan(2);
    expect(task?.pessimistic).toBeGreaterThan(2);
    expect(evidence.some(({ type }) => type === 'command')).toBe(true);
  });

  it('is not applicable when the history is too short to tell', async () => {
    const artifact = await overHistory(12, { tasks: [{ id: 'a', likely: 2 }], spread: 'history' });
    expect(artifact.status).toBe('not-applicable');
  });

  it('does not look at the history when all points are given', async () => {
    const { data } = await overHistory(60, { tasks: CHAIN, spread: 'history' });
    expect(data['history']).toBeNull();
  });

  it.each([
    ['points out of order', [{ id: 'a', optimistic: 3, likely: 2, pessimistic: 4 }]],
    ['two tasks of one id', [CHAIN[0], CHAIN[0]]],
    ['a dependency on nothing', [{ ...CHAIN[0], dependencies: ['z'] }]],
    [
      'tasks that wait for each other',
      [
        { ...CHAIN[0], dependencies: ['b'] },
        { ...CHAIN[1], dependencies: ['a'] },
      ],
    ],
  ])('refuses %s', async (_what, tasks) => {
    expect((await run({ tasks })).status).toBe('failed');
  });
});

describe('the spread of a history', () => {
  const at = (time: number, authorName = 'A', lines = 5) => ({
    hash: '',
    subject: '',
    authorName,
    time,
    files: [{ path: 'a', added: lines, deleted: 0 }],
  });

  it('leaves out nights, merges and commits within a minute', () => {
    const nights = Array.from({ length: 60 }, (_unused, index) => at(index * 12 * HOUR));
    expect(spreadOf(nights)).toBeUndefined();
    expect(
      spreadOf(Array.from({ length: 60 }, (_unused, index) => at(index * HOUR, 'A', 0))),
    ).toBeUndefined();
    expect(spreadOf(Array.from({ length: 60 }, (_unused, index) => at(index * 1_000)))).toBeUndefined();
  });

  it('does not measure between commits of different people', () => {
    expect(
      spreadOf(Array.from({ length: 60 }, (_unused, index) => at(index * HOUR, `A${index}`))),
    ).toBeUndefined();
  });

  it('takes the nearest rank as a percentile', () => {
    expect(quantileOf([1, 2, 3, 4], 0.5)).toBe(2);
    expect(quantileOf([1, 2, 3, 4], 0.95)).toBe(4);
  });
});
