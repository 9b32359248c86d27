/** Models: the client of OpenAI-compatible endpoints, and what makes several of them one. */
export type { CallLimits } from './call-gate.ts';
export { createStructured, type StructuredFormat, type StructuredResult } from './create-structured.ts';
export { FallbackModelClient, type FallbackOptions } from './fallback-model.ts';
export { type LimitModelOptions, limitModel } from './limit-model.ts';
export type { Exchange } from './openai/exchange.ts';
export { failureKindOf, type ModelFailureKind } from './openai/model-failure.ts';
export { OpenAIModelClient } from './openai/openai-client.ts';
export type { ModelTimeouts, OpenAIModelClientOptions, PriceFunction } from './openai/openai-options.ts';
