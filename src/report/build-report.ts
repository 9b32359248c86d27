/** Makes the report of a run out of what the agents did, and checks it against its own schema. */
import { SEVERITIES, type Severity } from '../contracts/artifact.ts';
import { parseWith } from '../contracts/schema.ts';
import type { AnySkill } from '../contracts/skill.ts';
import type { Workspace, WorkspaceListing } from '../contracts/workspace.ts';
import { createRedactor } from '../security/redact.ts';
import type { AgentRun } from './agent-run.ts';
import { excerptsOf } from './excerpts.ts';
import { decideGate } from './gate.ts';
import { type Report, reportSchema } from './report-schema.ts';

export interface ReportInput {
  readonly workspace: Workspace;
  readonly agents: readonly AgentRun[];
  /** Skills that took part: their rules are explained in the report. */
  readonly skills: readonly AnySkill[];
  readonly gateSeverity: Severity;
  /** Of this package. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly signal: AbortSignal;
}

/** Throws `schema-mismatch` when an artifact is not what it says, such as `done` without evidence. */
export async function buildReport(input: ReportInput): Promise<Report> {
  const { workspace, agents, skills, signal } = input;
  const listing = await workspace.list({ signal });
  const git = await workspace.git({ signal });
  const findings = agents.flatMap(({ artifacts }) => artifacts.flatMap((artifact) => artifact.findings));
  const redactor = createRedactor();
  const rules = skills.flatMap((skill) => skill.rules.map((rule) => ({ ...rule, skill: skill.name })));
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
    totals: Object.fromEntries(
      SEVERITIES.map((severity) => [
        severity,
        findings.filter((finding) => finding.severity === severity).length,
      ]),
    ),
    gate: decideGate(agents, listing.files.length, input.gateSeverity),
    agents,
    rules,
    excerpts: await excerptsOf(findings, workspace, (text) => redactor.text(text)),
  };
  return parseWith(reportSchema, JSON.parse(JSON.stringify(report)), 'The report');
}

function languagesOf({ files }: WorkspaceListing): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { language } of files)
    if (language !== undefined) counts.set(language, (counts.get(language) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}
