/** Traces over the OpenTelemetry API. */
import type { JsonObject } from '../shared/json.ts';

/** What code needs of a tracer. */
export interface Tracer {
  /** Starts a span, under `parentSpanId` when given. Returns its id. */
  startSpan(name: string, options?: { readonly parentSpanId?: string; readonly attributes?: JsonObject }): string;
  endSpan(spanId: string, options?: { readonly error?: unknown }): void;
  addEvent(spanId: string, name: string, attributes?: JsonObject): void;
}
