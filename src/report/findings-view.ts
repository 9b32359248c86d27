/** The findings of an artifact, by rule: what the rule means once, the first places, and the rest folded away. */
import { SEVERITIES } from '../contracts/artifact.ts';
import { excerptKey } from './excerpts.ts';
import { count, html, Markup, prose, shorten } from './markup.ts';
import type { Page } from './page.ts';
import type { Report, ReportFinding } from './report-schema.ts';

/** Findings of one rule in view. */
const MAX_OF_RULE = 5;
/** Findings of one artifact in view; those of later rules are folded. */
const MAX_OF_ARTIFACT = 30;
/** Findings of one rule with their code open, when they weigh that much. */
const MAX_OPEN = 2;
const MAX_RELATED = 20;
const MAX_TEXT = 600;
const MAX_PATH = 300;

/** Worst rules first, what a baseline silences folded away at the end. */
export function findingsView(findings: readonly ReportFinding[], page: Page): Markup | null {
  if (findings.length === 0) return null;
  let room = MAX_OF_ARTIFACT;
  const silenced = findings.filter((finding) => finding.silenced !== undefined);
  const groups = byRule(findings.filter((finding) => finding.silenced === undefined)).map((group) => {
    // A fold around one or two would hide more than it saves.
    const shown = Math.min(room, group.length <= MAX_OF_RULE + 2 ? group.length : MAX_OF_RULE);
    room -= shown;
    return groupView(group, shown, page);
  });
  return html`<div class="findings">${groups}${
    silenced.length === 0
      ? null
      : html`<details class="rest silenced"><summary>${count(silenced.length, 'silenced finding')}</summary>${byRule(silenced).map((group) => groupView(group, group.length, page))}</details>`
  }</div>`;
}

function groupView(group: readonly ReportFinding[], shown: number, page: Page): Markup {
  const id = group[0]?.rule ?? '';
  const rule = page.rules.get(id);
  const rows: Markup[] = [];
  for (const [index, finding] of group.entries()) {
    const row = findingView(finding, page, index < Math.min(shown, MAX_OPEN));
    if (!page.takeFinding(row.text.length)) break;
    rows.push(row);
  }
  const folded = rows.slice(shown);
  const left = group.length - rows.length;
  return html`<div class="group"><h4>${prose(shorten(rule?.title ?? id, MAX_PATH))} <span class="count">${group.length.toLocaleString('en-US')}</span></h4>
<p class="rule"><code>${shorten(id, MAX_PATH)}</code>${rule === undefined ? null : html` ${prose(rule.help)}`}</p>
${rows.slice(0, shown)}${
  folded.length === 0
    ? null
    : html`<details class="rest"><summary>Show ${shown === 0 ? count(folded.length, 'finding') : `${folded.length.toLocaleString('en-US')} more`}</summary>${folded}</details>`
}${left === 0 ? null : html`<p class="more">${count(left, 'finding')} more would make this page too large; report.json and findings.sarif have all.</p>`}</div>`;
}

function findingView(finding: ReportFinding, page: Page, mayOpen: boolean): Markup {
  const { location, severity, message, suggestion, related = [] } = finding;
  const { state, silenced } = finding;
  const isOpen = mayOpen && silenced === undefined && (severity === 'critical' || severity === 'error');
  const marks = [...(state === undefined ? [] : [state]), silenced === undefined ? 'counted' : 'silenced'];
  const places = related
    .slice(0, MAX_RELATED)
    .map((place, index) => html`${index === 0 ? null : ', '}${placeView(place)}`);
  const more = related.length - MAX_RELATED;
  // The anchor is inside: a browser that goes to it opens what it stands in.
  return html`<details class="finding ${severity}"${isOpen ? new Markup(' open') : null}><summary><span class="tag ${severity}">${severity}</span>${state === 'new' ? html`<span class="tag mark">new</span>` : null}<span class="message">${prose(shorten(message, MAX_TEXT))}</span>${placeView(location)}</summary><div class="body" id="${page.anchorOf(finding)}" data-rule="${shorten(finding.rule, MAX_PATH)}" data-marks="${marks.join(' ')}">${
    silenced === undefined
      ? null
      : html`<p class="advice"><b>Silenced${silenced.until === undefined ? null : ` until ${silenced.until}`}:</b> ${shorten(silenced.reason, MAX_TEXT)}</p>`
  }${codeView(finding, page)}${
    suggestion === undefined ? null : html`<p class="advice">${prose(shorten(suggestion, MAX_TEXT))}</p>`
  }${related.length === 0 ? null : html`<p class="related">Also: ${places}${more > 0 ? `, and ${more} more` : null}</p>`}</div></details>`;
}

function placeView({ path, line }: ReportFinding['location']): Markup {
  const shown = path.length > MAX_PATH ? `…${path.slice(-MAX_PATH).replace(/^[\udc00-\udfff]/, '')}` : path;
  return html`<code class="place">${shown}:${line}</code>`;
}

function codeView({ location }: ReportFinding, page: Page): Markup {
  const excerpt = page.report.excerpts[excerptKey(location)];
  const size = excerpt?.lines.reduce((sum, line) => sum + line.length + 40, 0) ?? 0;
  if (excerpt === undefined || !page.takeCode(size)) {
    return location.excerpt === ''
      ? html``
      : html`<pre tabindex="0"><code>${lineView(location.line, shorten(location.excerpt, MAX_TEXT), true)}</code></pre>`;
  }
  return html`<pre tabindex="0"><code>${linesView(excerpt, location.line, location.endLine)}</code></pre>`;
}

function linesView(
  { from, lines }: Report['excerpts'][string],
  line: number,
  endLine = line,
): readonly Markup[] {
  return lines.map((text, index) =>
    lineView(from + index, text, from + index >= line && from + index <= endLine),
  );
}

function lineView(number: number, text: string, isMarked: boolean): Markup {
  const content = html`<i>${number}</i>${text}\n`;
  return isMarked ? html`<mark>${content}</mark>` : content;
}

function byRule(findings: readonly ReportFinding[]): readonly (readonly ReportFinding[])[] {
  const groups = new Map<string, ReportFinding[]>();
  for (const finding of findings) {
    const known = groups.get(finding.rule);
    if (known === undefined) groups.set(finding.rule, [finding]);
    else known.push(finding);
  }
  const weight = ({ severity }: ReportFinding): number => SEVERITIES.indexOf(severity);
  for (const group of groups.values()) group.sort((a, b) => weight(b) - weight(a));
  const worst = (group: readonly ReportFinding[]): number => Math.max(...group.slice(0, 1).map(weight));
  return [...groups.values()].sort((a, b) => worst(b) - worst(a));
}
