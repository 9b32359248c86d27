/** A model whose every call is paid from a budget before it is made. */
import type { BudgetEvent } from '../../contracts/agent-events.ts';
import type { BudgetAmounts } from '../../contracts/budget.ts';
import type { CreateOptions, CreateResult, ModelClient, ModelMessage } from '../../contracts/model.ts';
import { mergeSignals } from '../../shared/abort.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { isPlainObject } from '../../shared/json.ts';
import { type Clock, deadline } from '../../shared/time.ts';
import type { Budget, BudgetOwner, Reservation } from './budget.ts';

/** What an answer may take where the model does not say. */
const ASSUMED_ANSWER = 4096;

/** A call under way. */
interface PaidCall {
  readonly chosen: ModelClient;
  readonly options: CreateOptions;
  took(result: CreateResult): Promise<CreateResult>;
  failed(error: unknown): Promise<void>;
  end(): void;
}

interface Choice {
  readonly chosen: ModelClient;
  readonly reservation: Reservation;
}

/** Where tokens or cost no longer fit, the budget's `degradeTo` is asked instead, if it fits. */
export function budgetedModel(
  model: ModelClient,
  budget: Budget,
  owner: BudgetOwner,
  clock: Clock,
  tell: (event: BudgetEvent) => void = () => undefined,
): ModelClient {
  /** Sets aside what the call may take. */
  async function begin(messages: readonly ModelMessage[], options: CreateOptions): Promise<PaidCall> {
    const { chosen, reservation } = await choose(messages, options).catch((error: unknown) => {
      tellExceeded(error, tell);
      throw error;
    });
    const limit =
      reservation.leftMs === Infinity
        ? undefined
        : deadline(clock, reservation.leftMs, 'The time of the budget');
    return {
      chosen,
      options: { ...options, signal: mergeSignals(options.signal, limit?.signal) },
      async took(result) {
        // An answer that was paid is not lost over the books: what can't be priced or written stays counted at its most.
        if (isCounted(result)) await reservation.settle(takenBy(chosen, result)).catch(() => undefined);
        if (!isCounted(result) || chosen === model) return result;
        return { ...result, model: result.model ?? chosen.info.model };
      },
      async failed(error) {
        // Nothing came of it: a call was made all the same, and what it took is known only where the endpoint refused it.
        if (wasRefused(error)) await reservation.settle({ tokens: 0, cost: 0 }).catch(() => undefined);
      },
      end: () => limit?.clear(),
    };
  }

  async function choose(messages: readonly ModelMessage[], options: CreateOptions): Promise<Choice> {
    const { degradeTo } = budget.options;
    const take = async (chosen: ModelClient): Promise<Choice> => ({
      chosen,
      reservation: await budget.reserve(owner, most(chosen, messages, options)),
    });
    try {
      return await take(model);
    } catch (error) {
      if (degradeTo === undefined || !isOfSize(error)) throw error;
      const choice = await take(degradeTo);
      const passed = exceededBy(error);
      if (passed !== undefined)
        tell({
          type: 'budget-degraded',
          scope: passed.scope,
          unit: passed.unit,
          from: model.info.model,
          to: degradeTo.info.model,
        });
      return choice;
    }
  }

  function most(
    chosen: ModelClient,
    messages: readonly ModelMessage[],
    options: CreateOptions,
  ): BudgetAmounts {
    const promptTokens = chosen.countTokens(messages, options);
    const completionTokens = chosen.info.maxTokens ?? ASSUMED_ANSWER;
    if (!isSum(promptTokens) || !isSum(completionTokens)) throw notCounted(chosen);
    const usage = { promptTokens, completionTokens };
    const price = chosen.priceOf?.(usage);
    if (price === undefined ? budget.countsCost : !isSum(price)) throw noPrice(chosen);
    return { ...countsOf(usage), ...(price === undefined ? {} : { cost: price }) };
  }

  return {
    info: model.info,
    async create(messages, options = {}) {
      const call = await begin(messages, options);
      try {
        return await call.took(await call.chosen.create(messages, call.options));
      } catch (error) {
        await call.failed(error);
        throw error;
      } finally {
        call.end();
      }
    },
    async *createStream(messages, options = {}) {
      const call = await begin(messages, options);
      try {
        for await (const item of call.chosen.createStream(messages, call.options))
          yield typeof item === 'string' ? item : await call.took(item);
      } catch (error) {
        await call.failed(error);
        throw error;
      } finally {
        call.end();
      }
    },
    countTokens: (messages, options) => model.countTokens(messages, options),
    close: () => model.close(),
    ...(model.priceOf === undefined ? {} : { priceOf: (usage) => model.priceOf?.(usage) }),
  };
}

function countsOf({ promptTokens, completionTokens }: CreateResult['usage']): BudgetAmounts {
  return { tokens: promptTokens + completionTokens, modelCalls: 1 };
}

/** What a call took. Without a cost where neither the result nor the price says a sensible one. */
function takenBy(chosen: ModelClient, { usage, cost }: CreateResult): BudgetAmounts {
  const price = cost ?? priceAfterwards(chosen, usage);
  return { ...countsOf(usage), ...(isSum(price) ? { cost: price } : {}) };
}

function priceAfterwards(chosen: ModelClient, usage: CreateResult['usage']): number | undefined {
  try {
    return chosen.priceOf?.(usage);
  } catch {
    return undefined;
  }
}

/** Tells of a limit, if that is what an error is about. */
export function tellExceeded(error: unknown, tell: (event: BudgetEvent) => void): void {
  const passed = exceededBy(error);
  if (passed !== undefined) tell({ type: 'budget-exceeded', ...passed });
}

type Passed = Omit<Extract<BudgetEvent, { type: 'budget-exceeded' }>, 'type'>;

function exceededBy(error: unknown): Passed | undefined {
  if (!OrchestratorError.isInstance(error) || error.code !== 'budget-exceeded') return undefined;
  const { scope, unit, limit, used } = error.details as unknown as Passed;
  return { scope, unit, limit, used };
}

/** A client of somebody's may give anything: what has no counts is left to whoever checks results, at its most. */
function isCounted(item: unknown): item is CreateResult {
  const usage = isPlainObject(item) ? item['usage'] : undefined;
  return isPlainObject(usage) && isSum(usage['promptTokens']) && isSum(usage['completionTokens']);
}

/** What can be added up: a client that gives less than nothing, or more than can be counted, changes no sum. */
function isSum(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function isOfSize(error: unknown): boolean {
  if (!OrchestratorError.isInstance(error) || error.code !== 'budget-exceeded') return false;
  return error.details['unit'] === 'tokens' || error.details['unit'] === 'cost';
}

/** Endpoints don't charge for what they refused. */
function wasRefused(error: unknown): boolean {
  if (!OrchestratorError.isInstance(error) || error.code !== 'model-failed') return false;
  const kinds = [
    'authentication',
    'permission',
    'not-found',
    'quota',
    'rate-limit',
    'context-overflow',
    'refused-parameter',
    'bad-request',
    'unsupported',
  ];
  return kinds.includes(String(error.details['kind']));
}

function noPrice({ info: { model } }: ModelClient): OrchestratorError {
  return new OrchestratorError(
    'invalid-argument',
    `The budget limits the cost, but the model ${model} has no price: give its client a \`price\`.`,
    { details: { model } },
  );
}

function notCounted({ info: { model } }: ModelClient): OrchestratorError {
  return new OrchestratorError(
    'invalid-argument',
    `What a call of the model ${model} may take is not known: expected \`countTokens\` and \`info.maxTokens\` to give numbers from 0 up.`,
    { details: { model } },
  );
}
