/** What the orchestrator tells: facts in the past tense, numbered in order. */
import type { ErrorJson } from '../shared/errors.ts';
import type { AgentEvent, AgentMessage } from './agent.ts';
import type { Approval } from './approval.ts';
import type { ScheduleNote } from './schedule.ts';
import type { StopReason, TaskResult } from './task.ts';

/** Stands on every event. */
interface EventStamp {
  /** Counts up by one for each event of this orchestrator, from 1. */
  readonly position: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly tenant: string;
  /** The task's, workflow's or conversation's id. */
  readonly runId: string;
  /** The id of the run that started it all: the same as `runId` for what was submitted by a caller. */
  readonly rootRunId: string;
}

/** What happened, without where and when. */
export type OrchestratorEventBody =
  /** A task was taken in. */
  | { readonly type: 'task-submitted'; readonly title: string }
  /** An attempt began, at this agent, for this reason. */
  | {
      readonly type: 'task-started';
      readonly title: string;
      readonly agent: string;
      readonly attempt: number;
      readonly routing: string;
    }
  /** A run was resumed by a program that no longer has the agent which began it: it waits for that agent. */
  | { readonly type: 'task-parked'; readonly agent: string }
  /** An attempt failed and another one follows after the delay. */
  | {
      readonly type: 'task-retrying';
      readonly attempt: number;
      readonly delayMs: number;
      readonly errorMessage: string;
    }
  /** A task ended well. */
  | { readonly type: 'task-completed'; readonly agent: string; readonly result: TaskResult }
  /** A task ended otherwise; `stopReason` says how. */
  | { readonly type: 'task-failed'; readonly agent: string | null; readonly result: TaskResult }
  /** A task was cancelled. */
  | { readonly type: 'task-cancelled'; readonly stopReason: StopReason; readonly errorMessage: string }
  /** An agent at work told something. */
  | { readonly type: 'agent-reported'; readonly agent: string; readonly event: AgentEvent }
  /** A workflow began. */
  | { readonly type: 'workflow-started'; readonly name: string }
  /** A step of a workflow began. */
  | { readonly type: 'workflow-step-started'; readonly stepId: string; readonly step: string }
  /** A step of a workflow ended. */
  | {
      readonly type: 'workflow-step-finished';
      readonly stepId: string;
      readonly step: string;
      readonly status: string;
      readonly errorMessage: string | null;
    }
  /** A workflow ended. */
  | { readonly type: 'workflow-finished'; readonly success: boolean; readonly errorMessage: string | null }
  /** A message reached an agent. */
  | { readonly type: 'message-sent'; readonly message: AgentMessage }
  /** A planned time of a schedule fired, or several were missed, skipped or refused. Of all processes one tells it. */
  | { readonly type: 'schedule-fired'; readonly schedule: string; readonly note: ScheduleNote }
  | { readonly type: 'schedule-missed'; readonly schedule: string; readonly note: ScheduleNote }
  | { readonly type: 'schedule-skipped'; readonly schedule: string; readonly note: ScheduleNote }
  | { readonly type: 'schedule-failed'; readonly schedule: string; readonly note: ScheduleNote }
  /** Work waits for a person. The question is kept: it can be decided from now on. */
  | { readonly type: 'approval-requested'; readonly approval: Approval }
  /** Somebody decided, or nobody in time. */
  | { readonly type: 'approval-decided'; readonly approval: Approval }
  /** A plugin failed; the work went on without it. */
  | { readonly type: 'plugin-failed'; readonly plugin: string; readonly error: ErrorJson }
  /** A listener of yours threw; the work went on. */
  | { readonly type: 'listener-failed'; readonly error: ErrorJson }
  /**
   * Stands in a stream only, in the place of events that it no longer has: as many as `lost` says where the reader fell
   * behind, at most as many where it came too late. Its position is that of the last of them.
   */
  | { readonly type: 'events-lost'; readonly lost: number };

/** What happened, where and when. Positions have no gaps. */
export type OrchestratorEvent = OrchestratorEventBody & EventStamp;

const TYPES: Readonly<Record<OrchestratorEventBody['type'], true>> = {
  'task-submitted': true,
  'task-started': true,
  'task-parked': true,
  'task-retrying': true,
  'task-completed': true,
  'task-failed': true,
  'task-cancelled': true,
  'agent-reported': true,
  'workflow-started': true,
  'workflow-step-started': true,
  'workflow-step-finished': true,
  'workflow-finished': true,
  'message-sent': true,
  'schedule-fired': true,
  'schedule-missed': true,
  'schedule-skipped': true,
  'schedule-failed': true,
  'approval-requested': true,
  'approval-decided': true,
  'plugin-failed': true,
  'listener-failed': true,
  'events-lost': true,
};

/** The `type` of every event. */
export const EVENT_TYPES = Object.keys(TYPES) as readonly OrchestratorEventBody['type'][];
