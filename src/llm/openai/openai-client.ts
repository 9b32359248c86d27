/**
 * A model behind an OpenAI-compatible endpoint. What the SDK leaves open is closed here: broken-off answers, silent
 * servers, retries that ignore what the server asked for, and answers that are none.
 */
import { isDeepStrictEqual } from 'node:util';
import type OpenAI from 'openai';
import type {
  CreateOptions,
  CreateResult,
  ModelClient,
  ModelInfo,
  ModelMessage,
} from '../../contracts/model.ts';
import { createRedactor, type Redactor } from '../../security/redact.ts';
import { mergeSignals } from '../../shared/abort.ts';
import { Channel } from '../../shared/channel.ts';
import { type ErrorJson, errorToJson, InvalidArgumentError, OrchestratorError } from '../../shared/errors.ts';
import { pause } from '../../shared/pause.ts';
import { nextDelayMs } from '../../shared/retry.ts';
import { checkMessages, checkRequest } from '../check-request.ts';
import { attempt } from './attempt.ts';
import { CallWatch } from './call-watch.ts';
import type { WireRequest } from './chat-request.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { hiddenParts, shownUrl } from './hidden-parts.ts';
import { loadOpenAI } from './load-openai.ts';
import { failureKindOf, toModelFailure } from './model-failure.ts';
import {
  type OpenAIModelClientOptions,
  type ResolvedOpenAIOptions,
  resolveOpenAIOptions,
} from './openai-options.ts';
import { Quirks } from './quirks.ts';
import { textBound, tokenBound } from './token-bound.ts';
import { WIRES } from './wire.ts';

/** Refusals of parameters that one call may learn from. */
const MOST_REFUSALS = 8;
/** Servers that need no key get this one, since the SDK wants one. */
const NO_KEY = 'none';

interface AttemptTerms {
  readonly number: number;
  readonly signal: AbortSignal | undefined;
  readonly onText: (text: string) => void;
}

/** What became of one attempt, for {@link OpenAIModelClientOptions.onExchange}. */
interface Told {
  readonly number: number;
  readonly request: WireRequest;
  readonly startedAt: number;
  requestId: string | undefined;
}

/**
 * Talks to one model at one endpoint. The package `openai` is loaded by the first call. All failures are `model-failed`
 * with a `kind` in `details` (see {@link ModelFailureKind}), except an abort, which rejects with the signal's reason.
 *
 * @example
 * const model = new OpenAIModelClient({ model: 'qwen3:8b', baseURL: 'http://127.0.0.1:11434/v1' });
 */
export class OpenAIModelClient implements ModelClient {
  readonly info: ModelInfo;
  readonly #options: ResolvedOpenAIOptions;
  readonly #quirks = new Quirks();
  readonly #redactor: Redactor = createRedactor();
  readonly #open = new Set<CallWatch>();
  readonly #closing = new AbortController();
  #openai: Promise<OpenAI> | undefined;
  /** The key that the redactor learned last. */
  #hidden: string | undefined;

