/** An agent's section: its artifacts with summary, picture, findings, figures and evidence. */
import type { JsonObject } from '../shared/json.ts';
import { dataView } from './data-view.ts';
import { findingsView } from './findings-view.ts';
import { graphPicture } from './graph-picture.ts';
import { count, duration, html, type Markup, prose, shorten } from './markup.ts';
import { statusView } from './overview.ts';
import { findingsOf, type Page } from './page.ts';
import { planView } from './plan-view.ts';
import type { ReportAgent, ReportArtifact } from './report-schema.ts';

/** What the picture shows need not stand in a table as well. */
const DRAWN = ['nodes', 'edges', 'tasks'];
const MAX_EVIDENCE = 12;
const MAX_TEXT = 1200;
const MAX_ARGUMENTS = 300;

export async function agentView(agent: ReportAgent, page: Page): Promise<Markup> {
  const artifacts: Markup[] = [];
  for (const artifact of agent.artifacts) {
    artifacts.push(artifact.status === 'done' ? await doneView(artifact, page) : otherView(artifact, page));
  }
  const found = findingsOf(agent).length;
  // The reason of an agent often repeats those of its artifacts, which stand below.
  const isRepeated = agent.artifacts.some(
    ({ reason, status }) => status !== 'done' && reason !== undefined && agent.reason?.includes(reason),
  );
  return html`<section id="${page.anchorOf(agent)}" class="${agent.status}">
<h2>${agent.name} ${statusView(agent.status)}</h2>
<p class="about">${agent.description}${found > 0 ? html` <b>${count(found, 'finding')}.</b>` : null}</p>
${agent.reason === null || agent.status === 'done' || isRepeated ? null : html`<p class="reason ${agent.status}">${prose(shorten(agent.reason, MAX_TEXT))}</p>`}
${artifacts}
</section>`;
}

/** What was not done is told in two lines. */
function otherView(artifact: ReportArtifact, page: Page): Markup {
  return html`<article class="other ${artifact.status}"><h3>${artifact.title} ${statusView(artifact.status)}</h3><p>${prose(shorten(artifact.reason ?? artifact.summary, MAX_TEXT))}</p>${findingsView(artifact.findings, page)}</article>`;
}

async function doneView(artifact: ReportArtifact, page: Page): Promise<Markup> {
  const data = artifact.data as JsonObject;
  const picture =
    artifact.kind === 'module-graph'
      ? await graphPicture(data, page.claim('graph'))
      : artifact.kind === 'work-plan'
        ? planView(data)
        : undefined;
  // A plan finds nothing: that is no good news of its own.
  const calm = artifact.kind === 'work-plan' ? null : html`<p class="calm">No findings.</p>`;
  return html`<article>
<h3>${artifact.title} <span class="took">${duration(artifact.durationMs)}</span></h3>
<p>${prose(shorten(artifact.summary, MAX_TEXT))}</p>
${picture}
${artifact.findings.length === 0 ? calm : findingsView(artifact.findings, page)}
<details class="more-data"><summary>Figures and evidence (${count(artifact.evidence.length, 'piece')})</summary>${dataView(data, picture === undefined ? [] : DRAWN)}${evidenceView(artifact)}</details>
</article>`;
}

function evidenceView({ evidence }: ReportArtifact): Markup {
  const lines = evidence.slice(0, MAX_EVIDENCE).map((one) => {
    if (one.type === 'command')
      return html`<li><code>${shorten(one.argv.join(' '), MAX_ARGUMENTS)}</code> exit ${one.exitCode ?? 'by signal'}, ${one.sandbox}, output ${digestView(one.outputDigest)}</li>`;
    if (one.type === 'location')
      return html`<li><code>${shorten(one.path, MAX_ARGUMENTS)}:${one.line}</code> file ${digestView(one.fileDigest)}</li>`;
    return html`<li>${shorten(one.title, MAX_ARGUMENTS)} ${digestView(one.digest)}</li>`;
  });
  const more = evidence.length - MAX_EVIDENCE;
  return html`<div class="data"><h4>evidence</h4><ul class="evidence">${lines}</ul>${more > 0 ? html`<p class="more">and ${more.toLocaleString('en-US')} more in report.json</p>` : null}</div>`;
}

function digestView(digest: string): Markup {
  return html`<code class="digest" title="${digest}">${digest.slice(0, 15)}…</code>`;
}
