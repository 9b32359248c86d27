/** Bad input for tools, their loop, and MCP servers. */
import {
  type AdapterContract,
  adapterTool,
  adapterTools,
  defineTool,
  keepLast,
  MCPAdapter,
  runToolLoop,
  summarise,
  tokenBudget,
  worktreeTools,
} from 'autogen-orchestrator';
import { ScriptedModel } from 'autogen-orchestrator/testing';
import { type BadCall, bad, NOT } from './bad-call.ts';

const ANY = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
} as const;
const TOOL = {
  name: 'look',
  description: 'Looks.',
  input: ANY,
  parameters: { type: 'object' },
  execute: async () => null,
} as const;
const SERVER = { command: 'no-such-program-anywhere' } as const;
const NOT_NAME = [undefined, null, 7, '', 'two words', 'a/b', 'x'.repeat(65)];

const tool = (argument: string, values: readonly unknown[]): BadCall =>
  bad('defineTool', argument, values, (value) => defineTool({ ...TOOL, [argument]: value }));
const loop = (argument: string, values: readonly unknown[]): BadCall =>
  bad('runToolLoop', argument, values, (value) =>
    runToolLoop({
      model: new ScriptedModel(['done']),
      messages: [{ type: 'user', content: 'hello', source: 'user' }],
      tools: [],
      [argument]: value,
    }),
  );
const mcp = (argument: string, values: readonly unknown[]): BadCall =>
  bad(
    'MCPAdapter',
    argument,
    values,
    (value) => new MCPAdapter({ name: 'x', server: SERVER, [argument]: value }),
  );
const server = (): MCPAdapter => new MCPAdapter({ name: 'x', server: SERVER });
const adapter = (): AdapterContract => server();

export const TOOL_CALLS: readonly BadCall[] = [
  bad('defineTool', 'tool', NOT.object, (value) => defineTool(value)),
  bad('defineTool', 'unknown member', ['schema'], (key: string) => defineTool({ ...TOOL, [key]: 1 })),
  tool('name', NOT_NAME),
  tool('description', NOT.text),
  tool('input', [undefined, null, {}, { type: 'object' }]),
  tool('execute', NOT.function),
  tool('sideEffects', NOT.word),
  tool('polling', NOT.boolean),
  tool('parameters', NOT.optionalObject),
  tool('onUnfinished', [...NOT.word, 'reconcile']),
  tool('present', NOT.optionalFunction),
  tool('reconcile', NOT.optionalFunction),
  bad('adapterTool', 'adapter', NOT.object, (value) => adapterTool(value, 'run')),
  bad('adapterTool', 'operation', [...NOT.text, 'nothing'], (value) => adapterTool(adapter(), value)),
  bad('adapterTool', 'options', NOT.optionalObject, (value) => adapterTool(adapter(), 'run', value)),
  bad('adapterTools', 'adapter', NOT.object, (value) => adapterTools(value)),
  bad('runToolLoop', 'options', NOT.object, (value) => runToolLoop(value)),
  loop('model', [undefined, null, 'gpt-4', {}]),
  loop('messages', [undefined, null, 'hello', [], [{}]]),
  loop('tools', [undefined, null, 'look', {}, [{}]]),
  loop('policy', [null, 'allow', { look: 'maybe' }, { look: null }]),
  loop('limits', [null, 5, { modelCalls: 0 }, { seconds: 1 }, { faults: 1.5 }]),
  loop('context', [null, 'last', {}]),
  loop('ask', NOT.optionalFunction),
  loop('step', NOT.optionalFunction),
  loop('emit', NOT.optionalFunction),
  loop('remark', NOT.optionalFunction),
  loop('stream', NOT.boolean),
  loop('signal', NOT.signal),
  loop('clock', NOT.clock),
  loop('key', [null, 7, '', '  ']),
  loop('answer', [null, 'json', {}, { name: 'x' }]),
  loop('polcy', [{}]),
  bad('keepLast', 'messages', NOT.positive, (value) => keepLast({ messages: value })),
  bad('tokenBudget', 'tokens', NOT.positive, (value) => tokenBudget({ tokens: value })),
  bad('tokenBudget', 'options', NOT.optionalObject, (value) => tokenBudget(value)),
  bad('summarise', 'keepTurns', NOT.positive, (value) => summarise({ keepTurns: value })),
  bad('summarise', 'options', NOT.optionalObject, (value) => summarise(value)),
  bad('worktreeTools', 'options', NOT.object, (value) => worktreeTools(value)),
  bad('worktreeTools', 'worktree', NOT.text, (value) => worktreeTools({ worktree: value })),
  bad('MCPAdapter', 'options', NOT.object, (value) => new MCPAdapter(value)),
  bad(
    'MCPAdapter',
    'name',
    [undefined, null, 7, '', 'two words', 'x'.repeat(33)],
    (value) => new MCPAdapter({ name: value, server: SERVER }),
  ),
  mcp('server', [
    undefined,
    null,
    'node',
    {},
    { command: '' },
    { command: 'node', shell: true },
    { command: 'node', args: [7] },
    { command: 'node', env: { A: 7 } },
    { command: 'node', inherit: 'PATH' },
    { url: 'ftp://example.org' },
    { url: 'nowhere' },
    { url: 'http://name:word@example.org' },
    { url: 'http://example.org', headers: { a: 1 } },
  ]),
  mcp('enabled', NOT.boolean),
  mcp('pins', [null, 'all', { add: 7 }]),
  mcp('effects', [
    null,
    'read',
    { add: 'nothing' },
    { add: { sideEffects: 'read', onUnfinished: 'reconcile' } },
  ]),
  mcp('trustAnnotations', NOT.boolean),
  mcp(
    'timeoutMs',
    NOT.positive.filter((value) => value !== null),
  ),
  mcp('maxResultCharacters', ['3', 0, 99, {}]),
  mcp('maxMessageBytes', ['3', 0, 1023, {}]),
  mcp(
    'clock',
    NOT.clock.filter((value) => value !== null),
  ),
  mcp('urls', [1]),
  bad('MCPAdapter.repin', 'tools', NOT.texts, (value) => server().repin(value)),
  bad('MCPAdapter.describe', 'operation', NOT.text, (value) => server().describe(value)),
  bad('MCPAdapter.execute', 'operation', NOT.text, (value) => server().execute(value, {})),
  bad('MCPAdapter.execute', 'parameters', NOT.object, (value) => server().execute('add', value)),
  bad('MCPAdapter.execute', 'options', NOT.optionalObject, (value) => server().execute('add', {}, value)),
  bad('MCPAdapter.execute', 'options.signal', NOT.signal, (value) =>
    server().execute('add', {}, { signal: value }),
  ),
];
