/** Argument checks for public functions: each throws {@link InvalidArgumentError} with the name, the rule and the value. */
import { editDistance } from './edit-distance.ts';
import { InvalidArgumentError } from './errors.ts';
import { isPlainObject } from './json.ts';
import type { Clock } from './time.ts';

/** A string with at least one character that is not white space. */
export function checkText(name: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new InvalidArgumentError(name, 'a non-empty string', value);
  return value;
}

/** A string, possibly empty. */
export function checkString(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new InvalidArgumentError(name, 'a string', value);
  return value;
}

/** A boolean. */
export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new InvalidArgumentError(name, 'true or false', value);
  return value;
}

/** A finite number between `min` and `max`, both included. */
export function checkNumber(name: string, value: unknown, min = -Infinity, max = Infinity): number {
  if (typeof value !== 'number' || Number.isNaN(value) || value < min || value > max) {
    throw new InvalidArgumentError(name, `a number ${range(min, max)}`, value);
  }
  return value;
}

/** A whole number between `min` and `max`, both included. */
export function checkInteger(name: string, value: unknown, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    throw new InvalidArgumentError(name, `a whole number ${range(min, max)}`, value);
  }
  return value as number;
}

/** One of the listed strings. */
export function checkOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T))
    throw new InvalidArgumentError(name, `one of ${allowed.join(', ')}`, value);
  return value as T;
}

/** An array of non-empty strings. */
export function checkTextArray(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new InvalidArgumentError(name, 'an array of strings', value);
  for (const [index, item] of value.entries()) checkText(`${name}[${index}]`, item);
  return value as string[];
}

/** A plain object. */
export function checkObject(name: string, value: unknown): Record<string, unknown> {
  if (!isPlainObject(value)) throw new InvalidArgumentError(name, 'a plain object', value);
  return value;
}

/** A plain object without other keys than the known ones, so that a misspelt one is not silently the default. */
export function checkKeys(name: string, value: unknown, known: readonly string[]): Record<string, unknown> {
  const object = checkObject(name, value);
  for (const key in object) {
    if (known.includes(key)) continue;
    const expected = `an object with no other keys than ${known.join(', ')}${meant(key, known)}`;
    throw new InvalidArgumentError(name, expected, object);
  }
  return object;
}

/** A known key that is nearly this one, in brackets: case does not count, and a letter or two may be wrong. */
function meant(key: string, known: readonly string[]): string {
  const plain = key.slice(0, 50).toLowerCase();
  const near = known.find((each) => editDistance(plain, each.toLowerCase()) <= Math.min(2, each.length / 3));
  return near === undefined ? '' : ` (did you mean \`${near}\` by \`${key.slice(0, 50)}\`?)`;
}

/** An object, of any class, that has these methods. `what` says what it is, with its article. */
export function checkMethods<T>(name: string, value: T, methods: readonly string[], what: string): T {
  const object = typeof value === 'object' ? (value as Record<string, unknown> | null) : undefined;
  if (methods.every((method) => typeof object?.[method] === 'function')) return value;
  const list = methods.map((method) => `\`${method}\``).join(' and ');
  throw new InvalidArgumentError(
    name,
    `${what} (an object with the ${methods.length === 1 ? 'method' : 'methods'} ${list})`,
    value,
  );
}

/** An array of objects that have these methods. */
export function checkListOf<T>(
  name: string,
  value: readonly T[],
  methods: readonly string[],
  what: string,
): readonly T[] {
  if (!Array.isArray(value)) throw new InvalidArgumentError(name, 'an array', value);
  for (const [index, item] of value.entries()) checkMethods(`${name}[${index}]`, item, methods, what);
  return value;
}

/** A clock. */
export function checkClock(name: string, value: Clock): Clock {
  return checkMethods(name, value, ['now', 'after'], 'a clock');
}

/** A set of texts, or anything else that can be asked whether it has one. */
export function checkSet(name: string, value: ReadonlySet<string>): ReadonlySet<string> {
  return checkMethods(name, value, ['has'], 'a set of ids');
}

/** What JSON can hold: no function, no `undefined`, no circle, no bigint. */
export function checkJson(name: string, value: unknown): void {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // Told below.
  }
  if (text === undefined) throw new InvalidArgumentError(name, 'a value that JSON can hold', value);
}

/** A function. */
// biome-ignore lint/complexity/noBannedTypes: any function will do here, the caller knows which
export function checkFunction<T extends Function>(name: string, value: unknown): T {
  if (typeof value !== 'function') throw new InvalidArgumentError(name, 'a function', value);
  return value as T;
}

/** An `AbortSignal`, or nothing. */
export function checkSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw new InvalidArgumentError(name, 'an AbortSignal', value);
}

function range(min: number, max: number): string {
  if (min === -Infinity && max === Infinity) return 'that is finite';
  if (max === Infinity || max === Number.MAX_SAFE_INTEGER) return `from ${min} up`;
  return `from ${min} to ${max}`;
}
