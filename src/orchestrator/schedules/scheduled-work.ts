/** What a schedule does when it fires: a task or a workflow, checked when the schedule is made, handed in at each firing. */
import { checkJson, checkKeys, checkObject } from '../../shared/check.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';
import { digestJson, type JsonObject, type JsonValue, toJsonValue } from '../../shared/json.ts';
import type { KeptTiming } from '../../tasks/schedule-timing.ts';
import type { Task } from '../../tasks/task.ts';
import type { TaskInit } from '../../tasks/task-fields.ts';
import { type CreateTaskOptions, TaskTemplate } from '../../tasks/task-template.ts';
import { Workflow } from '../../workflow/workflow.ts';
import type { KeptWork } from './schedule-record.ts';

/** Members of a task that each firing brings itself, or that would tie all firings to one other run. */
type OfFiring = 'id' | 'createdAt' | 'dependencies' | 'subtasks' | 'parentTaskId';

/**
 * What a schedule does: the fields of a task, a template with what fills it, or a workflow with its inputs. A task finds
 * `{ id, plannedAt }` of its firing in `metadata.schedule`, a workflow in its input `schedule`.
 */
export type ScheduledWork =
  | Omit<TaskInit, OfFiring>
  | ({ readonly template: TaskTemplate } & Omit<CreateTaskOptions, OfFiring>)
  | { readonly workflow: Workflow; readonly inputs?: object };

const OF_FIRING: readonly OfFiring[] = ['id', 'createdAt', 'dependencies', 'subtasks', 'parentTaskId'];

/** Checks the work and makes it plain JSON. `entity` makes a task, so that its tenant is checked, too. */
export function keepWork(work: ScheduledWork, entity: (task: TaskInit) => Task): KeptWork {
  const given = checkObject('work', work);
  if ('workflow' in given) return keepWorkflow(given);
  for (const member of OF_FIRING) {
    if (member in given)
      throw new InvalidArgumentError(
        'work',
        `a task without \`${member}\`, which each firing has of its own`,
        work,
      );
  }
  const { title, description, taskType, priority, assignedAgent, metadata, maxCorrections, retryConfig } =
    'template' in given ? fromTemplate(given, entity) : entity(given as unknown as TaskInit);
  if ('schedule' in metadata)
    throw new InvalidArgumentError(
      'work.metadata',
      'an object without `schedule`, which names the firing',
      metadata,
    );
  const fields = { title, description, taskType, priority, metadata, maxCorrections, retryConfig };
  return {
    kind: 'task',
    task: toJsonValue({ ...fields, ...(assignedAgent && { assignedAgent }) }) as JsonObject,
  };
}

/** What a firing hands in: the same in every process that hands it in. */
export function taskOf(
  kept: Extract<KeptWork, { kind: 'task' }>,
  firing: { readonly id: string; readonly plannedAt: string; readonly runId: string },
): TaskInit {
  const { id, plannedAt, runId } = firing;
  const fields = kept.task as unknown as TaskInit;
  const metadata = { ...fields.metadata, schedule: { id, plannedAt } };
  return { ...fields, id: runId, createdAt: plannedAt, metadata };
}

/** Whether two schedules are the same. Ids that were made up for a workflow and its steps do not count. */
export function digestOfSchedule(timing: KeptTiming, work: KeptWork): string {
  return digestJson({
    timing,
    work: work.kind === 'workflow' ? withoutIds(work as unknown as JsonValue) : work,
  });
}

function fromTemplate(given: Record<string, unknown>, entity: (task: TaskInit) => Task): Task {
  const { template, ...options } = given;
  if (!(template instanceof TaskTemplate))
    throw new InvalidArgumentError('work.template', 'a TaskTemplate', template);
  const {
    title,
    description,
    taskType,
    priority,
    assignedAgent,
    metadata,
    maxCorrections,
    retryConfig,
    tenant,
  } = template.createTask(options as unknown as CreateTaskOptions);
  const fields = { title, description, taskType, priority, metadata, maxCorrections, retryConfig, tenant };
  return entity({ ...fields, ...(assignedAgent && { assignedAgent }) });
}

function keepWorkflow(given: Record<string, unknown>): KeptWork {
  const { workflow, inputs = {} } = checkKeys('work', given, ['workflow', 'inputs']);
  if (!(workflow instanceof Workflow))
    throw new InvalidArgumentError('work.workflow', 'a Workflow', workflow);
  workflow.validate();
  checkObject('work.inputs', inputs);
  checkJson('work.inputs', inputs);
  const kept = toJsonValue(inputs) as JsonObject;
  if ('schedule' in kept)
    throw new InvalidArgumentError(
      'work.inputs',
      'an object without `schedule`, which names the firing',
      inputs,
    );
  return { kind: 'workflow', workflow: toJsonValue(workflow) as JsonObject, inputs: kept };
}

/** Every id of a workflow or step, wherever it is mentioned, becomes its number in the order of appearance. */
function withoutIds(value: JsonValue): JsonValue {
  const numbers = new Map<string, string>();
  const collect = (part: JsonValue): void => {
    if (typeof part !== 'object' || part === null) return;
    const { id, steps, stepType } = part as {
      readonly id?: unknown;
      readonly steps?: unknown;
      readonly stepType?: unknown;
    };
    if (typeof id === 'string' && (steps !== undefined || stepType !== undefined) && !numbers.has(id))
      numbers.set(id, `#${numbers.size}`);
    for (const member of Object.values(part)) collect(member);
  };
  const replace = (part: JsonValue): JsonValue => {
    if (typeof part === 'string') return numbers.get(part) ?? part;
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return (part as readonly JsonValue[]).map(replace);
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [key, replace(member)]));
  };
  collect(value);
  return replace(value);
}
