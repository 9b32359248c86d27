/** Work that changes something outside of the run, and what is done about it when nobody saw how it ended. */
import type { JsonValue } from '../shared/json.ts';
import type { SideEffects } from './skill.ts';

const UNFINISHED_POLICIES = ['retry', 'reconcile', 'ask'] as const;
/**
 * What a resumed run does with an effect that was begun and has no receipt. `retry`: it is done again with the same
 * idempotency key, which the other side must recognise. `reconcile`: the other side is asked whether it happened. `ask`:
 * a person is.
 */
export type UnfinishedPolicy = (typeof UNFINISHED_POLICIES)[number];

/** What the work of an effect is given. */
export interface EffectContext {
  /** The same for every attempt at this effect, in any process. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** What the other side knows. `unknown` goes to a person. */
export type Reconciliation =
  | { readonly state: 'happened'; readonly receipt: JsonValue }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly reason?: string };

/** One effect. Its intent is journalled before it is performed, what it returned afterwards. */
export interface Effect<T extends JsonValue = JsonValue> {
  /** What is done, in a few words: it is journalled, and shown to whoever is asked. */
  readonly operation: string;
  /** What it is done with. Its digest is journalled; the input is shown to whoever is asked. @default null */
  readonly input?: JsonValue;
  /** @default 'ask' */
  readonly onUnfinished?: UnfinishedPolicy;
  /** Does it. What it returns is the receipt. What it throws is remembered as its outcome. */
  perform(context: EffectContext): Promise<T>;
  /** Asks the other side whether it happened. Needed for `reconcile`. */
  reconcile?(context: EffectContext): Promise<Reconciliation>;
}

/** What an adapter's operation or a tool declares of what it changes. */
export interface OperationEffects {
  readonly sideEffects: SideEffects;
  /** For `write` and `external`. @default 'ask' */
  readonly onUnfinished?: UnfinishedPolicy;
}
