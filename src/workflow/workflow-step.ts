/** One step of a workflow: what it does, what it waits for, and what its failure means. */
import {
  checkFunction,
  checkInteger,
  checkKeys,
  checkNumber,
  checkObject,
  checkOneOf,
  checkText,
  checkTextArray,
} from '../shared/check.ts';
import { type IdSource, randomIds } from '../shared/ids.ts';
import { type JsonObject, toJsonValue } from '../shared/json.ts';
import { checkStepConfig } from './step-config.ts';
import {
  FAILURE_POLICIES,
  type OnFailure,
  type WorkflowStepJson,
  WorkflowStepType,
} from './workflow-types.ts';

/** What a new step is told. Only `name` and `stepType` are always required; `config` depends on the type. */
export interface WorkflowStepInit {
  /** Unique in its workflow; outputs are found by it. */
  readonly name: string;
  readonly stepType: WorkflowStepType;
  /** @default {} */
  readonly config?: object;
  /** Ids of steps that must end first. @default [] */
  readonly dependencies?: readonly string[];
  /** @default no limit */
  readonly timeoutSeconds?: number | null;
  /** Further attempts when it fails, each after a longer wait. @default 0 */
  readonly maxRetries?: number;
  /** @default 'fail' */
  readonly onFailure?: OnFailure;
  /** CEL; when it is false the step is skipped. @default always */
  readonly condition?: string | null;
  /** @default a new id */
  readonly id?: string;
}

const MEMBERS: readonly (keyof WorkflowStepInit)[] = [
  'name',
  'stepType',
  'config',
  'dependencies',
  'timeoutSeconds',
  'maxRetries',
  'onFailure',
  'condition',
  'id',
];

/** Immutable. The constructor throws {@link InvalidArgumentError} for a bad member. */
export class WorkflowStep {
  readonly id: string;
  readonly name: string;
  readonly stepType: WorkflowStepType;
  readonly config: JsonObject;
  readonly dependencies: readonly string[];
  readonly timeoutSeconds: number | null;
  readonly maxRetries: number;
  readonly onFailure: OnFailure;
  readonly condition: string | null;

  constructor(init: WorkflowStepInit, options: { readonly ids?: IdSource } = {}) {
    checkKeys('step', init, MEMBERS);
    checkObject('options', options);
    const ids = checkFunction<IdSource>('ids', options.ids ?? randomIds);
    this.name = checkText('step.name', init.name);
    this.id = checkText('step.id', init.id ?? ids('step'));
    this.stepType = checkOneOf(
      `stepType of step ${this.name}`,
      init.stepType,
      Object.values(WorkflowStepType),
    );
    const config = checkObject(`config of step ${this.name}`, init.config ?? {});
    checkStepConfig(this.name, this.stepType, config);
    this.config = toJsonValue(config) as JsonObject;
    this.dependencies = [
      ...new Set(checkTextArray(`dependencies of step ${this.name}`, init.dependencies ?? [])),
    ];
    const { timeoutSeconds = null, condition = null } = init;
    this.timeoutSeconds =
      timeoutSeconds === null
        ? null
        : checkNumber(`timeoutSeconds of step ${this.name}`, timeoutSeconds, 0.001);
    this.maxRetries = checkInteger(`maxRetries of step ${this.name}`, init.maxRetries ?? 0);
    this.onFailure = checkOnFailure(this.name, init.onFailure ?? 'fail');
    this.condition = condition === null ? null : checkText(`condition of step ${this.name}`, condition);
    Object.freeze(this);
  }

  /** The step as plain data. */
  toJSON(): WorkflowStepJson {
    return { ...this };
  }
}

function checkOnFailure(step: string, value: unknown): OnFailure {
  if (typeof value !== 'object') return checkOneOf(`onFailure of step ${step}`, value, FAILURE_POLICIES);
  const given = checkObject(`onFailure of step ${step}`, value);
  return Object.freeze({ step: checkText(`onFailure.step of step ${step}`, given['step']) });
}
