/**
 * Does an effect so that a resumed run knows whether it was begun. Its intent is a step of its own with a mark that only
 * this execution knows: an intent with another mark was written by one that did not live to see the receipt.
 */
import { randomUUID } from 'node:crypto';
import type { EffectEvent } from '../../contracts/agent-events.ts';
import type { AskApproval } from '../../contracts/approval.ts';
import type { StepContext } from '../../contracts/backend.ts';
import type { Effect, EffectContext, Reconciliation } from '../../contracts/effect.ts';
import { type ErrorJson, errorFromJson, errorToJson, OrchestratorError } from '../../shared/errors.ts';
import { digestJson, isPlainObject, type JsonValue } from '../../shared/json.ts';
import type { StepFunction } from './step-function.ts';

/** What performing needs of the run. */
export interface EffectHost {
  /** Steps of this attempt at the task. */
  readonly step: StepFunction;
  /** Steps of the whole run: what succeeded in one attempt is not done again in the next. */
  readonly once: StepFunction;
  /** Which attempt at the task this is, from 1. */
  readonly attempt: number;
  /** Asks a person. Undefined where nobody can be asked: what needs it fails then. */
  readonly ask: AskApproval | undefined;
  /** Hears of effects whose end nobody saw. */
  tell?(event: EffectEvent): void;
}

/** How an effect ended, and in which attempt at the task. What has no error happened, whatever its receipt. */
type Outcome =
  | { readonly attempt: number; readonly receipt: JsonValue }
  | { readonly attempt: number; readonly error: ErrorJson & JsonValue; readonly isLeft: boolean };

/** What is to be done about an effect that was begun before. */
type Verdict =
  | { readonly next: 'again' }
  | { readonly next: 'take'; readonly receipt: JsonValue }
  | { readonly next: 'fail'; readonly reason: string };

/** A process that dies each time it performs an effect: after so many, a person is asked instead of the other side. */
const MOST_RECONCILIATIONS = 3;

/**
 * Performs the effect once and remembers its receipt; a later call with the key, also from a later attempt at the task,
 * gives that back. After a crash in between its policy decides. What `perform` threw is thrown, and is thrown again to
 * the same attempt; the next attempt performs anew, with the same idempotency key. Rejects with `effect-unfinished` when
 * it was decided to give it up: that holds for all attempts. A receipt that JSON has no word for, such as undefined, is null.
 * `isLeft` says whether the one who called has let go of it: then the effect may have happened, and its policy decides.
 */
export async function performEffect<T extends JsonValue>(
  host: EffectHost,
  key: string,
  effect: Effect<T>,
  isLeft: () => boolean = () => false,
): Promise<T> {
  const { operation, input = null } = effect;
  let isUnknown = false;
  const fingerprint = digestJson({ operation, inputDigest: digestJson(input) });
  for (let turn = 1; ; turn += 1) {
    const suffix = turn === 1 ? '' : `~${turn}`;
    const ended: Outcome = await host.once<Outcome>(
      `${key}${suffix}`,
      (step) => {
        const { idempotencyKey } = step;
        const stable = suffix === '' ? idempotencyKey : idempotencyKey.slice(0, -suffix.length);
        const context = { ...step, idempotencyKey: stable, isLeft, isUnknown };
        return outcomeOf(host, `${key}${suffix}`, effect, context);
      },
      { fingerprint },
    );
    if (!('error' in ended)) return (ended.receipt ?? null) as T;
    if (ended.attempt >= host.attempt) throw errorFromJson(ended.error);
    isUnknown = ended.isLeft;
  }
}

/** What ends the process's hold on the run says nothing of the effect. */
function isInterruption(error: unknown): boolean {
  return OrchestratorError.isInstance(error) && (error.code === 'stopped' || error.code === 'storage-failed');
}

interface EffectStep extends StepContext {
  isLeft(): boolean;
  /** It was let go of in an earlier attempt, and may have happened then. */
  readonly isUnknown: boolean;
}

