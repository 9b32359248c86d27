/** Puts values in the place of `${variable}`, once: what a value brings along is never expanded again. */
import { OrchestratorError } from '../shared/errors.ts';
import type { JsonValue } from '../shared/json.ts';

/** Values by variable name. */
export type TemplateVariables = Readonly<Record<string, JsonValue>>;

/** Letters, digits and underscores behind `${`; any other use of the two signs is plain text. */
const PLACEHOLDER = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** The variables that a text asks for, each once, in order. */
export function variablesIn(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(PLACEHOLDER), (match) => match[1] as string))];
}

/** The variables of a text that have no value. */
export function unfilledIn(text: string, variables: TemplateVariables): readonly string[] {
  return variablesIn(text).filter((name) => !Object.hasOwn(variables, name));
}

/**
 * Fills a text in. A list of texts becomes lines with a dash; other values that are not text become JSON.
 * Throws `missing-variable`, naming those that have no value.
 */
export function substitute(text: string, variables: TemplateVariables, template: string): string {
  const missing = unfilledIn(text, variables);
  if (missing.length > 0) {
    throw new OrchestratorError(
      'missing-variable',
      `Template "${template}" needs a value for ${missing.map((name) => `\${${name}}`).join(', ')}.`,
      { details: { template, missing } },
    );
  }
  return text.replace(PLACEHOLDER, (_, name: string) => toText(variables[name] as JsonValue));
}

function toText(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || value.length === 0) return JSON.stringify(value);
  const items: readonly unknown[] = value;
  return items.every((item) => typeof item === 'string')
    ? items.map((item) => `- ${item}`).join('\n')
    : JSON.stringify(value);
}
