/**
 * The one tool loop: a model asks for calls of tools, is shown what they gave, and goes on until it answers, or until a
 * limit, a fault or a circle ends it. What is allowed is decided by policy, never by a text.
 */
import type { CreateResult, FunctionCall, ModelMessage, ToolSchema } from '../../contracts/model.ts';
import { NO_USAGE } from '../../contracts/task.ts';
import { mergeSignals } from '../../shared/abort.ts';
import { errorToJson, InvalidArgumentError, OrchestratorError } from '../../shared/errors.ts';
import { failureKindOf } from '../openai/model-failure.ts';
import { ANSWER_TOOL, answerTool, readAnswer } from './answer-tool.ts';
import {
  type LoopStopReason,
  type ResolvedLoopOptions,
  resolveLoopOptions,
  type ToolCallRecord,
  type ToolLoopOptions,
  type ToolLoopResult,
} from './loop-options.ts';
import { type MadeCall, makeCalls } from './make-calls.ts';
import { ProgressWatch } from './progress-watch.ts';
import { toolSchemaOf } from './tool-schema.ts';

/**
 * Resolves also when a limit ended it: see `stopReason`. Rejects with the signal's reason, with `model-failed`, and with
 * what is wrong with the run itself.
 *
 * @example
 * const { text } = await runToolLoop({
 *   model,
 *   messages: [{ type: 'user', source: 'me', content: 'What is 2 + 3?' }],
 *   tools: [add],
 * });
 */
export async function runToolLoop<T = unknown>(options: ToolLoopOptions<T>): Promise<ToolLoopResult<T>> {
  return new ToolLoop(resolveLoopOptions(options)).run();
}

class ToolLoop<T> {
  readonly #options: ResolvedLoopOptions<T>;
  readonly #schemas: readonly ToolSchema[];
  readonly #watch: ProgressWatch;
  readonly #history: ModelMessage[];
  /** What the model is shown: the history, or what is left of it. */
  #shown: readonly ModelMessage[];
  readonly #calls: ToolCallRecord[] = [];
  #usage = { ...NO_USAGE };
  #cost: number | undefined;
  #faults = 0;
  #compactions = 0;
  #text = '';
  #mustSubmit = false;

