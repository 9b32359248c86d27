/** Bad input for workflows, the workflow engine and the orchestrator. */
import {
  Orchestrator,
  SecurityAgent,
  Task,
  Workflow,
  WorkflowEngine,
  WorkflowStep,
  WorkflowTemplates,
} from 'autogen-orchestrator';
import { type BadCall, bad, butNull, NOT } from './bad-call.ts';

const TASK = { title: 'Work', description: 'To do.' };
const STEP = { name: 'one', stepType: 'task', config: TASK } as const;
const workflow = (): Workflow => new Workflow({ name: 'flow', steps: [STEP] });
const step = (argument: string, values: readonly unknown[]): BadCall =>
  bad('WorkflowStep', argument, values, (value) => new WorkflowStep({ ...STEP, [argument]: value }));
const config = (
  stepType: string,
  argument: string,
  values: readonly unknown[],
  others: object = {},
): BadCall =>
  bad(
    'WorkflowStep',
    `${stepType} config.${argument}`,
    values,
    (value) =>
      new WorkflowStep({
        name: 'one',
        stepType: stepType as never,
        config: { ...others, [argument]: value },
      }),
  );
const engine = (): WorkflowEngine => new WorkflowEngine();
const orchestrator = (): Orchestrator => new Orchestrator();
const talking = (): Orchestrator => {
  const one = orchestrator();
  one.registerAgent(new SecurityAgent());
  return one;
};
const option = (argument: string, values: readonly unknown[]): BadCall =>
  bad('Orchestrator', argument, values, (value) => new Orchestrator({ [argument]: value }));
const engineOption = (argument: string, values: readonly unknown[]): BadCall =>
  bad('WorkflowEngine', argument, values, (value) => new WorkflowEngine({ [argument]: value }));
const NOT_PART = [null, 'text', 7, {}];
const NOT_PARTS = [null, 'text', {}, [7], [{}]];
const NOT_AGENT = [undefined, null, 'name', {}, { name: 'a' }, { ...new SecurityAgent() }];
const NOT_WORKFLOW = [undefined, null, 'flow', {}, new Workflow({ name: 'empty' })];
const NOT_TASK = [...NOT.object, {}, { ...TASK, titel: 'x' }];
const PARTS: readonly (readonly [string, readonly unknown[]])[] = [
  ['backend', NOT_PART],
  ['model', NOT_PART],
  ['config', [null, 'text', 7, {}]],
  ['budget', [null, 'text', 7, { run: 7 }, { run: { tokens: -1 } }, { week: {} }, { timeZone: 'Mars/Base' }]],
  ['workspace', [null, '', 7, {}]],
  ['memory', NOT.optionalFunction],
  ['knowledge', NOT_PART],
  ['adapters', NOT_PARTS],
  ['tools', NOT_PARTS],
  ['concurrency', ['4', 0, -1, 1.5, Number.NaN]],
  ['taskQueue', butNull(NOT.optionalObject)],
  ['tenant', butNull(NOT.optionalText)],
  ['logger', NOT_PART],
  ['tracer', NOT_PART],
  ['clock', NOT.clock],
];

/** Methods that take a run's id, and nothing else that could be wrong. */
const ENGINE_ROWS = (
  ['getWorkflowStatus', 'getWorkflowResult', 'cancelWorkflow', 'pauseWorkflow', 'resumeWorkflow'] as const
).flatMap((method) => [
  bad(`WorkflowEngine.${method}`, 'workflowId', NOT.text, (value) => engine()[method](value)),
  bad(
    `WorkflowEngine.${method}`,
    'unknown workflowId',
    ['nobody'],
    (value) => engine()[method](value),
    'not-found',
  ),
]);
const TASK_ROWS = (['submitTask', 'processTask', 'runTask'] as const).flatMap((method) => [
  bad(`Orchestrator.${method}`, 'task', NOT_TASK, (value) => orchestrator()[method](value)),
  bad(`Orchestrator.${method}`, 'options', NOT.optionalObject, (value) =>
    orchestrator()[method](TASK, value),
  ),
  bad(`Orchestrator.${method}`, 'signal', NOT.signal, (value) =>
    orchestrator()[method](TASK, { signal: value }),
  ),
  bad(
    `Orchestrator.${method}`,
    'another tenant',
    ['other'],
    (tenant) => orchestrator()[method](new Task({ ...TASK, tenant })),
    'tenant-mismatch',
  ),
]);

