/** The main job: nine agents review one folder; what they found becomes a report. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { allAgents } from '../agents/all-agents.ts';
import type { Severity } from '../contracts/artifact.ts';
import type { OrchestratorEvent } from '../contracts/events.ts';
import type { Logger } from '../observability/logger.ts';
import { Orchestrator } from '../orchestrator/orchestrator.ts';
import { createProgramRunner } from '../process/program-runner.ts';
import { SKILL_PROGRAMS } from '../process/skill-programs.ts';
import type { AgentRun } from '../report/agent-run.ts';
import { buildReport } from '../report/build-report.ts';
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
  logger,
  signal,
  onEvent,
}: ReviewOptions): Promise<Report> {
  const startedAt = Date.now();
  const runner = createProgramRunner({ root, allow: SKILL_PROGRAMS });
  const workspace = await openWorkspace(root, { runner, exclude: await reportPaths(root, out) });
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
      version: packageVersion(),
      startedAt,
      finishedAt: Date.now(),
      signal,
    });
  } finally {
    await orchestrator.shutdown();
  }
}

/** The files of an earlier report inside the root. Whole folders stay: the report may go where sources are. */
async function reportPaths(root: string, out: string | undefined): Promise<readonly string[]> {
  if (out === undefined) return [];
  const [realRoot, realOut] = await Promise.all(
    [root, out].map((path) => realpath(path).catch(() => resolve(path))),
  );
  const inside = relative(realRoot as string, realOut as string);
  if (isAbsolute(inside) || inside.split(sep)[0] === '..') return [];
  return REPORT_FILES.map((file) => join(inside, file).replaceAll(sep, '/'));
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