  constructor(options: ResolvedLoopOptions<T>) {
    this.#options = options;
    this.#watch = new ProgressWatch(options.limits.idleTurns);
    this.#history = [...options.messages];
    this.#shown = this.#history.slice();
    const { list } = options.tools;
    if (options.answer !== undefined && list.some(({ name }) => name === ANSWER_TOOL))
      throw new InvalidArgumentError('tools', `tools of other names than ${ANSWER_TOOL}`, ANSWER_TOOL);
    this.#schemas = [
      ...list.map(toolSchemaOf),
      ...(options.answer === undefined ? [] : [answerTool(options.answer)]),
    ];
  }

  async run(): Promise<ToolLoopResult<T>> {
    const { clock, limits, key } = this.#options;
    const timer = new AbortController();
    const clear = clock.after(limits.milliseconds, () => timer.abort(timeUp(key, limits.milliseconds)));
    const signal = mergeSignals(this.#options.signal, timer.signal);
    try {
      return await this.#go(signal);
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      const reason = endedBy(error, key);
      if (reason === undefined) throw error;
      return this.#end(reason, { error });
    } finally {
      clear();
    }
  }

  async #go(signal: AbortSignal): Promise<ToolLoopResult<T>> {
    const { limits } = this.#options;
    for (let turn = 1; ; turn += 1) {
      if (this.#usage.modelCalls >= limits.modelCalls) return this.#end('model-calls');
      signal.throwIfAborted();
      const result = await this.#ask(signal);
      if (typeof result.content === 'string' && result.content !== '') this.#text = result.content;
      this.#say({
        type: 'assistant',
        content: result.content,
        source: this.#options.model.info.model,
        ...(result.thought === undefined ? {} : { thought: result.thought }),
      });
      if (result.finishReason === 'content_filter') return this.#end('content-filter');
      const ended =
        typeof result.content === 'string'
          ? await this.#takeText(result.content, result.finishReason)
          : await this.#takeCalls(result.content, turn, signal);
      if (ended !== undefined) return ended;
      if (this.#faults >= limits.faults) return this.#end('faults');
    }
  }

  /** A text is the answer, unless another shape was asked for. */
  async #takeText(
    text: string,
    finishReason: CreateResult['finishReason'],
  ): Promise<ToolLoopResult<T> | undefined> {
    const { answer } = this.#options;
    if (finishReason === 'length') return this.#end('truncated');
    if (text.trim() === '')
      return this.#fault('Your answer was empty. Go on with the task, or give the answer.');
    if (answer === undefined) return this.#end('completed');
    const read = await readAnswer(text, answer);
    if (read.isFit) return this.#end('completed', { value: read.value });
    this.#mustSubmit = true;
    return this.#fault(`If you are done, give your answer by calling ${ANSWER_TOOL}; a text is not taken.`);
  }

  async #takeCalls(
    calls: readonly FunctionCall[],
    turn: number,
    signal: AbortSignal,
  ): Promise<ToolLoopResult<T> | undefined> {
    const { answer, limits } = this.#options;
    const [first] = calls;
    if (first === undefined)
      return this.#fault('Your answer was empty. Go on with the task, or give the answer.');
    if (answer !== undefined && calls.length === 1 && first.name === ANSWER_TOOL) {
      const read = await readAnswer(first.arguments, answer);
      this.#tellResults([{ callId: first.id, name: first.name, ...(read.isFit ? taken : misfit(read.why)) }]);
      if (read.isFit) return this.#end('completed', { value: read.value });
      this.#faults += 1;
      return undefined;
    }
    const wanted = answer === undefined ? calls : calls.filter(({ name }) => name !== ANSWER_TOOL);
    const room = limits.toolCalls - this.#usage.toolCalls;
    const made = await this.#make(wanted, turn, room, signal);
    const verdict = this.#watch.judge(
      made
        .filter(({ record }) => record.outcome !== 'fault' && record.outcome !== 'not-made')
        .map(({ record, polling }) => ({
          tool: record.tool,
          input: record.input,
          resultDigest: record.digest,
          polling,
        })),
    );
    const warning = verdict === 'warn' ? `\n${REPEATED}` : '';
    this.#tellResults(
      calls.map((call) => {
        const result = made[wanted.indexOf(call)]?.result;
        return result === undefined
          ? { callId: call.id, name: call.name, ...misfit(`Call ${ANSWER_TOOL} alone, when all is done.`) }
          : { ...result, content: `${result.content}${warning}` };
      }),
    );
    if (verdict === 'warn') this.#note('warned', REPEATED);
    if (made.some(({ record }) => record.outcome === 'not-made')) return this.#end('tool-calls');
    if (verdict === 'stop') return this.#end('no-progress');
    if (verdict === 'nudge') {
      this.#note('nudged', NUDGE);
      this.#say({ type: 'user', source: 'loop', content: NUDGE });
    }
    return undefined;
  }

  /** What was made before something broke the turn off is kept. */
  async #make(
    calls: readonly FunctionCall[],
    turn: number,
    room: number,
    signal: AbortSignal,
  ): Promise<readonly MadeCall[]> {
    const made: (MadeCall | undefined)[] = calls.map(() => undefined);
    const those = (): readonly MadeCall[] => made.filter((one) => one !== undefined);
    try {
      await makeCalls(calls, turn, room, { ...this.#options, signal }, made);
    } catch (error) {
      this.#take(those());
      this.#tellResults(
        calls.map(
          ({ id, name }, index) =>
            made[index]?.result ?? { callId: id, name, ...misfit('The work ended before this call did.') },
        ),
      );
      throw error;
    }
    this.#take(those());
    return those();
  }

  #take(made: readonly MadeCall[]): void {
    for (const { record } of made) {
      this.#calls.push(record);
      if (record.outcome === 'fault') this.#faults += 1;
      if (record.outcome === 'done' || record.outcome === 'failed') {
        this.#faults = 0;
        this.#usage.toolCalls += 1;
      }
    }
  }

  /** Asks with what fits; when the endpoint says that it was too much, once more with half of it. */
  async #ask(signal: AbortSignal): Promise<CreateResult> {
    await this.#fit(signal, undefined);
    try {
      return await this.#create(this.#shown, signal);
    } catch (error) {
      if (failureKindOf(error) !== 'context-overflow') throw error;
      const { model } = this.#options;
      const tokens = model.countTokens(this.#shown, { tools: this.#schemas });
      const isSmaller = await this.#fit(signal, Math.floor(Math.min(tokens, model.info.contextWindow) / 2));
      if (!isSmaller) throw error;
      return this.#create(this.#shown, signal);
    }
  }

  async #fit(signal: AbortSignal, mostTokens: number | undefined): Promise<boolean> {
    const { context, model } = this.#options;
    const before = this.#shown;
    const fitted = await context.fit(before, {
      model,
      tools: this.#schemas,
      ...(mostTokens === undefined ? {} : { mostTokens }),
      ask: async (messages) => {
        const result = await model.create(messages, { signal });
        this.#count(result);
        return typeof result.content === 'string' ? result.content : '';
      },
    });
    if (fitted === before) return false;
    this.#shown = fitted;
    this.#compactions += 1;
    this.#note('compacted', `The talk was cut from ${before.length} to ${fitted.length} messages.`);
    return true;
  }

  async #create(messages: readonly ModelMessage[], signal: AbortSignal): Promise<CreateResult> {
    const { model, emit, stream = false } = this.#options;
    const request = {
      signal,
      ...(this.#schemas.length === 0 ? {} : { tools: this.#schemas }),
      ...(this.#mustSubmit ? { toolChoice: { name: ANSWER_TOOL } } : {}),
    };
    this.#mustSubmit = false;
    let result: CreateResult | undefined;
    if (!stream || emit === undefined) result = await model.create(messages, request);
    else
      for await (const item of model.createStream(messages, request)) {
        if (typeof item === 'string') emit({ type: 'model-text', text: item, isPiece: true });
        else result = item;
      }
    if (result === undefined)
      throw new OrchestratorError('model-failed', 'The stream of the model ended without a result.', {
        retryable: true,
        details: { kind: 'truncated', model: model.info.model },
      });
    this.#count(result);
    const { content, usage } = result;
    if (!stream && typeof content === 'string') emit?.({ type: 'model-text', text: content, isPiece: false });
    emit?.({
      type: 'model-answered',
      call: this.#usage.modelCalls,
      tools: typeof content === 'string' ? [] : content.map(({ name }) => name),
      tokens: usage.promptTokens + usage.completionTokens,
    });
    return result;
  }

  #count({ usage, cost }: CreateResult): void {
    this.#usage.modelCalls += 1;
    this.#usage.promptTokens += usage.promptTokens;
    this.#usage.completionTokens += usage.completionTokens;
    if (cost !== undefined) this.#cost = (this.#cost ?? 0) + cost;
  }

  #say(message: ModelMessage): void {
    this.#history.push(message);
    this.#shown = [...this.#shown, message];
  }

  #tellResults(content: Extract<ModelMessage, { type: 'function-result' }>['content']): void {
    this.#say({ type: 'function-result', content });
  }

  #fault(message: string): undefined {
    this.#faults += 1;
    this.#say({ type: 'user', source: 'loop', content: message });
    return undefined;
  }

  #note(note: 'warned' | 'nudged' | 'compacted', message: string): void {
    this.#options.emit?.({ type: 'loop-noted', note, message });
  }

  #end(stopReason: LoopStopReason, { value, error }: { value?: T; error?: unknown } = {}): ToolLoopResult<T> {
    return {
      stopReason,
      text: this.#text,
      value,
      messages: this.#history,
      calls: this.#calls,
      usage: { ...this.#usage, ...(this.#cost === undefined ? {} : { cost: this.#cost }) },
      error: error === undefined ? null : errorToJson(error),
      compactions: this.#compactions,
    };
  }
}

const REPEATED =
  'You made exactly this call before, with the same result. Repeating it changes nothing: use what you have, or do something else.';
const NUDGE =
  'You are going in circles: your last turns repeated earlier calls with the same results. Take another way, or give the answer with what you know, and say what is missing.';

const taken = { content: 'Taken.', isError: false } as const;

function misfit(content: string): { readonly content: string; readonly isError: true } {
  return { content, isError: true };
}

function timeUp(key: string, milliseconds: number): OrchestratorError {
  return new OrchestratorError('timed-out', `The tool loop did not end in ${milliseconds} ms.`, {
    details: { milliseconds, loop: key },
  });
}

/** Why an error ends the loop with what there is; undefined for one that its caller must see. */
function endedBy(error: unknown, key: string): LoopStopReason | undefined {
  if (!OrchestratorError.isInstance(error)) return undefined;
  if (error.code === 'timed-out' && error.details['loop'] === key) return 'timed-out';
  if (error.code === 'budget-exceeded') return 'budget-exceeded';
  return failureKindOf(error) === 'context-overflow' ? 'context-overflow' : undefined;
}
