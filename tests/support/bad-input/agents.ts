/** Bad input for agents, conversations, corrections and adapters. */
import {
  ArchitectAgent,
  allAgents,
  BaseAgent,
  CLIAdapter,
  Conversation,
  ConversationManager,
  CorrectionLoop,
  createDefaultLoop,
  createLenientLoop,
  createStrictLoop,
  DataAgent,
  DevAgent,
  DevOpsAgent,
  DocsAgent,
  type EvaluationContract,
  PMAgent,
  QAAgent,
  ResearchAgent,
  SecurityAgent,
  Task,
} from 'autogen-orchestrator';
import { createTestContext } from 'autogen-orchestrator/testing';
import { type BadCall, bad, butNull, NOT } from './bad-call.ts';

const PROFILE = {
  name: 'Test',
  description: 'Tests.',
  capabilities: ['coding'],
  taskTypes: ['data'],
} as const;
const agent = (): BaseAgent => new BaseAgent(PROFILE);
const task = new Task({ title: 'Work', description: 'To do.' }).toJSON();
const message = {
  sender: 'user',
  recipient: 'Test',
  content: 'Well?',
  messageType: 'text',
  metadata: {},
  timestamp: new Date(0).toISOString(),
  correlationId: 'one',
};
const context = async () => (await createTestContext()).context;
const AGENTS = {
  PMAgent,
  ArchitectAgent,
  DevAgent,
  QAAgent,
  SecurityAgent,
  DocsAgent,
  ResearchAgent,
  DevOpsAgent,
  DataAgent,
};
const NOT_MODEL = [null, 'gpt-4', 7, {}];
const NOT_SKILLS = [null, 'scan', 7, {}, [7], [{}]];

const profile = (argument: string, values: readonly unknown[]): BadCall =>
  bad('BaseAgent', argument, values, (value) => new BaseAgent({ ...PROFILE, [argument]: value }));

const AGENT_ROWS = Object.entries(AGENTS).flatMap(([name, Agent]) => [
  bad(name, 'options', NOT.optionalObject, (value) => new Agent(value)),
  bad(name, 'name', NOT.optionalText, (value) => new Agent({ name: value })),
  bad(name, 'enableAutogen', NOT.boolean, (value) => new Agent({ enableAutogen: value })),
  bad(name, 'model', NOT_MODEL, (value) => new Agent({ model: value })),
  bad(name, 'systemMessage', NOT.optionalText, (value) => new Agent({ systemMessage: value })),
  bad(name, 'skills', NOT_SKILLS, (value) => new Agent({ skills: value })),
  bad(name, 'memory', [null, 'text', 7, {}], (value) => new Agent({ memory: value })),
  bad(name, 'unknown member', ['enableAutoGen'], (key: string) => new Agent({ [key]: true })),
]);

const evaluator: EvaluationContract = {
  name: 'fine',
  criteria: [],
  evaluate: async () => ({
    evaluatorName: 'fine',
    passed: true,
    score: 1,
    findings: [],
    needsCorrection: false,
    correctionSuggestions: [],
    metadata: {},
  }),
};
const loop = (): CorrectionLoop => new CorrectionLoop({ evaluators: [evaluator] });
const NOT_EVALUATORS = [null, 'text', 7, {}, [7], [{}], [{ name: 'a' }], [{ evaluate: evaluator.evaluate }]];
const LOOPS = { createDefaultLoop, createStrictLoop, createLenientLoop };
const LOOP_ROWS = Object.entries(LOOPS).flatMap(([name, create]) => [
  bad(name, 'options', NOT.optionalObject, (value) => create(value)),
  bad(name, 'evaluators', NOT_EVALUATORS, (value) => create({ evaluators: value })),
  bad(name, 'stopWhen', [null, 'text', 7, {}, () => true], (value) => create({ stopWhen: value })),
  bad(name, 'clock', NOT.clock, (value) => create({ clock: value })),
]);

