/** What the run has to do with earlier ones: the comparison and the baseline, each with the file it comes from. */
import { count, html, type Markup, prose, shorten } from './markup.ts';
import type { BaselineEntry, BaselineUse, Comparison, Report } from './report-schema.ts';

const MAX_SHOWN = 200;
const MAX_TEXT = 400;

/** Null when neither was given. */
export function knownView({ comparison, baseline }: Report): Markup | null {
  if (comparison === undefined && baseline === undefined) return null;
  return html`<div class="known">${comparison && comparisonView(comparison)}${baseline && baselineView(baseline)}</div>`;
}

/** `1 new, 2 still there, 3 fixed`, in the words of every form of the report. */
export function comparisonText({ counts }: Comparison): string {
  const unchecked =
    counts.unchecked === 0 ? '' : `, ${counts.unchecked.toLocaleString('en-US')} not looked for this time`;
  return `${counts.new.toLocaleString('en-US')} new, ${counts.unchanged.toLocaleString('en-US')} still there, ${counts.fixed.toLocaleString('en-US')} fixed${unchecked}`;
}

/** `3 findings silenced by 4 entries`. */
export function baselineText({ silencedCount, entryCount }: BaselineUse): string {
  return `${count(silencedCount, 'finding')} silenced by a baseline of ${count(entryCount, 'entry', 'entries')}`;
}

function comparisonView(comparison: Comparison): Markup {
  const { path, digest, createdAt, version, fixed } = comparison;
  return html`<p><b>Beside the run of ${createdAt.slice(0, 16).replace('T', ' ')} UTC:</b> ${comparisonText(comparison)}. <span class="by"><code>${shorten(path, MAX_TEXT)}</code>, version ${shorten(version, 40)}, ${digestView(digest)}</span></p>${
    fixed.length === 0
      ? null
      : html`<details class="rest fixed"><summary>${count(fixed.length, 'finding')} fixed</summary><ul>${fixed
          .slice(0, MAX_SHOWN)
          .map(
            (one) =>
              html`<li><span class="tag ${one.severity}">${one.severity}</span> ${prose(shorten(one.message, MAX_TEXT))} <code class="place">${shorten(one.path, MAX_TEXT)}:${one.line}</code> <span class="by">${shorten(one.agent, 60)}, <code>${shorten(one.rule, 80)}</code></span></li>`,
          )}</ul>${more(fixed.length)}</details>`
  }`;
}

function baselineView(baseline: BaselineUse): Markup {
  return html`<p><b>Baseline:</b> ${baselineText(baseline)}. <span class="by"><code>${shorten(baseline.path, MAX_TEXT)}</code>, ${digestView(baseline.digest)}</span></p>${entriesView(baseline.expired, 'expired', 'findings count again')}${entriesView(baseline.stale, 'stale', 'nothing matches')}`;
}

function entriesView(entries: readonly BaselineEntry[], word: string, meaning: string): Markup | null {
  if (entries.length === 0) return null;
  return html`<details class="rest ${word}"><summary>${count(entries.length, `${word} entry`, `${word} entries`)} (${meaning})</summary><ul>${entries
    .slice(0, MAX_SHOWN)
    .map(
      (entry) =>
        html`<li><code>${shorten(entry.id, 80)}</code> <code>${shorten(entry.rule, 80)}</code> <code class="place">${shorten(entry.path, MAX_TEXT)}</code> ${shorten(entry.reason, MAX_TEXT)}${entry.until === undefined ? null : html` <span class="by">(until ${entry.until})</span>`}</li>`,
    )}</ul>${more(entries.length)}</details>`;
}

function more(total: number): Markup | null {
  return total > MAX_SHOWN
    ? html`<p class="more">and ${(total - MAX_SHOWN).toLocaleString('en-US')} more in report.json</p>`
    : null;
}

function digestView(digest: string): Markup {
  return html`<code class="digest" title="${digest}">${digest.slice(0, 15)}…</code>`;
}
