/** One run of a correction loop: its rounds, the best output so far and the reason it stops. */
import type { EvaluationContract, EvaluationFinding, EvaluationResult } from '../contracts/evaluation.ts';
import type { TaskJson } from '../contracts/task.ts';
import { raceSignal } from '../shared/abort.ts';
import { errorToJson, InvalidArgumentError } from '../shared/errors.ts';
import { digestJson, type JsonObject, type JsonValue, toJsonValue } from '../shared/json.ts';
import type { TerminationCondition } from '../shared/termination.ts';
import type { Clock } from '../shared/time.ts';
import { checkEvaluation, combineEvaluations } from './combine-evaluations.ts';
import {
  type CorrectionHandler,
  type CorrectionIteration,
  type CorrectionLoopResult,
  CorrectionStatus,
  type CorrectionStopReason,
} from './correction-types.ts';

/** What `stopWhen` looks at. */
export interface CorrectionState {
  /** Judgements made so far. */
  readonly rounds: number;
  /** The newest score. */
  readonly score: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

interface CorrectionRunInput {
  readonly task: TaskJson;
  readonly evaluators: readonly EvaluationContract[];
  readonly handlers: ReadonlyMap<string, CorrectionHandler>;
  readonly correct: CorrectionHandler | undefined;
  readonly maxIterations: number;
  readonly isEnough: (evaluation: EvaluationResult) => boolean;
  readonly stopWhen: TerminationCondition<CorrectionState> | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onStatus: ((status: CorrectionStatus) => void) | undefined;
}

/** An end, on its way out of the rounds. */
interface End {
  readonly reason: CorrectionStopReason;
  readonly detail?: JsonObject;
  readonly error?: unknown;
}

interface Correction {
  readonly output: JsonValue;
  readonly digest: string;
  readonly changedBy: readonly string[];
  /** Whether anything was there to make a change. */
  readonly wasTried: boolean;
}

const END_STATUS: Partial<Record<CorrectionStopReason, CorrectionStatus>> = {
  passed: CorrectionStatus.COMPLETED,
  'max-rounds': CorrectionStatus.MAX_ITERATIONS_REACHED,
  cancelled: CorrectionStatus.CANCELLED,
};

/** Runs once; see {@link CorrectionRun.start}. */
export class CorrectionRun {
  readonly #input: CorrectionRunInput;
  readonly #startedAt: number;
  readonly #iterations: CorrectionIteration[] = [];
  /** Digests that were judged, with the round. */
  readonly #seen = new Map<string, number>();
  #best: { readonly output: JsonValue; readonly passed: boolean; readonly score: number } | undefined;

  constructor(input: CorrectionRunInput) {
    this.#input = input;
    this.#startedAt = input.clock.now();
  }

  async start(initial: JsonValue): Promise<CorrectionLoopResult> {
    let output = initial;
    let digest = digestJson(output);
    for (;;) {
      const round = await this.#round(output, digest);
      if ('reason' in round) return this.#finish(round, initial);
      ({ output, digest } = round);
    }
  }