const conversation = (): Conversation => new Conversation({ id: 'one', topic: 'Talk' });
const manager = (): ConversationManager => new ConversationManager();
const made = (): ConversationManager => {
  const one = manager();
  one.createConversation({ id: 'one', topic: 'Talk', participants: ['Test'] });
  return one;
};
const RUN = {
  agents: [agent()],
  contextFor: context,
  step: <T>(_key: string, work: () => T) => work(),
  signal: new AbortController().signal,
  now: () => 0,
};
const runOption = (argument: string, values: readonly unknown[]): BadCall =>
  bad('ConversationManager.run', argument, values, (value) =>
    made().run('one', { ...RUN, [argument]: value }),
  );

const cli = (): CLIAdapter => new CLIAdapter({ enabled: true, allowedCommands: ['node'] });
const cliOption = (argument: string, values: readonly unknown[]): BadCall =>
  bad('CLIAdapter', argument, values, (value) => new CLIAdapter({ [argument]: value }));
const parameter = (argument: string, values: readonly unknown[]): BadCall =>
  bad('CLIAdapter.execute', `parameters.${argument}`, values, (value) =>
    cli().execute('run', { command: 'node', [argument]: value }),
  );

export const AGENT_CALLS: readonly BadCall[] = [
  bad('BaseAgent', 'profile', [...NOT.object, {}], (value) => new BaseAgent(value)),
  bad(
    'BaseAgent',
    'unknown member',
    ['capability'],
    (key: string) => new BaseAgent({ ...PROFILE, [key]: 'coding' }),
  ),
  profile('name', NOT.text),
  profile('description', NOT.text),
  profile('capabilities', [undefined, null, 'coding', {}, ['nonsense'], [7]]),
  profile('taskTypes', [undefined, null, 'data', {}, ['nonsense'], [7]]),
  profile('needsModelFor', ['data', {}, ['nonsense'], [7]]),
  profile('enableAutogen', NOT.boolean),
  profile('model', NOT_MODEL),
  profile('systemMessage', NOT.optionalText),
  profile('skills', NOT_SKILLS),
  profile('memory', [null, 'text', 7, {}]),
  bad('BaseAgent.skills', 'what the function loads', NOT_SKILLS, (value) =>
    new BaseAgent({ ...PROFILE, skills: async () => value }).skills(),
  ),
  bad('BaseAgent.handleTask', 'task', [...NOT.object, {}], async (value) =>
    agent().handleTask(value, await context()),
  ),
  bad('BaseAgent.handleTask', 'context', NOT.object, (value) => agent().handleTask(task, value)),
  bad('BaseAgent.handleTask', 'task.metadata.skills', ['scan', 7, {}, ['nonsense']], async (skills) =>
    agent().handleTask({ ...task, metadata: { skills } }, await context()),
  ),
  bad('BaseAgent.processMessage', 'message', [...NOT.object, {}], async (value) =>
    agent().processMessage(value, await context()),
  ),
  bad('BaseAgent.processMessage', 'context', NOT.object, (value) => agent().processMessage(message, value)),
  ...AGENT_ROWS,
  bad('allAgents', 'options', NOT.optionalObject, (value) => allAgents(value)),
  bad('allAgents', 'enableAutogen', NOT.boolean, (value) => allAgents({ enableAutogen: value })),

  bad('CorrectionLoop', 'options', NOT.optionalObject, (value) => new CorrectionLoop(value)),
  bad('CorrectionLoop', 'evaluators', NOT_EVALUATORS, (value) => new CorrectionLoop({ evaluators: value })),
  bad(
    'CorrectionLoop',
    'maxIterations',
    NOT.positive,
    (value) => new CorrectionLoop({ maxIterations: value }),
  ),
  bad(
    'CorrectionLoop',
    'minPassingScore',
    NOT.share,
    (value) => new CorrectionLoop({ minPassingScore: value }),
  ),
  bad('CorrectionLoop', 'stopWhen', [null, 'text', {}], (value) => new CorrectionLoop({ stopWhen: value })),
  bad('CorrectionLoop', 'clock', NOT.clock, (value) => new CorrectionLoop({ clock: value })),
  bad('CorrectionLoop.addEvaluator', 'evaluator', [undefined, null, 'a', {}, { name: 'a' }], (value) =>
    loop().addEvaluator(value),
  ),
  bad('CorrectionLoop.registerCorrectionHandler', 'category', NOT.text, (value) =>
    loop().registerCorrectionHandler(value, (x) => x),
  ),
  bad('CorrectionLoop.registerCorrectionHandler', 'handler', NOT.function, (value) =>
    loop().registerCorrectionHandler('a', value),
  ),
  bad('CorrectionLoop.run', 'task', [...NOT.object, {}], (value) => loop().run(value, 'text')),
  bad('CorrectionLoop.run', 'output', [undefined, ...NOT.json], (value) => loop().run(task, value)),
  bad('CorrectionLoop.run', 'options', NOT.optionalObject, (value) => loop().run(task, 'text', value)),
  bad('CorrectionLoop.run', 'signal', NOT.signal, (value) => loop().run(task, 'text', { signal: value })),
  bad('CorrectionLoop.run', 'correct', NOT.optionalFunction, (value) =>
    loop().run(task, 'text', { correct: value }),
  ),
  bad('CorrectionLoop.run', 'onStatus', NOT.optionalFunction, (value) =>
    loop().run(task, 'text', { onStatus: value }),
  ),
  bad('CorrectionLoop.run', 'no evaluators', ['text'], (value) => new CorrectionLoop().run(task, value)),
  ...LOOP_ROWS,

  bad('Conversation', 'options', NOT.object, (value) => new Conversation(value)),
  bad('Conversation', 'id', NOT.text, (value) => new Conversation({ id: value, topic: 'Talk' })),
  bad('Conversation', 'topic', NOT.text, (value) => new Conversation({ id: 'one', topic: value })),
  bad(
    'Conversation',
    'participants',
    NOT.texts,
    (value) => new Conversation({ id: 'one', topic: 'Talk', participants: value }),
  ),
  bad(
    'Conversation',
    'mode',
    [...NOT.word, 'dynamic'],
    (value) => new Conversation({ id: 'one', topic: 'Talk', mode: value }),
  ),
  bad('Conversation.addParticipant', 'name', NOT.text, (value) => conversation().addParticipant(value)),
  bad('Conversation.end', 'status', [undefined, ...NOT.word, 'active'], (value) =>
    conversation().end(value, 'cancelled'),
  ),
  bad('Conversation.end', 'stopReason', [undefined, ...NOT.word], (value) =>
    conversation().end('cancelled', value),
  ),
  bad('Conversation.end', 'detail', [7, {}, []], (value) =>
    conversation().end('cancelled', 'cancelled', value),
  ),
  bad('ConversationManager', 'options', NOT.optionalObject, (value) => new ConversationManager(value)),
  bad('ConversationManager', 'ids', NOT.optionalFunction, (value) => new ConversationManager({ ids: value })),
  bad(
    'ConversationManager',
    'keepEnded',
    NOT.count,
    (value) => new ConversationManager({ keepEnded: value }),
  ),
  bad('ConversationManager.createConversation', 'options', NOT.object, (value) =>
    manager().createConversation(value),
  ),
  bad('ConversationManager.createConversation', 'topic', NOT.text, (value) =>
    manager().createConversation({ topic: value }),
  ),
  bad('ConversationManager.createConversation', 'id', ['', 7, {}], (value) =>
    manager().createConversation({ topic: 'Talk', id: value }),
  ),
  bad(
    'ConversationManager.createConversation',
    'id in use',
    ['one'],
    (value) => made().createConversation({ topic: 'Talk', id: value }),
    'already-exists',
  ),
  bad('ConversationManager.getConversation', 'id', NOT.text, (value) => manager().getConversation(value)),
  bad('ConversationManager.addAgentToConversation', 'id', NOT.text, (value) =>
    manager().addAgentToConversation(value, 'Test'),
  ),
  bad(
    'ConversationManager.addAgentToConversation',
    'unknown id',
    ['two'],
    (value) => made().addAgentToConversation(value, 'Test'),
    'not-found',
  ),
  bad('ConversationManager.addAgentToConversation', 'agentName', NOT.text, (value) =>
    made().addAgentToConversation('one', value),
  ),
  bad('ConversationManager.getAgentConversations', 'agentName', NOT.text, (value) =>
    manager().getAgentConversations(value),
  ),
  bad('ConversationManager.endConversation', 'id', NOT.text, (value) => manager().endConversation(value)),
  bad('ConversationManager.endConversation', 'detail', [null, 7, {}], (value) =>
    made().endConversation('one', value),
  ),
  bad('ConversationManager.run', 'id', NOT.text, (value) => made().run(value, RUN)),
  bad('ConversationManager.run', 'options', NOT.object, (value) => made().run('one', value)),
  runOption('agents', [...NOT.list, [], [7]]),
  runOption('contextFor', NOT.function),
  runOption('step', NOT.function),
  runOption('signal', [undefined, ...NOT.signal]),
  runOption('now', NOT.function),
  runOption('maxRounds', NOT.positive),
  runOption('isOver', NOT.optionalFunction),
  runOption('onTurn', NOT.optionalFunction),

  bad('CLIAdapter', 'options', NOT.optionalObject, (value) => new CLIAdapter(value)),
  bad(
    'CLIAdapter',
    'unknown member',
    ['allowCommands'],
    (key: string) => new CLIAdapter({ [key]: ['node'] }),
  ),
  cliOption('enabled', NOT.boolean),
  cliOption('allowedCommands', [...NOT.texts, ['./here']]),
  cliOption('workspace', NOT.optionalText),
  cliOption('sandbox', butNull(NOT.word)),
  cliOption('network', NOT.boolean),
  cliOption('env', [...NOT.optionalObject, { 'a b': 'c' }, { a: 7 }]),
  cliOption('path', [7, {}]),
  cliOption('timeoutMs', NOT.positive),
  cliOption('maxOutputBytes', NOT.count),
  cliOption('limits', [null, 'text', 7, { memoryBytes: 1 }, { memory: 1 }]),
  cliOption('clock', butNull(NOT.clock)),
  bad(
    'CLIAdapter.connect',
    'a closed adapter',
    [false],
    (enabled) => new CLIAdapter({ enabled }).connect(),
    'adapter-disabled',
  ),
  bad(
    'CLIAdapter.healthCheck',
    'a closed adapter',
    [false],
    (enabled) => new CLIAdapter({ enabled }).healthCheck(),
    'adapter-disabled',
  ),
  bad('CLIAdapter.describe', 'operation', NOT.text, (value) => cli().describe(value)),
  bad('CLIAdapter.execute', 'operation', [undefined, ...NOT.word], (value) =>
    cli().execute(value, { command: 'node' }),
  ),
  bad('CLIAdapter.execute', 'parameters', [...NOT.object, {}, { command: 'node', arguments: [] }], (value) =>
    cli().execute('run', value),
  ),
  bad('CLIAdapter.execute', 'options', NOT.optionalObject, (value) =>
    cli().execute('run', { command: 'node' }, value),
  ),
  bad('CLIAdapter.execute', 'signal', NOT.signal, (value) =>
    cli().execute('run', { command: 'node' }, { signal: value }),
  ),
  bad(
    'CLIAdapter.execute',
    'a program that is not allowed',
    ['rm'],
    (command) => cli().execute('run', { command }),
    'not-allowed',
  ),
  bad(
    'CLIAdapter.execute',
    'a folder outside',
    ['/', '..'],
    (cwd) => cli().execute('run', { command: 'node', cwd }),
    'path-escape',
  ),
  parameter('command', NOT.text),
  parameter('args', [null, 'text', 7, {}, [7]]),
  parameter('cwd', [7, '', {}]),
  parameter('env', [...NOT.optionalObject, { a: 7 }]),
  parameter('input', [null, 7, {}]),
  parameter('timeoutMs', butNull(NOT.positive)),
];
