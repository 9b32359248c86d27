import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentRun } from '../../src/report/agent-run.ts';
import { readEarlierReport } from '../../src/report/compare-findings.ts';
import { toHtml } from '../../src/report/html.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { type Report, reportSchema } from '../../src/report/report-schema.ts';
import { toSarif } from '../../src/report/sarif.ts';
import { digestOf } from '../../src/shared/json.ts';
import {
  agentOf,
  artifactOf,
  finding,
  location,
  reportOf,
  temporaryFolder,
} from '../support/sample-report.ts';

const earlierOf = (report: Report) => ({
  path: 'old/report.json',
  digest: digestOf(JSON.stringify(report)),
  report,
});

async function compared(
  before: readonly AgentRun[],
  after: readonly AgentRun[],
  options: Parameters<typeof reportOf>[1] = {},
): Promise<Report> {
  return reportOf(after, { ...options, earlier: earlierOf(await reportOf(before)) });
}

const statesOf = (report: Report) =>
  Object.fromEntries(
    report.agents.flatMap(({ artifacts }) =>
      artifacts.flatMap(({ findings }) => findings.map(({ id, state }) => [id, state])),
    ),
  );
const run = (...findings: ReturnType<typeof finding>[]): AgentRun[] => [agentOf([artifactOf(findings)])];

