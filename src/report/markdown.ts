/** The report as Markdown, for a pull request or a terminal. Text from the repository is shown as text only. */
import { SEVERITIES } from '../contracts/artifact.ts';
import type { JsonObject } from '../shared/json.ts';
import { baselineText, comparisonText } from './known-view.ts';
import { duration, shorten, visibleText } from './markup.ts';
import { findingsOf } from './page.ts';
import { planLines } from './plan-view.ts';
import type { BaselineEntry, Report, ReportAgent, ReportArtifact, ReportFinding } from './report-schema.ts';

/** Findings listed of one artifact: a page that hosts cut off helps nobody. */
const MAX_FINDINGS = 40;
const MAX_TEXT = 400;
const MAX_CODE = 300;

export function toMarkdown(report: Report): string {
  const { repository, totals, gate, durationMs, createdAt, tool, comparison, baseline } = report;
  const found = [...SEVERITIES]
    .reverse()
    .map((severity) => `${totals[severity] ?? 0} ${severity}`)
    .join(', ');
  const { git } = repository;
  return [
    `# Review of ${inline(repository.name)}`,
    '',
    `${repository.fileCount} files, ${duration(durationMs)}, ${createdAt}, ${tool.name} ${inline(tool.version)}.`,
    git === null
      ? 'No git history.'
      : `Commit ${code(git.head ?? 'none')} on ${code(git.branch ?? 'no branch')}.`,
    '',
    `Findings: ${found}.`,
    '',
    ...(comparison === undefined
      ? []
      : [
          `Beside ${code(comparison.path)} of ${comparison.createdAt} (${code(comparison.digest)}): ${comparisonText(comparison)}.`,
          '',
        ]),
    ...(baseline === undefined
      ? []
      : [`Baseline ${code(baseline.path)} (${code(baseline.digest)}): ${baselineText(baseline)}.`, '']),
    `**${gate.isPassed ? 'Gate passed' : 'Gate failed'}** (limit: ${gate.limit}${gate.isNewOnly === true ? ', new findings only' : ''})${gate.isPassed ? '.' : `: ${gate.reasons.map(inline).join(' ')}`}`,
    '',
    ...(gate.notJudged === undefined ? [] : [`Not judged: ${gate.notJudged.map(inline).join(' ')}`, '']),
    '| agent | status | findings | time |',
    '|---|---|---:|---:|',
    ...report.agents.map(
      (agent) =>
        `| ${inline(agent.name)} | ${agent.status} | ${findingsOf(agent).length} | ${duration(agent.durationMs)} |`,
    ),
    ...knownSections(report),
    ...report.agents.flatMap(agentSection),
  ].join('\n');
}

function agentSection(agent: ReportAgent): readonly string[] {
  // Skills that do not apply or are unavailable say why themselves.
  const isReasonShown =
    agent.reason !== null &&
    (agent.status === 'failed' || (agent.status !== 'done' && agent.artifacts.length === 0));
  return [
    '',
    `## ${inline(agent.name)}`,
    '',
    inline(agent.description),
    ...(isReasonShown ? ['', `*${agent.status}*: ${inline(agent.reason ?? '')}`] : []),
    ...agent.artifacts.flatMap(artifactSection),
    '',
  ];
}

function artifactSection(artifact: ReportArtifact): readonly string[] {
  const state = artifact.status === 'done' ? '' : ` (${artifact.status})`;
  const weight = ({ severity }: ReportFinding): number => SEVERITIES.indexOf(severity);
  const silenced = artifact.findings.filter((finding) => finding.silenced !== undefined);
  const worstFirst = artifact.findings
    .filter((finding) => finding.silenced === undefined)
    .sort((a, b) => weight(b) - weight(a));
  const left = worstFirst.length - MAX_FINDINGS;
  return [
    '',
    `### ${inline(artifact.title)}${state}`,
    '',
    // What was not done says why, whatever it sums up.
    inline(artifact.reason ?? artifact.summary),
    ...(artifact.kind === 'work-plan' ? planSection(artifact) : []),
    ...(worstFirst.length > 0 ? [''] : []),
    ...worstFirst.slice(0, MAX_FINDINGS).map(findingLine),
    ...(left > 0 ? [`- and ${left} more in report.json`] : []),
    ...folded(`${silenced.length} silenced`, silenced.map(findingLine)),
  ];
}

