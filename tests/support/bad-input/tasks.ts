/** Bad input for tasks, queues and templates. */
import { Task, TaskQueue, TaskTemplate, TaskTemplateLibrary, TaskTemplates } from 'autogen-orchestrator';
import { type BadCall, bad, NOT } from './bad-call.ts';

const FIELDS = { title: 'Work', description: 'To do.' };
const task = (): Task => new Task(FIELDS);
const template = (): TaskTemplate => new TaskTemplate({ name: 'greet', descriptionTemplate: 'Greet all.' });
const library = (): TaskTemplateLibrary => TaskTemplates.getDefaultLibrary();
const queue = (): TaskQueue => new TaskQueue();
const member = (argument: string, values: readonly unknown[]): BadCall =>
  bad('Task', argument, values, (value) => new Task({ ...FIELDS, [argument]: value }));
const part = (argument: string, values: readonly unknown[]): BadCall =>
  bad(
    'TaskTemplate',
    argument,
    values,
    (value) => new TaskTemplate({ ...template().toJSON(), retryConfig: {}, [argument]: value }),
  );
const retry = (argument: string, values: readonly unknown[]): BadCall =>
  bad(
    'Task',
    `retryConfig.${argument}`,
    values,
    (value) => new Task({ ...FIELDS, retryConfig: { [argument]: value } }),
  );

