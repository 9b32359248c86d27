/** The report as one page: no script but the one that filters, nothing loaded from elsewhere, light and dark. */
import { agentView } from './agent-view.ts';
import { FILTER_SCRIPT, FILTER_SCRIPT_SOURCE } from './filter-script.ts';
import { filterView } from './filter-view.ts';
import { html, Markup, shorten } from './markup.ts';
import { overview } from './overview.ts';
import { findingsOf, Page } from './page.ts';
import type { Report, ReportAgent } from './report-schema.ts';
import { STYLE } from './style.ts';
import { FINDING_STYLE } from './style-findings.ts';

const MAX_NAME = 120;

/** The whole page. It stays under 8 MB however much was found; what does not fit is named and stands in report.json. */
export async function toHtml(report: Report): Promise<string> {
  const page = new Page(report);
  const name = shorten(report.repository.name, MAX_NAME);
  const agents: Markup[] = [];
  for (const agent of report.agents) agents.push(await agentView(agent, page));
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${new Markup(FILTER_SCRIPT_SOURCE)}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>Review of ${name}</title>
<style>${new Markup(STYLE + FINDING_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<nav aria-label="Sections"><strong>${name}</strong><a href="#overview">Overview</a>${report.agents.map((agent) => navLink(agent, page))}</nav>
<main id="content">
${overview(page)}
${filterView(page)}
${agents}
<footer>Made by ${report.tool.name} ${report.tool.version} on ${report.createdAt.slice(0, 16).replace('T', ' ')} UTC. report.json beside this page names every file by its digest; findings.sarif is for editors and code hosts.</footer>
</main>
<script>${new Markup(FILTER_SCRIPT)}</script>
</body>
</html>
`;
  return document.text;
}

function navLink(agent: ReportAgent, page: Page): Markup {
  const found = findingsOf(agent).length;
  return html`<a href="#${page.anchorOf(agent)}"><i class="dot ${agent.status}" title="${agent.status}"></i><span class="name">${agent.name}</span>${found > 0 ? html`<span class="count" title="findings">${found.toLocaleString('en-US')}</span>` : null}</a>`;
}
