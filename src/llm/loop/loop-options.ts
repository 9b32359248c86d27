/** What the tool loop takes and gives. */
import type { ModelWorkEvent } from '../../contracts/agent.ts';
import type { AskApproval } from '../../contracts/approval.ts';
import type { ModelClient, ModelMessage } from '../../contracts/model.ts';
import { checkSchema } from '../../contracts/schema.ts';
import type { Usage } from '../../contracts/task.ts';
import type { AnyTool, ToolBox } from '../../contracts/tool.ts';
import {
  checkBoolean,
  checkClock,
  checkFunction,
  checkInteger,
  checkKeys,
  checkMethods,
  checkObject,
  checkSignal,
  checkText,
} from '../../shared/check.ts';
import type { ErrorJson } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import { type Clock, systemClock } from '../../shared/time.ts';
import { checkMessages } from '../check-request.ts';
import type { StructuredFormat } from '../create-structured.ts';
import { type ContextPolicy, tokenBudget } from './context-policy.ts';
import { createToolBox } from './tool-box.ts';
import { checkPolicy, type ToolDecision, type ToolPolicy } from './tool-policy.ts';

/** Limits of one loop. At each the loop ends with a typed reason, and what there is so far. */
export interface LoopLimits {
  /** @default 25 */
  readonly modelCalls?: number;
  /** @default 100 */
  readonly toolCalls?: number;
  /** Time of the loop in this process. @default 600,000 (10 minutes) */
  readonly milliseconds?: number;
  /** Calls of one turn that only read, at once; those that change something go one after another. @default 4 */
  readonly parallel?: number;
  /** Unknown tools, unreadable arguments and empty answers, in a row. @default 3 */
  readonly faults?: number;
  /** Turns in a row that repeat what was done before with the same result. @default 3 */
  readonly idleTurns?: number;
  /** Characters of one result that the model is shown. @default 16,000 */
  readonly resultCharacters?: number;
}

/** Everything but `model`, `messages` and `tools` may be left out. */
export interface ToolLoopOptions<T = unknown> {
  readonly model: ModelClient;
  /** What the talk begins with: system messages and at least one of a user. */
  readonly messages: readonly ModelMessage[];
  /** `context.tools` of an agent, with what it adds; a plain array makes calls that are not journalled. */
  readonly tools: ToolBox | readonly AnyTool[];
  /** @default {} */
  readonly policy?: ToolPolicy;
  /** Asks a person, where the policy says so. @default such a call is refused */
  readonly ask?: AskApproval | undefined;
  /** Makes decisions of the policy's functions steps of the run. @default they are made anew after a restart */
  readonly step?: (key: string, work: () => Promise<JsonValue>) => Promise<JsonValue>;
  /** The shape of the answer. @default a text */
  readonly answer?: StructuredFormat<T>;
  readonly limits?: LoopLimits;
  /** @default tokenBudget() */
  readonly context?: ContextPolicy;
  readonly signal?: AbortSignal;
  readonly emit?: (event: ModelWorkEvent) => void;
  /** Whether the text is told piece by piece as it comes. @default false */
  readonly stream?: boolean;
  /** Told of each call; what it returns is told to the model behind the result. Must give the same for the same call. */
  readonly remark?: (record: ToolCallRecord) => string | undefined;
  /** Tells one loop of a run from another in its steps and questions. @default 'loop' */
  readonly key?: string;
  /** @default the real one */
  readonly clock?: Clock;
}

const LOOP_STOP_REASONS = [
  'completed',
  'model-calls',
  'tool-calls',
  'timed-out',
  'budget-exceeded',
  'no-progress',
  'faults',
  'context-overflow',
  'truncated',
  'content-filter',
] as const;
/** Why a loop ended. Only `completed` is an answer. */
export type LoopStopReason = (typeof LOOP_STOP_REASONS)[number];

