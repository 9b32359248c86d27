/** Writes a request of the responses interface. Nothing is kept at the server: each request has the whole conversation. */
import type { CreateOptions, ModelMessage, ToolSchema } from '../../contracts/model.ts';
import { answerLimit, schemaInWords, type WireRequest } from './chat-request.ts';
import type { ResolvedOpenAIOptions } from './openai-options.ts';
import type { Quirks } from './quirks.ts';
import { isStrict } from './strict-schema.ts';

export function responsesRequest(
  settings: Pick<ResolvedOpenAIOptions, 'model' | 'maxTokens' | 'temperature' | 'parameters' | 'info'>,
  messages: readonly ModelMessage[],
  { tools = [], toolChoice, responseFormat = 'text' }: Omit<CreateOptions, 'signal'>,
  quirks: Quirks,
): WireRequest {
  const schema = typeof responseFormat === 'object' ? responseFormat : undefined;
  const isInWords = schema !== undefined && quirks.structuredWay !== 'schema';
  const instructions = [
    ...messages.flatMap((message) => (message.type === 'system' ? [message.content] : [])),
    ...(isInWords ? [schemaInWords(schema)] : []),
  ].join('\n\n');
  const body: Record<string, unknown> = {
    ...settings.parameters,
    model: settings.model,
    ...(instructions === '' ? {} : { instructions }),
    input: messages.flatMap(inputItems),
    max_output_tokens: answerLimit(settings, messages, tools),
    store: false,
    ...(settings.temperature === undefined ? {} : { temperature: settings.temperature }),
    ...toolFields(tools, toolChoice),
    ...(isInWords ? {} : formatField(responseFormat)),
    ...(quirks.canStream ? { stream: true } : {}),
  };
  for (const name of quirks.dropped) delete body[name];
  return { body, answerTool: undefined };
}

function inputItems(message: ModelMessage): readonly Record<string, unknown>[] {
  switch (message.type) {
    case 'system':
      return [];
    case 'user':
      return [{ role: 'user', content: message.content }];
    case 'function-result':
      return message.content.map(({ callId, content }) => ({
        type: 'function_call_output',
        call_id: callId,
        output: content,
      }));
    case 'assistant':
      if (typeof message.content === 'string') return [{ role: 'assistant', content: message.content }];
      return message.content.map(({ id, name, arguments: text }) => ({
        type: 'function_call',
        call_id: id,
        name,
        arguments: text,
      }));
  }
}

function toolFields(
  tools: readonly ToolSchema[],
  choice: CreateOptions['toolChoice'] = 'auto',
): Record<string, unknown> {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters, strict = false }) => ({
      type: 'function',
      name,
      description,
      parameters,
      strict,
    })),
    ...(choice === 'auto'
      ? {}
      : { tool_choice: typeof choice === 'string' ? choice : { type: 'function', name: choice.name } }),
  };
}

function formatField(format: NonNullable<CreateOptions['responseFormat']>): Record<string, unknown> {
  if (format === 'text') return {};
  if (format === 'json') return { text: { format: { type: 'json_object' } } };
  const { name, schema } = format;
  return { text: { format: { type: 'json_schema', name, schema, strict: isStrict(schema) } } };
}
