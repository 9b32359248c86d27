import { describe, expect, it } from 'vitest';
import { toSarif } from '../../src/report/sarif.ts';
import { fakeSkill } from '../support/fake-skill.ts';
import {
  agentOf,
  artifactOf,
  FAULTY_SHOP,
  finding,
  location,
  reportOf,
  reviewWithSkills,
  temporaryFolder,
} from '../support/sample-report.ts';

interface Region {
  readonly startLine: number;
  readonly endLine?: number;
  readonly startColumn?: number;
}
interface Place {
  readonly id?: number;
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId: string };
    readonly region: Region;
  };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly Place[];
  readonly relatedLocations?: readonly Place[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}
interface Rule {
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}
interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly Rule[] } };
    readonly results: readonly Result[];
    readonly originalUriBaseIds: Readonly<Record<string, unknown>>;
  }[];
}

const sarifOf = async (...given: Parameters<typeof reportOf>): Promise<Log> =>
  JSON.parse(JSON.stringify(toSarif(await reportOf(...given)))) as Log;
const resultsFor = async (findings: Parameters<typeof artifactOf>[0]): Promise<readonly Result[]> =>
  (await sarifOf([agentOf([artifactOf(findings)])])).runs[0]?.results ?? [];
const uriOf = async (path: string): Promise<string | undefined> =>
  (await resultsFor([finding('a', 'error', { location: location(path, 1) })]))[0]?.locations[0]
    ?.physicalLocation.artifactLocation.uri;

