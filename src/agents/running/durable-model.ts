/** Makes each call of a model a step of the run, so that an agent's thinking survives a crash without its knowing. */
import type { CreateOptions, CreateResult, ModelClient, ModelMessage } from '../../contracts/model.ts';
import { mergeSignals } from '../../shared/abort.ts';
import { Channel } from '../../shared/channel.ts';
import { describe, OrchestratorError } from '../../shared/errors.ts';
import { digestJson, isPlainObject, type JsonValue } from '../../shared/json.ts';
import type { StepFunction } from './step-function.ts';
import { type CallWatch, tellCall } from './tell-calls.ts';
import { TextPieces } from './text-pieces.ts';
import type { UsageMeter } from './usage-meter.ts';

/** The model as an agent's context offers it. A call that was journalled comes back with `cached: true`. */
export function durableModel(
  model: ModelClient,
  step: StepFunction,
  meter: UsageMeter,
  watch: CallWatch,
): ModelClient {
  let calls = 0;
  const ask = (
    messages: readonly ModelMessage[],
    { signal: own, ...request }: CreateOptions,
    make: (options: CreateOptions, call: string) => Promise<CreateResult>,
  ): Promise<CreateResult> => {
    calls += 1;
    const call = `model#${calls}`;
    const name = model.info.model;
    return tellCall<CreateResult>(watch, {
      started: () => ({ type: 'model-call-started', call, model: name }),
      finished: (end, result) => ({
        type: 'model-call-finished',
        call,
        model: result?.model ?? name,
        ...end,
        cached: end.cached || result?.cached === true,
        finishReason: result?.finishReason ?? null,
        usage: result?.usage ?? null,
        ...(result?.cost === undefined ? {} : { cost: result.cost }),
      }),
      async make(begin) {
        let isFresh = false;
        const journalled = await step(
          call,
          async ({ signal }) => {
            isFresh = true;
            begin();
            const made = await make({ ...request, signal: mergeSignals(own, signal) }, call);
            return checkResult(made, name) as unknown as JsonValue;
          },
          { fingerprint: digestJson({ messages, request, model: name }) },
        );
        const result = journalled as unknown as CreateResult;
        meter.countModelCall(result);
        return isFresh ? result : { ...result, cached: true };
      },
    });
  };
  const told = (call: string): TextPieces =>
    new TextPieces(watch.clock, (text) => watch.tell({ type: 'model-text-streamed', call, text }));
  return {
    info: model.info,
    create: (messages, options = {}) => handled(ask(messages, options, (all) => model.create(messages, all))),
    async *createStream(messages, options = {}) {
      const pieces = new Channel<string>();
      const asked = ask(messages, options, (all, call) =>
        collect(model.createStream(messages, all), pieces, told(call)),
      ).finally(() => pieces.close());
      asked.catch(() => undefined);
      let hasStreamed = false;
      for await (const piece of pieces) {
        hasStreamed = true;
        yield piece;
      }
      const result = await asked;
      // A journalled stream has no pieces any more: its text comes in one.
      if (!hasStreamed && typeof result.content === 'string' && result.content !== '') yield result.content;
      yield result;
    },
    countTokens: (messages, options) => model.countTokens(messages, options),
    close: () => Promise.resolve(),
  };
}

/** An agent may have let go of the call: its rejection must not end the process. */
function handled<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => undefined);
  return asked;
}

/** Throws `model-failed` for what is no result. */
function checkResult(result: unknown, model: string): CreateResult {
  const { content, usage } = isPlainObject(result) ? result : {};
  const { promptTokens, completionTokens } = isPlainObject(usage) ? usage : {};
  const hasContent = typeof content === 'string' || Array.isArray(content);
  if (hasContent && isCount(promptTokens) && isCount(completionTokens)) return result as CreateResult;
  throw new OrchestratorError(
    'model-failed',
    `The model ${model} returned something that is no result: expected an object with \`content\` and \`usage\`, got ${describe(result)}.`,
    { details: { model } },
  );
}

/** Sums of these are what budgets and reports show: less than nothing, or more than can be counted, is no count. */
function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

async function collect(
  stream: AsyncIterable<string | CreateResult>,
  pieces: Channel<string>,
  told: TextPieces,
): Promise<CreateResult> {
  let result: CreateResult | undefined;
  try {
    for await (const item of stream) {
      if (typeof item === 'string') {
        pieces.push(item);
        told.add(item);
      } else result = item;
    }
  } finally {
    told.flush();
  }
  if (result !== undefined) return result;
  throw new OrchestratorError('model-failed', 'The stream of the model ended without a result.', {
    retryable: true,
  });
}
