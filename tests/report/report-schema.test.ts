import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../src/contracts/artifact.ts';
import { reportSchema } from '../../src/report/report-schema.ts';
import { agentOf, artifactOf, finding, location, reportOf } from '../support/sample-report.ts';

const build = (artifact: Artifact) => reportOf([agentOf([artifact])]);

describe('the report schema', () => {
  it('takes a report back from its JSON as it was', async () => {
    const report = await build(artifactOf([finding('a', 'error', { related: [location('src/b.ts', 2)] })]));
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it.each<[string, Artifact, string]>([
    [
      'done without evidence',
      artifactOf([], { evidence: [] }),
      'agents.0.artifacts.0.evidence: a done artifact has evidence',
    ],
    [
      'unavailable without a reason',
      artifactOf([], { status: 'unavailable' }),
      'agents.0.artifacts.0.reason: an artifact that is not done says why',
    ],
    [
      'failed with a blank reason',
      artifactOf([], { status: 'failed', reason: ' ' }),
      'agents.0.artifacts.0.reason',
    ],
    [
      'a negative line',
      artifactOf([finding('a', 'info', { location: location('a', -1) })]),
      'agents.0.artifacts.0.findings.0.location.line',
    ],
    [
      'a line of 0',
      artifactOf([finding('a', 'info', { location: location('a', 0) })]),
      'agents.0.artifacts.0.findings.0.location.line',
    ],
    [
      'a column of half',
      artifactOf([finding('a', 'info', { location: location('a', 1, { column: 0.5 }) })]),
      'findings.0.location.column',
    ],
    [
      'a digest that is none',
      artifactOf([finding('a', 'info', { location: location('a', 1, { fileDigest: 'md5:1' }) })]),
      'findings.0.location.fileDigest',
    ],
    [
      'an empty path',
      artifactOf([finding('a', 'info', { location: location('', 1) })]),
      'findings.0.location.path',
    ],
    ['an unknown severity', artifactOf([finding('a', 'fatal' as 'error')]), 'findings.0.severity'],
    ['a message without text', artifactOf([finding('a', 'info', { message: '' })]), 'findings.0.message'],
    [
      'a related place out of the file',
      artifactOf([finding('a', 'info', { related: [location('b', -2)] })]),
      'findings.0.related.0.line',
    ],
    ['a member nobody knows', { ...artifactOf([]), score: 1 } as Artifact, 'agents.0.artifacts.0'],
    ['a duration below zero', artifactOf([], { durationMs: -1 }), 'agents.0.artifacts.0.durationMs'],
  ])('refuses %s and names the place', async (_title, artifact, path) => {
    await expect(build(artifact)).rejects.toMatchObject({
      code: 'schema-mismatch',
      message: expect.stringContaining(path),
    });
  });

  it('counts findings by severity and files by language', async () => {
    const report = await build(
      artifactOf([finding('a', 'error'), finding('b', 'error'), finding('c', 'info')]),
    );
    expect(report.totals).toEqual({ critical: 0, error: 2, warning: 0, info: 1 });
    expect(report.repository).toMatchObject({ fileCount: 1, languages: { typescript: 1 }, git: null });
    expect(report.durationMs).toBe(1500);
  });
});
