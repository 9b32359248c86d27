/** Templates by name. */
import { TaskType } from '../contracts/task.ts';
import { checkObject, checkOneOf, checkText } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import type { Task, TaskOptions } from './task.ts';
import { checkSchemaVersion } from './task-json.ts';
import { type CreateTaskOptions, TaskTemplate, type TaskTemplateJson } from './task-template.ts';

/** A library in JSON. */
export interface TaskTemplateLibraryJson {
  readonly schemaVersion: 1;
  readonly templates: Readonly<Record<string, TaskTemplateJson>>;
}

/**
 * Holds templates and makes tasks from them by name.
 *
 * @example
 * const library = TaskTemplates.getDefaultLibrary();
 * const task = library.createTaskFromTemplate('bug_fix', {
 *   title: 'Fix the log-in',
 *   variables: { bug_description: 'Fails on Safari', steps_to_reproduce: 'Open Safari, click log-in' },
 * });
 */
export class TaskTemplateLibrary {
  readonly #templates = new Map<string, TaskTemplate>();

  /** Makes a library from its JSON. Throws `schema-mismatch` for JSON of another schema version. */
  static fromJSON(json: unknown): TaskTemplateLibrary {
    const { schemaVersion, templates } = checkObject('library', json);
    checkSchemaVersion('library', schemaVersion);
    const library = new TaskTemplateLibrary();
    for (const [name, template] of Object.entries(checkObject('library.templates', templates))) {
      library.addTemplate(
        TaskTemplate.fromJSON({ ...checkObject(`library.templates.${name}`, template), name }),
      );
    }
    return library;
  }

  /** Adds a template; one of the same name is replaced. */
  addTemplate(template: TaskTemplate): void {
    if (!(template instanceof TaskTemplate))
      throw new InvalidArgumentError('template', 'a TaskTemplate', template);
    this.#templates.set(template.name, template);
  }

  /** One template; undefined when it is unknown. */
  getTemplate(name: string): TaskTemplate | undefined {
    return this.#templates.get(checkText('name', name));
  }

  /** Returns whether there was one of that name. */
  removeTemplate(name: string): boolean {
    return this.#templates.delete(checkText('name', name));
  }

  /** Names, in the order in which they were added. */
  listTemplates(): readonly string[] {
    return [...this.#templates.keys()];
  }

  /** The templates that carry a tag. */
  getTemplatesByTag(tag: string): readonly TaskTemplate[] {
    checkText('tag', tag);
    return [...this.#templates.values()].filter((template) => template.tags.includes(tag));
  }

  /** The templates that make tasks of a type. */
  getTemplatesByType(taskType: TaskType): readonly TaskTemplate[] {
    checkOneOf('taskType', taskType, Object.values(TaskType));
    return [...this.#templates.values()].filter((template) => template.taskType === taskType);
  }

  /** Makes a task. Throws `unknown-template`, naming those there are, and what {@link TaskTemplate.createTask} throws. */
  createTaskFromTemplate(name: string, task: CreateTaskOptions, options: TaskOptions = {}): Task {
    const template = this.getTemplate(name);
    if (template !== undefined) return template.createTask(task, options);
    const known = this.listTemplates();
    throw new OrchestratorError(
      'unknown-template',
      `There is no template "${name}"; there are: ${known.join(', ') || 'none'}.`,
      {
        details: { template: name, known },
      },
    );
  }

  /** All templates as plain data; `TaskTemplateLibrary.fromJSON` reads them back. */
  toJSON(): TaskTemplateLibraryJson {
    const templates = Object.fromEntries(
      [...this.#templates].map(([name, template]) => [name, template.toJSON()]),
    );
    return { schemaVersion: 1, templates };
  }
}
