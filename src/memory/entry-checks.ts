/** What the entries of both stores have in common: checks, limits, and how they are frozen and exported. */
import { checkObject, checkText, checkTextArray } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { type JsonObject, toJsonValue } from '../shared/json.ts';

/** The version of exported and persisted JSON that this release writes and reads. */
export const SCHEMA_VERSION = 1;

/** Characters a content may have. */
export const LONGEST_CONTENT = 100_000;
const LONGEST_LABEL = 1000;
const MOST_LABELS = 64;
const LONGEST_CONTEXT = 100_000;

/** A text with at least one visible character and at most `longest`; broken surrogates are mended. */
export function checkShortText(name: string, value: unknown, longest: number): string {
  const text = checkText(name, value);
  if (text.length > longest)
    throw new InvalidArgumentError(name, `at most ${longest} characters`, `${text.length} characters`);
  return text.toWellFormed();
}

/** The same, or null for null and undefined. */
export function checkOptionalText(name: string, value: unknown): string | null {
  return value === undefined || value === null ? null : checkShortText(name, value, LONGEST_LABEL);
}

/** At most 64 texts of at most 1000 characters, each once, in the order given. */
export function checkLabels(name: string, value: unknown): readonly string[] {
  const labels = checkTextArray(name, value).map((label, index) =>
    checkShortText(`${name}[${index}]`, label, LONGEST_LABEL),
  );
  if (labels.length > MOST_LABELS)
    throw new InvalidArgumentError(name, `at most ${MOST_LABELS} texts`, value);
  return Object.freeze([...new Set(labels)]);
}

/** A JSON object of at most 100,000 characters: a frozen copy. */
export function checkContext(name: string, value: unknown): JsonObject {
  checkObject(name, value);
  let json: JsonObject;
  try {
    json = toJsonValue(value) as JsonObject;
  } catch {
    throw new InvalidArgumentError(name, 'an object that JSON can hold', value);
  }
  const { length } = JSON.stringify(json);
  if (length > LONGEST_CONTEXT) {
    throw new InvalidArgumentError(
      name,
      `at most ${LONGEST_CONTEXT} characters of JSON`,
      `${length} characters`,
    );
  }
  return deepFreeze(json);
}

/** A time as ISO 8601 in UTC with milliseconds. */
export function checkTime(name: string, value: unknown): string {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString() !== value) {
    throw new InvalidArgumentError(name, 'a time such as 2026-01-31T12:00:00.000Z', value);
  }
  return value;
}

/** Reads the entries out of an export. Refuses one of a later release with `schema-mismatch`. */
export function checkExport(name: string, value: unknown): readonly unknown[] {
  const data = checkObject(name, value);
  const { schemaVersion, entries } = data;
  checkSchemaVersion(name, schemaVersion);
  if (!Array.isArray(entries))
    throw new InvalidArgumentError(`${name}.entries`, 'an array of entries', entries);
  return entries;
}

/** Refuses what a later release wrote. */
export function checkSchemaVersion(name: string, version: unknown): void {
  if (Number.isSafeInteger(version) && (version as number) > SCHEMA_VERSION) {
    throw new OrchestratorError(
      'schema-mismatch',
      `${name} has schema version ${String(version)}; this release reads ${SCHEMA_VERSION}.`,
      {
        details: { found: version as number, known: SCHEMA_VERSION },
      },
    );
  }
  if (version !== SCHEMA_VERSION)
    throw new InvalidArgumentError(`${name}.schemaVersion`, `${SCHEMA_VERSION}`, version);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
