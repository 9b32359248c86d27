import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBaseline, writeBaseline } from '../../src/report/baseline.ts';
import { toHtml } from '../../src/report/html.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { type BaselineEntry, type Report, reportSchema } from '../../src/report/report-schema.ts';
import { toSarif } from '../../src/report/sarif.ts';
import { digestOf } from '../../src/shared/json.ts';
import { fakeSkill } from '../support/fake-skill.ts';
import { agentOf, artifactOf, finding, reportOf, temporaryFolder } from '../support/sample-report.ts';

const entry = (id: string, rest: Partial<BaselineEntry> = {}): BaselineEntry => ({
  id,
  rule: 'some-rule',
  path: 'src/a.ts',
  reason: `reason of ${id}`,
  ...rest,
});
const named = (...entries: BaselineEntry[]) => ({
  path: 'known.json',
  digest: digestOf(JSON.stringify(entries)),
  entries,
});
const RUN = [agentOf([artifactOf([finding('a', 'error'), finding('b', 'warning')])])];

describe('a baseline', () => {
  it('silences what it names: neither the totals nor the gate count it', async () => {
    const report = await reportOf(RUN, { baseline: named(entry('a')) });
    expect(report.totals).toEqual({ critical: 0, error: 0, warning: 1, info: 0 });
    expect(report.gate.isPassed).toBe(true);
    expect(report.agents[0]?.artifacts[0]?.findings).toMatchObject([
      { id: 'a', silenced: { reason: 'reason of a' } },
      { id: 'b' },
    ]);
    expect(report.agents[0]?.artifacts[0]?.findings[1]).not.toHaveProperty('silenced');
    expect(report.baseline).toMatchObject({ path: 'known.json', entryCount: 1, silencedCount: 1, stale: [] });
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it.each([
    ['rule', entry('a', { rule: 'another-rule' })],
    ['path', entry('a', { path: 'src/b.ts' })],
    ['id', entry('c')],
  ])('does not silence when the %s is another; the entry is stale', async (_member, wrong) => {
    const report = await reportOf(RUN, { baseline: named(wrong) });
    expect(report.totals['error']).toBe(1);
    expect(report.baseline).toMatchObject({ silencedCount: 0, stale: [wrong] });
  });

  it.each([
    ['2026-11-25T23:59:59Z', true],
    ['2026-11-26T00:00:00Z', false],
  ])('counts through its last day: %s', async (now, isSilenced) => {
    const dated = entry('a', { until: '2026-11-25' });
    const report = await reportOf(RUN, { baseline: named(dated), finishedAt: Date.parse(now) });
    expect(report.gate.isPassed).toBe(isSilenced);
    expect(report.baseline).toMatchObject({ expired: isSilenced ? [] : [dated], stale: [] });
  });

  it('calls no entry stale while one of the skills that know its rule could not look', async () => {
    const rule = { id: 'some-rule', severity: 'error', title: 'Some', help: 'Rule.' } as const;
    const skills = ['one', 'two'].map((name) => fakeSkill(name, { rules: [rule] }));
    const done = artifactOf([], { skill: 'one' });
    const entry = { id: 'gone', rule: 'some-rule', path: 'src/a.ts', reason: 'known' };
    const baseline = { path: 'known.json', digest: `sha256:${'0'.repeat(64)}`, entries: [entry] };
    for (const [other, stale] of [
      [artifactOf([], { skill: 'two', status: 'failed', reason: 'broke' }), 0],
      [artifactOf([], { skill: 'two' }), 1],
    ] as const) {
      const report = await reportOf([agentOf([done, other])], { skills, baseline });
      expect(report.baseline?.stale).toHaveLength(stale);
    }
  });

  it('calls no entry stale whose skill could not look', async () => {
    const rules = [{ id: 'failing-test', severity: 'error', title: 'T', help: 'H' }] as const;
    const known = named(entry('t', { rule: 'failing-test' }));
    const skills = [fakeSkill('run-tests', { rules })];
    const blind = artifactOf([], { skill: 'run-tests', status: 'unavailable', reason: 'needs --execute' });
    const seeing = artifactOf([], { skill: 'run-tests' });
    for (const [artifact, stale] of [
      [blind, 0],
      [seeing, 1],
    ] as const) {
      const report = await reportOf([agentOf([artifact])], { skills, baseline: named(...known.entries) });
      expect(report.baseline?.stale).toHaveLength(stale);
    }
  });

  it('stands in the page, folded, in Markdown and in SARIF', async () => {
    const report = await reportOf(RUN, {
      baseline: named(entry('a', { until: '2030-01-01' }), entry('gone', { reason: '<b>old</b>' })),
    });
    const page = await toHtml(report);
    expect(page).toContain('<details class="rest silenced"><summary>1 silenced finding</summary>');
    expect(page).toContain('<b>Silenced until 2030-01-01:</b> reason of a');
    expect(page).toContain('1 stale entry');
    expect(page).toContain(report.baseline?.digest);
    expect(page).not.toContain('<b>old</b>');
    const markdown = toMarkdown(report);
    expect(markdown).toContain('<details><summary>1 silenced</summary>');
    expect(markdown).toContain('Silenced until 2030-01-01: reason of a');
    expect(markdown).toContain(report.baseline?.digest);
    const { runs } = toSarif(report) as { runs: { results: { suppressions?: object[] }[] }[] };
    expect(runs[0]?.results.map(({ suppressions }) => suppressions)).toEqual([
      [
        {
          kind: 'external',
          status: 'accepted',
          justification: 'reason of a',
          properties: { until: '2030-01-01' },
        },
      ],
      undefined,
    ]);
  });
});

describe('the file of a baseline', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let path: string;
  beforeEach(async () => {
    folder = await temporaryFolder({ 'package.json': '{"name": "x"}' });
    path = join(folder.root, 'known.json');
  });
  afterEach(() => folder.remove());

  const silencedIn = (report: Report) =>
    report.agents
      .flatMap(({ artifacts }) => artifacts.flatMap(({ findings }) => findings))
      .map(({ silenced }) => silenced);

  it('holds what was found, for the reason given, and silences it the next time', async () => {
    expect(await writeBaseline(path, await reportOf(RUN), { reason: 'before the rewrite' })).toBe(2);
    const known = await readBaseline(path);
    expect(known.entries).toEqual([
      entry('a', { reason: 'before the rewrite' }),
      entry('b', { reason: 'before the rewrite' }),
    ]);
    expect(known.digest).toBe(digestOf(await readFile(path)));
    const next = await reportOf(RUN, { baseline: known });
    expect(silencedIn(next)).toEqual([{ reason: 'before the rewrite' }, { reason: 'before the rewrite' }]);
    expect(await readdir(folder.root)).toEqual(['known.json', 'package.json']);
  });

  it('keeps reasons that were there, drops stale and expired entries', async () => {
    const known = named(
      entry('a', { until: '2030-01-01' }),
      entry('b', { until: '2000-01-01' }),
      entry('gone'),
    );
    const report = await reportOf(RUN, { baseline: known });
    await writeBaseline(path, report, { reason: 'again', known });
    expect((await readBaseline(path)).entries).toEqual([
      entry('a', { until: '2030-01-01' }),
      entry('b', { reason: 'again' }),
    ]);
  });

  it('names a finding once that two skills share', async () => {
    const report = await reportOf([
      agentOf([artifactOf([finding('a', 'error')]), artifactOf([finding('a', 'error')])]),
    ]);
    expect(await writeBaseline(path, report, { reason: 'r' })).toBe(1);
  });

  it('replaces no file that is something else', async () => {
    const other = join(folder.root, 'package.json');
    const report = await reportOf(RUN);
    await expect(writeBaseline(other, report, { reason: 'r' })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect(await readFile(other, 'utf8')).toBe('{"name": "x"}');
  });

  it('says where it can not be written', async () => {
    await expect(
      writeBaseline(join(folder.root, 'no', 'known.json'), await reportOf(RUN), { reason: 'r' }),
    ).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('there is no folder'),
    });
  });

  it.each([
    ['without a reason', { ...entry('a'), reason: undefined }, 'entries.0.reason'],
    ['with a blank reason', entry('a', { reason: '  ' }), 'a reason is needed'],
    ['with a day that is none', entry('a', { until: '2026-02-30' }), 'entries.0.until'],
    ['with a member nobody knows', { ...entry('a'), severity: 'info' }, 'entries.0'],
  ])('refuses an entry %s', async (_title, wrong, expected) => {
    await writeFile(path, JSON.stringify({ schemaVersion: 1, entries: [wrong] }));
    await expect(readBaseline(path)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(expected),
    });
  });

  it('refuses a newer schema', async () => {
    await writeFile(path, JSON.stringify({ schemaVersion: 7, entries: [] }));
    await expect(readBaseline(path)).rejects.toThrow(/schema version 7, which a newer release wrote/);
  });
});
