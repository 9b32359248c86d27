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
  async function* call(
    messages: readonly ModelMessage[],
    options: CreateOptions,
    ask: (chosen: ModelClient, options: CreateOptions) => AsyncIterable<string | CreateResult>,
  ): AsyncGenerator<string | CreateResult> {
    const { chosen, reservation } = await choose(messages, options).catch((error: unknown) => {
      tellExceeded(error, tell);
      throw error;
    });
    const limit =
      reservation.leftMs === Infinity
        ? undefined
        : deadline(clock, reservation.leftMs, 'The time of the budget');
    try {
      const signal = mergeSignals(options.signal, limit?.signal);
      for await (const item of ask(chosen, { ...options, signal })) {
        if (isCounted(item)) await reservation.settle(amountsOf(chosen, item));
        yield !isCounted(item) || chosen === model
          ? item
          : { ...item, model: item.model ?? chosen.info.model };
      }
    } catch (error) {
      // Nothing came of it: a call was made all the same, and what it took is known only where the endpoint refused it.
      if (wasRefused(error)) await reservation.settle({ tokens: 0, cost: 0 });
      throw error;
    } finally {
      limit?.clear();
    }
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
    return amountsOf(chosen, { usage: { promptTokens, completionTokens } });
  }

  function amountsOf(
    chosen: ModelClient,
    { usage, cost }: Pick<CreateResult, 'usage' | 'cost'>,
  ): BudgetAmounts {
    const price = cost ?? chosen.priceOf?.(usage);
    if (price === undefined && budget.countsCost) throw noPrice(chosen);
    return {
      tokens: usage.promptTokens + usage.completionTokens,
      modelCalls: 1,
      ...(price === undefined ? {} : { cost: price }),
    };
  }

  return {
    info: model.info,
    create: async (messages, options = {}) => {
      const asked = call(messages, options, async function* (chosen, all) {
        yield await chosen.create(messages, all);
      });
      for await (const item of asked) if (typeof item !== 'string') return item;
      throw new OrchestratorError('model-failed', 'The model ended without a result.');
    },
    createStream: (messages, options = {}) =>
      call(messages, options, (chosen, all) => chosen.createStream(messages, all)),
    countTokens: (messages, options) => model.countTokens(messages, options),
    close: () => model.close(),
    ...(model.priceOf === undefined ? {} : { priceOf: (usage) => model.priceOf?.(usage) }),
  };
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
  return (
    isPlainObject(usage) &&
    Number.isFinite(usage['promptTokens']) &&
    Number.isFinite(usage['completionTokens'])
  );
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
