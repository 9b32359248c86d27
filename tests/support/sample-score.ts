/** Reviews a prepared sample as the command line does, and sets what was found against what was planted. */
import { allAgents } from '../../src/agents/all-agents.ts';
import type { PlacedFault } from '../../src/cli/sample/manifest.ts';
import type { PreparedSample } from '../../src/cli/sample/prepare-sample.ts';
import type { Artifact, Finding } from '../../src/contracts/artifact.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import { WorkflowTemplates } from '../../src/workflow/workflow-templates.ts';

/** How one skill did. */
export interface SkillScore {
  readonly skill: string;
  readonly planted: number;
  readonly found: number;
  readonly reported: number;
  /** Reports that stand where a fault was planted. */
  readonly right: number;
  /** `rule path:line id` of planted faults that no report names. */
  readonly missed: readonly string[];
  /** `rule path:line message` of reports that no planted fault explains; look-alikes are marked. */
  readonly wrong: readonly string[];
}

/** Runs all skills over a sample, its tests included, and resolves with what they made. */
export async function reviewSample(root: string): Promise<readonly Artifact[]> {
  const orchestrator = new Orchestrator({ workspace: root, policy: { allowExecute: true } });
  const artifacts: Artifact[] = [];
  try {
    orchestrator.registerAgents(allAgents());
    orchestrator.on('agent-reported', ({ event }) => {
      if (event.type === 'skill-finished') artifacts.push(event.artifact);
    });
    const result = await orchestrator.runWorkflow(WorkflowTemplates.repositoryReview());
    if (!result.success) throw new Error(`The review failed: ${result.errorMessage}`);
    return artifacts;
  } finally {
    await orchestrator.shutdown();
  }
}

/** One score for each skill that has planted faults or reports. */
export function scoreSample(
  { faults, lookAlikes }: PreparedSample['manifest'],
  artifacts: readonly Artifact[],
): readonly SkillScore[] {
  const skills = new Set([
    ...faults.map(({ skill }) => skill),
    ...artifacts.filter(({ findings }) => findings.length > 0).map(({ skill }) => skill),
  ]);
  return [...skills]
    .sort((a, b) => a.localeCompare(b))
    .map((skill) => {
      const findings = artifacts.filter((one) => one.skill === skill).flatMap((one) => one.findings);
      const planted = faults.filter((fault) => fault.skill === skill);
      const explained = new Set<Finding>();
      const missed: string[] = [];
      for (const fault of planted) {
        const hits = findings.filter((finding) => isAt(finding, fault));
        if (hits.length === 0) missed.push(`${fault.rule} ${fault.path}:${fault.line} ${fault.id}`);
        for (const hit of hits) explained.add(hit);
      }
      const wrong = findings
        .filter((finding) => !explained.has(finding))
        .map(({ rule, message, location: { path, line } }) => {
          const twin = lookAlikes.find((one) => one.rule === rule && one.path === path && one.line === line);
          return `${rule} ${path}:${line} ${message}${twin === undefined ? '' : ` (look-alike: ${twin.note})`}`;
        });
      return {
        skill,
        planted: planted.length,
        found: planted.length - missed.length,
        reported: findings.length,
        right: explained.size,
        missed,
        wrong,
      };
    });
}

function isAt({ rule, location }: Finding, fault: PlacedFault): boolean {
  return (
    rule === fault.rule &&
    fault.places.some(({ path, line }) => path === location.path && line === location.line)
  );
}

/** Right reports among all reports; 1 when nothing was reported. */
export function precisionOf({ right, reported }: SkillScore): number {
  return reported === 0 ? 1 : right / reported;
}

/** Found faults among the planted; 1 when nothing was planted. */
export function recallOf({ found, planted }: SkillScore): number {
  return planted === 0 ? 1 : found / planted;
}

/** What went wrong, line by line: `- skill …` was missed, `+ skill …` should not have been reported. */
export function differencesOf(scores: readonly SkillScore[]): readonly string[] {
  return scores.flatMap(({ skill, missed, wrong }) => [
    ...missed.map((text) => `- ${skill}: ${text}`),
    ...wrong.map((text) => `+ ${skill}: ${text}`),
  ]);
}

/** The scores that are not good enough. No score at all is no proof, and throws. */
export function rowsBelow<T extends SkillScore>(least: number, rows: readonly T[]): readonly T[] {
  if (rows.every(({ planted }) => planted === 0))
    throw new Error('Nothing was planted, so nothing is proved.');
  return rows.filter((row) => precisionOf(row) < least || recallOf(row) < least);
}
