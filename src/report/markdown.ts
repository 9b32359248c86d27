/** The report as Markdown, for a pull request or a terminal. Text from the repository is shown as text only. */
import { SEVERITIES } from '../contracts/artifact.ts';
import type { Report, ReportAgent, ReportArtifact, ReportFinding } from './report-schema.ts';

export function toMarkdown(report: Report): string {
  const { repository, totals, gate } = report;
  const found = [...SEVERITIES]
    .reverse()
    .map((severity) => `${totals[severity]} ${severity}`)
    .join(', ');
  return [
    `# Review of ${inline(repository.name)}`,
    '',
    `${repository.fileCount} files, ${(report.durationMs / 1000).toFixed(1)} s, ${report.createdAt}, ${report.tool.name} ${report.tool.version}.`,
    repository.git === null
      ? 'No git history.'
      : `Commit ${inline(repository.git.head ?? 'none')} on ${inline(repository.git.branch ?? 'no branch')}.`,
    '',
    `Findings: ${found}. ${gate.isPassed ? `The gate passes (limit: ${gate.limit}).` : `The gate fails (limit: ${gate.limit}): ${gate.reasons.map(inline).join(' ')}`}`,
    '',
    '| agent | status | findings | time |',
    '|---|---|---|---|',
    ...report.agents.map(
      (agent) =>
        `| ${inline(agent.name)} | ${agent.status} | ${findingsOf(agent).length} | ${(agent.durationMs / 1000).toFixed(1)} s |`,
    ),
    ...report.agents.flatMap(agentSection),
    '',
  ].join('\n');
}

function findingsOf({ artifacts }: ReportAgent): readonly ReportFinding[] {
  return artifacts.flatMap(({ findings }) => findings);
}

function agentSection(agent: ReportAgent): readonly string[] {
  const reason =
    agent.status === 'done' || agent.reason === null
      ? []
      : [`*${agent.status}*: ${inline(agent.reason)}`, ''];
  return [
    '',
    `## ${inline(agent.name)}`,
    '',
    inline(agent.description),
    '',
    ...reason,
    ...agent.artifacts.flatMap(artifactSection),
  ];
}

function artifactSection(artifact: ReportArtifact): readonly string[] {
  const state = artifact.status === 'done' ? '' : ` (${artifact.status})`;
  return [
    `### ${inline(artifact.title)}${state}`,
    '',
    inline(artifact.summary),
    '',
    ...artifact.findings.map(findingLine),
    ...(artifact.findings.length > 0 ? [''] : []),
  ];
}

function findingLine({ severity, rule, message, suggestion, location }: ReportFinding): string {
  const advice = suggestion === undefined ? '' : ` *${inline(suggestion)}*`;
  return `- **${severity}** ${code(`${location.path}:${location.line}`)} ${code(rule)} ${inline(message)}${advice}`;
}

/** Escapes what Markdown or HTML would take as markup, and joins lines. */
function inline(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()#+!|~-]/g, (character) =>
      character === '-' || character === '(' || character === ')' ? character : `\\${character}`,
    )
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

function code(text: string): string {
  return `\`${text.replace(/[`\s]+/g, ' ')}\``;
}
