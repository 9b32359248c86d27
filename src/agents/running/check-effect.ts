/** Checks what an agent hands over as an effect. */
import type { Effect } from '../../contracts/effect.ts';
import { checkFunction, checkJson, checkKeys, checkOneOf, checkText } from '../../shared/check.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';

/** Throws {@link InvalidArgumentError}. */
export function checkEffect<T extends JsonValue>(effect: Effect<T>): Effect<T> {
  checkKeys('effect', effect, ['operation', 'input', 'onUnfinished', 'perform', 'reconcile']);
  const { operation, input = null, onUnfinished = 'ask', perform, reconcile } = effect;
  checkText('effect.operation', operation);
  checkJson('effect.input', input);
  checkOneOf('effect.onUnfinished', onUnfinished, ['retry', 'reconcile', 'ask']);
  checkFunction('effect.perform', perform);
  if (reconcile !== undefined) checkFunction('effect.reconcile', reconcile);
  else if (onUnfinished === 'reconcile')
    throw new InvalidArgumentError(
      'effect.reconcile',
      'a function, since `onUnfinished` is reconcile',
      reconcile,
    );
  return effect;
}