/** What section 3 of the standard demands of what we write. */
function checkLog(log: Log): void {
  expect(log.version).toBe('2.1.0');
  expect(log.runs).toHaveLength(1);
  for (const { tool, results, originalUriBaseIds } of log.runs) {
    const { rules, name } = tool.driver;
    expect(name).not.toBe('');
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const {
      ruleId,
      ruleIndex,
      level,
      message,
      locations,
      relatedLocations = [],
      partialFingerprints,
    } of results) {
      expect(rules[ruleIndex]?.id).toBe(ruleId);
      expect(['error', 'warning', 'note']).toContain(level);
      expect(message.text).not.toBe('');
      expect(Object.values(partialFingerprints).every((value) => value !== '')).toBe(true);
      expect(locations).toHaveLength(1);
      for (const { physicalLocation } of [...locations, ...relatedLocations]) {
        const { artifactLocation, region } = physicalLocation;
        expect(originalUriBaseIds).toHaveProperty(artifactLocation.uriBaseId);
        expect(artifactLocation.uri).toMatch(/^(?:[A-Za-z0-9._~!*'()/-]|%[0-9A-F]{2})+$/);
        expect(artifactLocation.uri).not.toMatch(/^\/|^[a-z]+:/i);
        for (const number of Object.values(region)) expect(number).toBeGreaterThanOrEqual(1);
        expect(region.endLine ?? region.startLine).toBeGreaterThanOrEqual(region.startLine);
      }
    }
  }
}

describe('SARIF', () => {
  it('follows the standard for what real skills found', async () => {
    const folder = await temporaryFolder(FAULTY_SHOP);
    try {
      const report = await reviewWithSkills(folder.root);
      const log = JSON.parse(JSON.stringify(toSarif(report))) as Log;
      checkLog(log);
      expect(log.runs[0]?.results.length).toBe(
        report.agents.flatMap(({ artifacts }) => artifacts.flatMap(({ findings }) => findings)).length,
      );
      expect(log.runs[0]?.results.length).toBeGreaterThan(10);
    } finally {
      await folder.remove();
    }
  });

  it('says that the run was no success where one skill failed, and names what could not run', async () => {
    const report = await reportOf([
      agentOf([
        artifactOf([]),
        artifactOf([], { skill: 'code-scan', status: 'failed', reason: 'the parser broke' }),
        artifactOf([], { skill: 'type-errors', status: 'unavailable', reason: 'no compiler' }),
      ]),
    ]);
    const { runs } = toSarif(report) as { runs: { invocations: unknown[] }[] };
    expect(runs[0]?.invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          { level: 'error', message: { text: 'SecurityAgent: code-scan failed: the parser broke' } },
          { level: 'note', message: { text: 'SecurityAgent: type-errors could not run: no compiler' } },
        ],
        endTimeUtc: report.createdAt,
      },
    ]);
  });

  it.each([
    ['src/a b.ts', 'src/a%20b.ts'],
    ['src/#1.ts', 'src/%231.ts'],
    ['100%.md', '100%25.md'],
    ['a?.ts', 'a%3F.ts'],
    ['c:/windows.ts', 'c%3A/windows.ts'],
    ['büro/見積.ts', 'b%C3%BCro/%E8%A6%8B%E7%A9%8D.ts'],
    ['half\ud800.ts', 'half%EF%BF%BD.ts'],
    ['a\\b".ts', 'a%5Cb%22.ts'],
  ])('writes the path %s as a relative URI', async (path, uri) => {
    expect(await uriOf(path)).toBe(uri);
  });

  it('gives every finding a rule, also one that no skill describes', async () => {
    const log = await sarifOf([agentOf([artifactOf([finding('a', 'error', { rule: 'of-a-plugin' })])])]);
    checkLog(log);
    expect(log.runs[0]?.tool.driver.rules.map(({ id }) => id)).toEqual(['of-a-plugin']);
  });

  it('lists a rule once when two skills share it', async () => {
    const rules = [{ id: 'some-rule', severity: 'error', title: 'Some', help: 'Help.' }] as const;
    const log = await sarifOf([agentOf([artifactOf([finding('a', 'error')])])], {
      skills: [fakeSkill('x', { rules }), fakeSkill('y', { rules })],
    });
    checkLog(log);
  });

  it('scores rules as security only when the security agent has them', async () => {
    const skills = ['some-skill', 'docs-skill'].map((name) =>
      fakeSkill(name, { rules: [{ id: `rule-of-${name}`, severity: 'error', title: 'T', help: 'H' }] }),
    );
    const log = await sarifOf(
      [agentOf([artifactOf([])]), agentOf([artifactOf([], { skill: 'docs-skill' })], { name: 'DocsAgent' })],
      { skills },
    );
    const scored = log.runs[0]?.tool.driver.rules.map(({ properties }) => 'security-severity' in properties);
    expect(scored).toEqual([true, false]);
  });

  it.each([
    ['critical', 'error'],
    ['error', 'error'],
    ['warning', 'warning'],
    ['info', 'note'],
  ] as const)('maps %s to the level %s', async (severity, level) => {
    expect((await resultsFor([finding('a', severity)]))[0]?.level).toBe(level);
  });

  it('keeps region, related places and fingerprint, and drops an end before the start', async () => {
    const [one, two] = await resultsFor([
      finding('a', 'error', {
        location: location('a.ts', 3, { endLine: 5, column: 2 }),
        related: [location('b.ts', 9)],
      }),
      finding('b', 'error', { location: location('a.ts', 3, { endLine: 1 }) }),
    ]);
    expect(one?.locations[0]?.physicalLocation.region).toEqual({ startLine: 3, endLine: 5, startColumn: 2 });
    expect(one?.relatedLocations?.[0]).toMatchObject({
      id: 1,
      physicalLocation: { region: { startLine: 9 } },
    });
    expect(one?.partialFingerprints).toEqual({ 'autogenOrchestrator/v1': 'a' });
    expect(two?.locations[0]?.physicalLocation.region).toEqual({ startLine: 3 });
  });

  it('lets no text of a repository become a link in a message', async () => {
    const [result] = await resultsFor([
      finding('a', 'error', { message: 'See [here](javascript:alert(1)) or [x].' }),
    ]);
    expect(result?.message.text).toBe('See \\[here\\](javascript:alert(1)) or \\[x\\].');
  });
});