export const TASK_CALLS: readonly BadCall[] = [
  bad('Task', 'init', NOT.object, (value) => new Task(value)),
  bad('Task', 'options', NOT.optionalObject, (value) => new Task(FIELDS, value)),
  bad('Task', 'clock', NOT.clock, (value) => new Task(FIELDS, { clock: value })),
  bad('Task', 'ids', NOT.optionalFunction, (value) => new Task(FIELDS, { ids: value })),
  bad('Task', 'random', NOT.optionalFunction, (value) => new Task(FIELDS, { random: value })),
  bad('Task', 'unknown member', ['titel'], (key: string) => new Task({ ...FIELDS, [key]: 'x' })),
  member('title', NOT.text),
  member('description', NOT.string),
  member('taskType', ['nonsense', '', 7, {}]),
  member('priority', ['urgent', '', 7, {}]),
  member('id', [7, '', {}]),
  member('parentTaskId', [7, '', {}]),
  member('subtasks', NOT.texts),
  member('assignedAgent', [7, '', {}]),
  member('dependencies', NOT.texts),
  member('createdAt', [null, 'yesterday', 7, new Date('nonsense')]),
  member('metadata', [...NOT.optionalObject, { big: 1n }]),
  member('maxCorrections', ['3', -1, 1.5, {}]),
  member('retryConfig', NOT.optionalObject),
  member('tenant', [7, '', {}]),
  retry('strategy', NOT.word),
  retry('maxRetries', NOT.count),
  retry('baseDelaySeconds', [...NOT.number, -1]),
  retry('maxDelaySeconds', [...NOT.number, -1]),
  retry('retryOnErrors', NOT.texts),
  retry('jitter', NOT.share),
  retry('retries', [3]),
  bad('Task.fromJSON', 'json', [...NOT.object, { schemaVersion: 1 }], (value) => Task.fromJSON(value)),
  bad(
    'Task.fromJSON',
    'schemaVersion',
    [undefined, 2, '1'],
    (schemaVersion) => Task.fromJSON({ ...(task().toJSON() as object), schemaVersion }),
    'schema-mismatch',
  ),
  bad('Task.canStart', 'completedTaskIds', [undefined, null, [], {}, 'text'], (value) =>
    new Task({ ...FIELDS, dependencies: ['a'] }).canStart(value),
  ),
  bad('Task.updateStatus', 'status', [undefined, ...NOT.word], (value) => task().updateStatus(value)),
  bad('Task.start', 'agent', [7, '', {}], (value) => task().start(value)),
  bad(
    'Task.complete',
    'outcome',
    [...NOT.optionalObject, {}, { success: 'yes' }, { success: false }],
    (value) => {
      const working = task();
      working.start();
      working.complete(value);
    },
  ),
  bad('Task.fail', 'cause', [{ success: true }], (value) => task().fail(value)),
  bad('Task.cancel', 'reason', [null, 7, {}], (value) => task().cancel(value)),
  bad('Task.cancel', 'stopReason', [null, 'completed', 'nonsense', 7], (value) =>
    task().cancel('why', value),
  ),
  bad('Task.assignTo', 'agent', [7, '', {}], (value) => task().assignTo(value)),
  bad('Task.updateMetadata', 'entries', [...NOT.object, { big: 1n }], (value) =>
    task().updateMetadata(value),
  ),
  bad('Task.addSubtask', 'subtask', [undefined, null, 'id', {}, FIELDS], (value) => task().addSubtask(value)),
  bad('Task.adopt', 'json', [...NOT.object, { schemaVersion: 1 }], (value) => task().adopt(value)),
  bad('Task.watch', 'watcher', NOT.function, (value) => task().watch(value)),

  bad('TaskQueue', 'options', NOT.optionalObject, (value) => new TaskQueue(value)),
  bad('TaskQueue', 'agingSeconds', [...NOT.number, 0, -1], (value) => new TaskQueue({ agingSeconds: value })),
  bad('TaskQueue', 'clock', NOT.clock, (value) => new TaskQueue({ clock: value })),
  bad('TaskQueue.addTask', 'task', [undefined, null, 'id', {}, FIELDS], (value) => queue().addTask(value)),
  bad(
    'TaskQueue.addTask',
    'dependencies',
    ['nobody'],
    (id: string) => queue().addTask(new Task({ ...FIELDS, dependencies: [id] })),
    'unknown-dependency',
  ),
  bad('TaskQueue.addTasks', 'tasks', [...NOT.list, [null], [FIELDS]], (value) => queue().addTasks(value)),
  bad('TaskQueue.getTask', 'id', NOT.text, (value) => queue().getTask(value)),
  bad('TaskQueue.markCompleted', 'id', NOT.text, (value) => queue().markCompleted(value)),
  bad(
    'TaskQueue.markCompleted',
    'unknown id',
    ['nobody'],
    (value) => queue().markCompleted(value),
    'not-found',
  ),
  bad('TaskQueue.markFailed', 'id', NOT.text, (value) => queue().markFailed(value)),
  bad('TaskQueue.cancel', 'id', NOT.text, (value) => queue().cancel(value)),
  bad('TaskQueue.cancel', 'reason', [null, 7, {}], (value) => {
    const filled = queue();
    filled.addTask(new Task({ ...FIELDS, id: 'one' }));
    filled.cancel('one', value);
  }),
  bad('TaskQueue.getTasksByStatus', 'status', [undefined, ...NOT.word], (value) =>
    queue().getTasksByStatus(value),
  ),

  bad('TaskTemplate', 'init', NOT.object, (value) => new TaskTemplate(value)),
  bad(
    'TaskTemplate',
    'unknown member',
    ['descripton'],
    (key: string) => new TaskTemplate({ ...template().toJSON(), retryConfig: {}, [key]: 'x' }),
  ),
  part('name', NOT.text),
  part('descriptionTemplate', NOT.text),
  part('taskType', ['nonsense', 7, {}]),
  part('priority', ['urgent', 7, {}]),
  part('variables', NOT.optionalObject),
  part('retryConfig', NOT.optionalObject),
  part('maxCorrections', ['3', -1, {}]),
  part('metadataTemplate', NOT.optionalObject),
  part('tags', ['text', 7, {}, [7], ['']]),
  bad('TaskTemplate.fromJSON', 'json', [...NOT.object, {}], (value) => TaskTemplate.fromJSON(value)),
  bad('TaskTemplate.createTask', 'task', [...NOT.object, {}], (value) => template().createTask(value)),
  bad('TaskTemplate.createTask', 'variables', NOT.optionalObject, (value) =>
    template().createTask({ title: 'Hi', variables: value }),
  ),
  bad('TaskTemplate.createTask', 'metadata', NOT.optionalObject, (value) =>
    template().createTask({ title: 'Hi', metadata: value }),
  ),
  bad('TaskTemplate.createTask', 'unknown member', ['prioritty'], (key: string) =>
    template().createTask({ title: 'Hi', [key]: 'high' }),
  ),
  bad('TaskTemplate.createTask', 'options', NOT.optionalObject, (value) =>
    template().createTask({ title: 'Hi' }, value),
  ),
  bad(
    'TaskTemplateLibrary.fromJSON',
    'json',
    [...NOT.object, { schemaVersion: 1 }, { schemaVersion: 1, templates: [] }],
    (value) => TaskTemplateLibrary.fromJSON(value),
  ),
  bad(
    'TaskTemplateLibrary.fromJSON',
    'schemaVersion',
    [undefined, 2, '1'],
    (schemaVersion) => TaskTemplateLibrary.fromJSON({ schemaVersion, templates: {} }),
    'schema-mismatch',
  ),
  bad('TaskTemplateLibrary.addTemplate', 'template', [undefined, null, 'name', {}], (value) =>
    library().addTemplate(value),
  ),
  bad('TaskTemplateLibrary.getTemplate', 'name', NOT.text, (value) => library().getTemplate(value)),
  bad('TaskTemplateLibrary.removeTemplate', 'name', NOT.text, (value) => library().removeTemplate(value)),
  bad('TaskTemplateLibrary.getTemplatesByTag', 'tag', NOT.text, (value) =>
    library().getTemplatesByTag(value),
  ),
  bad('TaskTemplateLibrary.getTemplatesByType', 'taskType', [undefined, ...NOT.word], (value) =>
    library().getTemplatesByType(value),
  ),
  bad('TaskTemplateLibrary.createTaskFromTemplate', 'name', NOT.text, (value) =>
    library().createTaskFromTemplate(value, { title: 'Hi' }),
  ),
  bad(
    'TaskTemplateLibrary.createTaskFromTemplate',
    'unknown name',
    ['nonsense'],
    (value) => library().createTaskFromTemplate(value, { title: 'Hi' }),
    'unknown-template',
  ),
  bad('TaskTemplateLibrary.createTaskFromTemplate', 'task', NOT.object, (value) =>
    library().createTaskFromTemplate('bug_fix', value),
  ),
];