/** One call that the model wanted, and what became of it. */
export interface ToolCallRecord {
  readonly tool: string;
  /** As the model wrote it where it was no JSON. */
  readonly input: JsonValue;
  /** `not-made`: it was a fault, or a limit came first. */
  readonly decision: ToolDecision | 'not-made';
  readonly outcome: 'done' | 'failed' | 'refused' | 'fault' | 'not-made';
  /** The whole output; null when it is not `done`. */
  readonly output: JsonValue;
  readonly error: ErrorJson | null;
  /** SHA-256 of what came back, as text. */
  readonly digest: string;
  /** Whether the model saw only a part. */
  readonly isCut: boolean;
}

/** How a loop ended. */
export interface ToolLoopResult<T = unknown> {
  readonly stopReason: LoopStopReason;
  /** The answer, or the last text there was. */
  readonly text: string;
  /** The answer in the asked shape; undefined without one. */
  readonly value: T | undefined;
  /** The whole talk, also what the model was no longer shown. */
  readonly messages: readonly ModelMessage[];
  readonly calls: readonly ToolCallRecord[];
  readonly usage: Usage & { readonly cost?: number };
  /** What ended it, where that was an error. */
  readonly error: ErrorJson | null;
  /** How often the talk was made shorter. */
  readonly compactions: number;
}

/** The options with their defaults. */
export type ResolvedLoopOptions<T> = Omit<ToolLoopOptions<T>, 'tools' | 'limits'> & {
  readonly tools: ToolBox;
  readonly limits: Required<LoopLimits>;
  readonly policy: ToolPolicy;
  readonly context: ContextPolicy;
  readonly key: string;
  readonly clock: Clock;
};

const DEFAULT_LIMITS: Required<LoopLimits> = {
  modelCalls: 25,
  toolCalls: 100,
  milliseconds: 600_000,
  parallel: 4,
  faults: 3,
  idleTurns: 3,
  resultCharacters: 16_000,
};

const KNOWN = [
  'model',
  'messages',
  'tools',
  'policy',
  'ask',
  'step',
  'answer',
  'limits',
  'context',
  'signal',
  'emit',
  'stream',
  'remark',
  'key',
  'clock',
] as const;

/** Throws `InvalidArgumentError`. */
export function resolveLoopOptions<T>(options: ToolLoopOptions<T>): ResolvedLoopOptions<T> {
  checkKeys('options', options, KNOWN);
  const {
    tools,
    policy = {},
    ask,
    step,
    answer,
    context,
    signal,
    emit,
    stream,
    key = 'loop',
    clock = systemClock,
  } = options;
  checkMethods('model', options.model, ['create', 'createStream', 'countTokens'], 'a model client');
  checkMessages(options.messages);
  if (ask !== undefined) checkFunction('ask', ask);
  if (step !== undefined) checkFunction('step', step);
  if (emit !== undefined) checkFunction('emit', emit);
  if (options.remark !== undefined) checkFunction('remark', options.remark);
  if (stream !== undefined) checkBoolean('stream', stream);
  if (answer !== undefined) {
    checkObject('answer', answer);
    checkText('answer.name', answer.name);
    checkSchema('answer.schema', answer.schema);
    checkObject('answer.jsonSchema', answer.jsonSchema);
  }
  if (context !== undefined) checkMethods('context', context, ['fit'], 'a context policy');
  checkSignal('signal', signal);
  return {
    ...options,
    tools: Array.isArray(tools)
      ? createToolBox(tools as readonly AnyTool[])
      : checkMethods('tools', tools as ToolBox, ['call', 'with'], 'a tool box or an array of tools'),
    policy: checkPolicy('policy', policy),
    limits: checkLimits('limits', options.limits === undefined ? {} : options.limits),
    context: context ?? tokenBudget(),
    key: checkText('key', key),
    clock: checkClock('clock', clock),
  };
}

/** Throws `InvalidArgumentError`. */
export function checkLimits(argument: string, limits: LoopLimits): Required<LoopLimits> {
  checkKeys(argument, limits, Object.keys(DEFAULT_LIMITS));
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) checkInteger(`${argument}.${name}`, value, name === 'toolCalls' ? 0 : 1);
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(given) };
}
