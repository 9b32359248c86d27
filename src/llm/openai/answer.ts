/**
 * Gathers an answer piece by piece, tolerant of what real servers leave out, and says so when the model was cut off
 * before it said that it was done.
 */
import type { CreateResult, FinishReason, FunctionCall } from '../../contracts/model.ts';
import { modelFailure } from './model-failure.ts';

/** Tokens as a server counted them. */
export interface CountedUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** More than this is no answer but a flood. Characters. */
const MOST_CHARACTERS = 16_000_000;
/** So are more calls than this in one answer. */
const MOST_CALLS = 1000;

interface OpenCall {
  readonly index: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

export class Answer {
  readonly #model: string;
  readonly #calls: OpenCall[] = [];
  #text = '';
  #thought = '';
  #refusal = '';
  #finish: string | undefined;
  #usage: CountedUsage | undefined;
  #length = 0;

  constructor(model: string) {
    this.#model = model;
  }

  addText(piece: string): void {
    this.#count(piece);
    this.#text += piece;
  }

  addThought(piece: string): void {
    this.#count(piece);
    this.#thought += piece;
  }

  addRefusal(piece: string): void {
    this.#count(piece);
    this.#refusal += piece;
  }

  /** A piece of a call. Without an index it belongs to the call of its id, or to the last one. */
  addCall({
    index,
    id,
    name,
    arguments: text = '',
  }: {
    readonly index?: number | undefined;
    readonly id?: string | undefined;
    readonly name?: string | undefined;
    readonly arguments?: string | undefined;
  }): void {
    this.#count(text);
    this.#count(name ?? '');
    this.#count(id ?? '');
    const known =
      index !== undefined
        ? this.#calls.find((call) => call.index === index)
        : id !== undefined
          ? this.#calls.find((call) => call.id === id)
          : this.#calls.at(-1);
    if (known === undefined) {
      if (this.#calls.length === MOST_CALLS)
        throw this.#flood(`the answer has more than ${MOST_CALLS} calls`);
      this.#calls.push({ index, id: id ?? '', name: name ?? '', arguments: text });
      return;
    }
    if (known.id === '') known.id = id ?? '';
    if (known.name === '') known.name = name ?? '';
    known.arguments += text;
  }

  finish(reason: string): void {
    this.#finish = reason;
  }

  /** What the server counted. Nothing at all is no count. */
  count(usage: CountedUsage): void {
    if (usage.promptTokens + usage.completionTokens > 0) this.#usage = usage;
  }

  get isFinished(): boolean {
    return this.#finish !== undefined;
  }

  /**
   * The whole answer. `bound` counts what the server did not. Throws `model-failed` with the kind `truncated` when no
   * reason to finish was given.
   */
  result(
    answerTool: string | undefined,
    bound: (content: CreateResult['content']) => CountedUsage,
  ): CreateResult {
    if (this.#finish === undefined)
      throw modelFailure('truncated', {
        model: this.#model,
        message: `the answer broke off after ${this.#length} characters, without a reason to finish`,
      });
    const calls = this.#calls.map(
      ({ id, name, arguments: text }, index): FunctionCall => ({
        id: id === '' ? `call_${index}` : id,
        name,
        arguments: text,
      }),
    );
    const answer = answerTool === undefined ? undefined : calls.find(({ name }) => name === answerTool);
    const isCalls = answer === undefined && calls.length > 0;
    const thought = isCalls && this.#text !== '' ? `${this.#thought}${this.#text}` : this.#thought;
    const content = isCalls ? calls : (answer?.arguments ?? (this.#text === '' ? this.#refusal : this.#text));
    return {
      content,
      finishReason: this.#reason(isCalls, answer !== undefined),
      usage: this.#usage ?? { ...bound(content), isEstimated: true },
      cached: false,
      ...(thought === '' ? {} : { thought }),
    };
  }

  #reason(isCalls: boolean, isAnswer: boolean): FinishReason {
    if (this.#finish === 'length' || this.#finish === 'max_output_tokens') return 'length';
    if (this.#finish === 'content_filter' || (this.#text === '' && this.#refusal !== ''))
      return 'content_filter';
    if (isCalls) return 'function_calls';
    return isAnswer || this.#finish === 'stop' ? 'stop' : 'unknown';
  }

  #count(piece: string): void {
    this.#length += piece.length;
    if (this.#length > MOST_CHARACTERS)
      throw this.#flood(`the answer is longer than ${MOST_CHARACTERS} characters`);
  }

  #flood(message: string): Error {
    return modelFailure('malformed', { model: this.#model, message });
  }
}
