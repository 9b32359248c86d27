/** The bar that filters findings; the page shows it when its script runs. */
import { SEVERITIES } from '../contracts/artifact.ts';
import { html, type Markup, shorten } from './markup.ts';
import { allFindingsOf, type Page } from './page.ts';

const MAX_NAME = 60;

/** Null when there is nothing to filter. */
export function filterView(page: Page): Markup | null {
  const { agents, comparison, baseline } = page.report;
  const found = agents.filter((agent) => allFindingsOf(agent).length > 0);
  if (found.length === 0) return null;
  const severities = [...SEVERITIES].reverse();
  const marks = [
    ...(comparison === undefined
      ? []
      : [
          ['new', 'new'],
          ['unchanged', 'still there'],
        ]),
    ...(baseline === undefined
      ? []
      : [
          ['counted', 'not silenced'],
          ['silenced', 'silenced'],
        ]),
  ];
  return html`<div class="filter" role="search" aria-label="Findings" hidden>
<label class="wide">Rule, text or file <input type="search" autocomplete="off" spellcheck="false"></label>
<fieldset><legend>Severity</legend>${severities.map((severity) => html`<label><input type="checkbox" value="${severity}" checked> ${severity}</label>`)}</fieldset>
<label>Agent <select name="agent"><option value="">all</option>${found.map((agent) => html`<option value="${page.anchorOf(agent)}">${shorten(agent.name, MAX_NAME)}</option>`)}</select></label>
${marks.length === 0 ? null : html`<label>State <select name="mark"><option value="">all</option>${marks.map(([value, label]) => html`<option value="${value}">${label}</option>`)}</select></label>`}
<button type="button">Show all</button> <output></output>
</div>`;
}
