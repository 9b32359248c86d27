/** Schemas as shapes: any library that follows the Standard Schema specification v1 (zod 4 does) fits here. */
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import type { JsonValue } from '../shared/json.ts';

/** One thing wrong with a value. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The part of Standard Schema v1 that we use. Source: https://standardschema.dev */
export interface Schema<T = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Gives the value, or what is wrong with it. */
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: T; readonly issues?: undefined }
      | { readonly issues: readonly SchemaIssue[] }
      | Promise<
          { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }
        >;
  };
}

/** Throws {@link InvalidArgumentError} for what is no Standard Schema. */
export function checkSchema<T>(name: string, schema: Schema<T>): Schema<T> {
  if (typeof (schema as Schema<T> | null | undefined)?.['~standard']?.validate === 'function') return schema;
  throw new InvalidArgumentError(name, 'a Standard Schema (such as a zod schema)', schema);
}

/** What is checked may be large, and each part of it wrong: these are told. */
const MOST_ISSUES = 100;
/** Some libraries say the value in the message. Characters. */
const LONGEST_ISSUE = 500;

function cut(text: string): string {
  return text.length > LONGEST_ISSUE ? `${text.slice(0, LONGEST_ISSUE)}…` : text;
}

/** Checks a value and returns what the schema makes of it. Throws `schema-mismatch` naming `what` and each path. */
export async function parseWith<T>(schema: Schema<T>, value: unknown, what: string): Promise<T> {
  checkSchema('schema', schema);
  const outcome = await schema['~standard'].validate(value);
  if (outcome.issues === undefined) return outcome.value;
  const issues = outcome.issues
    .slice(0, MOST_ISSUES)
    .map((issue) => cut(`${pathOf(issue)}: ${issue.message}`));
  throw new OrchestratorError(
    'schema-mismatch',
    `${what} does not fit its schema: ${issues.slice(0, 5).join('; ')}.`,
    {
      details: { what, issues: issues as JsonValue[] as readonly string[] },
    },
  );
}

function pathOf(issue: SchemaIssue): string {
  const keys = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.length === 0 ? '(root)' : keys.join('.');
}
