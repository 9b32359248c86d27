/** Steps with an order. */
import { checkFunction, checkKeys, checkObject, checkSet, checkString, checkText } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { type IdSource, randomIds } from '../shared/ids.ts';
import { findCycle } from '../tasks/find-cycle.ts';
import { WorkflowStep, type WorkflowStepInit } from './workflow-step.ts';
import type { WorkflowJson } from './workflow-types.ts';

export interface WorkflowInit {
  readonly name: string;
  /** @default '' */
  readonly description?: string;
  /** @default [] */
  readonly steps?: readonly (WorkflowStep | WorkflowStepInit)[];
  /** @default a new id */
  readonly id?: string;
}

/**
 * A workflow to execute as often as you like; it holds no state of a run.
 *
 * @example
 * const workflow = new Workflow({ name: 'Release' });
 * const plan = workflow.addStep({ name: 'plan', stepType: 'task', config: { title: 'Plan', description: 'Plan it.', taskType: 'planning' } });
 * workflow.addStep({ name: 'test', stepType: 'task', config: { title: 'Test', description: '${outputs.plan}', taskType: 'testing' }, dependencies: [plan.id] });
 */
export class Workflow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly #ids: IdSource;
  readonly #steps = new Map<string, WorkflowStep>();
  readonly #byName = new Map<string, WorkflowStep>();

  constructor(init: WorkflowInit, options: { readonly ids?: IdSource } = {}) {
    checkKeys('workflow', init, ['schemaVersion', 'id', 'name', 'description', 'steps']);
    checkObject('options', options);
    const { ids = randomIds } = options;
    this.#ids = checkFunction('ids', ids);
    this.id = checkText('workflow.id', init.id ?? ids('workflow'));
    this.name = checkText('workflow.name', init.name);
    this.description = checkString('workflow.description', init.description ?? '');
    const { steps = [] } = init;
    if (!Array.isArray(steps)) throw new InvalidArgumentError('workflow.steps', 'an array of steps', steps);
    for (const step of steps as readonly (WorkflowStep | WorkflowStepInit)[]) this.addStep(step);
  }

  /** In the order in which they were added. */
  get steps(): readonly WorkflowStep[] {
    return [...this.#steps.values()];
  }

  /** Adds a step and returns it. Throws `already-exists` on a name or id in use. */
  addStep(step: WorkflowStep | WorkflowStepInit): WorkflowStep {
    const added = step instanceof WorkflowStep ? step : new WorkflowStep(step, { ids: this.#ids });
    if (this.#steps.has(added.id) || this.getStepByName(added.name) !== undefined) {
      throw new OrchestratorError(
        'already-exists',
        `Workflow ${this.name} already has a step ${added.name} (${added.id}).`,
        {
          details: { step: added.name, id: added.id },
        },
      );
    }
    this.#steps.set(added.id, added);
    this.#byName.set(added.name, added);
    return added;
  }

  /** One step by its id; undefined when it is unknown. */
  getStep(id: string): WorkflowStep | undefined {
    return this.#steps.get(checkText('id', id));
  }

  /** One step by its name; undefined when it is unknown. */
  getStepByName(name: string): WorkflowStep | undefined {
    return this.#byName.get(checkText('name', name));
  }

  /** Steps not among the ended whose dependencies all are. */
  getReadySteps(endedStepIds: ReadonlySet<string>): readonly WorkflowStep[] {
    checkSet('endedStepIds', endedStepIds);
    return this.steps.filter(
      ({ id, dependencies }) => !endedStepIds.has(id) && dependencies.every((each) => endedStepIds.has(each)),
    );
  }

  /**
   * Checks the whole: dependencies and branches that exist, no cycle, at least one step. Throws `invalid-argument`,
   * `unknown-dependency` or `dependency-cycle`, naming the path.
   */
  validate(): void {
    if (this.#steps.size === 0)
      throw new InvalidArgumentError('workflow.steps', 'at least one step', this.steps);
    for (const step of this.steps) {
      const unknown = step.dependencies.find((id) => !this.#steps.has(id));
      if (unknown !== undefined) {
        const isName = this.steps.some(({ name }) => name === unknown);
        const hint = isName ? '; `dependencies` are ids, and that is a name' : '';
        throw new OrchestratorError(
          'unknown-dependency',
          `Step ${step.name} waits for ${unknown}, which is no step's id in ${this.name}${hint}.`,
          {
            details: { step: step.name, dependency: unknown },
          },
        );
      }
      this.#checkBranches(step);
      this.#checkCompensation(step);
      this.#innerOf(step)?.validate();
    }
    const cycle = findCycle(new Map(this.steps.map(({ id, dependencies }) => [id, dependencies])));
    if (cycle === undefined) return;
    const path = cycle.map((id) => this.#steps.get(id)?.name ?? id);
    throw new OrchestratorError(
      'dependency-cycle',
      `The steps of ${this.name} wait for each other: ${path.join(' > ')}.`,
      { details: { path } },
    );
  }

  #checkBranches(step: WorkflowStep): void {
    if (step.stepType !== 'condition') return;
    for (const branch of ['then', 'else']) {
      for (const name of (step.config[branch] ?? []) as readonly string[]) {
        const target = this.getStepByName(name);
        if (target?.dependencies.includes(step.id) === true) continue;
        throw new InvalidArgumentError(
          `config.${branch} of step ${step.name}`,
          'names of steps that depend on it',
          name,
        );
      }
    }
  }

  /** What makes good must be ready at any time: it waits for nothing, and nothing waits for it. */
  #checkCompensation({ name, onFailure }: WorkflowStep): void {
    if (typeof onFailure === 'string') return;
    const target = this.getStepByName(onFailure.step);
    const isFree =
      target?.dependencies.length === 0 &&
      this.steps.every(({ dependencies }) => !dependencies.includes(target.id));
    if (isFree && target.name !== name) return;
    throw new InvalidArgumentError(
      `onFailure.step of step ${name}`,
      'the name of another step that waits for nothing and that nothing waits for',
      onFailure.step,
    );
  }

  #innerOf(step: WorkflowStep): Workflow | undefined {
    if (step.stepType === 'subworkflow') return Workflow.fromJSON(step.config['workflow']);
    if (step.stepType !== 'parallel' && step.stepType !== 'loop') return undefined;
    return new Workflow({
      name: step.name,
      steps: step.config['steps'] as unknown as readonly WorkflowStepInit[],
    });
  }

  /** The workflow as plain data; `Workflow.fromJSON` reads it back. */
  toJSON(): WorkflowJson {
    return {
      schemaVersion: 1,
      id: this.id,
      name: this.name,
      description: this.description,
      steps: this.steps.map((step) => step.toJSON()),
    };
  }

  /** Throws `schema-mismatch` for another schema version, `invalid-argument` for a bad member. */
  static fromJSON(json: unknown): Workflow {
    const given = checkObject('json', json);
    if (given['schemaVersion'] !== 1) {
      throw new OrchestratorError(
        'schema-mismatch',
        `Expected a workflow of schema version 1, got ${String(given['schemaVersion'])}.`,
      );
    }
    return new Workflow(given as unknown as WorkflowInit);
  }
}
