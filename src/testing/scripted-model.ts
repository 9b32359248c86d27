/** A model that says what it was told to say, and fails loudly when the talk leaves the script. */
import type {
  CreateOptions,
  CreateResult,
  FunctionCall,
  ModelClient,
  ModelInfo,
  ModelMessage,
} from '../contracts/model.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';

/** What one call answers: a text, calls of functions, an error to throw, a whole result, or a function of the request. */
export type ScriptedAnswer =
  | string
  | Error
  | {
      readonly functionCalls: readonly {
        readonly name: string;
        readonly arguments: unknown;
        readonly id?: string;
      }[];
    }
  | Partial<CreateResult>
  | ((request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>);

/** What the model was asked. */
export interface ScriptedRequest {
  readonly messages: readonly ModelMessage[];
  readonly options: CreateOptions;
}

const INFO: ModelInfo = {
  family: 'scripted',
  model: 'scripted',
  functionCalling: true,
  jsonOutput: true,
  structuredOutput: true,
  contextWindow: 128_000,
};

/**
 * Answers call by call from a list. A call past its end rejects with `unexpected-call`; {@link ScriptedModel.assertDone}
 * throws when answers are left. Tokens are counted as a quarter of the characters, rounded up.
 */
export class ScriptedModel implements ModelClient {
  readonly info: ModelInfo;
  readonly #answers: readonly ScriptedAnswer[];
  readonly #requests: ScriptedRequest[] = [];

  constructor(answers: readonly ScriptedAnswer[], info: Partial<ModelInfo> = {}) {
    if (!Array.isArray(answers)) throw new InvalidArgumentError('answers', 'an array of answers', answers);
    this.#answers = [...answers];
    this.info = { ...INFO, ...info };
  }

  /** All that was asked so far. */
  get requests(): readonly ScriptedRequest[] {
    return this.#requests;
  }

  /** Gives the next answer of the script. */
  async create(messages: readonly ModelMessage[], options: CreateOptions = {}): Promise<CreateResult> {
    options.signal?.throwIfAborted();
    const { signal: _signal, ...rest } = options;
    const request = { messages: structuredClone(messages), options: rest };
    const number = this.#requests.push(request);
    const answer = this.#answers[number - 1];
    if (answer === undefined) {
      const last = messages.at(-1);
      throw new OrchestratorError(
        'unexpected-call',
        `The script holds ${this.#answers.length} answers; call ${number} was not expected. Its last message: ${JSON.stringify(last)?.slice(0, 300)}`,
        { details: { call: number, answers: this.#answers.length } },
      );
    }
    return this.#resultOf(answer, request);
  }

  async *createStream(
    messages: readonly ModelMessage[],
    options: CreateOptions = {},
  ): AsyncIterable<string | CreateResult> {
    const result = await this.create(messages, options);
    if (typeof result.content === 'string') yield* result.content.match(/\S+\s*|\s+/g) ?? [];
    yield result;
  }

  countTokens(messages: readonly ModelMessage[], { tools = [] }: Pick<CreateOptions, 'tools'> = {}): number {
    return tokensOf(JSON.stringify(messages)) + (tools.length === 0 ? 0 : tokensOf(JSON.stringify(tools)));
  }

  /** Throws `unexpected-call` when answers were left over. */
  assertDone(): void {
    const left = this.#answers.length - this.#requests.length;
    if (left > 0) {
      throw new OrchestratorError(
        'unexpected-call',
        `${left} of ${this.#answers.length} scripted answers were never asked for.`,
        {
          details: { left },
        },
      );
    }
  }

  /** Does nothing: there is nothing to let go. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #resultOf(answer: ScriptedAnswer, request: ScriptedRequest): Promise<CreateResult> {
    if (typeof answer === 'function') return this.#resultOf(await answer(request), request);
    if (answer instanceof Error) throw answer;
    const partial: Partial<CreateResult> =
      typeof answer === 'string'
        ? { content: answer }
        : isCalls(answer)
          ? { content: callsOf(answer.functionCalls, this.#requests.length) }
          : answer;
    const content = partial.content ?? '';
    return {
      content,
      finishReason: partial.finishReason ?? (typeof content === 'string' ? 'stop' : 'function_calls'),
      usage: partial.usage ?? {
        promptTokens: this.countTokens(request.messages, request.options),
        completionTokens: tokensOf(JSON.stringify(content)),
      },
      cached: partial.cached ?? false,
      ...(partial.thought === undefined ? {} : { thought: partial.thought }),
    };
  }
}

type Calls = {
  readonly functionCalls: readonly {
    readonly name: string;
    readonly arguments: unknown;
    readonly id?: string;
  }[];
};

function isCalls(answer: object): answer is Calls {
  return 'functionCalls' in answer;
}

function callsOf(calls: Calls['functionCalls'], turn: number): readonly FunctionCall[] {
  return calls.map(({ name, arguments: input, id }, index) => ({
    id: id ?? `call-${turn}-${index + 1}`,
    name,
    arguments: typeof input === 'string' ? input : JSON.stringify(input),
  }));
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}
