/** Decides whether a run passes: nothing at or over the limit, no failed agent, and something was looked at. */
import { SEVERITIES, type Severity } from '../contracts/artifact.ts';
import type { AgentRun } from './agent-run.ts';

export interface GateDecision {
  readonly isPassed: boolean;
  readonly limit: Severity;
  /** Why it does not pass. */
  readonly reasons: string[];
}

/** A gate that saw no file, or no skill that was done, fails: it has judged nothing. */
export function decideGate(agents: readonly AgentRun[], fileCount: number, limit: Severity): GateDecision {
  const reasons: string[] = [];
  if (fileCount === 0) reasons.push('No file was seen.');
  const artifacts = agents.flatMap((agent) => agent.artifacts);
  if (!artifacts.some(({ status }) => status === 'done')) reasons.push('No skill came to an end.');
  for (const { name, status, reason } of agents) {
    if (status === 'failed') reasons.push(`${name} failed: ${reason ?? 'no reason was given'}.`);
  }
  const over = SEVERITIES.slice(SEVERITIES.indexOf(limit)).reverse();
  for (const severity of over) {
    const found = artifacts
      .flatMap(({ findings }) => findings)
      .filter((finding) => finding.severity === severity).length;
    if (found > 0) reasons.push(`${found} ${severity} ${found === 1 ? 'finding' : 'findings'}.`);
  }
  return { isPassed: reasons.length === 0, limit, reasons };
}
