/** JSON values, a stable way to write them (keys sorted), and digests over that text. */
import { createHash } from 'node:crypto';

/** What JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** True for a plain object: not null, not an array, not a class instance. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/**
 * Brings a value to plain JSON, as a journal would hold it: `toJSON` is honoured, `undefined` members and functions
 * are dropped. Throws `TypeError` on a circular value or a bigint, as `JSON.stringify` does.
 */
export function toJsonValue(value: unknown): JsonValue {
  const text: string | undefined = JSON.stringify(value);
  return text === undefined ? null : (JSON.parse(text) as JsonValue);
}

/** Writes JSON with object keys sorted, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return plainText(value, 0) ?? JSON.stringify(sortKeys(toJsonValue(value)));
}

/** Deeper values take the long way, which also finds circles. */
const DEEPEST_PLAIN = 50;

/** The text of plain values in one pass; undefined where `JSON.stringify` must say what a value is, or order its keys. */
function plainText(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return JSON.stringify(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value !== 'object' || depth === DEEPEST_PLAIN || 'toJSON' in value) return undefined;
  if (Array.isArray(value)) {
    let text = '';
    for (const member of value) {
      const part = plainText(member, depth + 1);
      if (part === undefined) return undefined;
      text += text === '' ? part : `,${part}`;
    }
    return `[${text}]`;
  }
  if (!isPlainObject(value)) return undefined;
  let text = '';
  for (const key of Object.keys(value).sort((a, b) => (a < b ? -1 : 1))) {
    const member = value[key];
    if (member === undefined) continue;
    // Keys like `12` have an order of their own.
    const part = isDigit(key) ? undefined : plainText(member, depth + 1);
    if (part === undefined) return undefined;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${part}`;
  }
  return `{${text}}`;
}

function isDigit(key: string): boolean {
  const code = key.charCodeAt(0);
  return code >= 48 && code <= 57;
}

function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]));
}

/** SHA-256 of a text or bytes, as `sha256:` and 64 hex digits. */
export function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** SHA-256 over {@link canonicalJson}. */
export function digestJson(value: unknown): string {
  return digestOf(canonicalJson(value));
}
