import {
  type Context,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  type Tracer as TelemetryTracer,
  trace,
} from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { Tracer, type TracerOptions } from '../../src/observability/tracer.ts';
import { InvalidArgumentError, OrchestratorError } from '../../src/shared/errors.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { seededIds } from '../../src/testing/seeded.ts';

function make(options: TracerOptions = {}) {
  const clock = new ManualClock();
  return { clock, tracer: new Tracer({ clock, ids: seededIds(), ...options }) };
}

/** Stands in for an SDK's tracer: notes what it is told. */
class RecordingTelemetry {
  readonly calls: unknown[][] = [];
  startSpan(name: string, options?: SpanOptions, context?: Context): Span {
    const parent =
      context === undefined ? undefined : (trace.getSpan(context) as { readonly label?: string } | undefined);
    this.calls.push(['start', name, parent?.label, options]);
    const note =
      (what: string) =>
      (...given: unknown[]): void =>
        void this.calls.push([what, name, ...given]);
    return {
      label: name,
      end: note('end'),
      addEvent: note('event'),
      setStatus: note('status'),
      recordException: note('exception'),
    } as unknown as Span;
  }
}

describe('spans', () => {
  it('form a trace under their parents, with times and events', async () => {
    const { clock, tracer } = make();
    const outer = tracer.startSpan('review', { attributes: { files: 2 } });
    await clock.advance(10);
    const inner = tracer.startSpan('lint', { parentSpanId: outer });
    tracer.addEvent(inner, 'found', { rule: 'x' });
    await clock.advance(5);
    tracer.endSpan(inner);
    tracer.endSpan(outer);
    expect(tracer.getTrace(inner)).toMatchObject([
      {
        spanId: 'span-0001',
        traceId: 'trace-0001',
        parentSpanId: null,
        status: 'ok',
        durationMs: 15,
        attributes: { files: 2 },
      },
      {
        parentSpanId: 'span-0001',
        traceId: 'trace-0001',
        durationMs: 5,
        startTime: '2026-01-01T00:00:00.010Z',
        events: [{ name: 'found', time: '2026-01-01T00:00:00.010Z', attributes: { rule: 'x' } }],
      },
    ]);
    expect(tracer.getTrace('trace-0001')).toEqual(tracer.getTrace(outer));
  });

  it('hold the error that ended them', () => {
    const { tracer } = make();
    const spanId = tracer.startSpan('task');
    tracer.endSpan(spanId, { error: new OrchestratorError('not-found', 'Gone.') });
    expect(tracer.getTrace(spanId)[0]).toMatchObject({
      status: 'error',
      error: { code: 'not-found', message: 'Gone.' },
    });
  });

  it('begin a new trace under a parent that is not known', () => {
    const { tracer } = make();
    const spanId = tracer.startSpan('task', { parentSpanId: 'span-of-another-process' });
    expect(tracer.getTrace(spanId)).toMatchObject([
      { parentSpanId: 'span-of-another-process', traceId: 'trace-0001' },
    ]);
  });

  it('stay as they ended', async () => {
    const { clock, tracer } = make();
    const spanId = tracer.startSpan('task');
    tracer.endSpan(spanId);
    await clock.advance(100);
    tracer.endSpan(spanId, { error: new Error('late') });
    tracer.addEvent(spanId, 'late');
    tracer.endSpan('unknown');
    expect(tracer.getTrace(spanId)[0]).toMatchObject({ status: 'ok', durationMs: 0, events: [] });
  });

  it('are given as copies', () => {
    const { tracer } = make();
    const spanId = tracer.startSpan('task');
    const [before] = tracer.getTrace(spanId);
    tracer.addEvent(spanId, 'later');
    expect(before?.events).toEqual([]);
  });

  it('need a name', () => {
    expect(() => make().tracer.startSpan(' ')).toThrow(InvalidArgumentError);
  });
});

