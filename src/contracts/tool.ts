/** A tool: a typed function that an agent or a model may call. */
import type { JsonObject, JsonValue } from '../shared/json.ts';
import type { Reconciliation, UnfinishedPolicy } from './effect.ts';
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
  /** The input as JSON Schema, for the model. @default what the schema says of itself (Standard JSON Schema; zod does) */
  readonly parameters?: JsonObject;
  /** True for a tool that is asked the same again until something happens: a repeat is no sign of a loop. @default false */
  readonly polling?: boolean;
  /** What is done about a call with side effects whose end nobody saw. @default 'ask' */
  readonly onUnfinished?: UnfinishedPolicy;
  /** Does it with input that its schema has checked. */
  execute(input: I, context: ToolCallContext): Promise<JsonValue>;
  /** What a model is shown of the output; the whole output is kept. @default all of it */
  present?(output: JsonValue): JsonValue;
  /** Says whether a call that was begun has happened. Needed when `onUnfinished` is `reconcile`. */
  reconcile?(input: I, context: ToolCallContext): Promise<Reconciliation>;
}

/** Any tool, its input type forgotten. */
// biome-ignore lint/suspicious/noExplicitAny: a list of tools has no common input type
export type AnyTool = Tool<any>;

/** Tools as an agent's context offers them: each call is a step of the run. */
export interface ToolBox {
  readonly list: readonly AnyTool[];
  /** `callId` names the call: the same id with other input is refused with `journal-mismatch`. @default a count of calls to this tool */
  call(
    name: string,
    input: unknown,
    options?: { readonly callId?: string; readonly signal?: AbortSignal },
  ): Promise<JsonValue>;
  /** The same box with further tools, whose calls are steps as well. A name that is taken is refused with `already-exists`. */
  with(more: readonly AnyTool[]): ToolBox;
}
