/** Decides whether a run passes: nothing at or over the limit, no failed agent or skill, and something was looked at. */
import { type Artifact, type Finding, SEVERITIES, type Severity } from '../contracts/artifact.ts';
import type { AgentRun } from './agent-run.ts';

/** Characters of a failed agent's reason. */
const MAX_REASON = 300;

export interface GateDecision {
  readonly isPassed: boolean;
  readonly limit: Severity;
  /** Why it does not pass. */
  readonly reasons: string[];
  /** What nobody could look at: skills that want something, files over the limit. A pass says nothing about it. Absent when there is none. */
  readonly notJudged?: string[];
}

export interface GateOptions {
  /** Findings for which it is false are passed over. @default all count */
  readonly counts?: (finding: Finding) => boolean;
  /** Skills that somebody asked for by name: unavailable, they fail the gate. @default [] */
  readonly required?: readonly string[];
  /** True when there are more files than were listed. @default false */
  readonly isTruncated?: boolean;
}

/** A gate that saw no file, or no skill that was done, fails: it has judged nothing. So does one of whose skills one failed. */
export function decideGate(
  agents: readonly AgentRun[],
  fileCount: number,
  limit: Severity,
  { counts = () => true, required = [], isTruncated = false }: GateOptions = {},
): GateDecision {
  const reasons: string[] = [];
  if (fileCount === 0) reasons.push('No file was seen.');
  const artifacts = agents.flatMap((agent) => agent.artifacts);
  if (!artifacts.some(({ status }) => status === 'done')) reasons.push('No skill came to an end.');
  for (const { name, status, reason, artifacts: own } of agents) {
    if (status === 'failed') reasons.push(`${name} failed: ${sentence(reason ?? 'no reason was given')}`);
    // An agent may call itself done though one of its skills broke.
    else for (const one of own) if (one.status === 'failed') reasons.push(`${name}: ${ended(one, 'failed')}`);
    for (const one of own)
      if (one.status === 'unavailable' && required.includes(one.skill))
        reasons.push(`${name}: ${ended(one, 'could not run')}`);
  }
  const notJudged = agents.flatMap(({ name, artifacts: own }) =>
    own
      .filter(({ skill, status }) => status === 'unavailable' && !required.includes(skill))
      .map((one) => `${name}: ${ended(one, 'could not run')}`),
  );
  if (isTruncated) notJudged.unshift(`All files after the first ${fileCount}, which is the limit.`);
  const bySeverity = new Map<Severity, number>();
  for (const finding of artifacts.flatMap(({ findings }) => findings).filter(counts))
    bySeverity.set(finding.severity, (bySeverity.get(finding.severity) ?? 0) + 1);
  for (const severity of SEVERITIES.slice(SEVERITIES.indexOf(limit)).reverse()) {
    const found = bySeverity.get(severity) ?? 0;
    if (found > 0) reasons.push(`${found} ${severity} ${found === 1 ? 'finding' : 'findings'}.`);
  }
  return {
    isPassed: reasons.length === 0,
    limit,
    reasons,
    ...(notJudged.length === 0 ? {} : { notJudged }),
  };
}

function ended({ skill, reason, summary }: Artifact, how: string): string {
  return `${skill} ${how}: ${sentence(reason ?? summary)}`;
}

/** A reason ends like a sentence, also when it is one already, and is cut when somebody's output is in it. */
function sentence(text: string): string {
  const short = text.length > MAX_REASON ? `${text.slice(0, MAX_REASON)}…` : text.trimEnd();
  return /[.!?…]$/.test(short) ? short : `${short}.`;
}
