/** How the steps of one workflow stand: which have ended, which are ready, which are not to run. Pure bookkeeping. */
import type { JsonObject } from '../shared/json.ts';
import type { Scope } from './expressions.ts';
import { innerWorkflow } from './group.ts';
import type { Workflow } from './workflow.ts';
import type { WorkflowInput } from './workflow-input.ts';
import type { WorkflowStep } from './workflow-step.ts';
import type { StepResult } from './workflow-types.ts';

/** Why a step is not to run, or that it is. */
export type Readiness = 'run' | 'condition-false' | 'dependency-failed';

export class StepLedger {
  readonly #workflow: Workflow;
  readonly #input: WorkflowInput;
  readonly #results = new Map<string, StepResult>();
  readonly #notTaken = new Set<string>();
  /** How many dependencies of each step have not ended. */
  readonly #waitingFor = new Map<string, number>();
  readonly #dependents = new Map<string, WorkflowStep[]>();
  /** Steps that wait for nothing and have not been taken. */
  readonly #open = new Map<string, WorkflowStep>();
  #fatal: StepResult | undefined;
  /** Names of steps that only make good what another one did. */
  readonly #compensations: ReadonlySet<string>;

  constructor(workflow: Workflow, input: WorkflowInput) {
    this.#workflow = workflow;
    this.#input = input;
    this.#compensations = new Set(
      workflow.steps.flatMap(({ onFailure }) => (typeof onFailure === 'string' ? [] : [onFailure.step])),
    );
    for (const step of workflow.steps) {
      this.#waitingFor.set(step.id, step.dependencies.length);
      for (const id of step.dependencies) {
        const dependents = this.#dependents.get(id) ?? [];
        dependents.push(step);
        this.#dependents.set(id, dependents);
      }
      if (step.dependencies.length === 0 && !this.#compensations.has(step.name))
        this.#open.set(step.id, step);
    }
  }

  get results(): ReadonlyMap<string, StepResult> {
    return this.#results;
  }

  get isDone(): boolean {
    return this.#results.size === this.#workflow.steps.length;
  }

  /** The first failed step whose failure is the workflow's. */
  get fatal(): StepResult | undefined {
    return this.#fatal;
  }

  /** Steps whose dependencies have all ended and that nobody has taken, each with what is to become of it. */
  ready(): readonly { readonly step: WorkflowStep; readonly readiness: Readiness }[] {
    return [...this.#open.values()].map((step) => ({ step, readiness: this.#readinessOf(step) }));
  }

  /** Takes a ready step, to start it or to skip it. */
  take(step: WorkflowStep): void {
    this.#open.delete(step.id);
  }

  isCompensation({ name }: WorkflowStep): boolean {
    return this.#compensations.has(name);
  }

  /** Steps that are to make good what failed steps did, the last failure first. */
  get toMakeGood(): readonly WorkflowStep[] {
    const failed = [...this.#results.values()].filter(({ status }) => status === 'failed').reverse();
    const names = failed.flatMap(({ stepId }) => {
      const onFailure = this.#workflow.getStep(stepId)?.onFailure;
      return typeof onFailure === 'object' ? [onFailure.step] : [];
    });
    return [...new Set(names)].map((name) => this.#workflow.getStepByName(name) as WorkflowStep);
  }

  end(result: StepResult, notTaken: readonly string[] = []): void {
    this.#results.set(result.stepId, result);
    for (const name of notTaken) this.#notTaken.add(name);
    if (result.status === 'failed' && this.#isFatal(this.#workflow.getStep(result.stepId)))
      this.#fatal ??= result;
    for (const dependent of this.#dependents.get(result.stepId) ?? []) {
      const left = (this.#waitingFor.get(dependent.id) ?? 0) - 1;
      this.#waitingFor.set(dependent.id, left);
      if (left === 0 && !this.#compensations.has(dependent.name)) this.#open.set(dependent.id, dependent);
    }
  }

  /** What a step's expressions see: the inputs, and the steps that it depends on, near or far. So it never depends on who was faster. */
  scopeFor(step: WorkflowStep): Scope {
    const seen = this.isCompensation(step) ? [...this.#results.keys()] : this.#before(step);
    return this.#scope(seen);
  }

  /** The outputs of completed steps, by name. */
  get outputs(): JsonObject {
    const completed = [...this.#results.values()].filter(({ status }) => status === 'completed');
    return Object.fromEntries(completed.map(({ name, output }) => [name, output]));
  }

  #scope(stepIds: readonly string[]): Scope {
    const { inputs, outer } = this.#input;
    const outputs: Record<string, StepResult['output']> = { ...outer?.outputs };
    const steps: Record<string, JsonObject> = { ...(outer?.steps as Record<string, JsonObject> | undefined) };
    for (const id of stepIds) {
      const result = this.#results.get(id);
      if (result === undefined) continue;
      if (result.status === 'completed') outputs[result.name] = result.output;
      steps[result.name] = { status: result.status, errorMessage: result.errorMessage };
    }
    return { inputs, outputs, steps };
  }

  #before(step: WorkflowStep): readonly string[] {
    const found = new Set(step.dependencies);
    for (const id of found)
      for (const next of this.#workflow.getStep(id)?.dependencies ?? []) found.add(next);
    return [...found];
  }

  /** Runs whose results a step is to see: of the steps it depends on, and those around the group for its first steps. */
  inputRunsOf(step: WorkflowStep): readonly string[] {
    const own = step.dependencies.flatMap((id) => this.#runsOf(id));
    return step.dependencies.length === 0 ? (this.#input.outer?.inputRuns ?? []) : own;
  }

  /** A group's run holds no result itself: the runs of its steps do. Their ids follow from the group's. */
  #runsOf(stepId: string): readonly string[] {
    const result = this.#results.get(stepId);
    if (result === undefined || result.runId === null) return [];
    const inner = innerWorkflow(this.#workflow.getStep(stepId) as WorkflowStep);
    return inner?.steps.map(({ id }) => `${result.runId}/step:${id}`) ?? [result.runId];
  }

  /** Skipped when its branch was not taken or all it depends on was; blocked when a dependency failed or was blocked. */
  #readinessOf({ name, dependencies }: WorkflowStep): Readiness {
    if (this.#notTaken.has(name)) return 'condition-false';
    const results = dependencies.map((id) => this.#results.get(id) as StepResult);
    if (results.some((result) => this.#blocks(result))) return 'dependency-failed';
    if (results.length > 0 && results.every(({ status }) => status === 'skipped')) return 'condition-false';
    return 'run';
  }

  #isFatal(step: WorkflowStep | undefined): boolean {
    return step?.onFailure === 'fail' || typeof step?.onFailure === 'object';
  }

  #blocks({ stepId, status, stopReason }: StepResult): boolean {
    if (status === 'skipped') return stopReason === 'dependency-failed';
    return status === 'failed' && this.#workflow.getStep(stepId)?.onFailure === 'skip-dependents';
  }
}
