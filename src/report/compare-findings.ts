/** Compares a run with an earlier report: what is new, what is still there, what is gone. */
import type { Finding } from '../contracts/artifact.ts';
import type { AgentRun } from './agent-run.ts';
import { broken, readNamedFile } from './named-file.ts';
import { type Comparison, type Report, type ReportFinding, reportSchema } from './report-schema.ts';

const WHAT = 'a report.json of this program';

/** A report that was read from a file. */
export interface EarlierReport {
  readonly path: string;
  readonly digest: string;
  readonly report: Report;
}

interface EarlierFinding {
  readonly agent: string;
  readonly skill: string;
  readonly finding: ReportFinding;
}

/** Rejects with `not-found` or `invalid-argument` for a file that is no report, is broken, or is of a newer schema. */
export async function readEarlierReport(path: string): Promise<EarlierReport> {
  const { digest, value } = await readNamedFile(path, WHAT);
  const outcome = reportSchema.safeParse(value);
  if (outcome.success) return { path, digest, report: outcome.data };
  const [issue] = outcome.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'the whole' : issue.path.join('.');
  throw broken(path, WHAT, `one that does not fit its schema at ${place} (${issue?.message ?? 'unknown'})`);
}

/**
 * Matches by id first, then by rule, path and the text of the line, so that findings that only moved stay the same.
 * What a skill found that did not come to an end this time is neither there nor fixed, but unchecked.
 */
export function compareFindings(
  agents: readonly AgentRun[],
  { path, digest, report }: EarlierReport,
  {
    isSilenced,
    mask,
  }: {
    readonly isSilenced: (finding: Finding) => boolean;
    /** Hides the secrets of this run also in what the earlier one said. */
    readonly mask: (text: string) => string;
  },
): {
  readonly comparison: Comparison;
  readonly states: ReadonlyMap<Finding, 'new' | 'unchanged'>;
} {
  const present = agents.flatMap(({ artifacts }) => artifacts.flatMap(({ findings }) => findings));
  const { states, gone } = match(present, findingsOf(report));
  const checked = new Set(
    agents.flatMap(({ name, artifacts }) =>
      artifacts
        .filter(({ status }) => status === 'done' || status === 'not-applicable')
        .map(({ skill }) => `${name}\n${skill}`),
    ),
  );
  const fixed = gone.filter(({ agent, skill }) => checked.has(`${agent}\n${skill}`));
  const count = (wanted: 'new' | 'unchanged'): number =>
    present.filter((finding) => states.get(finding) === wanted && !isSilenced(finding)).length;
  const comparison: Comparison = {
    path,
    digest,
    createdAt: report.createdAt,
    version: report.tool.version,
    head: report.repository.git?.head ?? null,
    counts: {
      new: count('new'),
      unchanged: count('unchanged'),
      fixed: fixed.length,
      unchecked: gone.length - fixed.length,
    },
    fixed: fixed.map(({ agent, skill, finding: { id, rule, severity, message, location } }) => ({
      id,
      agent,
      skill,
      rule,
      severity,
      message: mask(message),
      path: location.path,
      line: location.line,
    })),
  };
  return { comparison, states };
}

function match(
  present: readonly Finding[],
  earlier: readonly EarlierFinding[],
): { readonly states: Map<Finding, 'new' | 'unchanged'>; readonly gone: readonly EarlierFinding[] } {
  const presentIds = new Set(present.map(({ id }) => id));
  const earlierIds = new Set(earlier.map(({ finding }) => finding.id));
  // What has no partner by its id: by its text, each for one other.
  const left = new Map<string, EarlierFinding[]>();
  for (const one of earlier) {
    if (presentIds.has(one.finding.id)) continue;
    const key = textKey(one.finding);
    const known = left.get(key);
    if (known === undefined) left.set(key, [one]);
    else known.push(one);
  }
  const states = new Map<Finding, 'new' | 'unchanged'>();
  for (const finding of present) {
    const isKnown = earlierIds.has(finding.id) || left.get(textKey(finding))?.shift() !== undefined;
    states.set(finding, isKnown ? 'unchanged' : 'new');
  }
  return { states, gone: [...left.values()].flat() };
}

function textKey({ rule, location }: Finding | ReportFinding): string {
  return `${rule}\n${location.path}\n${location.excerpt}`;
}

function findingsOf({ agents }: Report): readonly EarlierFinding[] {
  return agents.flatMap(({ name, artifacts }) =>
    artifacts.flatMap(({ skill, findings }) => findings.map((finding) => ({ agent: name, skill, finding }))),
  );
}
