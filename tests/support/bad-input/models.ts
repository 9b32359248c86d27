/** Bad input for models. */
import {
  createStructured,
  FallbackModelClient,
  limitModel,
  type ModelClient,
  OpenAIModelClient,
  ReplayModelClient,
  recordModel,
} from 'autogen-orchestrator';
import { ScriptedModel } from 'autogen-orchestrator/testing';
import { type BadCall, bad, butNull, NOT } from './bad-call.ts';

const MESSAGES = [{ type: 'user', content: 'hello', source: 'user' }] as const;
const NOT_MESSAGES = [undefined, null, 'hello', 7, {}, []];
const NOT_MODEL = [undefined, null, 'gpt-4', 7, {}];
const NOT_URL = [null, '', 7, 'localhost', 'ftp://example.org', 'http://user:word@example.org/v1'];
const RECORDING = { schemaVersion: 1, calls: [] } as const;
const FORMAT = {
  name: 'anything',
  schema: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } },
  jsonSchema: { type: 'object' },
} as const;

const scripted = (): ScriptedModel => new ScriptedModel(['{}']);
const client = (): OpenAIModelClient =>
  new OpenAIModelClient({ model: 'm', baseURL: 'http://127.0.0.1:9/v1' });
const chain = (): FallbackModelClient => new FallbackModelClient([scripted()]);

const option = (argument: string, values: readonly unknown[]): BadCall =>
  bad(
    'OpenAIModelClient',
    argument,
    values,
    (value) => new OpenAIModelClient({ model: 'm', [argument]: value }),
  );
const limit = (argument: string, values: readonly unknown[]): BadCall =>
  bad('limitModel', argument, values, (value) => limitModel(scripted(), { [argument]: value }));
const calls = (of: string, made: () => ModelClient): readonly BadCall[] => [
  bad(`${of}.create`, 'messages', NOT_MESSAGES, (value) => made().create(value)),
  bad(`${of}.create`, 'options', [null, 'text', 7], (value) => made().create(MESSAGES, value)),
  bad(`${of}.createStream`, 'messages', NOT_MESSAGES, async (value) => {
    for await (const item of made().createStream(value)) return item;
  }),
  bad(`${of}.createStream`, 'options', [null, 'text', 7], async (value) => {
    for await (const item of made().createStream(MESSAGES, value)) return item;
  }),
  bad(`${of}.countTokens`, 'messages', NOT_MESSAGES, (value) => made().countTokens(value)),
];

export const MODEL_CALLS: readonly BadCall[] = [
  bad('OpenAIModelClient', 'options', NOT.object, (value) => new OpenAIModelClient(value)),
  bad(
    'OpenAIModelClient',
    'unknown member',
    ['baseUrl'],
    (key: string) => new OpenAIModelClient({ model: 'm', [key]: 1 }),
  ),
  bad('OpenAIModelClient', 'model', NOT.text, (value) => new OpenAIModelClient({ model: value })),
  option('apiKey', [null, 7, {}, '', 'two words', 'line\nbreak']),
  option('baseURL', butNull(NOT_URL)),
  option('api', butNull(NOT.word)),
  option('maxTokens', butNull(NOT.positive)),
  option('temperature', [null, '1', -1, 3, Number.NaN]),
  option('parameters', butNull(NOT.optionalObject)),
  option('headers', butNull([...NOT.optionalObject, { name: 7 }])),
  option('info', butNull([...NOT.optionalObject, { contextWindow: 0 }, { size: 1 }])),
  option('timeouts', butNull([...NOT.optionalObject, { idleMs: 0 }, { idle: 1 }])),
  option('retry', butNull([...NOT.optionalObject, { maxRetries: -1 }])),
  option('maxRetryAfterMs', butNull([null, '1', -1, Number.NaN])),
  option('price', NOT.optionalFunction),
  option('onExchange', NOT.optionalFunction),
  option('fetch', NOT.optionalFunction),
  option('clock', NOT.clock),
  option('random', NOT.optionalFunction),
  ...calls('OpenAIModelClient', client),
  bad(
    'FallbackModelClient',
    'models',
    [undefined, null, 'm', 7, {}, [], [null], [{}]],
    (value) => new FallbackModelClient(value),
  ),
  bad(
    'FallbackModelClient',
    'options',
    NOT.optionalObject,
    (value) => new FallbackModelClient([scripted()], value),
  ),
  bad(
    'FallbackModelClient',
    'when',
    NOT.optionalFunction,
    (value) => new FallbackModelClient([scripted()], { when: value }),
  ),
  bad(
    'FallbackModelClient',
    'coolDownMs',
    ['1', -1],
    (value) => new FallbackModelClient([scripted()], { coolDownMs: value }),
  ),
  bad(
    'FallbackModelClient',
    'clock',
    NOT.clock,
    (value) => new FallbackModelClient([scripted()], { clock: value }),
  ),
  ...calls('FallbackModelClient', chain),
  bad('limitModel', 'model', NOT_MODEL, (value) => limitModel(value, {})),
  bad('limitModel', 'options', NOT.object, (value) => limitModel(scripted(), value)),
  limit('concurrency', [null, '1', 0, 1.5]),
  limit('requestsPerMinute', [null, '1', 0, 1.5]),
  limit('tokensPerMinute', [null, '1', 0, 1.5]),
  limit('answerTokens', [null, '1', -1, 1.5]),
  limit('clock', NOT.clock),
  bad('recordModel', 'model', NOT_MODEL, (value) => recordModel(value, { path: '/tmp/x.json' })),
  bad('recordModel', 'options', NOT.object, (value) => recordModel(scripted(), value)),
  bad('recordModel', 'path', NOT.text, (value) => recordModel(scripted(), { path: value })),
  bad('recordModel', 'secrets', butNull(NOT.texts), (value) =>
    recordModel(scripted(), { path: '/tmp/x.json', secrets: value }),
  ),
  bad(
    'ReplayModelClient',
    'recording',
    [undefined, null, 7, {}, { schemaVersion: 2 }],
    (value) => new ReplayModelClient(value),
    'schema-mismatch',
  ),
  bad('ReplayModelClient', 'options', NOT.optionalObject, (value) => new ReplayModelClient(RECORDING, value)),
  bad(
    'ReplayModelClient',
    'secrets',
    butNull(NOT.texts),
    (value) => new ReplayModelClient(RECORDING, { secrets: value }),
  ),
  ...calls('ReplayModelClient', () => new ReplayModelClient(RECORDING)),
  bad('createStructured', 'model', NOT_MODEL, (value) => createStructured(value, MESSAGES, FORMAT)),
  bad('createStructured', 'messages', NOT_MESSAGES, (value) => createStructured(client(), value, FORMAT)),
  bad('createStructured', 'format', NOT.object, (value) => createStructured(scripted(), MESSAGES, value)),
  bad('createStructured', 'format.name', NOT.text, (value) =>
    createStructured(scripted(), MESSAGES, { ...FORMAT, name: value }),
  ),
  bad('createStructured', 'format.schema', [undefined, null, {}, 7], (value) =>
    createStructured(scripted(), MESSAGES, { ...FORMAT, schema: value }),
  ),
  bad('createStructured', 'format.jsonSchema', NOT.object, (value) =>
    createStructured(scripted(), MESSAGES, { ...FORMAT, jsonSchema: value }),
  ),
  bad('createStructured', 'options', NOT.optionalObject, (value) =>
    createStructured(scripted(), MESSAGES, FORMAT, value),
  ),
];
