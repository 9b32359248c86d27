/**
 * Does an effect so that a resumed run knows whether it was begun. Its intent is a step of its own with a mark that only
 * this execution knows: an intent with another mark was written by one that did not live to see the receipt.
 */
import { randomUUID } from 'node:crypto';
import type { AskApproval } from '../../contracts/approval.ts';
import type { Effect, EffectContext, Reconciliation, UnfinishedPolicy } from '../../contracts/effect.ts';
import { errorToJson, OrchestratorError } from '../../shared/errors.ts';
import { digestJson, isPlainObject, type JsonValue } from '../../shared/json.ts';
import type { StepFunction } from './step-function.ts';

/** What performing needs of the run. */
export interface EffectHost {
  readonly step: StepFunction;
  /** Asks a person. Undefined where nobody can be asked: what needs it fails then. */
  readonly ask: AskApproval | undefined;
}

/** What is to be done about an effect that was begun before. */
type Verdict =
  | { readonly next: 'again' }
  | { readonly next: 'take'; readonly receipt: JsonValue }
  | { readonly next: 'fail'; readonly reason: string };

/**
 * Performs the effect once and remembers its receipt; a later call with the key gives that back. After a crash in between
 * its policy decides. Rejects with what `perform` threw, or with `effect-unfinished` when it was decided to give it up.
 */
export function performEffect<T extends JsonValue>(
  { step, ask }: EffectHost,
  key: string,
  effect: Effect<T>,
): Promise<T> {
  const { operation, input = null } = effect;
  const inputDigest = digestJson(input);
  return step(
    key,
    async ({ idempotencyKey, signal }) => {
      const context: EffectContext = { idempotencyKey, signal };
      for (let attempt = 1; ; attempt += 1) {
        const mark = randomUUID();
        const intent = await step(`${key}/intent#${attempt}`, () =>
          Promise.resolve({ operation, inputDigest, mark }),
        );
        if (intent.mark === mark) return effect.perform(context);
        const verdict = await judge({ step, ask }, `${key}/unfinished#${attempt}`, effect, context);
        if (verdict.next === 'take') return verdict.receipt as T;
        if (verdict.next === 'fail') throw unfinished(operation, verdict.reason);
      }
    },
    { fingerprint: digestJson({ operation, inputDigest }) },
  );
}

async function judge(
  { step, ask }: EffectHost,
  key: string,
  effect: Effect,
  context: EffectContext,
): Promise<Verdict> {
  const policy: UnfinishedPolicy = effect.onUnfinished ?? 'ask';
  if (policy === 'retry') return { next: 'again' };
  const found =
    policy === 'reconcile' ? await reconciled(step, `${key}/reconcile`, effect, context) : undefined;
  if (found?.state === 'happened') return { next: 'take', receipt: found.receipt };
  if (found?.state === 'absent') return { next: 'again' };
  const why = found?.reason ?? 'the process ended while it was being done';
  if (ask === undefined) return { next: 'fail', reason: `${why}, and nobody can be asked here` };
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
  // Approved without an answer: do it again. With a receipt: it was done.
  const { answer } = decision;
  return isPlainObject(answer) && 'receipt' in answer
    ? { next: 'take', receipt: answer['receipt'] as JsonValue }
    : { next: 'again' };
}

/** Asked once for each interruption; an answer that could not be had is `unknown`. */
async function reconciled(
  step: StepFunction,
  key: string,
  effect: Effect,
  context: EffectContext,
): Promise<Reconciliation> {
  const journalled = await step(key, async ({ signal }) => {
    try {
      return ((await effect.reconcile?.({ ...context, signal })) ??
        unknownState('it has no `reconcile`')) as Reconciliation & JsonValue;
    } catch (error) {
      signal.throwIfAborted();
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
    {
      details: { operation, reason },
    },
  );
}
