/** Attributes of spans: kept short, and brought to what OpenTelemetry can hold. */
import type { Attributes } from '@opentelemetry/api';
import { type JsonObject, type JsonValue, toJsonValue } from '../shared/json.ts';

const LONGEST_TEXT = 4096;
const MOST_ATTRIBUTES = 128;

/** A JSON copy with at most 128 members; a text, or a nested value written as JSON, is cut at 4096 characters. */
export function clipAttributes(attributes: JsonObject): JsonObject {
  const kept: [string, JsonValue][] = [];
  for (const [key, value] of Object.entries(attributes).slice(0, MOST_ATTRIBUTES))
    kept.push([key, clip(value)]);
  return Object.fromEntries(kept);
}

/** OpenTelemetry takes texts, numbers, booleans and arrays of one of these; the rest becomes JSON text. */
export function toTelemetryAttributes(attributes: JsonObject): Attributes {
  const result: Attributes = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null) continue;
    result[key] = typeof value === 'object' ? JSON.stringify(value) : value;
  }
  return result;
}

function clip(value: unknown): JsonValue {
  try {
    const json = toJsonValue(value);
    if (typeof json === 'string') return cut(json);
    if (typeof json !== 'object' || json === null) return json;
    const text = JSON.stringify(json);
    return text.length > LONGEST_TEXT ? cut(text) : json;
  } catch {
    return '[unreadable]';
  }
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
