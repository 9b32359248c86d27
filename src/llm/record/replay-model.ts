/** A model that says again what was recorded, and shows the difference when it is asked something else. */
import { readFileSync } from 'node:fs';
import type {
  CreateOptions,
  CreateResult,
  ModelClient,
  ModelInfo,
  ModelMessage,
} from '../../contracts/model.ts';
import { createRedactor, type Redactor } from '../../security/redact.ts';
import { checkKeys, checkTextArray } from '../../shared/check.ts';
import { errorFromJson, OrchestratorError, toError } from '../../shared/errors.ts';
import { checkMessages, checkRequest } from '../check-request.ts';
import { tokenBound } from '../openai/token-bound.ts';
import { difference } from './difference.ts';
import {
  checkRecording,
  parseRecording,
  type RecordedCall,
  type RecordedRequest,
  type Recording,
  recordedRequest,
  requestKey,
} from './recording.ts';

/** Options of {@link ReplayModelClient}. */
export interface ReplayOptions {
  /** The same as at the recording, so that requests compare equal. @default [] */
  readonly secrets?: readonly string[];
  /** Where the recorded model's abilities matter. */
  readonly info?: Partial<ModelInfo>;
}

/** Recorded calls of one request that were not played yet. */
type Waiting = RecordedCall[];

/**
 * Each recorded call is played once. Calls with equal requests come in their recorded order; others in any. A request
 * that was not recorded, or was played already, rejects with `unexpected-call`, whose message shows how it differs from
 * the nearest recorded one. Results are `cached` and cost nothing; recorded errors are thrown again.
 */
export class ReplayModelClient implements ModelClient {
  readonly info: ModelInfo;
  readonly #redactor: Redactor;
  readonly #model: string;
  readonly #calls: readonly RecordedCall[];
  readonly #waiting = new Map<string, Waiting>();
  #played = 0;

  /** Takes a recording, or the path of its file. Throws `not-found`, `invalid-json` or `schema-mismatch`. */
  constructor(recording: Recording | string, options: ReplayOptions = {}) {
    checkKeys('options', options, ['secrets', 'info']);
    const { calls } =
      typeof recording === 'string'
        ? parseRecording(readRecording(recording), recording)
        : checkRecording(recording, 'The recording');
    this.#calls = calls;
    this.#redactor = createRedactor({ values: checkTextArray('secrets', options.secrets ?? []) });
    this.#model = calls[0]?.request.model ?? 'replay';
    this.info = {
      family: 'replay',
      model: this.#model,
      functionCalling: true,
      jsonOutput: true,
      structuredOutput: true,
      contextWindow: 128_000,
      ...options.info,
    };
    for (const call of calls) {
      const key = requestKey(call.request);
      const waiting = this.#waiting.get(key) ?? [];
      this.#waiting.set(key, waiting);
      waiting.push(call);
    }
  }

  async create(messages: readonly ModelMessage[], options: CreateOptions = {}): Promise<CreateResult> {
    return this.#result(this.#take(messages, options));
  }

  /** The recorded pieces, then the result. */
  async *createStream(
    messages: readonly ModelMessage[],
    options: CreateOptions = {},
  ): AsyncIterable<string | CreateResult> {
    const call = this.#take(messages, options);
    const pieces = call.pieces ?? (typeof call.result?.content === 'string' ? [call.result.content] : []);
    for (const piece of pieces) {
      options.signal?.throwIfAborted();
      yield piece;
    }
    yield this.#result(call);
  }

  countTokens(messages: readonly ModelMessage[], { tools }: Pick<CreateOptions, 'tools'> = {}): number {
    return tokenBound(checkMessages(messages), tools);
  }

  /** Nothing: what is played again was paid before. */
  priceOf(): number {
    return 0;
  }

  /** Throws `unexpected-call` when recorded calls were not asked for. */
  assertDone(): void {
    const left = this.#calls.length - this.#played;
    if (left === 0) return;
    throw new OrchestratorError(
      'unexpected-call',
      `${left} of ${this.#calls.length} recorded calls were never asked for.`,
      {
        details: { left },
      },
    );
  }

  /** Does nothing: there is nothing to let go. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #take(messages: readonly ModelMessage[], options: CreateOptions): RecordedCall {
    checkRequest(messages, options);
    options.signal?.throwIfAborted();
    const request = recordedRequest(this.#model, messages, options, this.#redactor);
    const call = this.#waiting.get(requestKey(request))?.shift();
    if (call === undefined) throw this.#miss(request);
    this.#played += 1;
    return call;
  }

  #result({ result, error }: RecordedCall): CreateResult {
    if (result !== undefined) return { ...result, cached: true };
    throw error === undefined
      ? new OrchestratorError('internal', 'A recorded call has neither result nor error.')
      : errorFromJson(error);
  }

  #miss(request: RecordedRequest): OrchestratorError {
    const left = [...this.#waiting.values()].flat();
    if (this.#waiting.has(requestKey(request)))
      return unexpected(
        'This request was recorded, but has been played as often as it was recorded.',
        left.length,
      );
    if (left.length === 0) return unexpected('All recorded calls have been played.', 0);
    return unexpected(
      `This request was not recorded. ${difference(
        left.map((call) => call.request),
        request,
      )}`,
      left.length,
    );
  }
}

function unexpected(message: string, left: number): OrchestratorError {
  return new OrchestratorError('unexpected-call', message, { details: { left } });
}

function readRecording(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const message = `The recording ${path} can not be read: record it first, with recordModel (${toError(cause).message}).`;
    throw new OrchestratorError('not-found', message, { cause, details: { path } });
  }
}
