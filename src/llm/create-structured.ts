/** Asks a model for a value of a given shape: checked, with one round to mend what does not fit. */
import type { CreateOptions, CreateResult, ModelClient, ModelMessage } from '../contracts/model.ts';
import { checkSchema, parseWith, type Schema } from '../contracts/schema.ts';
import { checkMethods, checkObject, checkText } from '../shared/check.ts';
import { OrchestratorError, toError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { checkRequest } from './check-request.ts';

/** The shape that is asked for. */
export interface StructuredFormat<T> {
  /** Letters, digits, `_` and `-`. */
  readonly name: string;
  /** What checks the value; any library of the Standard Schema specification. */
  readonly schema: Schema<T>;
  /** The same as JSON Schema, for the model. With zod: `z.toJSONSchema(schema)`. */
  readonly jsonSchema: JsonObject;
}

/** A value that fits, and what it took. */
export interface StructuredResult<T> {
  readonly value: T;
  /** One result for each question that was asked: one, or two when the first answer was mended. */
  readonly results: readonly CreateResult[];
}

/**
 * Asks, checks, and asks once more with what was wrong. Rejects with `schema-mismatch` when the second answer does not
 * fit either, and with `model-failed` when the answer was cut off or filtered.
 */
export async function createStructured<T>(
  model: ModelClient,
  messages: readonly ModelMessage[],
  format: StructuredFormat<T>,
  options: Pick<CreateOptions, 'signal'> = {},
): Promise<StructuredResult<T>> {
  checkMethods('model', model, ['create'], 'a model client');
  checkRequest(messages, options);
  checkObject('format', format);
  checkSchema('format.schema', format.schema);
  const name = checkText('format.name', format.name);
  const schema = checkObject('format.jsonSchema', format.jsonSchema) as JsonObject;
  const ask = (asked: readonly ModelMessage[]): Promise<CreateResult> =>
    model.create(asked, { ...options, responseFormat: { name, schema } });

  const first = await ask(messages);
  const text = textOf(first, model);
  const checked = await check(text, format);
  if (checked.isFit) return { value: checked.value, results: [first] };
  const second = await ask([
    ...messages,
    { type: 'assistant', content: text, source: model.info.model },
    {
      type: 'user',
      source: 'user',
      content: `This answer is not accepted: ${checked.error.message} Answer again, with the whole corrected JSON value.`,
    },
  ]);
  const again = await check(textOf(second, model), format);
  if (again.isFit) return { value: again.value, results: [first, second] };
  throw again.error;
}

type Checked<T> =
  | { readonly isFit: true; readonly value: T }
  | { readonly isFit: false; readonly error: OrchestratorError };

async function check<T>(text: string, { schema, name }: StructuredFormat<T>): Promise<Checked<T>> {
  let json: unknown;
  try {
    json = JSON.parse(withoutFence(text));
  } catch (cause) {
    const message = `The answer for "${name}" is not JSON: ${toError(cause).message}.`;
    return {
      isFit: false,
      error: new OrchestratorError('schema-mismatch', message, { cause, details: { what: name } }),
    };
  }
  try {
    return { isFit: true, value: await parseWith(schema, json, `The answer for "${name}"`) };
  } catch (error) {
    if (OrchestratorError.isInstance(error) && error.code === 'schema-mismatch')
      return { isFit: false, error };
    // What a validator that goes down level by level makes of countless levels.
    if (!(error instanceof RangeError)) throw error;
    const message = `The answer for "${name}" has more levels than can be checked.`;
    return {
      isFit: false,
      error: new OrchestratorError('schema-mismatch', message, { cause: error, details: { what: name } }),
    };
  }
}

/** Models that are asked for JSON in words like to put it into a fence of Markdown. */
function withoutFence(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('```') || !trimmed.endsWith('```')) return trimmed;
  const firstLine = trimmed.indexOf('\n');
  return firstLine < 0 ? trimmed : trimmed.slice(firstLine + 1, -3);
}

function textOf(result: CreateResult | undefined, { info: { model } }: ModelClient): string {
  const { content, finishReason } = result ?? { content: undefined, finishReason: 'unknown' };
  if (typeof content === 'string' && finishReason !== 'length' && finishReason !== 'content_filter')
    return content;
  const why =
    typeof content === 'string'
      ? { length: 'the answer was longer than `maxTokens`', content_filter: 'the answer was filtered' }[
          finishReason as 'length' | 'content_filter'
        ]
      : Array.isArray(content)
        ? 'it called a function in place of an answer'
        : 'it gave no text';
  const kind =
    finishReason === 'length'
      ? 'truncated'
      : finishReason === 'content_filter'
        ? 'content-filter'
        : 'malformed';
  throw new OrchestratorError('model-failed', `The model ${model} gave no whole value: ${why}.`, {
    details: { kind, model },
  });
}
