import { describe, expect, it } from 'vitest';
import { SEVERITIES } from '../../src/contracts/artifact.ts';
import { decideGate } from '../../src/report/gate.ts';
import { agentOf, artifactOf, finding, reportOf } from '../support/sample-report.ts';

const found = SEVERITIES.map((severity) => finding(severity, severity));

describe('the gate', () => {
  it('passes when skills were done and nothing reaches the limit', () => {
    const run = agentOf([artifactOf([finding('a', 'warning')])]);
    expect(decideGate([run], 3, 'error')).toEqual({ isPassed: true, limit: 'error', reasons: [] });
  });

  it('fails when no file was seen', () => {
    expect(decideGate([agentOf([artifactOf([])])], 0, 'error')).toMatchObject({
      isPassed: false,
      reasons: ['No file was seen.'],
    });
  });

  it('fails when no skill was done, even with no finding', () => {
    const run = agentOf([artifactOf([], { status: 'unavailable', reason: 'no git' })], {
      status: 'unavailable',
      reason: 'no git',
    });
    expect(decideGate([run], 3, 'critical').reasons).toEqual(['No skill came to an end.']);
    expect(decideGate([], 3, 'critical').isPassed).toBe(false);
  });

  it('fails when an agent failed, and says why once', () => {
    const runs = [
      agentOf([artifactOf([])]),
      agentOf([], { name: 'QAAgent', status: 'failed', reason: 'spawn ENOENT.' }),
    ];
    expect(decideGate(runs, 3, 'critical').reasons).toEqual(['QAAgent failed: spawn ENOENT.']);
  });

  it('keeps the output of a failed agent short', () => {
    const runs = [
      agentOf([artifactOf([])]),
      agentOf([], { status: 'failed', reason: 'x'.repeat(1_000_000) }),
    ];
    expect(decideGate(runs, 3, 'critical').reasons[0]?.length).toBeLessThan(400);
  });

  it('does not fail for an agent that had nothing to do', () => {
    const runs = [agentOf([artifactOf([])]), agentOf([], { status: 'not-applicable', reason: 'no data' })];
    expect(decideGate(runs, 3, 'error').isPassed).toBe(true);
  });

  it.each([
    ['info', ['1 critical finding.', '1 error finding.', '1 warning finding.', '1 info finding.']],
    ['warning', ['1 critical finding.', '1 error finding.', '1 warning finding.']],
    ['error', ['1 critical finding.', '1 error finding.']],
    ['critical', ['1 critical finding.']],
  ] as const)('at the limit %s names what reaches it, worst first', (limit, reasons) => {
    expect(decideGate([agentOf([artifactOf(found)])], 1, limit)).toEqual({ isPassed: false, limit, reasons });
  });

  it('stands in the report', async () => {
    const report = await reportOf([agentOf([artifactOf([finding('a', 'critical')])])], { files: {} });
    expect(report.gate.reasons).toEqual(['No file was seen.', '1 critical finding.']);
  });
});
