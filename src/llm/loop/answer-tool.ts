/** How an answer of a given shape comes out of a loop: by the call of a tool that only takes it. */
import type { FunctionCall, ToolSchema } from '../../contracts/model.ts';
import { parseWith } from '../../contracts/schema.ts';
import { toError } from '../../shared/errors.ts';
import type { StructuredFormat } from '../create-structured.ts';

export const ANSWER_TOOL = 'submit_answer';

/** The tool as the model sees it. */
export function answerTool({ jsonSchema }: StructuredFormat<unknown>): ToolSchema {
  const { $schema: _dialect, ...parameters } = jsonSchema;
  return {
    name: ANSWER_TOOL,
    description: 'Ends the work with its answer. Call it alone, once, when all is done.',
    parameters,
  };
}

/** A value that fits, or why it does not. */
export type ReadAnswer<T> =
  | { readonly isFit: true; readonly value: T }
  | { readonly isFit: false; readonly why: string };

/** Reads the arguments of the call, or the JSON text that came in place of a call. */
export async function readAnswer<T>(
  text: FunctionCall['arguments'],
  { schema, jsonSchema }: StructuredFormat<T>,
): Promise<ReadAnswer<T>> {
  const expected = `Expected by this JSON Schema: ${JSON.stringify(jsonSchema).slice(0, 2000)}`;
  try {
    const json: unknown = JSON.parse(text);
    return { isFit: true, value: await parseWith(schema, json, 'The answer') };
  } catch (error) {
    return { isFit: false, why: `This answer is not accepted: ${toError(error).message} ${expected}` };
  }
}
