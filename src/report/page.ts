/** What the parts of one page share: anchors that no two things have, rules by id, and how much may still be shown. */
import type { Report, ReportAgent, ReportFinding } from './report-schema.ts';

/** Characters of code that a page shows before it goes over to single lines. */
const CODE_BUDGET = 2_000_000;
/** Characters of findings that a page shows in all. */
const FINDINGS_BUDGET = 6_000_000;

export class Page {
  readonly report: Report;
  readonly rules: ReadonlyMap<string, Report['rules'][number]>;
  readonly #anchors = new Map<ReportAgent | ReportFinding, string>();
  readonly #taken = new Set(['overview', 'content']);
  readonly #next = new Map<string, number>();
  #codeLeft = CODE_BUDGET;
  #findingsLeft = FINDINGS_BUDGET;

  constructor(report: Report) {
    this.report = report;
    this.rules = new Map(report.rules.map((rule) => [rule.id, rule]));
    for (const agent of report.agents) this.#anchors.set(agent, this.claim(agent.name));
    for (const { artifacts } of report.agents) {
      for (const { findings } of artifacts)
        for (const finding of findings) this.#anchors.set(finding, this.claim(`f-${finding.id}`));
    }
  }

  /** An `id` that nothing else in the page has, as near to `wanted` as can be. */
  claim(wanted: string): string {
    // Ids come from plugins too: an anchor has no blanks or quotes.
    const stem = wanted.replace(/[^\w-]/g, '_').slice(0, 80);
    let next = this.#next.get(stem) ?? 1;
    let anchor = stem;
    for (; this.#taken.has(anchor); anchor = `${stem}-${next}`) next += 1;
    this.#taken.add(anchor);
    this.#next.set(stem, next);
    return anchor;
  }

  /** The `id` in the page of an agent's section or a finding. */
  anchorOf(target: ReportAgent | ReportFinding): string {
    return this.#anchors.get(target) as string;
  }

  /** False when the page has shown so much code that one line must do. */
  takeCode(characters: number): boolean {
    this.#codeLeft -= characters;
    return this.#codeLeft >= 0;
  }

  /** False when the page is so large that no further finding is shown. */
  takeFinding(characters: number): boolean {
    this.#findingsLeft -= characters;
    return this.#findingsLeft >= 0;
  }
}

/** The findings of an agent that count, in its order: those that a baseline silences are left out. */
export function findingsOf(agent: Pick<ReportAgent, 'artifacts'>): readonly ReportFinding[] {
  return allFindingsOf(agent).filter(({ silenced }) => silenced === undefined);
}

/** All findings of an agent, in its order. */
export function allFindingsOf({ artifacts }: Pick<ReportAgent, 'artifacts'>): readonly ReportFinding[] {
  return artifacts.flatMap(({ findings }) => findings);
}
