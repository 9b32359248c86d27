/** Makes the report of a run out of what the agents did, and checks it against its own schema. */
import type { Finding, Severity } from '../contracts/artifact.ts';
import { parseWith } from '../contracts/schema.ts';
import type { AnySkill } from '../contracts/skill.ts';
import type { Workspace, WorkspaceListing } from '../contracts/workspace.ts';
import { createRedactor } from '../security/redact.ts';
import type { AgentRun } from './agent-run.ts';
import { type NamedBaseline, useBaseline } from './baseline.ts';
import { compareFindings, type EarlierReport } from './compare-findings.ts';
import { createMasker } from './create-masker.ts';
import { excerptsOf } from './excerpts.ts';
import { decideGate } from './gate.ts';
import { learnSecrets } from './learn-secrets.ts';
import { maskAgents } from './mask-agents.ts';
import { type Report, reportSchema } from './report-schema.ts';

export interface ReportInput {
  readonly workspace: Workspace;
  readonly agents: readonly AgentRun[];
  /** Skills that took part: their rules are explained in the report. */
  readonly skills: readonly AnySkill[];
  readonly gateSeverity: Severity;
  /** What this run is compared with. */
  readonly earlier?: EarlierReport | undefined;
  /** Known findings that are let pass. */
  readonly baseline?: NamedBaseline | undefined;
  /** The gate looks at new findings alone; needs `earlier`. @default false */
  readonly gateNewOnly?: boolean;
  /** Skills that were asked for by name, so that the gate fails when they can't run. @default [] */
  readonly gateSkills?: readonly string[];
  /** Of this package. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly signal: AbortSignal;
}

/**
 * Throws `schema-mismatch` when an artifact is not what it says, such as `done` without evidence. What one finding masks
 * is masked in the whole report.
 */
export async function buildReport(input: ReportInput): Promise<Report> {
  const { workspace, skills, signal } = input;
  const listing = await workspace.list({ signal });
  const git = await workspace.git({ signal });
  const findings = allFindings(input.agents);
  const redactor = createRedactor();
  const secrets = await learnSecrets(findings, workspace);
  const mask = createMasker(secrets.everywhere);
  const agents = maskAgents(input.agents, mask);
  const baseline =
    input.baseline && useBaseline(agents, input.baseline, { skills, now: input.finishedAt, mask });
  const isSilenced = (finding: Finding): boolean => baseline?.silenced.has(finding) === true;
  const compared = input.earlier && compareFindings(agents, input.earlier, { isSilenced, mask });
  const isNewOnly = input.gateNewOnly === true && compared !== undefined;
  const isJudged = (finding: Finding): boolean =>
    !isSilenced(finding) && (!isNewOnly || compared.states.get(finding) === 'new');
  const report = {
    schemaVersion: 1,
    tool: { name: 'autogen-orchestrator', version: input.version },
    createdAt: new Date(input.finishedAt).toISOString(),
    durationMs: Math.max(0, input.finishedAt - input.startedAt),
    repository: {
      name: workspace.name,
      fileCount: listing.files.length,
      skippedCount: listing.skippedCount,
      isTruncated: listing.isTruncated,
      languages: languagesOf(listing),
      git:
        git === undefined
          ? null
          : { head: git.head ?? null, branch: git.branch ?? null, commitCount: git.commitCount },
    },
    totals: countBySeverity(allFindings(agents).filter((finding) => !isSilenced(finding))),
    gate: {
      ...decideGate(agents, listing.files.length, input.gateSeverity, {
        counts: isJudged,
        required: input.gateSkills ?? [],
        isTruncated: listing.isTruncated,
      }),
      ...(isNewOnly ? { isNewOnly } : {}),
    },
    ...(compared === undefined ? {} : { comparison: compared.comparison }),
    ...(baseline === undefined ? {} : { baseline: baseline.use }),
    agents: markFindings(agents, (finding) => ({
      state: compared?.states.get(finding),
      silenced: baseline?.silenced.get(finding),
    })),
    rules: rulesOf(skills),
    excerpts: await excerptsOf(findings, workspace, secrets, (text) => redactor.text(text)),
  };
  return parseWith(reportSchema, JSON.parse(JSON.stringify(report)), 'The report');
}

function allFindings(agents: readonly AgentRun[]): readonly Finding[] {
  return agents.flatMap(({ artifacts }) => artifacts.flatMap((artifact) => artifact.findings));
}

/** Members that are undefined go away on the way through JSON. */
function markFindings(agents: readonly AgentRun[], marksOf: (finding: Finding) => object): readonly object[] {
  return agents.map((agent) => ({
    ...agent,
    artifacts: agent.artifacts.map((artifact) => ({
      ...artifact,
      findings: artifact.findings.map((finding) => ({ ...finding, ...marksOf(finding) })),
    })),
  }));
}

function countBySeverity(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { info: 0, warning: 0, error: 0, critical: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** One entry for each rule, also when skills share it. */
function rulesOf(skills: readonly AnySkill[]): readonly object[] {
  const rules = new Map<string, object>();
  for (const { name, rules: own } of skills) {
    for (const { id, severity, title, help } of own)
      if (!rules.has(id)) rules.set(id, { id, severity, title, help, skill: name });
  }
  return [...rules.values()];
}

function languagesOf({ files }: WorkspaceListing): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { language } of files)
    if (language !== undefined) counts.set(language, (counts.get(language) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}
