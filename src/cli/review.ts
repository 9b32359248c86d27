/** The main job: nine agents review one folder; what they found becomes a report. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { allAgents } from '../agents/all-agents.ts';
import type { Severity } from '../contracts/artifact.ts';
import type { OrchestratorEvent } from '../contracts/events.ts';
import type { Logger } from '../observability/logger.ts';
import { Orchestrator } from '../orchestrator/orchestrator.ts';
import { createProgramRunner } from '../process/program-runner.ts';
import { SKILL_PROGRAMS } from '../process/skill-programs.ts';
import type { AgentRun } from '../report/agent-run.ts';
import type { NamedBaseline } from '../report/baseline.ts';
import { buildReport } from '../report/build-report.ts';
import type { EarlierReport } from '../report/compare-findings.ts';
import type { Report } from '../report/report-schema.ts';
import { REPORT_FILES } from '../report/write-report.ts';
import { allSkills } from '../skills/index.ts';
import { WorkflowTemplates } from '../workflow/workflow-templates.ts';
import { openWorkspace } from '../workspace/open-workspace.ts';
import { packageVersion } from './package-version.ts';

export interface ReviewOptions {
  readonly root: string;
  /** Where the report will be written; what is there of an earlier one is not reviewed. @default outside the root */
  readonly out?: string;
  readonly allowExecute: boolean;
  readonly gateSeverity: Severity;
  readonly earlier?: EarlierReport | undefined;
  readonly baseline?: NamedBaseline | undefined;
  /** @default false */
  readonly gateNewOnly?: boolean;
  /** Files that are no part of what is reviewed, such as a baseline, where they lie inside the root. @default [] */
  readonly ownFiles?: readonly string[];
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onEvent: (event: OrchestratorEvent) => void;
}

/** The names of the agents that take part, in the order of the report. */
export const REVIEWERS: readonly string[] = allAgents().map(({ name }) => name);

/** Reviews a folder, which it leaves as it is. Rejects with `not-found` on a folder that can't be read, or the signal's reason. */
export async function review({
  root,
  out,
  allowExecute,
  gateSeverity,
  earlier,
  baseline,
  gateNewOnly = false,
  ownFiles = [],
  logger,
  signal,
  onEvent,
}: ReviewOptions): Promise<Report> {
  const startedAt = Date.now();
  const runner = createProgramRunner({ root, allow: SKILL_PROGRAMS });
  const workspace = await openWorkspace(root, { runner, exclude: await ownPaths(root, out, ownFiles) });
  const orchestrator = new Orchestrator({ workspace, policy: { allowExecute }, logger });
  const runs = new Map<string, AgentRun>();
  try {
    orchestrator.registerAgents(allAgents());
    orchestrator.on('*', (event) => {
      note(runs, event, startedAt);
      onEvent(event);
    });
    await orchestrator.runWorkflow(WorkflowTemplates.repositoryReview(), {}, { signal });
    signal.throwIfAborted();
    return await buildReport({
      workspace,
      agents: allAgents().map(({ name, description }) => runs.get(name) ?? missing(name, description)),
      skills: allSkills,
      gateSeverity,
      earlier,
      baseline,
      gateNewOnly,
      // Whoever lets the tests run wants them judged.
      gateSkills: allowExecute ? ['run-tests'] : [],
      version: packageVersion(),
      startedAt,
      finishedAt: Date.now(),
      signal,
    });
  } finally {
    await orchestrator.shutdown();
  }
}

/** The files of an earlier report inside the root, and others of this program. Whole folders stay: the report may go where sources are. */
async function ownPaths(
  root: string,
  out: string | undefined,
  files: readonly string[],
): Promise<readonly string[]> {
  const realRoot = await realpath(root).catch(() => resolve(root));
  const own = [...(out === undefined ? [] : REPORT_FILES.map((file) => join(out, file))), ...files];
  const paths: string[] = [];
  for (const file of own) {
    // The file itself may be a link, or not be there yet.
    const folder = await realpath(dirname(file)).catch(() => resolve(dirname(file)));
    const inside = relative(realRoot, join(folder, basename(file)));
    if (!isAbsolute(inside) && inside.split(sep)[0] !== '..') paths.push(inside.replaceAll(sep, '/'));
  }
  return paths;
}

function note(runs: Map<string, AgentRun>, event: OrchestratorEvent, startedAt: number): void {
  if (event.type !== 'task-completed' && event.type !== 'task-failed') return;
  if (event.agent === null) return;
  const { result } = event;
  const description = allAgents().find(({ name }) => name === event.agent)?.description ?? '';
  runs.set(event.agent, {
    name: event.agent,
    description,
    status: result.success
      ? 'done'
      : result.stopReason === 'not-applicable' || result.stopReason === 'unavailable'
        ? result.stopReason
        : 'failed',
    reason: result.errorMessage,
    startedAtMs: Math.max(0, event.at - startedAt - result.executionTimeMs),
    durationMs: result.executionTimeMs,
    artifacts: result.artifacts,
  });
}

function missing(name: string, description: string): AgentRun {
  return {
    name,
    description,
    status: 'failed',
    reason: 'It did not run.',
    startedAtMs: 0,
    durationMs: 0,
    artifacts: [],
  };
}
