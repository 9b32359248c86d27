/** How findings went from report to report: what was open, what is resolved, what is new. */
import { z } from 'zod';
import type { Artifact, Severity } from '../../contracts/artifact.ts';

const MAX_FINDINGS = 100_000;
const severity = z.enum(['info', 'warning', 'error', 'critical']);

/** The part of a `report.json` that is needed; the rest is let through. */
export const earlierReport = z.looseObject({
  createdAt: z.iso.datetime({ offset: true }),
  agents: z.array(
    z.looseObject({
      artifacts: z.array(
        z.looseObject({ findings: z.array(z.looseObject({ id: z.string(), severity })).max(MAX_FINDINGS) }),
      ),
    }),
  ),
});
export type EarlierReport = z.infer<typeof earlierReport>;

const counts = z.object({ critical: z.number(), error: z.number(), warning: z.number(), info: z.number() });

export const burndownPoint = z.object({
  /** Of the report; null for the findings of this run. */
  createdAt: z.string().nullable(),
  open: z.number(),
  bySeverity: counts,
  /** Findings of the point before that are gone; null for the first point. */
  resolved: z.number().nullable(),
  /** Findings that the point before did not have; null for the first point. */
  added: z.number().nullable(),
});
type BurndownPoint = z.infer<typeof burndownPoint>;

/** Oldest first; the findings of this run come last, when there are artifacts to have them. */
export function burndownOf(
  reports: readonly EarlierReport[],
  artifacts: readonly Artifact[],
): BurndownPoint[] {
  const sets: { createdAt: string | null; findings: Map<string, Severity> }[] = reports
    .map(({ createdAt, agents }) => ({
      createdAt,
      findings: new Map(
        agents.flatMap((agent) =>
          agent.artifacts.flatMap(({ findings }) => findings.map((one) => [one.id, one.severity] as const)),
        ),
      ),
    }))
    .sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  if (artifacts.length > 0)
    sets.push({
      createdAt: null,
      findings: new Map(artifacts.flatMap(({ findings }) => findings.map((one) => [one.id, one.severity]))),
    });
  return sets.map(({ createdAt, findings }, index) => {
    const before = sets[index - 1]?.findings;
    const bySeverity = { critical: 0, error: 0, warning: 0, info: 0 };
    for (const one of findings.values()) bySeverity[one] += 1;
    return {
      createdAt,
      open: findings.size,
      bySeverity,
      resolved: before === undefined ? null : [...before.keys()].filter((id) => !findings.has(id)).length,
      added: before === undefined ? null : [...findings.keys()].filter((id) => !before.has(id)).length,
    };
  });
}
