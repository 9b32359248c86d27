/** The report as one page: no script, nothing loaded from elsewhere, light and dark. */
import { SEVERITIES } from '../contracts/artifact.ts';
import type { JsonObject } from '../shared/json.ts';
import { dataView } from './data-view.ts';
import { graphPicture } from './graph-picture.ts';
import { html, Markup } from './markup.ts';
import type { Report, ReportAgent, ReportArtifact, ReportFinding } from './report-schema.ts';
import { STYLE } from './style.ts';

const WORST_FIRST = [...SEVERITIES].reverse();
/** What the picture shows need not stand in a table as well. */
const DRAWN = ['nodes', 'edges'];

/** The whole page. */
export async function toHtml(report: Report): Promise<string> {
  const agents: Markup[] = [];
  for (const agent of report.agents) agents.push(await agentSection(agent, report));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Review of ${report.repository.name}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<nav aria-label="Sections"><strong>${report.repository.name}</strong><a href="#overview">Overview</a>${report.agents.map(navLink)}</nav>
<main>
${overview(report)}
${agents}
<footer>Made by ${report.tool.name} ${report.tool.version} on ${report.createdAt}. Every finding names its file by digest in report.json.</footer>
</main>
</body>
</html>
`;
  return page.text;
}

function navLink({ name, status, artifacts }: ReportAgent): Markup {
  const count = findingsOf({ artifacts }).length;
  return html`<a href="#${name}"><i class="dot ${status}"></i>${name}<span class="count">${count > 0 ? count : ''}</span></a>`;
}

function overview(report: Report): Markup {
  const { repository, totals, gate, agents } = report;
  const languages = Object.entries(repository.languages)
    .slice(0, 5)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
  const done = agents.filter(({ status }) => status === 'done').length;
  return html`<header id="overview">
<h1>Review of ${repository.name}</h1>
<p class="facts">${repository.fileCount} files${repository.isTruncated ? ' (the limit; there are more)' : ''}${repository.skippedCount > 0 ? `, ${repository.skippedCount} skipped` : ''} · ${languages || 'no known language'} · ${
    repository.git === null
      ? 'no git history'
      : `${repository.git.commitCount} commits, ${repository.git.branch ?? 'no branch'} at ${repository.git.head?.slice(0, 10) ?? 'no commit'}`
  } · ${seconds(report.durationMs)}</p>
<div class="tiles">${WORST_FIRST.map((severity) => html`<div class="tile ${severity}"><b>${totals[severity] ?? 0}</b><span>${severity}</span></div>`)}<div class="tile"><b>${done}/${agents.length}</b><span>agents done</span></div></div>
<p class="gate ${gate.isPassed ? 'passed' : 'failed'}"><b>${gate.isPassed ? 'Gate passed' : 'Gate failed'}</b> at the limit “${gate.limit}”${gate.isPassed ? '.' : html`: ${gate.reasons.join(' ')}`}</p>
${worst(report)}
<h2>Agents</h2>
${timeline(report)}
</header>`;
}

function worst({ agents }: Report): Markup | null {
  const findings = agents.flatMap((agent) =>
    findingsOf(agent).map((finding) => ({ agent: agent.name, finding })),
  );
  const serious = findings
    .filter(({ finding }) => finding.severity === 'critical' || finding.severity === 'error')
    .sort((a, b) => WORST_FIRST.indexOf(a.finding.severity) - WORST_FIRST.indexOf(b.finding.severity));
  if (serious.length === 0) return null;
  return html`<h2>Look at these first</h2><ol class="worst">${serious
    .slice(0, 10)
    .map(
      ({ agent, finding }) =>
        html`<li><a href="#f-${finding.id}"><span class="tag ${finding.severity}">${finding.severity}</span> ${finding.message}</a> <code>${finding.location.path}:${finding.location.line}</code> <span class="by">${agent}</span></li>`,
    )}</ol>${serious.length > 10 ? html`<p class="more">and ${serious.length - 10} more below</p>` : null}`;
}

function timeline({ agents, durationMs }: Report): Markup {
  const share = (value: number): string => ((100 * value) / Math.max(1, durationMs)).toFixed(2);
  return html`<table class="timeline"><tbody>${agents.map((agent) => {
    const left = Math.min(99, Number(share(agent.startedAtMs)));
    const width = Math.max(0.6, Math.min(100 - left, Number(share(agent.durationMs))));
    return html`<tr><th scope="row"><a href="#${agent.name}">${agent.name}</a></th><td><span class="status ${agent.status}">${agent.status}</span></td><td class="number">${findingsOf(agent).length} findings</td><td class="bar"><i style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%"></i></td><td class="number">${seconds(agent.durationMs)}</td></tr>`;
  })}</tbody></table>`;
}

async function agentSection(agent: ReportAgent, report: Report): Promise<Markup> {
  const artifacts: Markup[] = [];
  for (const artifact of agent.artifacts) artifacts.push(await artifactSection(artifact, report));
  return html`<section id="${agent.name}">
<h2>${agent.name} <span class="status ${agent.status}">${agent.status}</span></h2>
<p class="about">${agent.description}</p>
${agent.status !== 'done' && agent.reason !== null ? html`<p class="reason">${agent.reason}</p>` : null}
${artifacts}
</section>`;
}

async function artifactSection(artifact: ReportArtifact, report: Report): Promise<Markup> {
  const picture =
    artifact.kind === 'module-graph' ? await graphPicture(artifact.data as JsonObject) : undefined;
  const details =
    artifact.status === 'done'
      ? html`<details class="more-data"><summary>Figures and evidence</summary>${dataView(artifact.data as JsonObject, picture === undefined ? [] : DRAWN)}${evidenceView(artifact)}</details>`
      : null;
  return html`<article>
<h3>${artifact.title} ${artifact.status === 'done' ? null : html`<span class="status ${artifact.status}">${artifact.status}</span>`}<span class="took">${seconds(artifact.durationMs)}</span></h3>
<p>${artifact.summary}</p>
${picture}
${artifact.findings.map((finding) => findingView(finding, report))}
${details}
</article>`;
}

function findingView(finding: ReportFinding, report: Report): Markup {
  const { location, severity, related = [] } = finding;
  const excerpt = report.excerpts[finding.id];
  const rule = report.rules.find(({ id }) => id === finding.rule);
  const isOpen = severity === 'critical' || severity === 'error';
  return html`<details class="finding ${severity}" id="f-${finding.id}"${isOpen ? new Markup(' open') : null}>
<summary><span class="tag ${severity}">${severity}</span> <span class="message">${finding.message}</span> <code class="place">${location.path}:${location.line}</code></summary>
${excerpt === undefined ? html`<pre><code><mark>${location.excerpt}</mark></code></pre>` : codeView(excerpt, location.line, location.endLine)}
${finding.suggestion === undefined ? null : html`<p class="advice">${finding.suggestion}</p>`}
${related.length === 0 ? null : html`<p class="related">Also: ${related.map((place, index) => html`${index === 0 ? null : ', '}<code>${place.path}:${place.line}</code>`)}</p>`}
<p class="rule"><code>${finding.rule}</code>${rule === undefined ? null : html` ${rule.help}`}</p>
</details>`;
}

function codeView({ from, lines }: Report['excerpts'][string], line: number, endLine = line): Markup {
  return html`<pre><code>${lines.map((text, index) => {
    const number = from + index;
    const content = html`<span class="line">${String(number).padStart(5)}</span>${text}\n`;
    return number >= line && number <= endLine ? html`<mark>${content}</mark>` : content;
  })}</code></pre>`;
}

function evidenceView({ evidence }: ReportArtifact): Markup {
  const lines = evidence.slice(0, 12).map((one) => {
    if (one.type === 'command')
      return html`<li><code>${one.argv.join(' ')}</code> exit ${one.exitCode ?? 'by signal'}, ${one.sandbox}, ${one.outputDigest.slice(0, 19)}…</li>`;
    if (one.type === 'location')
      return html`<li><code>${one.path}:${one.line}</code> ${one.fileDigest.slice(0, 19)}…</li>`;
    return html`<li>${one.title} ${one.digest.slice(0, 19)}…</li>`;
  });
  return html`<div class="data"><h5>evidence</h5><ul class="evidence">${lines}</ul>${evidence.length > 12 ? html`<p class="more">and ${evidence.length - 12} more in report.json</p>` : null}</div>`;
}

function findingsOf({ artifacts }: Pick<ReportAgent, 'artifacts'>): readonly ReportFinding[] {
  return artifacts.flatMap(({ findings }) => findings);
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
