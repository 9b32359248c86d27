/** A model that all agents may share without running into the endpoint's limits. */
import type { CreateOptions, CreateResult, ModelClient, ModelMessage } from '../contracts/model.ts';
import { checkClock, checkInteger, checkKeys, checkMethods } from '../shared/check.ts';
import { OrchestratorError } from '../shared/errors.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { CallGate, type CallLimits } from './call-gate.ts';

/** Options of {@link limitModel}. */
export interface LimitModelOptions extends CallLimits {
  /** Tokens set aside for an answer until it is counted. @default 1024 */
  readonly answerTokens?: number;
  readonly clock?: Clock;
}

/** The same model; calls wait their turn, first come, first served. A wait ends with the signal's reason. */
export function limitModel(model: ModelClient, options: LimitModelOptions): ModelClient {
  checkMethods('model', model, ['create', 'createStream', 'countTokens'], 'a model client');
  checkKeys('options', options, [
    'concurrency',
    'requestsPerMinute',
    'tokensPerMinute',
    'answerTokens',
    'clock',
  ]);
  const { answerTokens = 1024, clock = systemClock, ...limits } = options;
  checkInteger('answerTokens', answerTokens);
  const gate = new CallGate(limits, checkClock('clock', clock));

  async function* pass(
    messages: readonly ModelMessage[],
    request: CreateOptions,
    ask: () => AsyncIterable<string | CreateResult>,
  ): AsyncGenerator<string | CreateResult> {
    const leave = await gate.enter(model.countTokens(messages, request) + answerTokens, request.signal);
    let used: number | undefined;
    try {
      for await (const item of ask()) {
        if (typeof item !== 'string') used = tokensOf(item);
        yield item;
      }
    } finally {
      leave(used);
    }
  }

  return {
    info: model.info,
    create: async (messages, request = {}) => {
      const asked = pass(messages, request, async function* () {
        yield await model.create(messages, request);
      });
      for await (const item of asked) if (typeof item !== 'string') return item;
      throw new OrchestratorError('model-failed', 'The model ended without a result.');
    },
    createStream: (messages, request = {}) =>
      pass(messages, request, () => model.createStream(messages, request)),
    countTokens: (messages, request) => model.countTokens(messages, request),
    close: () => model.close(),
    ...(model.priceOf === undefined ? {} : { priceOf: (usage) => model.priceOf?.(usage) }),
  };
}

/** Undefined for what is no count: what was set aside stands then. */
function tokensOf({ usage }: CreateResult): number | undefined {
  const tokens: unknown = usage?.promptTokens + usage?.completionTokens;
  return typeof tokens === 'number' && tokens >= 0 ? tokens : undefined;
}
