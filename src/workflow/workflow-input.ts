/** The input of an interpreter's run: the workflow and what it may see. */
import type { JsonObject } from '../shared/json.ts';
import type { WorkflowJson } from './workflow-types.ts';

export interface WorkflowInput {
  readonly workflow: WorkflowJson;
  readonly inputs: JsonObject;
  /** What steps around this group have given so far. */
  readonly outer?: {
    readonly outputs: JsonObject;
    readonly steps: JsonObject;
    readonly inputRuns: readonly string[];
  };
  /** Steps at work at once. */
  readonly concurrency?: number;
}
