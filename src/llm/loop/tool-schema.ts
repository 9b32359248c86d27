/** How a model sees a tool. */
import type { ToolSchema } from '../../contracts/model.ts';
import type { Schema } from '../../contracts/schema.ts';
import type { AnyTool } from '../../contracts/tool.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';
import { isPlainObject, type JsonObject } from '../../shared/json.ts';

/** The tool as it is offered. Throws {@link InvalidArgumentError} where its input is not known as JSON Schema. */
export function toolSchemaOf(tool: AnyTool): ToolSchema {
  return {
    name: tool.name,
    description: tool.description,
    parameters: tool.parameters ?? jsonSchemaOf(tool.name, tool.input),
  };
}

/** What a schema says of its input. Source: https://standardschema.dev/json-schema */
export function jsonSchemaOf(name: string, schema: Schema): JsonObject {
  const told = (
    schema['~standard'] as {
      readonly jsonSchema?: { readonly input?: (options: { readonly target: string }) => unknown };
    }
  ).jsonSchema?.input?.({ target: 'draft-2020-12' });
  if (!isPlainObject(told))
    throw new InvalidArgumentError(
      `${name}.parameters`,
      'the input as JSON Schema, since the schema itself does not say it (zod 4.2 and up does)',
      undefined,
    );
  const { $schema: _dialect, ...parameters } = told;
  return parameters as JsonObject;
}
