/** Traces over the OpenTelemetry API: spans are kept here, bounded, and mirrored to whatever SDK is registered. */
import {
  context,
  type Span,
  SpanStatusCode,
  type Tracer as TelemetryTracer,
  trace,
} from '@opentelemetry/api';
import {
  checkClock,
  checkFunction,
  checkInteger,
  checkMethods,
  checkObject,
  checkText,
} from '../shared/check.ts';
import { type ErrorJson, errorToJson } from '../shared/errors.ts';
import { type IdSource, randomIds } from '../shared/ids.ts';
import { type JsonObject, toJsonValue } from '../shared/json.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { redactFields } from './redact-fields.ts';
import { clipAttributes, toTelemetryAttributes } from './span-attributes.ts';

/** Something that happened while a span was open. */
interface SpanEvent {
  readonly name: string;
  /** ISO 8601 in UTC, like the other times. */
  readonly time: string;
  readonly attributes: JsonObject;
}

/** One span, as it stands. */
export interface SpanRecord {
  readonly spanId: string;
  readonly traceId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly startTime: string;
  /** Null while it is open. */
  readonly endTime: string | null;
  /** Null while it is open. */
  readonly durationMs: number | null;
  readonly status: 'open' | 'ok' | 'error';
  readonly error: ErrorJson | null;
  readonly attributes: JsonObject;
  readonly events: readonly SpanEvent[];
  /** Events beyond the limit, which are counted and not kept. */
  readonly droppedEvents: number;
}

/** A whole trace as JSON. */
export interface TraceExport {
  readonly schemaVersion: 1;
  readonly traceId: string;
  readonly exportedAt: string;
  readonly spans: readonly SpanRecord[];
}

/** Options of {@link Tracer}. */
export interface TracerOptions {
  /** @default the system clock */
  readonly clock?: Clock;
  /** Makes span and trace ids. @default random ones */
  readonly ids?: IdSource;
  /** Spans kept; beyond, the oldest closed ones go first, then the oldest. @default 10000 */
  readonly maxSpans?: number;
  /** Events kept for each span. @default 128 */
  readonly maxEventsPerSpan?: number;
  /** Takes secrets out of attributes and errors. @default hides what stands under a name such as `password` */
  readonly redact?: (value: unknown) => unknown;
  /** Where spans are mirrored. @default `trace.getTracer('autogen-orchestrator')`: does nothing without an SDK */
  readonly telemetry?: TelemetryTracer;
}

/** Options of {@link Tracer.startSpan}. */
export interface SpanOptions {
  /** The span above. One that is not known (any more) makes this one the first of a new trace. */
  readonly parentSpanId?: string;
  /** Facts about the work. Texts are cut at 4096 characters. @default {} */
  readonly attributes?: JsonObject;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface OpenSpan {
  readonly record: Mutable<SpanRecord> & { events: SpanEvent[] };
  readonly startedAt: number;
  readonly mirror: Span;
}

/**
 * Records spans. It tells and never decides: an id it does not know (any more), or a span ended twice, is passed over.
 *
 * @example
 * const tracer = new Tracer();
 * const spanId = tracer.startSpan('review', { attributes: { files: 12 } });
 * tracer.addEvent(spanId, 'half-way');
 * tracer.endSpan(spanId);
 * console.log(tracer.getTrace(spanId)[0]?.durationMs);
 */
export class Tracer {
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #maxSpans: number;
  readonly #maxEvents: number;
  readonly #redact: (value: unknown) => unknown;
  readonly #telemetry: TelemetryTracer;
  /** Both in the order of starting. */
  readonly #spans = new Map<string, OpenSpan>();
  readonly #closed = new Set<string>();
  readonly #traces = new Map<string, Set<string>>();

  constructor(options: TracerOptions = {}) {
    checkObject('options', options);
    this.#clock = checkClock('clock', options.clock ?? systemClock);
    this.#ids = checkFunction('ids', options.ids ?? randomIds);
    this.#maxSpans = checkInteger('maxSpans', options.maxSpans ?? 10_000, 1);
    this.#maxEvents = checkInteger('maxEventsPerSpan', options.maxEventsPerSpan ?? 128);
    this.#redact =
      options.redact === undefined ? (value) => redactFields(value) : checkFunction('redact', options.redact);
    const telemetry = options.telemetry ?? trace.getTracer('autogen-orchestrator');
    this.#telemetry = checkMethods('telemetry', telemetry, ['startSpan'], 'a tracer of OpenTelemetry');
  }

  /** Starts a span, under `parentSpanId` when given. Returns its id. */
  startSpan(name: string, options: SpanOptions = {}): string {
    checkText('name', name);
    checkObject('options', options);
    const { parentSpanId, attributes = {} } = options;
    checkObject('attributes', attributes);
    if (parentSpanId !== undefined) checkText('parentSpanId', parentSpanId);
    const parent = parentSpanId === undefined ? undefined : this.#spans.get(parentSpanId);
    const spanId = this.#ids('span');
    const traceId = parent?.record.traceId ?? this.#ids('trace');
    const startedAt = this.#clock.now();
    const kept = this.#attributes(attributes);
    const above = parent === undefined ? context.active() : trace.setSpan(context.active(), parent.mirror);
    const mirror = this.#telemetry.startSpan(
      name,
      { startTime: startedAt, attributes: toTelemetryAttributes(kept) },
      above,
    );
    const record = {
      spanId,
      traceId,
      parentSpanId: parentSpanId ?? null,
      name,
      startTime: new Date(startedAt).toISOString(),
      endTime: null,
      durationMs: null,
      status: 'open',
      error: null,
      attributes: kept,
      events: [],
      droppedEvents: 0,
    } satisfies SpanRecord;
    this.#spans.set(spanId, { record, startedAt, mirror });
    const members = this.#traces.get(traceId) ?? new Set();
    this.#traces.set(traceId, members.add(spanId));
    this.#makeRoom();
    return spanId;
  }

