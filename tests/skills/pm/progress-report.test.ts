import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/contracts/artifact.ts';
import { type CommitPlan, createRepository } from '../../../src/process/git-repository.ts';
import { createProgramRunner } from '../../../src/process/program-runner.ts';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { burndownOf } from '../../../src/skills/pm/burndown.ts';
import { areaOf, weeksOf } from '../../../src/skills/pm/history-view.ts';
import { progressReport } from '../../../src/skills/pm/progress-report.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import { createSkillContext, folderOf, reviewFolder } from '../../support/skill-context.ts';

const DAY = 24 * 60 * 60 * 1_000;
/** A Thursday. */
const START = Date.UTC(2026, 0, 1, 12);
const ADA = { name: 'Ada', email: 'ada@example.com' };
const BOB = { name: 'Bob', email: 'bob@example.com' };
const COMMITS: readonly CommitPlan[] = [
  {
    message: 'one',
    time: START,
    author: ADA,
    files: { 'src/shop/a.js': '// TODO: later\n1;\n', 'README.md': 'x\n' },
  },
  { message: 'two', time: START + 3 * DAY, author: ADA, files: { 'src/shop/b.js': '1;\n2;\n' } },
  {
    message: 'three',
    time: START + 18 * DAY,
    author: BOB,
    files: { 'src/shop/b.js': '1;\n', 'docs/x.md': 'x\n' },
  },
];

async function report(
  commits: readonly CommitPlan[],
  input: object = {},
  artifacts: readonly Artifact[] = [],
): Promise<Artifact> {
  const root = await folderOf({});
  const runner = createProgramRunner({ root, allow: ['git'] });
  await createRepository(runner, root, commits);
  const context = createSkillContext(await openWorkspace(root), { runner, artifacts });
  return runSkill(progressReport, input, context, { agent: 'PMAgent' });
}

const found = (id: string, severity = 'error') => ({ id, severity });
const earlier = (createdAt: string, ...findings: readonly object[]) => ({
  createdAt,
  agents: [{ artifacts: [{ findings }] }],
});

describe('progress-report', () => {
  it('counts commits, people and lines by week, with a row of zeros for a week without any', async () => {
    const { status, data, evidence } = await report(COMMITS);
    expect(status).toBe('done');
    expect(data['weeks']).toEqual([
      { week: '2025-12-29', commits: 2, authors: 1, files: 3, added: 5, deleted: 0 },
      { week: '2026-01-05', commits: 0, authors: 0, files: 0, added: 0, deleted: 0 },
      { week: '2026-01-12', commits: 0, authors: 0, files: 0, added: 0, deleted: 0 },
      { week: '2026-01-19', commits: 1, authors: 1, files: 2, added: 1, deleted: 1 },
    ]);
    expect(evidence.some((one) => one.type === 'command' && one.argv.includes('--numstat'))).toBe(true);
  });

  it('counts all authors, also those beyond the fifty it lists', async () => {
    const commits = Array.from({ length: 53 }, (_, index) => ({
      message: `${index}`,
      time: Date.UTC(2026, 0, 1) + index * 60_000,
      author: { name: `Author ${index}`, email: `${index}@example.com` },
      files: { 'a.js': `${index}\n` },
    }));
    const { data, summary } = await report(commits);
    expect(data['authors']).toHaveLength(50);
    expect(data['authorCount']).toBe(53);
    expect(summary).toContain('53 commits by 53 authors from 2026-01-01 to 2026-01-01 changed 1 file ');
  });

  it('says who worked where', async () => {
    const { data } = await report(COMMITS);
    expect(data['areas']).toMatchObject([
      {
        area: 'src/shop',
        commits: 3,
        people: [
          { author: 'Ada', commits: 2, share: 0.667 },
          { author: 'Bob', commits: 1 },
        ],
      },
      { area: '.', people: [{ author: 'Ada', commits: 1, share: 1 }] },
      { area: 'docs', people: [{ author: 'Bob' }] },
    ]);
  });

  it('counts the notes that are open now', async () => {
    const { data } = await report(COMMITS);
    expect(data['markers']).toEqual({ total: 1, files: [{ path: 'src/shop/a.js', markers: 1, line: 1 }] });
  });

  it('counts only commits since the time that is given', async () => {
    const { data } = await report(COMMITS, { since: new Date(START + 10 * DAY).toISOString() });
    expect(data).toMatchObject({ commits: 1, authors: [{ author: 'Bob' }] });
  });

  it('is not applicable when nothing was committed since then', async () => {
    const artifact = await report(COMMITS, { since: new Date(START + 100 * DAY).toISOString() });
    expect(artifact).toMatchObject({ status: 'not-applicable', data: {} });
  });

  it('is not applicable without a history', async () => {
    expect((await reviewFolder(progressReport, { 'a.js': '1;\n' })).status).toBe('not-applicable');
  });

  it('has no burndown without an earlier report', async () => {
    expect((await report(COMMITS)).data['burndown']).toEqual([]);
  });

  it('follows findings by id from report to report, in the order of time', async () => {
    const { data } = await report(COMMITS, {
      earlierReports: [
        earlier('2026-02-01T00:00:00.000Z', found('b'), found('c', 'info')),
        earlier('2026-01-01T00:00:00.000Z', found('a', 'critical'), found('b')),
      ],
    });
    expect(data['burndown']).toMatchObject([
      { createdAt: '2026-01-01T00:00:00.000Z', open: 2, resolved: null, added: null },
      { open: 2, resolved: 1, added: 1, bySeverity: { critical: 0, error: 1, info: 1 } },
    ]);
  });

  it('refuses an earlier report that is none', async () => {
    const artifact = await report(COMMITS, { earlierReports: [{ createdAt: 'yesterday' }] });
    expect(artifact.status).toBe('failed');
    expect(artifact.reason).toMatch(/earlierReports/);
  });
});

describe('the parts of a progress report', () => {
  it('takes the findings of this run as the last point', () => {
    const artifact = { findings: [found('b')] } as unknown as Artifact;
    const points = burndownOf([earlier('2026-01-01T00:00:00Z', found('a'), found('b')) as never], [artifact]);
    expect(points.at(-1)).toMatchObject({ createdAt: null, open: 1, resolved: 1, added: 0 });
  });

  it('begins weeks on Monday, on both sides of midnight', () => {
    const at = (time: number) => ({ hash: '', authorName: 'A', time, subject: '', files: [] });
    const weeks = weeksOf([at(Date.UTC(2026, 0, 4, 23, 59)), at(Date.UTC(2026, 0, 5))]);
    expect(weeks.map(({ week }) => week)).toEqual(['2025-12-29', '2026-01-05']);
  });

  it.each([
    ['README.md', '.'],
    ['docs/a/b.md', 'docs'],
    ['src/a.ts', 'src'],
    ['packages/core/src/a.ts', 'packages/core'],
  ])('puts %s into the area %s', (path, area) => {
    expect(areaOf(path)).toBe(area);
  });
});