/** Throws what was not thrown by the effect itself: nobody may take that for a failed effect, and do it again. */
async function outcomeOf(
  host: EffectHost,
  key: string,
  effect: Effect,
  { idempotencyKey, signal, confirm, isLeft, isUnknown }: EffectStep,
): Promise<Outcome> {
  const { attempt } = host;
  const { operation, onUnfinished = 'ask' } = effect;
  const context: EffectContext = { idempotencyKey, signal };
  for (let interruption = 0; ; interruption += 1) {
    const mark = randomUUID();
    const intent = await host.once(`${key}/intent${interruption === 0 ? '' : `#${interruption}`}`, () =>
      Promise.resolve(mark),
    );
    const isOurs = intent === mark && !(isUnknown && interruption === 0);
    // Retried as often as the backend lets the run lose its workers: no further intent, since that would be progress.
    if (!isOurs) host.tell?.({ type: 'effect-unfinished', operation, policy: onUnfinished });
    if (isOurs || onUnfinished === 'retry') {
      // A process that fell asleep while its intent was written wakes to a run that others went on with.
      await confirm?.();
      return performed(attempt, effect, context, isLeft);
    }
    const verdict = await judge(host, `${key}/unfinished#${interruption + 1}`, effect, context, interruption);
    host.tell?.({ type: 'effect-settled', operation, outcome: OUTCOMES[verdict.next] });
    if (verdict.next === 'take') return { attempt, receipt: verdict.receipt };
    if (verdict.next === 'fail') throw unfinished(operation, verdict.reason);
  }
}

async function performed(
  attempt: number,
  effect: Effect,
  context: EffectContext,
  isLeft: () => boolean,
): Promise<Outcome> {
  try {
    return { attempt, receipt: await effect.perform(context) };
  } catch (error) {
    if (context.signal.aborted || isInterruption(error)) throw error;
    return { attempt, error: errorToJson(error) as ErrorJson & JsonValue, isLeft: isLeft() };
  }
}

const OUTCOMES = { again: 'again', take: 'happened', fail: 'given-up' } as const;

async function judge(
  { once, ask, tell }: EffectHost,
  key: string,
  effect: Effect,
  context: EffectContext,
  interruption: number,
): Promise<Verdict> {
  const isReconciled = effect.onUnfinished === 'reconcile' && interruption < MOST_RECONCILIATIONS;
  const found = isReconciled ? await reconciled(once, `${key}/reconcile`, effect, context) : undefined;
  if (found?.state === 'happened') return { next: 'take', receipt: found.receipt };
  if (found?.state === 'absent') return { next: 'again' };
  const why = found?.reason ?? 'it was being done when the process ended, or was no longer waited for';
  if (ask === undefined) return { next: 'fail', reason: `${why}, and nobody can be asked here` };
  tell?.({ type: 'effect-asked', operation: effect.operation, reason: why });
  const decision = await ask({
    key: `${key}/ask`,
    kind: 'effect',
    title: `Nobody saw how this ended: ${effect.operation}. Do it again?`,
    payload: {
      operation: effect.operation,
      input: effect.input ?? null,
      idempotencyKey: context.idempotencyKey,
      why,
    },
  });
  if (!decision.approved) return { next: 'fail', reason: decision.note ?? 'it was given up' };
  // Approved with a receipt: it was done. Without: do it again.
  const { answer } = decision;
  return isPlainObject(answer) && 'receipt' in answer
    ? { next: 'take', receipt: answer['receipt'] as JsonValue }
    : { next: 'again' };
}

/** Asked once for each interruption; an answer that could not be had is `unknown`. */
async function reconciled(
  once: StepFunction,
  key: string,
  effect: Effect,
  context: EffectContext,
): Promise<Reconciliation> {
  const journalled = await once(key, async ({ signal }) => {
    try {
      const found = await effect.reconcile?.({ ...context, signal });
      return (found ?? unknownState('it has no `reconcile`')) as Reconciliation & JsonValue;
    } catch (error) {
      if (signal.aborted || isInterruption(error)) throw error;
      return unknownState(`the other side could not be asked: ${errorToJson(error).message}`);
    }
  });
  return journalled as Reconciliation;
}

function unknownState(reason: string): { readonly state: 'unknown'; readonly reason: string } {
  return { state: 'unknown', reason };
}

function unfinished(operation: string, reason: string): OrchestratorError {
  return new OrchestratorError(
    'effect-unfinished',
    `Nobody knows whether this was done: ${operation}. It is not repeated: ${reason}.`,
    { details: { operation, reason } },
  );
}