describe('limits', () => {
  it('forget the oldest closed spans first, and open ones only when all are open', () => {
    const { tracer } = make({ maxSpans: 2 });
    const open = tracer.startSpan('open');
    const closed = tracer.startSpan('closed');
    tracer.endSpan(closed);
    const next = tracer.startSpan('next');
    expect([open, closed, next].map((id) => tracer.getTrace(id).length)).toEqual([1, 0, 1]);
    tracer.startSpan('one more');
    expect(tracer.getTrace(open)).toEqual([]);
    expect(tracer.exportTrace(open)).toBeUndefined();
  });

  it('count the events beyond the limit', () => {
    const { tracer } = make({ maxEventsPerSpan: 1 });
    const spanId = tracer.startSpan('task');
    for (let index = 0; index < 3; index += 1) tracer.addEvent(spanId, 'again');
    expect(tracer.getTrace(spanId)[0]).toMatchObject({ events: [{}], droppedEvents: 2 });
  });

  it('cut long attributes and write as text what JSON cannot hold', () => {
    const { tracer } = make();
    const spanId = tracer.startSpan('task', { attributes: { text: 'x'.repeat(10_000), big: 1n as never } });
    const attributes = tracer.getTrace(spanId)[0]?.attributes;
    expect(String(attributes?.['text']).length).toBe(4097);
    expect(attributes?.['big']).toBe('1');
  });
});

describe('secrets', () => {
  it('do not stay under their names, here or in the mirror', () => {
    const telemetry = new RecordingTelemetry();
    const { tracer } = make({ telemetry: telemetry as unknown as TelemetryTracer });
    const spanId = tracer.startSpan('call', { attributes: { headers: { authorization: 'Bearer abc' } } });
    tracer.addEvent(spanId, 'retry', { apiKey: 'abc' });
    expect(JSON.stringify([tracer.exportTrace(spanId), telemetry.calls])).not.toContain('abc');
  });

  it('are taken out of errors too by a redaction that knows them, and nothing shows when it fails', () => {
    const redact = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value).replaceAll('hunter2', '***'));
    const { tracer } = make({ redact });
    const spanId = tracer.startSpan('call', { attributes: { url: 'u:hunter2@host' } });
    tracer.endSpan(spanId, { error: new Error('bad hunter2', { cause: new Error('hunter2') }) });
    expect(JSON.stringify(tracer.exportTrace(spanId))).not.toContain('hunter2');
    const broken = make({
      redact: () => {
        throw new Error('no');
      },
    }).tracer;
    const other = broken.startSpan('call', { attributes: { a: 'hunter2' } });
    broken.endSpan(other, { error: new Error('hunter2') });
    expect(broken.getTrace(other)).toMatchObject([{ status: 'error', error: { message: '[unreadable]' } }]);
    expect(JSON.stringify(broken.exportTrace(other))).not.toContain('hunter2');
  });
});

describe('export', () => {
  it('is a JSON document of the whole trace', () => {
    const { tracer } = make();
    const spanId = tracer.startSpan('task');
    tracer.startSpan('step', { parentSpanId: spanId });
    const document = tracer.exportTrace(spanId);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document).toMatchObject({
      schemaVersion: 1,
      traceId: 'trace-0001',
      spans: [{ name: 'task' }, { name: 'step' }],
    });
  });
});

describe('withSpan', () => {
  it('ends the span with the work and passes its result or error on', async () => {
    const { tracer } = make();
    expect(await tracer.withSpan('good', (spanId) => spanId)).toBe('span-0001');
    await expect(tracer.withSpan('bad', async () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    expect(tracer.getTrace('span-0001')[0]?.status).toBe('ok');
    expect(tracer.getTrace('span-0002')[0]).toMatchObject({ status: 'error', error: { message: 'broken' } });
  });
});

describe('OpenTelemetry', () => {
  it('gets the same spans, under their parents, with the same times', async () => {
    const telemetry = new RecordingTelemetry();
    const { clock, tracer } = make({ telemetry: telemetry as unknown as TelemetryTracer });
    const start = clock.now();
    const outer = tracer.startSpan('outer', { attributes: { n: 1, list: [1, 2], none: null } });
    const inner = tracer.startSpan('inner', { parentSpanId: outer });
    tracer.addEvent(inner, 'seen', { a: true });
    await clock.advance(7);
    tracer.endSpan(inner, { error: new Error('broken') });
    tracer.endSpan(outer);
    expect(telemetry.calls).toEqual([
      ['start', 'outer', undefined, { startTime: start, attributes: { n: 1, list: '[1,2]' } }],
      ['start', 'inner', 'outer', { startTime: start, attributes: {} }],
      ['event', 'inner', 'seen', { a: true }, start],
      ['exception', 'inner', { name: 'Error', message: 'broken' }, start + 7],
      ['status', 'inner', { code: SpanStatusCode.ERROR, message: 'broken' }],
      ['end', 'inner', start + 7],
      ['end', 'outer', start + 7],
    ]);
  });
});
