/**
 * A language model behind five members, after AutoGen's chat completion client
 * (autogen_core.models, Python package autogen-core).
 */
import type { JsonObject } from '../shared/json.ts';
import type { Usage } from './task.ts';

export interface SystemMessage {
  readonly type: 'system';
  readonly content: string;
}
export interface UserMessage {
  readonly type: 'user';
  readonly content: string;
  /** Who speaks. */
  readonly source: string;
}
/** A wish of the model to call a tool. */
export interface FunctionCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, as the model wrote it: it may not parse. */
  readonly arguments: string;
}
export interface AssistantMessage {
  readonly type: 'assistant';
  readonly content: string | readonly FunctionCall[];
  readonly source: string;
  readonly thought?: string;
}
export interface FunctionResult {
  readonly callId: string;
  readonly name: string;
  readonly content: string;
  readonly isError: boolean;
}
export interface FunctionResultMessage {
  readonly type: 'function-result';
  readonly content: readonly FunctionResult[];
}
/** One message of a conversation with a model. */
export type ModelMessage = SystemMessage | UserMessage | AssistantMessage | FunctionResultMessage;

/** A tool as the model sees it. `parameters` is a JSON Schema. */
export interface ToolSchema {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly strict?: boolean;
}

const FINISH_REASONS = ['stop', 'length', 'function_calls', 'content_filter', 'unknown'] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/** What a call of a model gives. */
export interface CreateResult {
  readonly content: string | readonly FunctionCall[];
  readonly finishReason: FinishReason;
  readonly usage: Pick<Usage, 'promptTokens' | 'completionTokens'> & {
    /** True when the endpoint did not count: the numbers are upper bounds then. */
    readonly isEstimated?: boolean;
  };
  /** True when it was replayed instead of asked for. */
  readonly cached: boolean;
  /** What it reasoned before it answered, where the endpoint shows it. */
  readonly thought?: string;
  /** What it cost, where the client knows prices. */
  readonly cost?: number;
  /** The model that answered, where several may. */
  readonly model?: string;
  /** How the endpoint names the request, for its support. */
  readonly requestId?: string;
}

/** What a call of a model may be told. */
export interface CreateOptions {
  readonly tools?: readonly ToolSchema[];
  /** A tool's name forces that tool. @default 'auto' */
  readonly toolChoice?: 'auto' | 'required' | 'none' | { readonly name: string };
  /** `json`: any JSON. A JSON Schema: JSON that follows it. @default 'text' */
  readonly responseFormat?: 'text' | 'json' | { readonly name: string; readonly schema: JsonObject };
  readonly signal?: AbortSignal;
}

/** What a model is and can do. */
export interface ModelInfo {
  readonly family: string;
  readonly model: string;
  readonly functionCalling: boolean;
  readonly jsonOutput: boolean;
  readonly structuredOutput: boolean;
  /** Tokens the window holds, prompt and answer together. */
  readonly contextWindow: number;
  /** Most tokens of one answer, where the client sets such a limit. */
  readonly maxTokens?: number;
}

/** A chat model, with the members of AutoGen's chat completion client. */
export interface ModelClient {
  readonly info: ModelInfo;
  /** Asks once and waits for the whole answer. Rejects with `model-failed` or the signal's reason. */
  create(messages: readonly ModelMessage[], options?: CreateOptions): Promise<CreateResult>;
  /** Text pieces as they come, then the whole result as the last item. */
  createStream(
    messages: readonly ModelMessage[],
    options?: CreateOptions,
  ): AsyncIterable<string | CreateResult>;
  /** An upper bound of the tokens that these messages and tools take. */
  countTokens(messages: readonly ModelMessage[], options?: Pick<CreateOptions, 'tools'>): number;
  /** What these tokens cost, in the currency of the caller's choice; undefined where no prices are known. */
  priceOf?(usage: CreateResult['usage']): number | undefined;
  /** Lets connections go. No call may follow. */
  close(): Promise<void>;
}