function planSection({ data }: ReportArtifact): readonly string[] {
  const { lines, total } = planLines(data as JsonObject);
  if (lines.length === 0) return [];
  return [
    '',
    ...lines.map(({ place, priority, title, agent, size, after }) => {
      const waits = after.length === 0 ? '' : `, after ${after.join(' and ')}`;
      return `${place}. **${inline(priority)}** ${inline(title)} (${inline(agent)}, ${size} ${size === 1 ? 'point' : 'points'}${waits})`;
    }),
    ...(total > lines.length ? ['', `And ${total - lines.length} more in report.json.`] : []),
  ];
}

/** A list that hosts show folded; as plain text it has a heading. */
function folded(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const left = lines.length - MAX_FINDINGS;
  return [
    '',
    `<details><summary>${title}</summary>`,
    '',
    ...lines.slice(0, MAX_FINDINGS),
    ...(left > 0 ? [`- and ${left} more in report.json`] : []),
    '',
    '</details>',
  ];
}

function knownSections({ comparison, baseline }: Report): readonly string[] {
  const fixed = (comparison?.fixed ?? []).map(
    ({ severity, path, line, rule, message }) =>
      `- **${severity}** ${code(`${path}:${line}`)} ${code(rule)} ${inline(message)}`,
  );
  const entryLine = ({ id, rule, path, reason, until }: BaselineEntry): string =>
    `- ${code(id)} ${code(rule)} ${code(path)} ${inline(reason)}${until === undefined ? '' : ` (until ${until})`}`;
  return [
    ...folded(`${fixed.length} fixed`, fixed),
    ...folded(
      `Expired entries of the baseline: ${baseline?.expired.length}`,
      (baseline?.expired ?? []).map(entryLine),
    ),
    ...folded(
      `Stale entries of the baseline: ${baseline?.stale.length}`,
      (baseline?.stale ?? []).map(entryLine),
    ),
  ];
}

function findingLine({
  severity,
  rule,
  message,
  suggestion,
  location,
  state,
  silenced,
}: ReportFinding): string {
  const advice = suggestion === undefined ? '' : ` *${inline(suggestion)}*`;
  const mark = state === 'new' ? ' **new**' : '';
  const reason =
    silenced === undefined
      ? ''
      : ` Silenced${silenced.until === undefined ? '' : ` until ${silenced.until}`}: ${inline(silenced.reason)}`;
  return `- **${severity}**${mark} ${code(`${location.path}:${location.line}`)} ${code(rule)} ${inline(message)}${advice}${reason}`;
}

/** Text as text. What it writes as code between single backticks stays code, so that a command can be copied as it is. */
function inline(text: string): string {
  const pieces = shorten(text, MAX_TEXT).replace(/\s+/g, ' ').trim().split(CODE);
  return pieces
    .map((piece, index) => (index % 2 === 1 ? code(piece.slice(1, -1)) : escaped(piece, index === 0)))
    .join('');
}

/** Short code without what would end a table's cell. */
const CODE = /((?<!`)`[^`|\s][^`|]{0,200}(?<!\s)`(?!`))/;

/** Escapes what Markdown (CommonMark, GitHub's additions) or HTML would take as markup. */
function escaped(text: string, isFirst: boolean): string {
  const plain = visibleText(text)
    .replace(/[\\`*_{}[\]#+!|~$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    // Addresses become links and names after an at-sign call people by themselves; a break that nobody sees stops both.
    .replace(/:(?=\/\/)|\bwww(?=\.)|@/gi, '$&\u200b');
  // What would begin a list or a line across the page.
  return isFirst ? plain.replace(/^(?=[-=])/, '\\').replace(/^(\d+)(?=[.)](?:\s|$))/, '$1\\') : plain;
}

/** A code span, with a fence longer than any run of backticks in the text. */
function code(text: string): string {
  const plain = visibleText(shorten(text, MAX_CODE).replace(/\s+/g, ' '));
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = plain === '' || plain.startsWith('`') || plain.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${plain}${pad}${fence}`;
}
