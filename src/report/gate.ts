/** Decides whether a run passes: nothing at or over the limit, no failed agent, and something was looked at. */
import { type Finding, SEVERITIES, type Severity } from '../contracts/artifact.ts';
import type { AgentRun } from './agent-run.ts';

/** Characters of a failed agent's reason. */
const MAX_REASON = 300;

export interface GateDecision {
  readonly isPassed: boolean;
  readonly limit: Severity;
  /** Why it does not pass. */
  readonly reasons: string[];
}

/** Findings for which `counts` is false are passed over. A gate that saw no file, or no skill that was done, fails: it has judged nothing. */
export function decideGate(
  agents: readonly AgentRun[],
  fileCount: number,
  limit: Severity,
  counts: (finding: Finding) => boolean = () => true,
): GateDecision {
  const reasons: string[] = [];
  if (fileCount === 0) reasons.push('No file was seen.');
  const artifacts = agents.flatMap((agent) => agent.artifacts);
  if (!artifacts.some(({ status }) => status === 'done')) reasons.push('No skill came to an end.');
  for (const { name, status, reason } of agents) {
    if (status === 'failed') reasons.push(`${name} failed: ${sentence(reason ?? 'no reason was given')}`);
  }
  const bySeverity = new Map<Severity, number>();
  for (const finding of artifacts.flatMap(({ findings }) => findings).filter(counts))
    bySeverity.set(finding.severity, (bySeverity.get(finding.severity) ?? 0) + 1);
  for (const severity of SEVERITIES.slice(SEVERITIES.indexOf(limit)).reverse()) {
    const found = bySeverity.get(severity) ?? 0;
    if (found > 0) reasons.push(`${found} ${severity} ${found === 1 ? 'finding' : 'findings'}.`);
  }
  return { isPassed: reasons.length === 0, limit, reasons };
}

/** A reason ends like a sentence, also when it is one already, and is cut when somebody's output is in it. */
function sentence(text: string): string {
  const short = text.length > MAX_REASON ? `${text.slice(0, MAX_REASON)}…` : text.trimEnd();
  return /[.!?…]$/.test(short) ? short : `${short}.`;
}
