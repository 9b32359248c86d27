/** Makes each call of a model a step of the run, so that an agent's thinking survives a crash without its knowing. */
import type { CreateOptions, CreateResult, ModelClient, ModelMessage } from '../../contracts/model.ts';
import { mergeSignals } from '../../shared/abort.ts';
import { Channel } from '../../shared/channel.ts';
import { describe, OrchestratorError } from '../../shared/errors.ts';
import { digestJson, isPlainObject, type JsonValue } from '../../shared/json.ts';
import type { StepFunction } from './step-function.ts';
import type { UsageMeter } from './usage-meter.ts';

/** The model as an agent's context offers it. A call that was journalled comes back with `cached: true`. */
export function durableModel(model: ModelClient, step: StepFunction, meter: UsageMeter): ModelClient {
  let calls = 0;
  const ask = async (
    messages: readonly ModelMessage[],
    { signal: own, ...request }: CreateOptions,
    call: (options: CreateOptions) => Promise<CreateResult>,
  ): Promise<CreateResult> => {
    calls += 1;
    let isFresh = false;
    const journalled = await step(
      `model#${calls}`,
      async ({ signal }) => {
        isFresh = true;
        const made = await call({ ...request, signal: mergeSignals(own, signal) });
        return checkResult(made, model.info.model) as unknown as JsonValue;
      },
      { fingerprint: digestJson({ messages, request, model: model.info.model }) },
    );
    const result = journalled as unknown as CreateResult;
    meter.countModelCall(result.usage);
    return isFresh ? result : { ...result, cached: true };
  };
  return {
    info: model.info,
    create: (messages, options = {}) => handled(ask(messages, options, (all) => model.create(messages, all))),
    async *createStream(messages, options = {}) {
      const pieces = new Channel<string>();
      const asked = ask(messages, options, (all) =>
        collect(model.createStream(messages, all), pieces),
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
  if (hasContent && Number.isFinite(promptTokens) && Number.isFinite(completionTokens))
    return result as CreateResult;
  throw new OrchestratorError(
    'model-failed',
    `The model ${model} returned something that is no result: expected an object with \`content\` and \`usage\`, got ${describe(result)}.`,
    { details: { model } },
  );
}

async function collect(
  stream: AsyncIterable<string | CreateResult>,
  pieces: Channel<string>,
): Promise<CreateResult> {
  let result: CreateResult | undefined;
  for await (const item of stream) {
    if (typeof item === 'string') pieces.push(item);
    else result = item;
  }
  if (result !== undefined) return result;
  throw new OrchestratorError('model-failed', 'The stream of the model ended without a result.', {
    retryable: true,
  });
}