  /** Ends a span; with `error` its status is `error`. */
  endSpan(spanId: string, options: { readonly error?: unknown } = {}): void {
    const { error } = checkObject('options', options);
    const span = this.#open(spanId);
    if (span === undefined) return;
    const { record, mirror, startedAt } = span;
    const endedAt = Math.max(startedAt, this.#clock.now());
    record.endTime = new Date(endedAt).toISOString();
    record.durationMs = endedAt - startedAt;
    record.status = error === undefined ? 'ok' : 'error';
    if (error !== undefined) {
      record.error = this.#error(error);
      mirror.recordException({ name: record.error.name, message: record.error.message }, endedAt);
      mirror.setStatus({ code: SpanStatusCode.ERROR, message: record.error.message });
    }
    mirror.end(endedAt);
    this.#closed.add(spanId);
  }

  /** Notes something that happened while the span is open. */
  addEvent(spanId: string, name: string, attributes: JsonObject = {}): void {
    checkText('name', name);
    checkObject('attributes', attributes);
    const span = this.#open(spanId);
    if (span === undefined) return;
    if (span.record.events.length >= this.#maxEvents) {
      span.record.droppedEvents += 1;
      return;
    }
    const now = this.#clock.now();
    const kept = this.#attributes(attributes);
    span.record.events.push({ name, time: new Date(now).toISOString(), attributes: kept });
    span.mirror.addEvent(name, toTelemetryAttributes(kept), now);
  }

  /**
   * Does `work` inside a new span and ends it as the work ends. The mirrored span is the active one meanwhile, so
   * that spans of instrumented libraries hang under it.
   */
  async withSpan<T>(
    name: string,
    work: (spanId: string) => T | Promise<T>,
    options: SpanOptions = {},
  ): Promise<T> {
    checkFunction('work', work);
    const spanId = this.startSpan(name, options);
    const mirror = this.#spans.get(spanId)?.mirror;
    const active = mirror === undefined ? context.active() : trace.setSpan(context.active(), mirror);
    try {
      const result = await context.with(active, () => work(spanId));
      this.endSpan(spanId);
      return result;
    } catch (error) {
      this.endSpan(spanId, { error: error ?? new Error('Nothing was thrown.') });
      throw error;
    }
  }

  /** Ids of the traces that are kept, oldest first. */
  get traceIds(): readonly string[] {
    return [...this.#traces.keys()];
  }

  /** The spans of a trace in the order they started, given the id of the trace or of any of its spans. */
  getTrace(id: string): readonly SpanRecord[] {
    const traceId = this.#spans.get(checkText('id', id))?.record.traceId ?? id;
    const records = [...(this.#traces.get(traceId) ?? [])].map((spanId) => this.#spans.get(spanId)?.record);
    return records.filter((record) => record !== undefined).map((record) => structuredClone(record));
  }

  /** The same as a JSON document; undefined when nothing of it is known. */
  exportTrace(id: string): TraceExport | undefined {
    const spans = this.getTrace(id);
    const [first] = spans;
    if (first === undefined) return undefined;
    return {
      schemaVersion: 1,
      traceId: first.traceId,
      exportedAt: new Date(this.#clock.now()).toISOString(),
      spans,
    };
  }

  #attributes(given: JsonObject): JsonObject {
    try {
      return clipAttributes(this.#redact(given) as JsonObject);
    } catch {
      return { attributes: '[unreadable]' };
    }
  }

  #error(error: unknown): ErrorJson {
    const json = errorToJson(error);
    try {
      return toJsonValue(this.#redact(json)) as unknown as ErrorJson;
    } catch {
      return {
        name: json.name,
        code: json.code,
        message: '[unreadable]',
        retryable: json.retryable,
        details: {},
      };
    }
  }

  #open(spanId: string): OpenSpan | undefined {
    const span = this.#spans.get(checkText('spanId', spanId));
    return span === undefined || span.record.status !== 'open' ? undefined : span;
  }

  #makeRoom(): void {
    while (this.#spans.size > this.#maxSpans) {
      const [oldestClosed] = this.#closed;
      const [oldest] = this.#spans.keys();
      this.#forget(oldestClosed ?? oldest ?? '');
    }
  }

  #forget(spanId: string): void {
    const span = this.#spans.get(spanId);
    this.#spans.delete(spanId);
    this.#closed.delete(spanId);
    if (span === undefined) return;
    // A mirrored span that nobody can end any more must still end.
    if (span.record.status === 'open') span.mirror.end(this.#clock.now());
    const members = this.#traces.get(span.record.traceId);
    members?.delete(spanId);
    if (members?.size === 0) this.#traces.delete(span.record.traceId);
  }
}
