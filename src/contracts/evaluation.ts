/** A judgement of an output. */
import type { JsonObject, JsonValue } from '../shared/json.ts';
import type { Evidence, Severity } from './artifact.ts';
import type { TaskJson } from './task.ts';

/** The severities, least first. */
export const EvaluationSeverity = {
  INFO: 'info',
  WARNING: 'warning',
  ERROR: 'error',
  CRITICAL: 'critical',
} as const;
/** How serious a finding of an evaluator is. */
export type EvaluationSeverity = Severity;

/** One thing that an evaluator found. */
export interface EvaluationFinding {
  /** What a correction handler is registered for: `tests`, `types`, `lint` … */
  readonly category: string;
  readonly message: string;
  readonly severity: EvaluationSeverity;
  readonly location: string | null;
  readonly suggestion: string | null;
  readonly evidence: readonly Evidence[];
}

/** A judgement of one output. */
export interface EvaluationResult {
  readonly evaluatorName: string;
  readonly passed: boolean;
  /** 0 to 1. */
  readonly score: number;
  readonly findings: readonly EvaluationFinding[];
  readonly needsCorrection: boolean;
  readonly correctionSuggestions: readonly string[];
  readonly metadata: JsonObject;
}

/** What an evaluator knows besides the output. */
export interface EvaluationContext {
  readonly task: TaskJson;
  readonly signal: AbortSignal;
  /** Which round of correction this judges, from 0. */
  readonly round: number;
}

/** Judges outputs. What it can't judge, it must not pass. */
export interface EvaluationContract {
  readonly name: string;
  /** What it looks at, in words. */
  readonly criteria: readonly string[];
  /** Judges one output. Throwing fails the evaluation, never passes it. */
  evaluate(content: JsonValue, context: EvaluationContext): Promise<EvaluationResult>;
}
