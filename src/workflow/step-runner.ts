/** What every kind of step is given, and what it gives back. */
import type { RunContext } from '../contracts/backend.ts';
import type { ErrorJson } from '../shared/errors.ts';
import type { JsonValue } from '../shared/json.ts';
import type { Scope } from './expressions.ts';
import type { WorkflowServices } from './workflow-services.ts';
import type { WorkflowStep } from './workflow-step.ts';

export interface StepContext {
  readonly run: RunContext;
  readonly services: WorkflowServices;
  readonly scope: Scope;
  /** What this attempt's effects are remembered under. */
  readonly key: string;
  /** Runs of the steps that this one depends on, nearest first. */
  readonly inputRuns: readonly string[];
}

/** How a step's own work ended. */
export interface StepOutcome {
  readonly success: boolean;
  readonly output: JsonValue;
  readonly error: ErrorJson | null;
  readonly errorMessage: string | null;
  readonly stopReason: string;
  readonly runId: string | null;
  /** Names of steps that are not to run, by the decision of a condition. */
  readonly notTaken?: readonly string[];
}

export type StepRunner = (step: WorkflowStep, context: StepContext) => Promise<StepOutcome>;

/** A step that went well. */
export function succeeded(output: JsonValue, runId: string | null = null): StepOutcome {
  return { success: true, output, error: null, errorMessage: null, stopReason: 'completed', runId };
}
