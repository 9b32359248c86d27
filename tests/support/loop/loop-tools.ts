/** What tests of the tool loop share. */
import { z } from 'zod';
import type { AnyTool, Tool } from '../../../src/contracts/tool.ts';
import { defineTool } from '../../../src/llm/loop/define-tool.ts';
import type { JsonValue } from '../../../src/shared/json.ts';
import type { ScriptedModel } from '../../../src/testing/scripted-model.ts';

export const ASK = [
  { type: 'system', content: 'You help.' },
  { type: 'user', source: 'me', content: 'Do it.' },
] as const;

export const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  sideEffects: 'none',
  input: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }) => a + b,
});

/** An answer that wants one call. */
export const call = (name: string, input: unknown, id?: string) => ({
  functionCalls: [{ name, arguments: input, ...(id === undefined ? {} : { id }) }],
});

/** A tool that keeps what it was called with. */
export function recorder(name: string, sideEffects: Tool['sideEffects'], output: JsonValue = 'ok') {
  const inputs: unknown[] = [];
  const tool: AnyTool = defineTool({
    name,
    description: `Records calls of ${name}.`,
    sideEffects,
    input: z.record(z.string(), z.unknown()),
    execute: async (input) => {
      inputs.push(input);
      return output;
    },
  });
  return { tool, inputs };
}

/** The results that a request ended with. */
export const lastResult = (model: ScriptedModel, request: number) =>
  model.requests[request]?.messages.findLast((message) => message.type === 'function-result')?.content as
    | readonly { readonly content: string; readonly isError: boolean }[]
    | undefined;
