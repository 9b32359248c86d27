/** Writes a request of the chat completions interface. */
import type { CreateOptions, ModelMessage, ToolSchema } from '../../contracts/model.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { ResolvedOpenAIOptions } from './openai-options.ts';
import type { Quirks } from './quirks.ts';
import { isStrict } from './strict-schema.ts';
import { tokenEstimate } from './token-bound.ts';

/** A body, and how the answer is to be read. */
export interface WireRequest {
  readonly body: Record<string, unknown>;
  /** The tool whose arguments are the answer, when structured output is asked for that way. */
  readonly answerTool: string | undefined;
}

type Settings = Pick<ResolvedOpenAIOptions, 'model' | 'maxTokens' | 'temperature' | 'parameters' | 'info'>;

/** The whole body of a request; `quirks` says what to leave out. */
export function chatRequest(
  settings: Settings,
  messages: readonly ModelMessage[],
  options: Omit<CreateOptions, 'signal'>,
  quirks: Quirks,
): WireRequest {
  const { tools = [], responseFormat = 'text' } = options;
  const schema = typeof responseFormat === 'object' ? responseFormat : undefined;
  // With tools of the caller's own, forcing another one would keep the model from calling them.
  const way = quirks.structuredWay === 'tool' && tools.length > 0 ? 'json' : quirks.structuredWay;
  const answerTool = schema !== undefined && way === 'tool' ? schema.name : undefined;
  const inWords = schema !== undefined && (way === 'json' || way === 'words');
  const body: Record<string, unknown> = {
    ...settings.parameters,
    model: settings.model,
    messages: [
      ...messages.flatMap(wireMessages),
      ...(inWords ? [{ role: 'system', content: schemaInWords(schema) }] : []),
    ],
    [quirks.limitName]: answerLimit(settings, messages, tools),
    ...(settings.temperature === undefined ? {} : { temperature: settings.temperature }),
    ...toolFields(tools, options.toolChoice),
    ...(answerTool === undefined || schema === undefined ? {} : answerToolFields(schema)),
    ...formatField(responseFormat, way),
    ...(quirks.canStream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
  for (const name of quirks.dropped) delete body[name];
  return { body, answerTool };
}

/** Most tokens of the answer: what was set, or what the window has left by a fair estimate of the prompt. */
export function answerLimit(
  { maxTokens, info }: Pick<Settings, 'maxTokens' | 'info'>,
  messages: readonly ModelMessage[],
  tools: readonly ToolSchema[],
): number {
  return Math.max(1, Math.min(maxTokens, info.contextWindow - tokenEstimate(messages, tools)));
}

/** What a model is told that has no other way to hear of a schema. */
export function schemaInWords(schema: { readonly name: string; readonly schema: JsonObject }): string {
  return `Answer with one JSON value and nothing else. It follows this JSON Schema, named ${schema.name}: ${JSON.stringify(schema.schema)}`;
}

function wireMessages(message: ModelMessage): readonly Record<string, unknown>[] {
  switch (message.type) {
    case 'system':
      return [{ role: 'system', content: message.content }];
    case 'user':
      return [{ role: 'user', content: message.content, ...nameField(message.source) }];
    case 'function-result':
      return message.content.map(({ callId, content }) => ({ role: 'tool', tool_call_id: callId, content }));
    case 'assistant':
      if (typeof message.content === 'string') return [{ role: 'assistant', content: message.content }];
      return [
        {
          role: 'assistant',
          content: message.thought ?? null,
          tool_calls: message.content.map(({ id, name, arguments: text }) => ({
            id,
            type: 'function',
            function: { name, arguments: text },
          })),
        },
      ];
  }
}

/** Speakers' names, where the interface takes them: letters, digits, `_` and `-`, 64 at most. */
function nameField(source: string): { readonly name?: string } {
  return /^[\w-]{1,64}$/.test(source) && source !== 'user' ? { name: source } : {};
}

function toolFields(
  tools: readonly ToolSchema[],
  choice: CreateOptions['toolChoice'] = 'auto',
): Record<string, unknown> {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters, strict }) => ({
      type: 'function',
      function: { name, description, parameters, ...(strict === undefined ? {} : { strict }) },
    })),
    ...(choice === 'auto'
      ? {}
      : {
          tool_choice:
            typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } },
        }),
  };
}

function answerToolFields(schema: {
  readonly name: string;
  readonly schema: JsonObject;
}): Record<string, unknown> {
  const { name, schema: parameters } = schema;
  const description = 'Gives the answer. Call it once, with the whole answer.';
  return {
    tools: [{ type: 'function', function: { name, description, parameters } }],
    tool_choice: { type: 'function', function: { name } },
  };
}

function formatField(
  format: NonNullable<CreateOptions['responseFormat']>,
  way: Quirks['structuredWay'],
): Record<string, unknown> {
  if (format === 'text') return {};
  if (format === 'json') return way === 'words' ? {} : { response_format: { type: 'json_object' } };
  if (way === 'schema') {
    const { name, schema } = format;
    return {
      response_format: { type: 'json_schema', json_schema: { name, schema, strict: isStrict(schema) } },
    };
  }
  return way === 'json' ? { response_format: { type: 'json_object' } } : {};
}
