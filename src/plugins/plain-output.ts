/** Copies what a plugin gave back as plain JSON, or refuses it: nothing of a plugin's own objects stays in the work. */
import { describe, OrchestratorError } from '../shared/errors.ts';
import { isPlainObject, type JsonValue } from '../shared/json.ts';

const MAX_DEPTH = 200;

/**
 * A copy that shares nothing with `value`. Members that are `undefined` are left out and `toJSON` is honoured. Rejects
 * functions, bigints, numbers that are not finite, class instances, circles and keys that reach for a prototype with
 * `invalid-json`, and more than `maxLength` characters with `limit-reached`.
 */
export function plainOutput(value: unknown, maxLength: number): JsonValue {
  return new Copying(maxLength).copy(value, '', 0);
}

class Copying {
  readonly #maxLength: number;
  readonly #open = new Set<object>();
  #length = 0;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  copy(value: unknown, place: string, depth: number): JsonValue {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') {
      this.#count(typeof value === 'string' ? value.length + 2 : 5);
      return value;
    }
    if (typeof value === 'number' && Number.isFinite(value)) {
      this.#count(8);
      return value;
    }
    if (value === undefined && depth === 0) return null;
    if (typeof value !== 'object' || value === null) throw refused(place, describe(value));
    if (this.#open.has(value)) throw refused(place, 'a circle');
    if (depth >= MAX_DEPTH) throw refused('', `more than ${MAX_DEPTH} levels`);
    this.#open.add(value);
    const copied = this.#members(value, place, depth + 1);
    this.#open.delete(value);
    return copied;
  }

  #members(value: object, place: string, depth: number): JsonValue {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return this.copy(toJSON.call(value, ''), place, depth);
    if (Array.isArray(value)) {
      this.#count(2 + value.length);
      return Array.from(value, (member: unknown, index) =>
        member === undefined ? null : this.copy(member, `${place}[${index}]`, depth),
      );
    }
    if (!isPlainObject(value)) throw refused(place, describe(value));
    const copied: Record<string, JsonValue> = {};
    this.#count(2);
    for (const key of Object.keys(value)) {
      const member = value[key];
      if (member === undefined) continue;
      this.#count(key.length + 4);
      const inner = place === '' ? key : `${place}.${key}`;
      if (key === '__proto__' || (key === 'constructor' && isPrototype(member)))
        throw refused(inner, 'a key that reaches for a prototype');
      copied[key] = this.copy(member, inner, depth);
    }
    return copied;
  }

  /** Counted before anything is copied, so that a small object that unfolds into a large text costs little. */
  #count(length: number): void {
    this.#length += length;
    if (this.#length <= this.#maxLength) return;
    throw new OrchestratorError(
      'limit-reached',
      `Expected at most ${this.#maxLength} characters of JSON, got more.`,
      { details: { maxLength: this.#maxLength } },
    );
  }
}

function isPrototype(member: unknown): boolean {
  return typeof member === 'object' && member !== null && Object.hasOwn(member, 'prototype');
}

function refused(place: string, got: string): OrchestratorError {
  const where = place === '' ? '' : ` at ${place.slice(0, 200)}`;
  return new OrchestratorError('invalid-json', `Expected what JSON can hold${where}, got ${got}.`, {
    details: { place: place.slice(0, 200) },
  });
}
