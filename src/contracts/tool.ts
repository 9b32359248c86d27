/** A tool: a typed function that an agent or a model may call. */
import type { JsonValue } from '../shared/json.ts';
import type { Schema } from './schema.ts';
import type { SideEffects } from './skill.ts';

/** What a call of a tool is given. */
export interface ToolCallContext {
  readonly signal: AbortSignal;
  /** The same for every attempt at this call; hand it to outside systems that can tell a repeat. */
  readonly idempotencyKey: string;
}

/** One function that a model or an agent may call. */
export interface Tool<I = unknown> {
  readonly name: string;
  readonly description: string;
  readonly sideEffects: SideEffects;
  readonly input: Schema<I>;
  /** Does it with input that its schema has checked. */
  execute(input: I, context: ToolCallContext): Promise<JsonValue>;
}

/** Any tool, its input type forgotten. */
// biome-ignore lint/suspicious/noExplicitAny: a list of tools has no common input type
export type AnyTool = Tool<any>;

/** Tools as an agent's context offers them: each call is a step of the run. */
export interface ToolBox {
  readonly list: readonly AnyTool[];
  /** `callId` names the call: the same id with other input is refused with `journal-mismatch`. @default a count of calls to this tool */
  call(name: string, input: unknown, options?: { readonly callId?: string }): Promise<JsonValue>;
}
