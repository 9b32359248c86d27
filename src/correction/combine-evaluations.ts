/** Several evaluators' judgements as one: scores average, all must pass, any may ask for correction. */
import type { EvaluationResult } from '../contracts/evaluation.ts';
import { checkBoolean, checkNumber, checkObject } from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';

/** Joins at least one judgement. Findings and suggestions keep the evaluators' order. */
export function combineEvaluations(evaluations: readonly EvaluationResult[]): EvaluationResult {
  if (evaluations.length === 0) throw new InvalidArgumentError('evaluations', 'at least one', evaluations);
  return {
    evaluatorName: 'combined',
    passed: evaluations.every(({ passed }) => passed),
    score: evaluations.reduce((sum, { score }) => sum + score, 0) / evaluations.length,
    findings: evaluations.flatMap(({ findings }) => findings),
    needsCorrection: evaluations.some(({ needsCorrection }) => needsCorrection),
    correctionSuggestions: evaluations.flatMap(({ correctionSuggestions }) => correctionSuggestions),
    metadata: { evaluators: evaluations.map(({ evaluatorName }) => evaluatorName) },
  };
}

/** Checks what an evaluator returned: a score outside 0 to 1 would spoil the mean unseen. */
export function checkEvaluation(name: string, value: unknown): EvaluationResult {
  const result = checkObject(name, value) as Record<keyof EvaluationResult, unknown>;
  checkBoolean(`${name}.passed`, result.passed);
  checkNumber(`${name}.score`, result.score, 0, 1);
  checkBoolean(`${name}.needsCorrection`, result.needsCorrection);
  for (const key of ['findings', 'correctionSuggestions'] as const) {
    if (!Array.isArray(result[key]))
      throw new InvalidArgumentError(`${name}.${key}`, 'an array', result[key]);
  }
  return value as EvaluationResult;
}
