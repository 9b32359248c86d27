/** A pattern for tasks: a description with variables, and what the tasks made from it have in common. */
import { type RetryConfig, TaskPriority, TaskType } from '../contracts/task.ts';
import { checkInteger, checkObject, checkOneOf, checkText, checkTextArray } from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import type { JsonObject, JsonValue } from '../shared/json.ts';
import { resolveRetryConfig } from '../shared/retry.ts';
import { substitute, type TemplateVariables, unfilledIn, variablesIn } from './substitute.ts';
import { Task, type TaskOptions } from './task.ts';
import { checkMetadata, type TaskInit } from './task-fields.ts';

/** What a template is made of. */
export interface TaskTemplateInit {
  readonly name: string;
  /** Text with `${variable}` in it; names in snake case. */
  readonly descriptionTemplate: string;
  /** @default 'development' */
  readonly taskType?: TaskType;
  /** @default 'medium' */
  readonly priority?: TaskPriority;
  /** Values for variables that the caller doesn't give. @default {} */
  readonly variables?: TemplateVariables;
  /** @default the task's own default */
  readonly retryConfig?: Partial<RetryConfig>;
  /** @default 3 */
  readonly maxCorrections?: number;
  /** Metadata; text in it may use variables. An entry whose variable has no value is left out. @default {} */
  readonly metadataTemplate?: JsonObject;
  /** @default [] */
  readonly tags?: readonly string[];
}

/** A template in JSON. */
export type TaskTemplateJson = Omit<Required<TaskTemplateInit>, 'retryConfig'> & {
  readonly retryConfig: RetryConfig | null;
};

/** What a task made from a template is told: a title, values, and any field to set otherwise than the template does. */
export interface CreateTaskOptions extends Partial<Omit<TaskInit, 'title' | 'description'>> {
  readonly title: string;
  readonly variables?: TemplateVariables;
}

const MEMBERS: readonly string[] = [
  'name',
  'descriptionTemplate',
  'taskType',
  'priority',
  'variables',
  'retryConfig',
  'maxCorrections',
  'metadataTemplate',
  'tags',
];

/**
 * Makes tasks of one kind. Immutable.
 *
 * @example
 * const template = new TaskTemplate({ name: 'greet', descriptionTemplate: 'Greet ${who}.', variables: { who: 'all' } });
 * template.createTask({ title: 'Hello', variables: { who: 'Ada' } }).description; // 'Greet Ada.'
 */
export class TaskTemplate {
  readonly name: string;
  readonly descriptionTemplate: string;
  readonly taskType: TaskType;
  readonly priority: TaskPriority;
  readonly variables: TemplateVariables;
  readonly retryConfig: RetryConfig | undefined;
  readonly maxCorrections: number;
  readonly metadataTemplate: JsonObject;
  readonly tags: readonly string[];

  constructor(init: TaskTemplateInit) {
    const unknown = Object.keys(checkObject('template', init)).find((key) => !MEMBERS.includes(key));
    if (unknown !== undefined) {
      throw new InvalidArgumentError('template', `an object without the unknown member "${unknown}"`, init);
    }
    this.name = checkText('template.name', init.name);
    this.descriptionTemplate = checkText('template.descriptionTemplate', init.descriptionTemplate);
    this.taskType = checkOneOf(
      'template.taskType',
      init.taskType ?? TaskType.DEVELOPMENT,
      Object.values(TaskType),
    );
    this.priority = checkOneOf(
      'template.priority',
      init.priority ?? TaskPriority.MEDIUM,
      Object.values(TaskPriority),
    );
    this.variables = Object.freeze(checkMetadata('template.variables', init.variables));
    this.retryConfig =
      init.retryConfig === undefined
        ? undefined
        : resolveRetryConfig(init.retryConfig, 'template.retryConfig');
    this.maxCorrections = checkInteger('template.maxCorrections', init.maxCorrections ?? 3);
    this.metadataTemplate = Object.freeze(checkMetadata('template.metadataTemplate', init.metadataTemplate));
    this.tags = Object.freeze([...checkTextArray('template.tags', init.tags ?? [])]);
  }

  /** Makes a template from its JSON; members that are left out take their defaults. */
  static fromJSON(json: unknown): TaskTemplate {
    const { retryConfig, ...rest } = checkObject('template', json);
    return new TaskTemplate({
      ...rest,
      ...(retryConfig ? { retryConfig } : {}),
    } as unknown as TaskTemplateInit);
  }

  /** The variables of the description that have no default: those that a caller must give. */
  get requiredVariables(): readonly string[] {
    return variablesIn(this.descriptionTemplate).filter((name) => !Object.hasOwn(this.variables, name));
  }

  /**
   * Makes a task. Throws `missing-variable` when the description asks for a variable that has neither value nor
   * default. The task's metadata names the template and the values used.
   */
  createTask(task: CreateTaskOptions, options: TaskOptions = {}): Task {
    checkObject('task', task);
    const { title, variables = {}, ...overrides } = task;
    const values: TemplateVariables = { ...this.variables, ...checkMetadata('variables', variables) };
    const metadata: JsonObject = {
      ...this.#metadata(values),
      templateName: this.name,
      templateVariables: values,
      ...checkMetadata('metadata', overrides.metadata),
    };
    return new Task(
      {
        taskType: this.taskType,
        priority: this.priority,
        maxCorrections: this.maxCorrections,
        ...(this.retryConfig === undefined ? {} : { retryConfig: this.retryConfig }),
        ...overrides,
        title,
        description: substitute(this.descriptionTemplate, values, this.name),
        metadata,
      },
      options,
    );
  }

  /** The template as plain data; `TaskTemplate.fromJSON` reads it back. */
  toJSON(): TaskTemplateJson {
    return {
      name: this.name,
      descriptionTemplate: this.descriptionTemplate,
      taskType: this.taskType,
      priority: this.priority,
      variables: this.variables,
      retryConfig: this.retryConfig ?? null,
      maxCorrections: this.maxCorrections,
      metadataTemplate: this.metadataTemplate,
      tags: this.tags,
    };
  }

  #metadata(values: TemplateVariables): JsonObject {
    const entries: [string, JsonValue][] = [];
    for (const [key, value] of Object.entries(this.metadataTemplate)) {
      if (typeof value !== 'string') entries.push([key, value]);
      else if (unfilledIn(value, values).length === 0)
        entries.push([key, substitute(value, values, this.name)]);
    }
    return Object.fromEntries(entries);
  }
}