/** Of both that have approvals. */
const DECISIONS = (['approve', 'reject'] as const).flatMap((method) =>
  (
    [
      ['Orchestrator', () => new Orchestrator()],
      ['WorkflowEngine', engine],
    ] as const
  ).flatMap(([owner, made]) => [
    bad(`${owner}.${method}`, 'id', NOT.text, (value) => made()[method](value)),
    bad(`${owner}.${method}`, 'unknown id', ['nobody'], (value) => made()[method](value), 'not-found'),
    bad(
      `${owner}.${method}`,
      'options',
      [null, 7, true, [], { who: 'Ada' }, { by: 7 }, { note: '' }],
      (value) => made()[method]('one', value),
    ),
    bad(`${owner}.${method}`, 'answer', NOT.json, (value) => made()[method]('one', { answer: value })),
  ]),
);

export const RUNNING_CALLS: readonly BadCall[] = [
  bad('WorkflowStep', 'init', [...NOT.object, {}], (value) => new WorkflowStep(value)),
  bad('WorkflowStep', 'options', NOT.optionalObject, (value) => new WorkflowStep(STEP, value)),
  bad(
    'WorkflowStep',
    'ids',
    butNull(NOT.optionalFunction),
    (value) => new WorkflowStep(STEP, { ids: value }),
  ),
  bad(
    'WorkflowStep',
    'unknown member',
    ['dependson'],
    (key: string) => new WorkflowStep({ ...STEP, [key]: [] }),
  ),
  step('name', NOT.text),
  step('id', ['', 7, {}]),
  step('stepType', [undefined, ...NOT.word, 'loop', 'approval']),
  step('config', ['text', 7, [], {}]),
  step('dependencies', ['text', 7, {}, [7], ['']]),
  step('timeoutSeconds', ['3', 0, -1, Number.NaN, {}]),
  step('maxRetries', ['3', -1, 1.5]),
  step('onFailure', ['nonsense', 7, {}]),
  step('condition', ['', 7, {}]),
  config('task', 'title', NOT.text, { description: 'x' }),
  config('task', 'description', NOT.text, { title: 'x' }),
  config('task', 'taskType', NOT.word, TASK),
  config('task', 'priority', NOT.word, TASK),
  config('task', 'agent', NOT.optionalText, TASK),
  config('task', 'inputs', [null, 'text', [], { a: 7 }], TASK),
  config('task', 'metadata', NOT.optionalObject, TASK),
  config('task', 'tittle', ['x'], TASK),
  config('parallel', 'steps', [...NOT.list, [], [7], [{}]]),
  config('parallel', 'concurrency', [null, '3', 0, -1, 1.5], { steps: [STEP] }),
  config('condition', 'expression', NOT.text),
  config('condition', 'then', NOT.texts, { expression: 'true' }),
  config('condition', 'else', NOT.texts, { expression: 'true' }),
  config('conversation', 'topic', NOT.text, { participants: ['a'] }),
  config('conversation', 'participants', [undefined, ...NOT.texts, []], { topic: 'Talk' }),
  config('conversation', 'maxRounds', NOT.positive, { topic: 'Talk', participants: ['a'] }),
  config('wait', 'seconds', [undefined, ...NOT.number, -1]),
  bad('Workflow', 'init', [...NOT.object, {}], (value) => new Workflow(value)),
  bad('Workflow', 'options', NOT.optionalObject, (value) => new Workflow({ name: 'flow' }, value)),
  bad('Workflow', 'ids', NOT.optionalFunction, (value) => new Workflow({ name: 'flow' }, { ids: value })),
  bad('Workflow', 'name', NOT.text, (value) => new Workflow({ name: value })),
  bad('Workflow', 'id', ['', 7, {}], (value) => new Workflow({ name: 'flow', id: value })),
  bad('Workflow', 'description', [7, {}, []], (value) => new Workflow({ name: 'flow', description: value })),
  bad(
    'Workflow',
    'steps',
    ['text', 7, {}, [7], [{}]],
    (value) => new Workflow({ name: 'flow', steps: value }),
  ),
  bad('Workflow', 'unknown member', ['step'], (key: string) => new Workflow({ name: 'flow', [key]: [] })),
  bad('Workflow.addStep', 'step', [...NOT.object, {}], (value) => workflow().addStep(value)),
  bad(
    'Workflow.addStep',
    'a name in use',
    ['one'],
    (name) => workflow().addStep({ ...STEP, name }),
    'already-exists',
  ),
  bad('Workflow.getStep', 'id', NOT.text, (value) => workflow().getStep(value)),
  bad('Workflow.getStepByName', 'name', NOT.text, (value) => workflow().getStepByName(value)),
  bad('Workflow.getReadySteps', 'endedStepIds', [undefined, null, [], {}, 'text'], (value) =>
    workflow().getReadySteps(value),
  ),
  bad('Workflow.validate', 'no steps', [[]], (steps) => new Workflow({ name: 'flow', steps }).validate()),
  bad(
    'Workflow.validate',
    'unknown dependency',
    ['nobody'],
    (id) => new Workflow({ name: 'flow', steps: [{ ...STEP, dependencies: [id] }] }).validate(),
    'unknown-dependency',
  ),
  bad(
    'Workflow.validate',
    'a circle',
    ['a'],
    (id) => new Workflow({ name: 'flow', steps: [{ ...STEP, id, dependencies: [id] }] }).validate(),
    'dependency-cycle',
  ),
  bad('Workflow.fromJSON', 'json', NOT.object, (value) => Workflow.fromJSON(value)),
  bad(
    'Workflow.fromJSON',
    'schemaVersion',
    [undefined, 2, '1'],
    (schemaVersion) => Workflow.fromJSON({ ...workflow().toJSON(), schemaVersion }),
    'schema-mismatch',
  ),

  bad('WorkflowEngine', 'options', NOT.optionalObject, (value) => new WorkflowEngine(value)),
  bad('WorkflowEngine', 'unknown member', ['agents'], (key: string) => new WorkflowEngine({ [key]: [] })),
  ...PARTS.map(([argument, values]) => engineOption(argument, values)),
  engineOption('allowExecute', NOT.boolean),
  bad('WorkflowEngine.registerAgent', 'agent', NOT_AGENT, (value) => engine().registerAgent(value)),
  bad('WorkflowEngine.registerAgents', 'agents', [...NOT.list, [7]], (value) =>
    engine().registerAgents(value),
  ),
  bad('WorkflowEngine.execute', 'workflow', NOT_WORKFLOW, (value) => engine().execute(value)),
  bad('WorkflowEngine.execute', 'inputs', [...NOT.optionalObject, { big: 1n }], (value) =>
    engine().execute(workflow(), value),
  ),
  bad('WorkflowEngine.execute', 'options', NOT.optionalObject, (value) =>
    engine().execute(workflow(), {}, value),
  ),
  bad('WorkflowEngine.execute', 'signal', NOT.signal, (value) =>
    engine().execute(workflow(), {}, { signal: value }),
  ),
  bad('WorkflowEngine.submit', 'workflow', NOT_WORKFLOW, (value) => engine().submit(value)),
  bad('WorkflowEngine.submit', 'inputs', NOT.optionalObject, (value) => engine().submit(workflow(), value)),
  bad('WorkflowEngine.cancelWorkflow', 'reason', [null, 7, {}], (value) =>
    engine().cancelWorkflow('run', value),
  ),
  ...DECISIONS,
  ...ENGINE_ROWS,

  bad('Orchestrator', 'options', NOT.optionalObject, (value) => new Orchestrator(value)),
  bad('Orchestrator', 'unknown member', ['workspaces'], (key: string) => new Orchestrator({ [key]: '.' })),
  ...PARTS.map(([argument, values]) => option(argument, values)),
  option('metrics', NOT_PART),
  option('ids', NOT.optionalFunction),
  option('evaluators', butNull(NOT_PARTS)),
  option('pluginLimits', [null, 7, [], { hookMS: 1 }, { hookMs: 0 }]),
  option('policy', [...butNull(NOT.optionalObject), { allowExecute: 'yes' }, { execute: true }]),
  bad('Orchestrator.registerAgent', 'agent', NOT_AGENT, (value) => orchestrator().registerAgent(value)),
  bad('Orchestrator.registerAgents', 'agents', [...NOT.list, [7], new Map([['a', 7]])], (value) =>
    orchestrator().registerAgents(value),
  ),
  bad('Orchestrator.unregisterAgent', 'name', NOT.text, (value) => orchestrator().unregisterAgent(value)),
  bad('Orchestrator.findAgentsForTask', 'task', NOT.object, (value) => talking().findAgentsForTask(value)),
  bad('Orchestrator.findAgentsForTask', 'task.taskType', [undefined, ...NOT.word], (taskType) =>
    talking().findAgentsForTask({ taskType, assignedAgent: null }),
  ),
  bad('Orchestrator.getAgentsByCapability', 'capability', [undefined, ...NOT.word], (value) =>
    talking().getAgentsByCapability(value),
  ),
  bad('Orchestrator.start', 'options', NOT.optionalObject, (value) => orchestrator().start(value)),
  bad('Orchestrator.start', 'signal', NOT.signal, (value) => orchestrator().start({ signal: value })),
  bad('Orchestrator.submitTasks', 'tasks', [...NOT.list, [7], [{}]], (value) =>
    orchestrator().submitTasks(value),
  ),
  bad('Orchestrator.submitTasks', 'options', NOT.optionalObject, (value) =>
    orchestrator().submitTasks([TASK], value),
  ),
  bad('Orchestrator.submitTasks', 'signal', NOT.signal, (value) =>
    orchestrator().submitTasks([TASK], { signal: value }),
  ),
  bad(
    'Orchestrator.submitTasks',
    'unknown dependency',
    ['nobody'],
    (id) => orchestrator().submitTasks([{ ...TASK, dependencies: [id] }]),
    'unknown-dependency',
  ),
  ...TASK_ROWS,
  bad('Orchestrator.waitFor', 'taskId', NOT.text, (value) => orchestrator().waitFor(value)),
  bad(
    'Orchestrator.waitFor',
    'unknown taskId',
    ['nobody'],
    (value) => orchestrator().waitFor(value),
    'not-found',
  ),
  bad('Orchestrator.waitFor', 'options', NOT.optionalObject, (value) => orchestrator().waitFor('a', value)),
  bad('Orchestrator.waitFor', 'signal', NOT.signal, (value) =>
    orchestrator().waitFor('a', { signal: value }),
  ),
  bad('Orchestrator.waitFor', 'timeoutMs', NOT.count, (value) =>
    orchestrator().waitFor('a', { timeoutMs: value }),
  ),
  bad('Orchestrator.runWorkflow', 'workflow', NOT_WORKFLOW, (value) => orchestrator().runWorkflow(value)),
  bad('Orchestrator.runWorkflow', 'inputs', NOT.optionalObject, (value) =>
    orchestrator().runWorkflow(workflow(), value),
  ),
  bad('Orchestrator.runWorkflow', 'options', NOT.optionalObject, (value) =>
    orchestrator().runWorkflow(workflow(), {}, value),
  ),
  bad('Orchestrator.runWorkflow', 'signal', NOT.signal, (value) =>
    orchestrator().runWorkflow(workflow(), {}, { signal: value }),
  ),
  bad('Orchestrator.submitWorkflow', 'workflow', NOT_WORKFLOW, (value) =>
    orchestrator().submitWorkflow(value),
  ),
  bad('Orchestrator.submitWorkflow', 'inputs', NOT.optionalObject, (value) =>
    orchestrator().submitWorkflow(workflow(), value),
  ),
  bad('Orchestrator.waitForWorkflow', 'runId', NOT.text, (value) => orchestrator().waitForWorkflow(value)),
  bad(
    'Orchestrator.waitForWorkflow',
    'unknown runId',
    ['nobody'],
    (value) => orchestrator().waitForWorkflow(value),
    'not-found',
  ),
  bad('Orchestrator.waitForWorkflow', 'options', NOT.optionalObject, (value) =>
    orchestrator().waitForWorkflow('a', value),
  ),
  bad('Orchestrator.waitForWorkflow', 'signal', NOT.signal, (value) =>
    orchestrator().waitForWorkflow('a', { signal: value }),
  ),
  bad('Orchestrator.cancel', 'id', NOT.text, (value) => orchestrator().cancel(value)),
  bad('Orchestrator.cancel', 'unknown id', ['nobody'], (value) => orchestrator().cancel(value), 'not-found'),
  bad('Orchestrator.cancel', 'options', NOT.optionalObject, (value) => orchestrator().cancel('a', value)),
  bad('Orchestrator.cancel', 'reason', [null, 7, {}], (value) =>
    orchestrator().cancel('a', { reason: value }),
  ),
  bad('Orchestrator.createConversation', 'options', NOT.object, (value) =>
    talking().createConversation(value),
  ),
  bad('Orchestrator.createConversation', 'topic', NOT.text, (value) =>
    talking().createConversation({ topic: value }),
  ),
  bad('Orchestrator.createConversation', 'participants', NOT.texts, (value) =>
    talking().createConversation({ topic: 'Talk', participants: value }),
  ),
  bad(
    'Orchestrator.createConversation',
    'unknown participant',
    ['Nobody'],
    (name) => talking().createConversation({ topic: 'Talk', participants: [name] }),
    'not-found',
  ),
  bad('Orchestrator.createConversation', 'mode', NOT.word, (value) =>
    talking().createConversation({ topic: 'Talk', mode: value }),
  ),
  bad('Orchestrator.runConversation', 'id', NOT.text, (value) => talking().runConversation(value)),
  bad(
    'Orchestrator.runConversation',
    'unknown id',
    ['nobody'],
    (value) => talking().runConversation(value),
    'not-found',
  ),
  bad('Orchestrator.runConversation', 'options', NOT.optionalObject, (value) =>
    talking().runConversation('a', value),
  ),
  bad('Orchestrator.runConversation', 'signal', NOT.signal, (value) =>
    talking().runConversation('a', { signal: value }),
  ),
  bad('Orchestrator.runConversation', 'maxRounds', NOT.positive, (value) =>
    talking().runConversation('a', { maxRounds: value }),
  ),
  bad('Orchestrator.sendMessage', 'message', NOT.object, (value) => talking().sendMessage(value)),
  bad('Orchestrator.sendMessage', 'message.recipient', NOT.text, (recipient) =>
    talking().sendMessage({ recipient, content: 'Well?' }),
  ),
  bad(
    'Orchestrator.sendMessage',
    'unknown recipient',
    ['Nobody'],
    (recipient) => talking().sendMessage({ recipient, content: 'Well?' }),
    'not-found',
  ),
  bad('Orchestrator.sendMessage', 'message.content', NOT.text, (content) =>
    talking().sendMessage({ recipient: 'SecurityAgent', content }),
  ),
  bad('Orchestrator.sendMessage', 'message.metadata', ['text', 7, [], { big: 1n }], (metadata) =>
    talking().sendMessage({ recipient: 'SecurityAgent', content: 'Well?', metadata }),
  ),
  bad('Orchestrator.sendMessage', 'options', NOT.optionalObject, (value) =>
    talking().sendMessage({ recipient: 'SecurityAgent', content: 'Well?' }, value),
  ),
  bad('Orchestrator.sendMessage', 'signal', NOT.signal, (value) =>
    talking().sendMessage({ recipient: 'SecurityAgent', content: 'Well?' }, { signal: value }),
  ),
  bad('Orchestrator.broadcastMessage', 'message', [...NOT.object, {}], (value) =>
    talking().broadcastMessage(value),
  ),
  bad('Orchestrator.broadcastMessage', 'options', NOT.optionalObject, (value) =>
    talking().broadcastMessage({ content: 'Well?' }, value),
  ),
  bad('Orchestrator.broadcastMessage', 'signal', NOT.signal, (value) =>
    talking().broadcastMessage({ content: 'Well?' }, { signal: value }),
  ),
  bad('Orchestrator.on', 'type', [undefined, ...NOT.word], (value) =>
    orchestrator().on(value, () => undefined),
  ),
  bad('Orchestrator.on', 'listener', NOT.function, (value) => orchestrator().on('*', value)),
  bad('Orchestrator.stream', 'id', NOT.text, (value) => orchestrator().stream(value).next()),
  bad(
    'Orchestrator.stream',
    'unknown id',
    ['nobody'],
    (value) => orchestrator().stream(value).next(),
    'not-found',
  ),
  bad('Orchestrator.stream', 'options', NOT.optionalObject, (value) =>
    orchestrator().stream('a', value).next(),
  ),
  bad('Orchestrator.stream', 'signal', NOT.signal, (value) =>
    orchestrator().stream('a', { signal: value }).next(),
  ),
  bad('Orchestrator.stream', 'after', NOT.count, (value) =>
    orchestrator().stream('a', { after: value }).next(),
  ),
  bad('Orchestrator.shutdown', 'options', NOT.optionalObject, (value) => orchestrator().shutdown(value)),
  bad('Orchestrator.shutdown', 'drainMs', butNull(NOT.count), (value) =>
    orchestrator().shutdown({ drainMs: value }),
  ),
  bad('WorkflowTemplates.repositoryReview', 'steps after it is made', [{}], (value) =>
    WorkflowTemplates.repositoryReview().addStep(value),
  ),
];
