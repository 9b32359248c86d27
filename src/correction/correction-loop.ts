/** Judges an output, has it corrected and judges again, until it is good enough or there is a reason to stop. */
import type { EvaluationContract, EvaluationResult } from '../contracts/evaluation.ts';
import type { TaskJson } from '../contracts/task.ts';
import {
  checkClock,
  checkFunction,
  checkInteger,
  checkJson,
  checkMethods,
  checkNumber,
  checkObject,
  checkSignal,
  checkText,
} from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import type { JsonValue } from '../shared/json.ts';
import type { TerminationCondition } from '../shared/termination.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { CorrectionRun, type CorrectionState } from './correction-run.ts';
import type { CorrectionHandler, CorrectionLoopResult, CorrectionStatus } from './correction-types.ts';

/** How a loop judges and when it gives up. */
export interface CorrectionLoopOptions {
  /** @default [] (add some before `run`) */
  readonly evaluators?: readonly EvaluationContract[];
  /** Rounds of judgement at most. @default 3 */
  readonly maxIterations?: number;
  /** The mean score that is enough, 0 to 1. @default 0.8 */
  readonly minPassingScore?: number;
  /** A further reason to stop, such as a budget; asked after each judgement that did not pass. */
  readonly stopWhen?: TerminationCondition<CorrectionState>;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** What one run is told. */
export interface CorrectionRunOptions {
  /** Ends the loop with `cancelled`. */
  readonly signal?: AbortSignal;
  /** The agent itself makes a new version: used when no handler changed anything. */
  readonly correct?: CorrectionHandler;
  /** Hears what the loop is doing. What it throws is ignored. */
  readonly onStatus?: (status: CorrectionStatus) => void;
}

/**
 * A loop that can be run on many outputs, also at once. A failed judgement or correction resolves with
 * `success: false` and says so; only misuse throws.
 *
 * @example
 * const loop = new CorrectionLoop({ evaluators: [spelling], maxIterations: 3 });
 * loop.registerCorrectionHandler('spelling', (output) => String(output).replace('teh', 'the'));
 * const result = await loop.run(task, 'teh end');
 * result.finalOutput; // 'the end'
 */
export class CorrectionLoop {
  readonly maxIterations: number;
  readonly minPassingScore: number;
  readonly #evaluators: EvaluationContract[] = [];
  readonly #handlers = new Map<string, CorrectionHandler>();
  readonly #stopWhen: TerminationCondition<CorrectionState> | undefined;
  readonly #clock: Clock;

  constructor(options: CorrectionLoopOptions = {}) {
    checkObject('options', options);
    const {
      evaluators = [],
      maxIterations = 3,
      minPassingScore = 0.8,
      stopWhen,
      clock = systemClock,
    } = options;
    this.maxIterations = checkInteger('maxIterations', maxIterations, 1);
    this.minPassingScore = checkNumber('minPassingScore', minPassingScore, 0, 1);
    if (stopWhen !== undefined) checkMethods('stopWhen', stopWhen, ['check'], 'a condition');
    this.#stopWhen = stopWhen;
    this.#clock = checkClock('clock', clock);
    if (!Array.isArray(evaluators))
      throw new InvalidArgumentError('evaluators', 'an array of evaluators', evaluators);
    for (const evaluator of evaluators) this.addEvaluator(evaluator);
  }

  /** The evaluators, in the order in which they judge. */
  get evaluators(): readonly EvaluationContract[] {
    return [...this.#evaluators];
  }

  /** Adds a judge, after those already there. */
  addEvaluator(evaluator: EvaluationContract): void {
    checkMethods('evaluator', evaluator, ['evaluate'], 'an evaluator with a name and an evaluate method');
    checkText('evaluator.name', evaluator.name);
    this.#evaluators.push(evaluator);
  }

  /** Has findings of a category corrected by `handler`; replaces the one registered before. */
  registerCorrectionHandler(category: string, handler: CorrectionHandler): void {
    this.#handlers.set(checkText('category', category), checkFunction('handler', handler));
  }

  /** Runs on one output, which must be JSON. Throws {@link InvalidArgumentError} when there is no evaluator. */
  async run(
    task: TaskJson | { toJSON(): TaskJson },
    output: JsonValue,
    options: CorrectionRunOptions = {},
  ): Promise<CorrectionLoopResult> {
    checkObject('options', options);
    const { signal, correct, onStatus } = options;
    if (this.#evaluators.length === 0) {
      // An output that nobody judged did not pass.
      throw new InvalidArgumentError('evaluators', 'at least one evaluator', this.#evaluators);
    }
    if (correct !== undefined) checkFunction('correct', correct);
    if (onStatus !== undefined) checkFunction('onStatus', onStatus);
    checkJson('output', output);
    const run = new CorrectionRun({
      task: plainTask(task),
      evaluators: this.evaluators,
      handlers: new Map(this.#handlers),
      correct,
      maxIterations: this.maxIterations,
      isEnough: (evaluation: EvaluationResult) =>
        evaluation.passed && evaluation.score >= this.minPassingScore,
      stopWhen: this.#stopWhen,
      clock: this.#clock,
      signal: checkSignal('signal', signal) ?? new AbortController().signal,
      onStatus,
    });
    return await run.start(output);
  }
}

/** The task as data. What it must have is what evaluators ask for first. */
function plainTask(task: TaskJson | { toJSON(): TaskJson }): TaskJson {
  const hasJson = typeof (task as { toJSON?: unknown } | null)?.toJSON === 'function';
  const json = hasJson ? (task as { toJSON(): TaskJson }).toJSON() : (task as TaskJson);
  checkObject('task', json);
  checkText('task.id', json.id);
  checkText('task.title', json.title);
  return json;
}
