import { describe, expect, it } from 'vitest';
import { SEVERITIES } from '../../src/contracts/artifact.ts';
import { decideGate } from '../../src/report/gate.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { runSkill } from '../../src/skills/kit/run-skill.ts';
import { openWorkspace } from '../../src/workspace/open-workspace.ts';
import { fakeSkill } from '../support/fake-skill.ts';
import { agentOf, artifactOf, finding, reportOf, temporaryFolder } from '../support/sample-report.ts';
import { createSkillContext } from '../support/skill-context.ts';

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

  it('fails when one skill failed beside others that were done, though the agent calls itself done', () => {
    const broken = artifactOf([], { skill: 'code-scan', status: 'failed', reason: 'Out of memory' });
    const decision = decideGate([agentOf([artifactOf([]), broken])], 3, 'critical');
    expect(decision).toMatchObject({
      isPassed: false,
      reasons: ['SecurityAgent: code-scan failed: Out of memory.'],
    });
  });

  it('passes with a skill that could not run, and names it as not judged', () => {
    const missing = artifactOf([], { skill: 'type-errors', status: 'unavailable', reason: 'no compiler' });
    expect(decideGate([agentOf([artifactOf([]), missing])], 3, 'error')).toEqual({
      isPassed: true,
      limit: 'error',
      reasons: [],
      notJudged: ['SecurityAgent: type-errors could not run: no compiler.'],
    });
  });

  it('names the files over the limit as not judged', () => {
    const decision = decideGate([agentOf([artifactOf([])])], 50_000, 'error', { isTruncated: true });
    expect(decision).toMatchObject({
      isPassed: true,
      notJudged: ['All files after the first 50000, which is the limit.'],
    });
  });

  it('fails when a skill that was asked for could not run', () => {
    const missing = artifactOf([], { skill: 'run-tests', status: 'unavailable', reason: 'no jest' });
    const runs = [agentOf([artifactOf([]), missing])];
    const decision = decideGate(runs, 3, 'error', { required: ['run-tests'] });
    expect(decision).toEqual({
      isPassed: false,
      limit: 'error',
      reasons: ['SecurityAgent: run-tests could not run: no jest.'],
    });
  });

  it('a skill that throws fails the gate of the report', async () => {
    const throwing = fakeSkill('code-scan', { gives: new Error('the parser broke') });
    const folder = await temporaryFolder({ 'src/a.ts': 'const a = 1;\n' });
    try {
      const context = createSkillContext(await openWorkspace(folder.root));
      const broken = await runSkill(throwing, {}, context, { agent: 'SecurityAgent' });
      const report = await reportOf([agentOf([artifactOf([]), broken])]);
      expect(report.gate).toMatchObject({
        isPassed: false,
        reasons: ['SecurityAgent: code-scan failed: the parser broke.'],
      });
      expect(toMarkdown(report)).toContain('**Gate failed**');
    } finally {
      await folder.remove();
    }
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
