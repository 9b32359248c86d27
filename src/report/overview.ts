/** The top of the page: what was reviewed, how it stands, what to look at first, who did what when. */
import { SEVERITIES } from '../contracts/artifact.ts';
import { knownView } from './known-view.ts';
import { count, duration, html, type Markup, prose, shorten } from './markup.ts';
import { findingsOf, type Page } from './page.ts';
import type { Report, ReportAgent, ReportFinding } from './report-schema.ts';

const WORST_FIRST = [...SEVERITIES].reverse();
const MAX_WORST = 10;
/** So that one rule does not fill the list. */
const MAX_WORST_PER_RULE = 3;
const MAX_LANGUAGES = 5;
const MAX_TEXT = 240;

export function overview(page: Page): Markup {
  const { repository, totals, agents, durationMs } = page.report;
  const done = agents.filter(({ status }) => status === 'done').length;
  return html`<header id="overview">
<h1>Review of ${shorten(repository.name, 120)}</h1>
<p class="facts">${facts(page.report)}</p>
${gate(page.report)}
${knownView(page.report)}
<ul class="tiles">${WORST_FIRST.map((severity) => html`<li class="tile ${severity}${totals[severity] ? '' : ' none'}"><b>${(totals[severity] ?? 0).toLocaleString('en-US')}</b><span>${severity}</span></li>`)}<li class="tile"><b>${done}/${agents.length}</b><span>agents done</span></li><li class="tile"><b>${duration(durationMs)}</b><span>in all</span></li></ul>
${worst(page)}
<h2>Agents</h2>
${timeline(page)}
</header>`;
}

function facts({ repository }: Report): string {
  const { fileCount, isTruncated, skippedCount, git } = repository;
  const languages = Object.entries(repository.languages);
  const more = languages.length - MAX_LANGUAGES;
  return [
    `${count(fileCount, 'file')}${isTruncated ? ' (the limit; there are more)' : ''}${skippedCount > 0 ? `, ${skippedCount.toLocaleString('en-US')} skipped` : ''}`,
    languages.length === 0
      ? 'no known language'
      : `${languages
          .slice(0, MAX_LANGUAGES)
          .map(([name, files]) => `${name} ${files.toLocaleString('en-US')}`)
          .join(', ')}${more > 0 ? `, ${more} more` : ''}`,
    git === null
      ? 'no git history'
      : `${count(git.commitCount, 'commit')}, ${shorten(git.branch ?? 'no branch', 60)} at ${git.head?.slice(0, 10) ?? 'no commit'}`,
  ].join(' · ');
}

function gate({ gate: { isPassed, limit, isNewOnly, reasons, notJudged = [] } }: Report): Markup {
  const found = isNewOnly === true ? 'new findings' : 'findings';
  const rule =
    limit === 'critical' ? found.replace('findings', 'critical findings') : `${found} of ${limit} or worse`;
  return html`<div class="gate ${isPassed ? 'passed' : 'failed'}"><p><b>${isPassed ? 'Gate passed' : 'Gate failed'}</b> <span class="by">(limit: no ${rule})</span></p>${
    reasons.length === 0 ? null : html`<ul>${reasons.map((reason) => html`<li>${prose(reason)}</li>`)}</ul>`
  }${
    notJudged.length === 0
      ? null
      : html`<details class="rest"><summary>Not judged: ${count(notJudged.length, 'thing')}</summary><ul>${notJudged.map((one) => html`<li>${prose(one)}</li>`)}</ul></details>`
  }</div>`;
}

function worst(page: Page): Markup {
  const { agents, gate } = page.report;
  // Where a stricter gate failed, what failed it is worth the first look.
  const least = gate.isPassed
    ? 'error'
    : SEVERITIES[Math.min(SEVERITIES.indexOf(gate.limit), SEVERITIES.indexOf('error'))];
  const serious = agents
    .flatMap((agent) => findingsOf(agent).map((finding) => ({ agent: agent.name, finding })))
    .filter(({ finding }) => SEVERITIES.indexOf(finding.severity) >= SEVERITIES.indexOf(least ?? 'error'))
    .sort(
      (a, b) =>
        (gate.isNewOnly === true ? newFirst(a, b) : 0) ||
        WORST_FIRST.indexOf(a.finding.severity) - WORST_FIRST.indexOf(b.finding.severity) ||
        newFirst(a, b),
    );
  const total = agents.reduce((sum, agent) => sum + findingsOf(agent).length, 0);
  if (serious.length === 0) {
    return html`<p${gate.isPassed ? html` class="calm"` : null}>${total === 0 ? 'Nothing was found.' : `Nothing critical, no errors: ${count(total, 'finding')} of lower weight below.`}</p>`;
  }
  const shown = spread(serious);
  return html`<h2>Look at these first</h2><ol class="worst">${shown.map(
    ({ agent, finding }) =>
      html`<li><span class="tag ${finding.severity}">${finding.severity}</span><div><a href="#${page.anchorOf(finding)}">${prose(shorten(finding.message, MAX_TEXT))}</a><br><code class="place">${shorten(finding.location.path, MAX_TEXT)}:${finding.location.line}</code> <span class="by">${agent}</span>${finding.state === 'new' ? html` <span class="tag mark">new</span>` : null}</div></li>`,
  )}</ol>${serious.length > shown.length ? html`<p class="more">and ${(serious.length - shown.length).toLocaleString('en-US')} more ${least === 'error' ? 'errors and critical findings' : `findings of ${least} or worse`} below</p>` : null}`;
}

function newFirst(a: { readonly finding: ReportFinding }, b: { readonly finding: ReportFinding }): number {
  return Number(b.finding.state === 'new') - Number(a.finding.state === 'new');
}

/** The first ones, of each rule only a few. */
function spread<T extends { readonly finding: ReportFinding }>(findings: readonly T[]): readonly T[] {
  const perRule = new Map<string, number>();
  const shown: T[] = [];
  for (const one of findings) {
    const taken = perRule.get(one.finding.rule) ?? 0;
    if (taken >= MAX_WORST_PER_RULE) continue;
    perRule.set(one.finding.rule, taken + 1);
    shown.push(one);
    if (shown.length === MAX_WORST) break;
  }
  return shown;
}

function timeline(page: Page): Markup {
  const { agents, durationMs } = page.report;
  // What an agent says of its time may go past the end of the run.
  const total = Math.max(1, durationMs, ...agents.map((agent) => agent.startedAtMs + agent.durationMs));
  return html`<table class="timeline"><thead><tr><th scope="col">Agent</th><th scope="col">State</th><th scope="col" class="number">Findings</th><th scope="col" class="bar">When, of ${duration(total)}</th><th scope="col" class="number">Took</th></tr></thead><tbody>${agents.map((agent) => timelineRow(agent, page, total))}</tbody></table>`;
}

function timelineRow(agent: ReportAgent, page: Page, total: number): Markup {
  const left = Math.min(99, (100 * agent.startedAtMs) / total);
  const width = Math.max(0.8, Math.min(100 - left, (100 * agent.durationMs) / total));
  const found = findingsOf(agent).length;
  return html`<tr><th scope="row"><a href="#${page.anchorOf(agent)}">${agent.name}</a></th><td>${statusView(agent.status)}</td><td class="number">${found === 0 ? '–' : found.toLocaleString('en-US')}</td><td class="bar"><span class="track"><i class="${agent.status}" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%"></i></span></td><td class="number">${duration(agent.durationMs)}</td></tr>`;
}

/** A status as a word with its colour. */
export function statusView(status: ReportAgent['status']): Markup {
  return html`<span class="status ${status}">${status.replace('-', ' ')}</span>`;
}
