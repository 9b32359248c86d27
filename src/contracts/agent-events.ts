/** What is told of an agent's calls without its doing: by its context, for agents of ours and of yours alike. */
import type { ErrorCode } from '../shared/errors.ts';
import type { BudgetScope, BudgetUnit } from './budget.ts';
import type { UnfinishedPolicy } from './effect.ts';
import type { CreateResult, FinishReason } from './model.ts';

/** How a call ended. */
export interface CallEnd {
  /** False: it failed, and `errorCode` says as what. */
  readonly ok: boolean;
  readonly errorCode: ErrorCode | null;
  /** True when it was not made now: a resumed run has its outcome from the journal. Nothing was told of its beginning. */
  readonly cached: boolean;
  /** Milliseconds; 0 for one that was not made now. */
  readonly durationMs: number;
}

/** A call's name within the attempt, such as `model#1` or `tool:read-file:#2`: the same where it begins and ends. */
type CallName = { readonly call: string };

/** Of a model's calls. Pieces of its text are told only where the agent asks for a stream, several together. */
export type ModelCallEvent =
  | ({ readonly type: 'model-call-started'; readonly model: string } & CallName)
  | ({ readonly type: 'model-text-streamed'; readonly text: string } & CallName)
  | ({
      readonly type: 'model-call-finished';
      readonly model: string;
      /** Null when it failed. */
      readonly finishReason: FinishReason | null;
      /** Null when it failed. */
      readonly usage: CreateResult['usage'] | null;
      /** What it cost, where the client knows prices. */
      readonly cost?: number;
    } & CallName &
      CallEnd);

/** Of calls of tools and adapters. `preview`: the beginning of the input, long texts and what looks like a secret taken out. */
export type ToolCallEvent =
  | ({ readonly type: 'tool-call-started'; readonly tool: string; readonly preview: string } & CallName)
  | ({ readonly type: 'tool-call-finished'; readonly tool: string } & CallName & CallEnd)
  | ({
      readonly type: 'adapter-call-started';
      readonly adapter: string;
      readonly operation: string;
      readonly preview: string;
    } & CallName)
  /** `ok` is false also for a result with `success: false`. */
  | ({
      readonly type: 'adapter-call-finished';
      readonly adapter: string;
      readonly operation: string;
    } & CallName &
      CallEnd);

/** Of effects whose end nobody saw. */
export type EffectEvent =
  /** An earlier process began it and left no receipt. */
  | { readonly type: 'effect-unfinished'; readonly operation: string; readonly policy: UnfinishedPolicy }
  /** A person is asked; the question itself is told as `approval-requested`. */
  | { readonly type: 'effect-asked'; readonly operation: string; readonly reason: string }
  /** `again`: it is done once more. `happened`: it was done. `given-up`: it fails with `effect-unfinished`. */
  | {
      readonly type: 'effect-settled';
      readonly operation: string;
      readonly outcome: 'again' | 'happened' | 'given-up';
    };

/** Of limits. */
export type BudgetEvent =
  /** A call was not made: a limit would have been passed. */
  | {
      readonly type: 'budget-exceeded';
      readonly scope: BudgetScope;
      readonly unit: BudgetUnit;
      readonly limit: number;
      readonly used: number;
    }
  /** The cheaper model was asked instead. */
  | {
      readonly type: 'budget-degraded';
      readonly scope: BudgetScope;
      readonly unit: BudgetUnit;
      readonly from: string;
      readonly to: string;
    };

/** All of them. */
export type CallEvent = ModelCallEvent | ToolCallEvent | EffectEvent | BudgetEvent;
