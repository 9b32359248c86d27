/** Bad input for logs, metrics, traces, the configuration and errors. */
import {
  createLogger,
  getPlatformInfo,
  InvalidArgumentError,
  loadConfig,
  MetricsCollector,
  OrchestratorError,
  Tracer,
} from 'autogen-orchestrator';
import { type BadCall, bad, butNull, NOT } from './bad-call.ts';

const metrics = (): MetricsCollector => new MetricsCollector();
const tracer = (): Tracer => new Tracer();
const NOT_LABELS = [...NOT.optionalObject, { 'a b': 'c' }, { a: 7 }];
const NOT_NAME = [...NOT.text, '7 up'];

const reading = (['getCounter', 'getGauge', 'getSummary'] as const).flatMap((method) => [
  bad(`MetricsCollector.${method}`, 'name', NOT_NAME, (value) => metrics()[method](value)),
  bad(`MetricsCollector.${method}`, 'labels', NOT_LABELS, (value) => metrics()[method]('tasks', value)),
]);

export const OBSERVING_CALLS: readonly BadCall[] = [
  bad('createLogger', 'options', NOT.optionalObject, (value) => createLogger(value)),
  bad('createLogger', 'level', butNull(NOT.word), (value) => createLogger({ level: value })),
  bad('createLogger', 'format', NOT.word, (value) => createLogger({ format: value })),
  bad('createLogger', 'stream', [null, 'text', 7, {}], (value) => createLogger({ stream: value })),
  bad('createLogger', 'bindings', [null, 'text', 7, []], (value) => createLogger({ bindings: value })),
  bad('createLogger', 'secrets', [null, 'text', 7, {}], (value) => createLogger({ secrets: value })),
  bad('createLogger', 'redact', NOT.optionalFunction, (value) => createLogger({ redact: value })),
  bad('createLogger', 'secrets beside redact', [['a']], (secrets) =>
    createLogger({ secrets, redact: (x) => x }),
  ),
  bad('createLogger', 'clock', NOT.clock, (value) => createLogger({ clock: value })),

  bad('MetricsCollector', 'options', NOT.optionalObject, (value) => new MetricsCollector(value)),
  bad(
    'MetricsCollector',
    'maxSeries',
    ['3', 0, -1, 1.5],
    (value) => new MetricsCollector({ maxSeries: value }),
  ),
  bad(
    'MetricsCollector',
    'reservoirSize',
    ['3', 0, -1, 1.5, 1e9],
    (value) => new MetricsCollector({ reservoirSize: value }),
  ),
  bad('MetricsCollector', 'meter', ['text', 7, {}], (value) => new MetricsCollector({ meter: value })),
  bad('MetricsCollector', 'clock', NOT.clock, (value) => new MetricsCollector({ clock: value })),
  bad(
    'MetricsCollector',
    'random',
    butNull(NOT.optionalFunction),
    (value) => new MetricsCollector({ random: value }),
  ),
  bad('MetricsCollector.incrementCounter', 'name', NOT_NAME, (value) => metrics().incrementCounter(value)),
  bad('MetricsCollector.incrementCounter', 'value', [...NOT.number, -1, Infinity], (value) =>
    metrics().incrementCounter('tasks', value),
  ),
  bad('MetricsCollector.incrementCounter', 'labels', NOT_LABELS, (value) =>
    metrics().incrementCounter('tasks', 1, value),
  ),
  bad('MetricsCollector.setGauge', 'name', NOT_NAME, (value) => metrics().setGauge(value, 1)),
  bad('MetricsCollector.setGauge', 'value', [undefined, ...NOT.number, Infinity], (value) =>
    metrics().setGauge('load', value),
  ),
  bad('MetricsCollector.recordHistogram', 'name', NOT_NAME, (value) => metrics().recordHistogram(value, 1)),
  bad('MetricsCollector.recordHistogram', 'value', [undefined, ...NOT.number, Infinity], (value) =>
    metrics().recordHistogram('size', value),
  ),
  bad('MetricsCollector.recordTimer', 'name', NOT_NAME, (value) => metrics().recordTimer(value, () => 1)),
  bad('MetricsCollector.recordTimer', 'timed', [undefined, null, '3', -1, Number.NaN, {}], (value) =>
    metrics().recordTimer('call', value),
  ),
  bad('MetricsCollector.export', 'options', NOT.optionalObject, (value) => metrics().export(value)),
  bad('MetricsCollector.export', 'format', NOT.word, (value) => metrics().export({ format: value })),
  ...reading,

  bad('Tracer', 'options', NOT.optionalObject, (value) => new Tracer(value)),
  bad('Tracer', 'clock', butNull(NOT.clock), (value) => new Tracer({ clock: value })),
  bad('Tracer', 'ids', butNull(NOT.optionalFunction), (value) => new Tracer({ ids: value })),
  bad('Tracer', 'maxSpans', ['3', 0, -1, 1.5], (value) => new Tracer({ maxSpans: value })),
  bad('Tracer', 'maxEventsPerSpan', ['3', -1, 1.5], (value) => new Tracer({ maxEventsPerSpan: value })),
  bad('Tracer', 'telemetry', ['text', 7, {}], (value) => new Tracer({ telemetry: value })),
  bad('Tracer.startSpan', 'name', NOT.text, (value) => tracer().startSpan(value)),
  bad('Tracer.startSpan', 'options', NOT.optionalObject, (value) => tracer().startSpan('a', value)),
  bad('Tracer.startSpan', 'parentSpanId', NOT.optionalText, (value) =>
    tracer().startSpan('a', { parentSpanId: value }),
  ),
  bad('Tracer.startSpan', 'attributes', NOT.optionalObject, (value) =>
    tracer().startSpan('a', { attributes: value }),
  ),
  bad('Tracer.endSpan', 'spanId', NOT.text, (value) => tracer().endSpan(value)),
  bad('Tracer.endSpan', 'options', NOT.optionalObject, (value) => tracer().endSpan('a', value)),
  bad('Tracer.addEvent', 'spanId', NOT.text, (value) => tracer().addEvent(value, 'a')),
  bad('Tracer.addEvent', 'name', NOT.text, (value) => tracer().addEvent('a', value)),
  bad('Tracer.addEvent', 'attributes', NOT.optionalObject, (value) => tracer().addEvent('a', 'b', value)),
  bad('Tracer.withSpan', 'name', NOT.text, (value) => tracer().withSpan(value, () => 1)),
  bad('Tracer.withSpan', 'work', NOT.function, (value) => tracer().withSpan('a', value)),
  bad('Tracer.withSpan', 'options', NOT.optionalObject, (value) => tracer().withSpan('a', () => 1, value)),
  bad('Tracer.getTrace', 'id', NOT.text, (value) => tracer().getTrace(value)),
  bad('Tracer.exportTrace', 'id', NOT.text, (value) => tracer().exportTrace(value)),

  bad('loadConfig', 'options', NOT.optionalObject, (value) => loadConfig(value)),
  bad('loadConfig', 'environment', [null, 'text', 7, []], (value) => loadConfig({ environment: value })),
  bad('loadConfig', 'cwd', NOT.optionalText, (value) => loadConfig({ environment: {}, cwd: value })),
  bad('loadConfig', 'file', NOT.optionalText, (value) => loadConfig({ environment: {}, file: value })),
  bad(
    'loadConfig',
    'a file that is not there',
    ['/nowhere.yaml'],
    (file) => loadConfig({ environment: {}, file }),
    'config-invalid',
  ),
  bad('loadConfig', 'signal', NOT.signal, (value) => loadConfig({ environment: {}, signal: value })),
  bad(
    'loadConfig',
    'a variable that does not parse',
    ['loud'],
    (level) => loadConfig({ environment: { ORCHESTRATOR_LOG_LEVEL: level } }),
    'config-invalid',
  ),
  bad('getPlatformInfo', 'sources', NOT.optionalObject, (value) => getPlatformInfo(value)),
  bad('getPlatformInfo', 'environment', [null, 'text', 7], (value) =>
    getPlatformInfo({ environment: value }),
  ),
  bad('getPlatformInfo', 'readText', NOT.optionalFunction, (value) => getPlatformInfo({ readText: value })),

  bad('OrchestratorError', 'code', [undefined, ...NOT.word], (value) => new OrchestratorError(value, 'text')),
  bad('OrchestratorError', 'message', NOT.string, (value) => new OrchestratorError('internal', value)),
  bad(
    'OrchestratorError',
    'options',
    NOT.optionalObject,
    (value) => new OrchestratorError('internal', 'text', value),
  ),
  bad('InvalidArgumentError', 'argument', NOT.string, (value) => {
    throw new InvalidArgumentError(value, 'a text', 1);
  }),
  bad('InvalidArgumentError', 'expected', NOT.string, (value) => {
    throw new InvalidArgumentError('name', value, 1);
  }),
];
