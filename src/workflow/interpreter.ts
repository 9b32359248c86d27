/**
 * Interprets a workflow over the context of a run: each step's effect goes through `step`, `child` or `sleep`, so that
 * a run that is taken up again does no finished step twice.
 */
import type { RunContext } from '../contracts/backend.ts';
import { type ErrorCode, errorToJson, OrchestratorError, toError } from '../shared/errors.ts';
import { nextDelayMs, resolveRetryConfig } from '../shared/retry.ts';
import { isTrue } from './expressions.ts';
import { type Readiness, StepLedger } from './step-ledger.ts';
import { type StepOutcome, type StepRunner, succeeded } from './step-runner.ts';
import { STEP_RUNNERS } from './steps/index.ts';
import { Workflow } from './workflow.ts';
import type { WorkflowInput } from './workflow-input.ts';
import { PAUSE_SIGNAL, RESUME_SIGNAL, type WorkflowServices } from './workflow-services.ts';
import type { WorkflowStep } from './workflow-step.ts';
import type { StepResult, WorkflowResult } from './workflow-types.ts';

/** Resolves also when steps failed; rejects only when the run's signal aborts or the workflow is not valid. */
export async function interpretWorkflow(
  context: RunContext,
  input: WorkflowInput,
  services: WorkflowServices,
): Promise<WorkflowResult> {
  const workflow = Workflow.fromJSON(input.workflow);
  workflow.validate();
  const interpretation = new Interpretation(context, workflow, input, services);
  return interpretation.run();
}

class Interpretation {
  readonly #context: RunContext;
  readonly #workflow: Workflow;
  readonly #services: WorkflowServices;
  readonly #ledger: StepLedger;
  readonly #concurrency: number;
  /** Steps at work. */
  #working = 0;
  /** Told when a step at work has ended; one promise for all, however many there are. */
  #ended = Promise.withResolvers<void>();
  #round = 0;

  constructor(context: RunContext, workflow: Workflow, input: WorkflowInput, services: WorkflowServices) {
    this.#context = context;
    this.#workflow = workflow;
    this.#services = services;
    this.#ledger = new StepLedger(workflow, input);
    this.#concurrency = input.concurrency ?? Number.POSITIVE_INFINITY;
  }

