/** What a correction loop takes and gives. */
import type { EvaluationFinding, EvaluationResult } from '../contracts/evaluation.ts';
import type { TaskJson } from '../contracts/task.ts';
import type { ErrorJson } from '../shared/errors.ts';
import type { JsonObject, JsonValue } from '../shared/json.ts';

/** The stations of a correction loop. */
export const CorrectionStatus = {
  EVALUATING: 'evaluating',
  CORRECTING: 'correcting',
  COMPLETED: 'completed',
  MAX_ITERATIONS_REACHED: 'max_iterations_reached',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;
/** What a loop is doing or how it ended: the last four end it. */
export type CorrectionStatus = (typeof CorrectionStatus)[keyof typeof CorrectionStatus];

/** Why a loop ended. */
const CORRECTION_STOP_REASONS = [
  /** All evaluators passed and the score is enough. The only one that goes with success. */
  'passed',
  'max-rounds',
  /** The correction changed nothing. */
  'no-progress',
  /** The correction brought back an output that was judged before. */
  'oscillation',
  /** It did not pass, and there is nothing that could change the output. */
  'no-handler',
  /** It did not pass, and no evaluator asked for a correction. */
  'not-correctable',
  /** The condition `stopWhen` held; `stop` has its word. */
  'condition',
  'evaluator-failed',
  'handler-failed',
  'cancelled',
] as const;
/** Why a correction loop stopped. */
export type CorrectionStopReason = (typeof CORRECTION_STOP_REASONS)[number];

/** What a handler is told beside the output. */
export interface CorrectionContext {
  readonly task: TaskJson;
  readonly signal: AbortSignal;
  /** Which round found the faults, from 0. */
  readonly round: number;
  /** The findings to correct: those of the handler's category, or all of them for `correct`. */
  readonly findings: readonly EvaluationFinding[];
}

/** Makes a new output. It leaves the old one as it is; what it returns must be JSON. */
export type CorrectionHandler = (
  output: JsonValue,
  /** All evaluators' judgements in one. */
  evaluation: EvaluationResult,
  context: CorrectionContext,
) => JsonValue | Promise<JsonValue>;

/** One round: a judgement and, unless it ended the loop, what was done about it. */
export interface CorrectionIteration {
  /** From 0, which judges the output as it was given. */
  readonly round: number;
  /** Of the output that was judged. */
  readonly outputDigest: string;
  /** Mean of the evaluators' scores, 0 to 1. */
  readonly score: number;
  readonly passed: boolean;
  readonly evaluations: readonly EvaluationResult[];
  /** Categories whose handlers changed the output after this judgement; `correct` for the agent itself. */
  readonly changedBy: readonly string[];
  readonly executionTimeMs: number;
}

/** How a loop ended. */
export interface CorrectionLoopResult {
  readonly success: boolean;
  /** The best output there was: one that passed before one that did not, then the highest score, then the earliest. */
  readonly finalOutput: JsonValue;
  /** The score of `finalOutput`; null when nothing was judged. */
  readonly score: number | null;
  readonly iterations: readonly CorrectionIteration[];
  readonly totalIterations: number;
  readonly status: CorrectionStatus;
  readonly stopReason: CorrectionStopReason;
  /** Facts about the end, such as the earlier round that an oscillation came back to. */
  readonly stopDetail: JsonObject;
  /** What an evaluator or a handler threw. */
  readonly error: ErrorJson | null;
  readonly executionTimeMs: number;
}