describe('a comparison with an earlier report', () => {
  it('tells new, still there and fixed, by id', async () => {
    const report = await compared(
      run(finding('kept', 'error'), finding('gone', 'warning', { location: location('src/b.ts', 4) })),
      run(
        finding('kept', 'error', { location: location('src/a.ts', 90) }),
        finding('fresh', 'critical', { location: location('src/c.ts', 1) }),
      ),
    );
    expect(statesOf(report)).toEqual({ kept: 'unchanged', fresh: 'new' });
    expect(report.comparison).toMatchObject({
      path: 'old/report.json',
      counts: { new: 1, unchanged: 1, fixed: 1, unchecked: 0 },
      fixed: [{ id: 'gone', rule: 'some-rule', path: 'src/b.ts', line: 4, agent: 'SecurityAgent' }],
    });
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('takes a finding with another id for the same when rule, path and text are, each for one other', async () => {
    const at = (line: number) => ({ location: location('src/a.ts', line, { excerpt: 'if (a == a)' }) });
    const report = await compared(
      run(finding('one', 'error', at(3)), finding('two', 'error', at(9))),
      run(finding('x', 'error', at(5)), finding('y', 'error', at(12)), finding('z', 'error', at(20))),
    );
    expect(statesOf(report)).toEqual({ x: 'unchanged', y: 'unchanged', z: 'new' });
    expect(report.comparison?.counts).toMatchObject({ new: 1, unchanged: 2, fixed: 0 });
  });

  it('calls nothing fixed that was not looked for', async () => {
    const before = [
      agentOf([artifactOf([finding('a', 'error')])]),
      agentOf([artifactOf([finding('b', 'error', { rule: 'failing-test' })], { skill: 'run-tests' })], {
        name: 'QAAgent',
      }),
    ];
    const after = [
      agentOf([artifactOf([])]),
      agentOf([artifactOf([], { skill: 'run-tests', status: 'unavailable', reason: 'needs --execute' })], {
        name: 'QAAgent',
        status: 'unavailable',
        reason: 'needs --execute',
      }),
    ];
    const { comparison } = await compared(before, after);
    expect(comparison?.counts).toEqual({ new: 0, unchanged: 0, fixed: 1, unchecked: 1 });
    expect(comparison?.fixed.map(({ id }) => id)).toEqual(['a']);
  });

  it('lets the gate judge new findings alone when asked', async () => {
    const before = run(finding('old', 'error'));
    const same = await compared(before, before, { gateNewOnly: true });
    expect(same.gate).toEqual({ isPassed: true, limit: 'error', reasons: [], isNewOnly: true });
    expect((await compared(before, before)).gate.isPassed).toBe(false);
    const worse = await compared(
      before,
      run(finding('old', 'error'), finding('new', 'error', { location: location('b.ts', 1) })),
      { gateNewOnly: true },
    );
    expect(worse.gate.reasons).toEqual(['1 error finding.']);
  });

  it('stands in the page, in Markdown and in SARIF', async () => {
    const report = await compared(
      run(finding('kept', 'error'), finding('gone', 'warning', { location: location('b c.ts', 4) })),
      run(finding('kept', 'error'), finding('fresh', 'error', { location: location('c.ts', 1) })),
    );
    const page = await toHtml(report);
    const markdown = toMarkdown(report);
    for (const text of [page, markdown]) {
      expect(text).toContain('1 new, 1 still there, 1 fixed');
      expect(text).toContain('Message of gone.');
      expect(text).toContain(report.comparison?.digest.slice(0, 15));
    }
    expect(page).toContain('<span class="tag mark">new</span><span class="message">Message of fresh.');
    expect(markdown).toContain('- **error** **new** `c.ts:1`');
    const { runs } = toSarif(report) as {
      runs: { results: { baselineState: string; ruleIndex: number; locations: object[] }[] }[];
    };
    expect(runs[0]?.results.map(({ baselineState }) => baselineState)).toEqual([
      'unchanged',
      'new',
      'absent',
    ]);
    expect(runs[0]?.results.every(({ ruleIndex }) => ruleIndex >= 0)).toBe(true);
    expect(runs[0]?.results[2]?.locations).toMatchObject([
      { physicalLocation: { artifactLocation: { uri: 'b%20c.ts' } } },
    ]);
  });

  it('puts new findings before known ones of the same weight', async () => {
    const report = await compared(
      run(finding('kept', 'error')),
      run(finding('kept', 'error'), finding('fresh', 'error', { location: location('c.ts', 1) })),
    );
    const [, worst = ''] = (await toHtml(report)).split('<ol class="worst">');
    expect(worst.indexOf('Message of fresh.')).toBeLessThan(worst.indexOf('Message of kept.'));
  });

  it('shows hostile text of the earlier report as text', async () => {
    const report = await compared(
      run(finding('gone', 'error', { message: '<script>x</script>', location: location('<b>.ts', 1) })),
      run(),
    );
    expect(await toHtml(report)).not.toMatch(/<script>x|<b>\.ts/);
    expect(toMarkdown(report)).not.toMatch(/<script>x/);
  });

  it('is not there when no report was given', async () => {
    const report = await reportOf(run(finding('a', 'error')));
    expect(report).not.toHaveProperty('comparison');
    expect(JSON.stringify([report, toSarif(report)])).not.toMatch(/baselineState|"state"|suppressions/);
  });
});

describe('reading an earlier report', () => {
  it('gives back what was written, with its digest', async () => {
    const folder = await temporaryFolder();
    const report = await reportOf(run(finding('a', 'error')));
    const path = join(folder.root, 'report.json');
    await writeFile(path, JSON.stringify(report));
    expect(await readEarlierReport(path)).toEqual({ path, digest: digestOf(JSON.stringify(report)), report });
    await folder.remove();
  });

  it.each([
    ['no JSON', '{"schemaVersion": 1', 'got text that is not JSON'],
    ['nothing', '', 'got text that is not JSON'],
    ['null', 'null', 'does not fit its schema at the whole'],
    [
      'a newer schema',
      '{"schemaVersion": 2, "more": true}',
      'got schema version 2, which a newer release wrote',
    ],
    ['another thing', '{"schemaVersion": 1}', 'does not fit its schema at tool'],
  ])('refuses %s and says what it got', async (_title, text, expected) => {
    const folder = await temporaryFolder({ 'report.json': text });
    const path = join(folder.root, 'report.json');
    await expect(readEarlierReport(path)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(expected),
    });
    await folder.remove();
  });

  it('refuses a folder, and what is not there', async () => {
    const folder = await temporaryFolder();
    await expect(readEarlierReport(folder.root)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('got a folder'),
    });
    await expect(readEarlierReport(join(folder.root, 'none.json'))).rejects.toMatchObject({
      code: 'not-found',
    });
    await folder.remove();
  });
});