  async run(): Promise<WorkflowResult> {
    const { runId } = this.#context;
    const startedAt = await this.#context.now('workflow/started');
    this.#services.emit(runId, { type: 'workflow-started', name: this.#workflow.name });
    await this.#drive();
    this.#context.signal.throwIfAborted();
    const finishedAt = await this.#context.now('workflow/finished');
    const { fatal, results, outputs } = this.#ledger;
    const result: WorkflowResult = {
      workflowId: runId,
      success: fatal === undefined,
      status: fatal === undefined ? 'completed' : 'failed',
      outputs,
      stepResults: Object.fromEntries(results),
      errorMessage: fatal === undefined ? null : `Step ${fatal.name} failed: ${fatal.errorMessage}`,
      executionTimeMs: finishedAt - startedAt,
    };
    this.#services.emit(runId, {
      type: 'workflow-finished',
      success: result.success,
      errorMessage: result.errorMessage,
    });
    return result;
  }

  async #drive(): Promise<void> {
    for (;;) {
      if (this.#ledger.fatal === undefined) await this.#startReady();
      if (this.#working === 0) break;
      await this.#nextEnd();
    }
    for (const step of this.#ledger.toMakeGood) await this.#perform(step);
    for (const step of this.#workflow.steps) {
      if (this.#ledger.results.has(step.id)) continue;
      if (this.#ledger.isCompensation(step)) {
        this.#ledger.end(unstarted(step, 'skipped', 'condition-false', 'Nothing had to be made good.'));
      } else this.#ledger.end(unstarted(step, 'cancelled', 'cancelled', 'An earlier step failed.'));
    }
  }

  /** Waits until a step has ended; rejects when one was cut off. */
  async #nextEnd(): Promise<void> {
    await this.#ended.promise;
    this.#ended = Promise.withResolvers<void>();
  }

  async #startReady(): Promise<void> {
    for (let ready = this.#ledger.ready(); ready.length > 0; ready = this.#ledger.ready()) {
      let hasSkipped = false;
      for (const { step, readiness } of ready) {
        if (readiness === 'run') {
          if (this.#working >= this.#concurrency) continue;
          await this.#pauseWhileAsked();
          this.#start(step);
        } else {
          this.#skip(step, readiness);
          hasSkipped = true;
        }
      }
      // What was skipped may make others ready.
      if (!hasSkipped) return;
    }
  }

  #skip(step: WorkflowStep, readiness: Exclude<Readiness, 'run'>): void {
    this.#ledger.take(step);
    const why =
      readiness === 'condition-false' ? 'Its branch was not taken.' : 'A step that it depends on failed.';
    this.#finish(step, unstarted(step, 'skipped', readiness, why));
  }

  #start(step: WorkflowStep): void {
    this.#ledger.take(step);
    this.#working += 1;
    this.#perform(step).then(
      () => {
        this.#working -= 1;
        this.#ended.resolve();
      },
      // A cancelled run is told by its first step; the others' rejections are the same news.
      (error: unknown) => {
        this.#working -= 1;
        this.#ended.promise.catch(() => undefined);
        this.#ended.reject(error);
      },
    );
  }

  async #perform(step: WorkflowStep): Promise<void> {
    const { runId } = this.#context;
    const startedAt = await this.#context.now(`step:${step.id}/started`);
    this.#services.emit(runId, { type: 'workflow-step-started', stepId: step.id, step: step.name });
    const outcome = await this.#outcomeOf(step);
    const executionTimeMs = (await this.#context.now(`step:${step.id}/ended`)) - startedAt;
    if (outcome === 'skipped') {
      this.#finish(step, {
        ...unstarted(step, 'skipped', 'condition-false', 'Its condition is false.'),
        executionTimeMs,
      });
      return;
    }
    const { success, output, error, errorMessage, stopReason, runId: child, notTaken = [] } = outcome;
    const result: StepResult = {
      stepId: step.id,
      name: step.name,
      stepType: step.stepType,
      status: success ? 'completed' : 'failed',
      output,
      error,
      errorMessage,
      stopReason,
      runId: child,
      executionTimeMs,
    };
    this.#finish(step, result, notTaken);
  }

  async #outcomeOf(step: WorkflowStep): Promise<StepOutcome | 'skipped'> {
    const { condition } = step;
    if (condition !== null) {
      const met = await this.#caught(async () => {
        const isMet = await this.#context.step(`step:${step.id}/condition`, () =>
          isTrue(condition, this.#ledger.scopeFor(step)),
        );
        return succeeded(isMet);
      });
      if (!met.success) return met;
      if (met.output === false) return 'skipped';
    }
    for (let attempt = 1; ; attempt += 1) {
      const key = attempt === 1 ? `step:${step.id}` : `step:${step.id}#${attempt}`;
      const outcome = await this.#attempt(step, key);
      const delayMs = retryDelay(step, attempt, outcome);
      if (delayMs === undefined) return outcome;
      await this.#context.sleep(`${key}/retry`, delayMs);
    }
  }

  #attempt(step: WorkflowStep, key: string): Promise<StepOutcome> {
    const runner: StepRunner = STEP_RUNNERS[step.stepType as keyof typeof STEP_RUNNERS];
    const scope = this.#ledger.scopeFor(step);
    const inputRuns = this.#ledger.inputRunsOf(step);
    return this.#caught(() =>
      runner(step, { run: this.#context, services: this.#services, scope, inputRuns, key }),
    );
  }

  /** A step that throws has failed; only the end of the run itself ends the interpretation. */
  async #caught(work: () => Promise<StepOutcome>): Promise<StepOutcome> {
    try {
      return await work();
    } catch (error) {
      this.#context.signal.throwIfAborted();
      const stopReason = OrchestratorError.isInstance(error)
        ? (STOP_REASONS[error.code] ?? 'failed')
        : 'failed';
      return {
        success: false,
        output: null,
        error: errorToJson(error),
        errorMessage: toError(error).message,
        stopReason,
        runId: null,
      };
    }
  }

  #finish(step: WorkflowStep, result: StepResult, notTaken: readonly string[] = []): void {
    this.#ledger.end(result, notTaken);
    this.#services.emit(this.#context.runId, {
      type: 'workflow-step-finished',
      stepId: step.id,
      step: step.name,
      status: result.status,
      errorMessage: result.errorMessage,
    });
  }

  /** A pause takes hold before the next step begins. */
  async #pauseWhileAsked(): Promise<void> {
    this.#round += 1;
    const asked = await this.#context.waitForSignal(`pause#${this.#round}`, PAUSE_SIGNAL, { timeoutMs: 0 });
    if (asked !== null) await this.#context.waitForSignal(`resume#${this.#round}`, RESUME_SIGNAL);
  }
}

const STOP_REASONS: Partial<Record<ErrorCode, string>> = {
  'timed-out': 'timed-out',
  'limit-reached': 'limit-reached',
};

/** Errors that the next attempt would meet again. */
const LASTING: readonly ErrorCode[] = [
  'condition-failed',
  'invalid-argument',
  'not-found',
  'journal-mismatch',
  'limit-reached',
  'not-approved',
];

/** How long to wait before the next attempt, or undefined when there is to be none. Tasks see to it themselves. */
function retryDelay(
  step: WorkflowStep,
  attempt: number,
  { success, error, errorMessage }: StepOutcome,
): number | undefined {
  if (success || step.stepType === 'task' || step.maxRetries === 0) return undefined;
  if (error !== null && LASTING.includes(error.code)) return undefined;
  return nextDelayMs(resolveRetryConfig({ maxRetries: step.maxRetries }), attempt, error ?? errorMessage);
}

function unstarted(
  step: WorkflowStep,
  status: 'skipped' | 'cancelled',
  stopReason: string,
  errorMessage: string,
): StepResult {
  const { id, name, stepType } = step;
  return {
    stepId: id,
    name,
    stepType,
    status,
    output: null,
    error: null,
    errorMessage,
    stopReason,
    runId: null,
    executionTimeMs: 0,
  };
}