  /** Throws {@link InvalidArgumentError} for a bad option. Nothing is loaded or sent yet. */
  constructor(options: OpenAIModelClientOptions) {
    this.#options = resolveOpenAIOptions(options);
    this.info = this.#options.info;
    for (const secret of hiddenParts(this.#options.headers, this.#options.baseURL))
      this.#redactor.add(secret);
  }

  /** Asks once and waits for the whole answer. Repeats what failed on the way, as `retry` says. */
  create(messages: readonly ModelMessage[], options: CreateOptions = {}): Promise<CreateResult> {
    return this.#call(messages, options, undefined);
  }

  /** Text pieces as they come, then the result. Once a piece was given, nothing is repeated: it fails. */
  async *createStream(
    messages: readonly ModelMessage[],
    options: CreateOptions = {},
  ): AsyncIterable<string | CreateResult> {
    checkRequest(messages, options);
    const pieces = new Channel<string>();
    const left = new AbortController();
    const signal = mergeSignals(options.signal, left.signal);
    const answered = this.#call(messages, { ...options, signal }, (text) => pieces.push(text));
    answered.then(
      () => pieces.close(),
      () => pieces.close(),
    );
    try {
      yield* pieces;
      yield await answered;
    } finally {
      // The reader may have gone before the end: the connection goes too.
      left.abort();
    }
  }

  /** An upper bound: the bytes of all texts and a few tokens for each frame. For English prose about four times too much. */
  countTokens(messages: readonly ModelMessage[], { tools }: Pick<CreateOptions, 'tools'> = {}): number {
    return tokenBound(checkMessages(messages), tools);
  }

  /** What `price` says; undefined without one. Throws {@link InvalidArgumentError} when it says no number from 0 up. */
  priceOf(usage: CreateResult['usage']): number | undefined {
    const price: unknown = this.#options.price?.(usage, this.info.model);
    if (price === undefined || (typeof price === 'number' && price >= 0 && price < Infinity)) return price;
    throw new InvalidArgumentError('price', 'a function that returns a number from 0 up', price);
  }

  /** Ends calls that are under way with `stopped`. No call may follow. */
  close(): Promise<void> {
    const reason = new OrchestratorError(
      'stopped',
      `The client of ${this.info.model} was closed, or the orchestrator that it was given to; make a new one.`,
    );
    this.#closing.abort(reason);
    for (const watch of this.#open) watch.cut(reason);
    return Promise.resolve();
  }

  async #call(
    messages: readonly ModelMessage[],
    options: CreateOptions,
    show: ((text: string) => void) | undefined,
  ): Promise<CreateResult> {
    const { signal, ...request } = checkRequest(messages, options);
    let hasShown = false;
    const onText = (text: string): void => {
      if (show === undefined) return;
      hasShown = true;
      show(text);
    };
    let refusals = 0;
    for (let number = 1; ; ) {
      signal?.throwIfAborted();
      try {
        return await this.#attempt(messages, request, { number, signal, onText });
      } catch (thrown) {
        if (signal?.aborted) throw signal.reason;
        if (!OrchestratorError.isInstance(thrown) || hasShown) throw thrown;
        if (refusals < MOST_REFUSALS && this.#learns(thrown)) {
          refusals += 1;
          continue;
        }
        const waiting = mergeSignals(signal, this.#closing.signal);
        await pause(this.#options.clock, this.#waitAfter(thrown, number), waiting);
        number += 1;
      }
    }
  }

  async #attempt(
    messages: readonly ModelMessage[],
    options: Omit<CreateOptions, 'signal'>,
    { number, signal, onText }: AttemptTerms,
  ): Promise<CreateResult> {
    const { clock, timeouts, model, api } = this.#options;
    this.#closing.signal.throwIfAborted();
    const openai = await this.#client();
    this.#closing.signal.throwIfAborted();
    const wire = WIRES[api];
    const request = wire.request(this.#options, messages, options, this.#quirks);
    const told: Told = { number, request, startedAt: clock.now(), requestId: undefined };
    const watch = new CallWatch(clock, timeouts, model, signal);
    this.#open.add(watch);
    try {
      const answer = await attempt({
        openai,
        wire,
        model,
        request,
        watch,
        bound: (content) => ({
          promptTokens: tokenBound(messages, options.tools),
          completionTokens: textBound(typeof content === 'string' ? content : JSON.stringify(content)),
        }),
        onText,
        onRequestId: (id) => {
          told.requestId = id;
        },
      });
      const cost = this.#costOf(answer.usage);
      const result: CreateResult = {
        ...answer,
        ...(cost === undefined ? {} : { cost }),
        ...(told.requestId === undefined ? {} : { requestId: told.requestId }),
      };
      this.#tell(told, result, undefined);
      return result;
    } catch (thrown) {
      const failure = signal?.aborted ? thrown : this.#typed(thrown);
      this.#tell(told, undefined, failure);
      throw failure;
    } finally {
      this.#open.delete(watch);
    }
  }

  /** One client for all calls; the key is asked for at each attempt. */
  async #client(): Promise<OpenAI> {
    const { apiKey, baseURL, headers, timeouts, fetch } = this.#options;
    const key = await apiKey();
    if (key !== undefined && key !== this.#hidden && key.length >= 4) this.#redactor.add(key);
    this.#hidden = key;
    this.#openai ??= loadOpenAI().then(
      ({ OpenAI: Client }) =>
        new Client({
          apiKey: async () => (await apiKey()) ?? NO_KEY,
          baseURL,
          // Nothing is taken from the environment: what is not set here is not set.
          organization: null,
          project: null,
          adminAPIKey: null,
          webhookSecret: null,
          maxRetries: 0,
          timeout: timeouts.totalMs,
          defaultHeaders: headers,
          logLevel: 'off',
          fetch: guardedFetch(fetch ?? globalThis.fetch, this.info.model),
        }),
    );
    try {
      return await this.#openai;
    } catch (error) {
      this.#openai = undefined;
      throw error;
    }
  }

  #typed(thrown: unknown): OrchestratorError {
    const failure = toModelFailure(thrown, this.info.model, this.#options.clock.now());
    const told = errorToJson(failure);
    const shown = this.#redactor.value(told) as ErrorJson;
    if (isDeepStrictEqual(told, shown)) return failure;
    // Some endpoints say which key was wrong.
    const { code, message, retryable, details } = shown;
    return new OrchestratorError(code, message, { retryable, details });
  }

  /** A price that fails says nothing of the endpoint: the call is not made again for it. */
  #costOf(usage: CreateResult['usage']): number | undefined {
    try {
      return this.priceOf(usage);
    } catch (error) {
      if (OrchestratorError.isInstance(error)) throw error;
      throw new InvalidArgumentError('price', 'a function that returns a number', error);
    }
  }

  #learns(failure: OrchestratorError): boolean {
    const { parameter } = failure.details;
    return this.#quirks.learn(failureKindOf(failure), typeof parameter === 'string' ? parameter : undefined);
  }

  /** Milliseconds to wait before the next attempt. Throws the failure when there is to be none. */
  #waitAfter(failure: OrchestratorError, number: number): number {
    const { retry, maxRetryAfterMs, random } = this.#options;
    const asked = failure.details['retryAfterMs'];
    const delay = failure.retryable ? nextDelayMs(retry, number, failure, { random }) : undefined;
    if (delay === undefined || (typeof asked === 'number' && asked > maxRetryAfterMs)) throw failure;
    return typeof asked === 'number' ? asked : delay;
  }

  #tell(told: Told, result: CreateResult | undefined, error: unknown): void {
    const { onExchange, clock, baseURL, api } = this.#options;
    if (onExchange === undefined) return;
    const exchange = {
      model: this.info.model,
      url: this.#redactor.text(shownUrl(baseURL, WIRES[api].path)),
      attempt: told.number,
      request: this.#redactor.value(told.request.body),
      result: result === undefined ? null : (this.#redactor.value(result) as CreateResult),
      error: error === undefined ? null : errorToJson(error),
      requestId: told.requestId === undefined ? null : this.#redactor.text(told.requestId),
      startedAt: told.startedAt,
      durationMs: clock.now() - told.startedAt,
    };
    try {
      onExchange(exchange);
    } catch {
      // An onlooker's trouble is not the call's.
    }
  }
}