  /** Judges an output and corrects it: gives the next output, or the end. */
  async #round(output: JsonValue, digest: string): Promise<Correction | End> {
    const { signal, maxIterations, isEnough, stopWhen, clock } = this.#input;
    const round = this.#iterations.length;
    const startedAt = clock.now();
    const evaluations = await this.#evaluate(output, round);
    if ('reason' in evaluations) return evaluations;
    const combined = combineEvaluations(evaluations);
    this.#seen.set(digest, round);
    this.#keepBest(output, combined);
    const { score, passed } = combined;
    const record = (changedBy: readonly string[]): void => {
      const executionTimeMs = clock.now() - startedAt;
      this.#iterations.push({
        round,
        outputDigest: digest,
        score,
        passed,
        evaluations,
        changedBy,
        executionTimeMs,
      });
    };

    const end = ((): End | undefined => {
      if (isEnough(combined)) return { reason: 'passed' };
      if (!combined.needsCorrection) return { reason: 'not-correctable' };
      if (round + 1 >= maxIterations) return { reason: 'max-rounds', detail: { maxIterations } };
      const stop = stopWhen?.check({ rounds: round + 1, score, startedAt: this.#startedAt });
      return stop && { reason: 'condition', detail: { ...stop } };
    })();
    if (end !== undefined) {
      record([]);
      return end;
    }

    const correction = await this.#correct(output, digest, combined, round);
    record('reason' in correction ? [] : correction.changedBy);
    if ('reason' in correction) return correction;
    if (signal.aborted) return this.#cancelled();
    if (!correction.wasTried)
      return { reason: 'no-handler', detail: { categories: categoriesOf(combined.findings) } };
    if (correction.digest === digest) return { reason: 'no-progress', detail: { round } };
    const earlier = this.#seen.get(correction.digest);
    if (earlier !== undefined) return { reason: 'oscillation', detail: { round, sameAsRound: earlier } };
    return correction;
  }

  async #evaluate(output: JsonValue, round: number): Promise<readonly EvaluationResult[] | End> {
    const { evaluators, task, signal } = this.#input;
    this.#tell(CorrectionStatus.EVALUATING);
    const results: EvaluationResult[] = [];
    for (const evaluator of evaluators) {
      if (signal.aborted) return this.#cancelled();
      try {
        // An async wrapper, so that an evaluator that throws before its first await is caught as well.
        const judge = async (): Promise<EvaluationResult> =>
          await evaluator.evaluate(structuredClone(output), { task, signal, round });
        results.push(checkEvaluation(`evaluation of ${evaluator.name}`, await raceSignal(judge(), signal)));
      } catch (error) {
        if (signal.aborted) return this.#cancelled();
        return { reason: 'evaluator-failed', detail: { evaluator: evaluator.name, round }, error };
      }
    }
    return results;
  }

  /** Lets each handler of a category that was found work on what the one before it made, then the agent itself. */
  async #correct(
    before: JsonValue,
    digestBefore: string,
    evaluation: EvaluationResult,
    round: number,
  ): Promise<Correction | End> {
    this.#tell(CorrectionStatus.CORRECTING);
    const { handlers, correct } = this.#input;
    const findings = evaluation.findings.filter(({ severity }) => severity !== 'info');
    let output = before;
    let digest = digestBefore;
    let wasTried = false;
    const changedBy: string[] = [];
    const steps = categoriesOf(findings).flatMap((name) => {
      const handler = handlers.get(name);
      return handler
        ? [{ name, handler, findings: findings.filter(({ category }) => category === name) }]
        : [];
    });
    if (correct !== undefined) steps.push({ name: 'correct', handler: correct, findings });
    for (const step of steps) {
      if (step.handler === correct && changedBy.length > 0) break;
      wasTried = true;
      const next = await this.#apply(step.name, step.handler, output, evaluation, step.findings, round);
      if ('reason' in next) return next;
      if (next.digest === digest) continue;
      ({ output, digest } = next);
      changedBy.push(step.name);
    }
    return { output, digest, changedBy, wasTried };
  }

  async #apply(
    name: string,
    handler: CorrectionHandler,
    output: JsonValue,
    evaluation: EvaluationResult,
    findings: readonly EvaluationFinding[],
    round: number,
  ): Promise<{ output: JsonValue; digest: string } | End> {
    const { task, signal } = this.#input;
    if (signal.aborted) return this.#cancelled();
    try {
      // A copy, so that a handler that works in place doesn't spoil the output that may yet be the best.
      const copy = structuredClone(output) as JsonValue;
      const work = async (): Promise<JsonValue> =>
        await handler(copy, evaluation, { task, signal, round, findings });
      const next: unknown = await raceSignal(work(), signal);
      if (next === undefined || typeof next === 'function') {
        throw new InvalidArgumentError(`output of handler ${name}`, 'a JSON value', next);
      }
      const json = toJsonValue(next);
      return { output: json, digest: digestJson(json) };
    } catch (error) {
      if (signal.aborted) return this.#cancelled();
      return { reason: 'handler-failed', detail: { handler: name, round }, error };
    }
  }

  #keepBest(output: JsonValue, { passed, score }: EvaluationResult): void {
    const best = this.#best;
    const isBetter = best === undefined || (passed === best.passed ? score > best.score : passed);
    if (isBetter) this.#best = { output, passed, score };
  }

  #cancelled(): End {
    return { reason: 'cancelled', error: this.#input.signal.reason };
  }

  #finish({ reason, detail = {}, error }: End, initial: JsonValue): CorrectionLoopResult {
    const status = END_STATUS[reason] ?? CorrectionStatus.FAILED;
    this.#tell(status);
    return {
      success: reason === 'passed',
      finalOutput: this.#best === undefined ? initial : this.#best.output,
      score: this.#best?.score ?? null,
      iterations: this.#iterations,
      totalIterations: this.#iterations.length,
      status,
      stopReason: reason,
      stopDetail: detail,
      error: error === undefined ? null : errorToJson(error),
      executionTimeMs: this.#input.clock.now() - this.#startedAt,
    };
  }

  #tell(status: CorrectionStatus): void {
    try {
      this.#input.onStatus?.(status);
    } catch {
      // Listeners are told; they have no say in the work.
    }
  }
}

/** Each category once, in order of first mention. */
function categoriesOf(findings: readonly EvaluationFinding[]): readonly string[] {
  return [...new Set(findings.map(({ category }) => category))];
}
