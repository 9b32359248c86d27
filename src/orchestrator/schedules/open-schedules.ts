/** The schedules of an orchestrator, joined to where its tasks and workflows are handed in. */
import type { OrchestratorEventBody } from '../../contracts/events.ts';
import type { WorkflowRuns } from '../../workflow/workflow-runs.ts';
import type { ResolvedOptions } from '../orchestrator-options.ts';
import type { TaskDesk } from '../task-desk.ts';
import { Schedules } from './schedules.ts';

export interface ScheduleParts {
  readonly options: ResolvedOptions;
  readonly desk: TaskDesk;
  readonly workflows: WorkflowRuns;
  /** Throws when there will be no more work, and makes ready for it otherwise. */
  prepare(): Promise<void>;
  emit(runId: string, body: OrchestratorEventBody): void;
}

export function openSchedules({ options, desk, workflows, prepare, emit }: ScheduleParts): Schedules {
  return new Schedules({
    ...options,
    entity: (task) => desk.entity(task),
    submitTask: (task) => desk.submit(task),
    submitWorkflow: (workflow, inputs, id) => workflows.submit(workflow, inputs, id),
    prepare,
    tell: (schedule, note) =>
      emit(`schedule/${schedule}`, { type: `schedule-${note.outcome}`, schedule, note }),
  });
}
