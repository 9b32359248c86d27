/** Several models as one: when the first fails in a way that another may not, the next is asked. */
import type {
  CreateOptions,
  CreateResult,
  ModelClient,
  ModelInfo,
  ModelMessage,
} from '../contracts/model.ts';
import { checkClock, checkFunction, checkKeys, checkListOf, checkNumber } from '../shared/check.ts';
import { errorToJson, InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { isPlainObject } from '../shared/json.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { checkMessages, checkRequest } from './check-request.ts';
import { failureKindOf, type ModelFailureKind, modelFailure } from './openai/model-failure.ts';

/** Options of {@link FallbackModelClient}. */
export interface FallbackOptions {
  /** Whether the next model is asked after this error. @default for all failures but those of the request itself */
  readonly when?: (error: unknown) => boolean;
  /** A model that failed is passed over for so long, while another is to be had. @default 30000 */
  readonly coolDownMs?: number;
  readonly clock?: Clock;
}

/** Failures that every model would share, or that nobody should get around. */
const OWN_FAULTS: ReadonlySet<ModelFailureKind> = new Set([
  'bad-request',
  'content-filter',
  'refused-parameter',
]);

/**
 * Asks the models in order. The result's `model` says which one answered. When all fail, the last error is thrown, with
 * the others in `details.failures`. A stream falls back only while no text was given.
 */
export class FallbackModelClient implements ModelClient {
  readonly info: ModelInfo;
  readonly #models: readonly ModelClient[];
  readonly #when: (error: unknown) => boolean;
  readonly #coolDownMs: number;
  readonly #clock: Clock;
  readonly #restUntil = new Map<ModelClient, number>();

  constructor(models: readonly ModelClient[], options: FallbackOptions = {}) {
    this.#models = [...checkListOf('models', models, ['create', 'createStream'], 'a model client')];
    const [first] = this.#models;
    if (first === undefined)
      throw new InvalidArgumentError('models', 'an array of at least one model client', models);
    checkKeys('options', options, ['when', 'coolDownMs', 'clock']);
    this.#when = options.when === undefined ? isOthersChance : checkFunction('when', options.when);
    this.#coolDownMs = checkNumber('coolDownMs', options.coolDownMs ?? 30_000, 0);
    this.#clock = options.clock === undefined ? systemClock : checkClock('clock', options.clock);
    // What is asked of it must be within what each can do.
    const every = (has: (info: ModelInfo) => boolean): boolean => this.#models.every(({ info }) => has(info));
    this.info = {
      ...first.info,
      functionCalling: every((info) => info.functionCalling),
      jsonOutput: every((info) => info.jsonOutput),
      structuredOutput: every((info) => info.structuredOutput),
      contextWindow: Math.min(...this.#models.map(({ info }) => info.contextWindow)),
      ...largestAnswer(this.#models),
    };
  }

  async create(messages: readonly ModelMessage[], options: CreateOptions = {}): Promise<CreateResult> {
    checkRequest(messages, options);
    for await (const item of this.#ask((model) => one(model.create(messages, options)), options.signal))
      if (typeof item !== 'string') return item;
    throw new OrchestratorError('model-failed', 'The model ended without a result.');
  }

  async *createStream(
    messages: readonly ModelMessage[],
    options: CreateOptions = {},
  ): AsyncIterable<string | CreateResult> {
    checkRequest(messages, options);
    yield* this.#ask((model) => model.createStream(messages, options), options.signal);
  }

  /** The largest bound of all models. */
  countTokens(messages: readonly ModelMessage[], options: Pick<CreateOptions, 'tools'> = {}): number {
    checkMessages(messages);
    return Math.max(...this.#models.map((model) => model.countTokens(messages, options)));
  }

  /** The most that one of them may cost; undefined when the price of one is not known. */
  priceOf(usage: CreateResult['usage']): number | undefined {
    const prices = this.#models.map((model) => model.priceOf?.(usage));
    return prices.every((price) => price !== undefined) ? Math.max(...prices) : undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.#models.map((model) => model.close()));
  }

  async *#ask(
    ask: (model: ModelClient) => AsyncIterable<string | CreateResult>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<string | CreateResult> {
    const failures: { readonly model: string; readonly error: unknown }[] = [];
    const order = this.#order();
    for (const [index, model] of order.entries()) {
      let hasText = false;
      let hasResult = false;
      try {
        for await (const item of ask(model)) {
          if (typeof item !== 'string' && !isPlainObject(item)) break;
          hasText = true;
          hasResult = typeof item !== 'string';
          yield typeof item === 'string' ? item : { ...item, model: item.model ?? model.info.model };
        }
        if (!hasResult) throw noResult(model);
        this.#restUntil.delete(model);
        return;
      } catch (error) {
        if (signal?.aborted || hasText) throw error;
        failures.push({ model: model.info.model, error });
        if (!this.#when(error)) throw error;
        this.#restUntil.set(model, this.#clock.now() + this.#coolDownMs);
        if (index === order.length - 1) throw allFailed(failures);
      }
    }
  }

  /** Those that rest come last, the one that rests shortest first. */
  #order(): readonly ModelClient[] {
    const now = this.#clock.now();
    const rest = (model: ModelClient): number => Math.max(0, (this.#restUntil.get(model) ?? 0) - now);
    return [...this.#models].sort((a, b) => rest(a) - rest(b));
  }
}

/** What one of them may answer at most, so that a budget sets aside enough for any. */
function largestAnswer(models: readonly ModelClient[]): { readonly maxTokens?: number } {
  const answers = models.map(({ info }) => info.maxTokens).filter((tokens) => tokens !== undefined);
  return answers.length === 0 ? {} : { maxTokens: Math.max(...answers) };
}

function noResult({ info: { model } }: ModelClient): OrchestratorError {
  return modelFailure('malformed', { model, message: 'it ended without a result' });
}

async function* one(result: Promise<CreateResult>): AsyncGenerator<CreateResult> {
  yield await result;
}

function isOthersChance(error: unknown): boolean {
  const kind = failureKindOf(error);
  return kind !== undefined && !OWN_FAULTS.has(kind);
}

function allFailed(failures: readonly { readonly model: string; readonly error: unknown }[]): unknown {
  const last = failures.at(-1)?.error;
  if (failures.length === 1 || !OrchestratorError.isInstance(last)) return last;
  const names = failures.map(({ model }) => model).join(', ');
  return new OrchestratorError(
    last.code,
    `None of the models ${names} answered. The last said: ${last.message}`,
    {
      retryable: last.retryable,
      details: {
        ...last.details,
        failures: failures.map(({ model, error }) => ({ model, message: errorToJson(error).message })),
      },
      cause: last,
    },
  );
}
